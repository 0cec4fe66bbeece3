"""What was trained, in figures and names, and the commands that do it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from shlex import quote

from ganctl.errors import UsageError
from ganctl.files.text import listed
from ganctl.pages.document import Section, static
from ganctl.pages.report.again import further_command, train_command
from ganctl.pages.report.markup import command, duration, facts, paragraph, text
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.recipes import Model
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource
from ganctl.runs.run import Run

ORDER = (
    "Run", "State", "Checkpoint", "Model", "Recipe", "Data", "Training images", "Remarks", "Images",
    "Conditions", "Networks", "Parameters", "Budget", "Batch", "Seed", "Steps", "Images seen",
    "Time", "Speed", "Begun", "ganctl", "Plug-ins",
)  # fmt: skip
SHOWN_NAMES = 40
"""Classes, or values of an attribute, that are named one by one."""


def about_section(source: RunSource, header: CheckpointHeader) -> Section:
    """Return what was trained, and how to do it again."""
    run = source.run
    known = {**_of_weights(header), **(_of_run(run) if run else {}), **_shown(source, header)}
    parts = [
        "<h3>What was trained</h3>",
        facts(_named(header, known)),
        _alarms(run) if run else paragraph(_alone(source), "note"),
        "<h3>How to do it again</h3>",
        *_commands(source, header),
    ]
    return Section(
        id="about",
        title="How it was made",
        html="\n".join(parts),
        script=static("report/copy.js"),
    )


def one_line(header: CheckpointHeader) -> str:
    """Return what a generator is and how far it was trained, in a sentence."""
    progress = header.progress
    return (
        f"{header.model} of {_short(header.data)}, by the recipe {header.recipe}: "
        f"{progress.step:,} steps, {progress.images_seen:,} images seen, "
        f"{duration(progress.seconds)} of training."
    )


def _short(data: str) -> str:
    """Return the last part of a path: a title has no place for more."""
    return data.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or data


def _of_weights(header: CheckpointHeader) -> dict[str, object]:
    """Return what a generator alone says of its making, by the name of the fact."""
    network, progress = header.network, header.progress
    side = network.image_size
    return {
        "Model": header.model,
        "Recipe": header.recipe,
        "Data": header.data,
        "Images": f"{side}×{side} {'grey' if network.channels == 1 else 'RGB'}",
        "Networks": f"{network.name}, latent of {network.latent_size} numbers "
        f"({network.latent.value})",
        "Steps": f"{progress.step:,}",
        "Images seen": f"{progress.images_seen:,}",
        "Time": duration(progress.seconds),
        "Speed": _speed(progress.images_seen, progress.seconds),
        "ganctl": header.ganctl_version,
        "Plug-ins": ", ".join(f"{name}: {of}" for name, of in header.packages.items()),
    }


def _of_run(run: Run) -> dict[str, object]:
    config, progress = run.config, run.progress
    summary = run.data.get("summary", "").removeprefix("read ")
    return {
        "Run": run.name,
        "State": run.live_status().value,
        "Begun": _moment(run.created),
        "Training images": summary or (f"{run.data['count']:,}" if run.data else None),
        "Remarks": " ".join(run.data.get("remarks", [])),
        "Parameters": ", ".join(f"{name} {count:,}" for name, count in run.parameters.items()),
        "Budget": str(config.budget),
        "Batch": f"{config.batch:,} images",
        "Seed": config.seed,
        "Steps": f"{progress.step:,}",
        "Images seen": f"{progress.images_seen:,}",
        "Time": duration(progress.seconds),
        "Speed": _speed(progress.images_seen, progress.seconds),
        "ganctl": run.ganctl_version,
    }


def _shown(source: RunSource, header: CheckpointHeader) -> dict[str, object]:
    """Return which checkpoint draws, where a run may have several."""
    if source.run is None:
        return {}
    step = header.progress.step
    is_best = source.run.best.get("step") == step
    return {"Checkpoint": f"step {step:,}{', nearest to real images' if is_best else ''}"}


def _moment(created: str) -> str:
    """Return when a run began, to the minute; a text that says no time as it is."""
    try:
        return f"{datetime.fromisoformat(created):%Y-%m-%d %H:%M %Z}".strip()
    except ValueError:
        return created


def _named(header: CheckpointHeader, known: Mapping[str, object]) -> dict[str, object]:
    """Return facts with what their names mean, and what may be asked for."""
    models = {model.value: model.summary for model in Model}
    more = {
        "Model": _with(header.model, models.get(header.model)),
        "Conditions": " ".join(_conditions(header)),
    }
    found = {**known, **more}
    return {name: found[name] for name in ORDER if name in found}


def _with(name: str, summary: str | None) -> str:
    return f"{name} ({summary})" if summary else name


def _conditions(header: CheckpointHeader) -> Iterator[str]:
    """Yield sentences about what the generator can be asked for."""
    schema = header.schema if header.network.is_described else NO_SCHEMA
    if header.classes:
        yield f"{len(header.classes):,} classes: {listed(header.classes, SHOWN_NAMES)}."
    yield from _of_schema(schema)


def _of_schema(schema: Schema) -> Iterator[str]:
    for one in schema.attributes:
        yield f"{one.name}: {listed(one.values, SHOWN_NAMES)}."
    for number in schema.quantities:
        yield f"{number.name}: a number from {number.low:g} to {number.high:g}."
    if schema.captions is not None:
        yield f"{schema.captions.name}: words, {len(schema.captions.vocabulary):,} of them known."


def _speed(images: int, seconds: float) -> str | None:
    return f"{images / seconds:,.0f} images/s, with its measurements" if seconds else None


def _alone(source: RunSource) -> str:
    return (
        f"{source.reference} is a generator alone. How large the discriminator was, the budget, "
        "the seed, previews, curves and alarms are kept in a run's folder, and there is none here."
    )


def _alarms(run: Run) -> str:
    if not run.alarms:
        return paragraph("No alarm was raised.")
    items = "".join(
        f"<li>Step {alarm['step']:,}: {text(alarm['message'])}</li>" for alarm in run.alarms
    )
    return f'<h3>Alarms</h3><ul class="bad">{items}</ul>'


def _alike(header: CheckpointHeader) -> str | None:
    """Return what trains a generator as a file says of itself, if ganctl knows its recipe."""
    try:
        return train_command(
            TrainRequest(data=header.data, model=header.model, recipe=header.recipe)
        )
    except UsageError:
        return None


def _commands(source: RunSource, header: CheckpointHeader) -> list[str]:
    run, reference = source.run, quote(source.reference)
    found = []
    if run is not None:
        found.append(command(train_command(run.config), "train the same again"))
        more = "train it twice as long" if run.is_complete() else "resume it"
        found.append(command(further_command(run), more))
    elif alike := _alike(header):
        found.append(command(alike, "train one like it, for as long as its recipe says"))
    found.append(command(f"ganctl evaluate {reference}", "judge it beside real images"))
    found.append(command(f"ganctl report {reference} --force", "make this report again"))
    return found
