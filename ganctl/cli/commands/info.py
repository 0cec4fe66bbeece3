"""``ganctl info``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_from, complete_run
from ganctl.cli.made_files import PICTURES, command_in, made_by_facts
from ganctl.cli.options import (
    INPUT,
    OUTPUT,
    ForceOption,
    JsonOption,
    with_train_options,
)
from ganctl.cli.program import program
from ganctl.errors import (
    CheckpointError,
    FileError,
    RunError,
    RunNotFound,
    UsageError,
)
from ganctl.files.atomic import check_file, write_result
from ganctl.files.paths import exists, user_path
from ganctl.files.untrusted_json import as_shape
from ganctl.requests.checks import check_out
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.data import DATA_SETS, is_named
from ganctl.requests.training import TrainRequest, flag_of
from ganctl.requests.training_metrics import Group, of_group
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import (
    PICKLE_ENDINGS,
    RunSource,
    all_runs,
    find,
    known_names,
    read_source,
)
from ganctl.runs.run import Run

EXAMPLES = (
    "ganctl info",
    "ganctl info mnist --out mnist.png",
    "ganctl info samples/pretrained-mnist/7/seed0003.png",
)
READING = (
    "image_size",
    "fit",
    "colour",
    "background",
    "levels",
    "labels",
    "condition",
    "skip_bad",
)
"""The options of ``train`` that say how data are read."""


SubjectArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN | FILE | DATA",
        help="A run, a .safetensors file, pretrained/NAME, a picture, animation or .npz that "
        "ganctl made, or data as train --data takes them. Default: latest.",
        show_default=False,
        autocompletion=lambda incomplete: [
            *complete_run(incomplete),
            *complete_from([*DATA_SETS])(incomplete),
        ],
        rich_help_panel=INPUT,
    ),
]
AllOption = Annotated[
    bool, typer.Option("--all", help="Show a table of all runs.", rich_help_panel=INPUT)
]


SheetOption = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FILE.png",
        help="Also write a sheet of the data's images: a row for each class.",
        show_default=False,
        parser=check_out,
        rich_help_panel=OUTPUT,
    ),
]


@with_train_options(READING)
def info(
    run: SubjectArgument = None,
    all_runs_: AllOption = False,
    out: SheetOption = None,
    force: ForceOption = False,
    json: JsonOption = False,
    **given: Any,
) -> None:
    """Show a run, the command that makes a picture again, or what data are read as."""
    if all_runs_ and run is not None:
        raise UsageError("--all shows every run.", f"Leave out --all, or {run}.")
    if run is not None and not all_runs_ and _is_data(run):
        _show_data(run, given, out, force=force, json=json)
        return
    if given or out is not None:
        words = [flag_of(name) for name in given] + (["--out"] if out is not None else [])
        raise UsageError(
            f"{' and '.join(words)} {'is' if len(words) == 1 else 'are'} for data.",
            f"Name a data set or a path: {', '.join(DATA_SETS)}, a folder, a file.",
        )
    if all_runs_:
        _show_all(json=json)
        return
    facts = _facts_of_run_or_picture(run)
    if json:
        console.print_json(facts)
    else:
        console.print_facts(_readable(facts))


def _is_data(subject: str) -> bool:
    """Return whether a subject is data: neither a run or weights by name or path, nor a picture."""
    path = user_path(subject)
    ending = path.suffix.lower()
    if subject in known_names() or exists(path / "run.json"):
        return False
    if is_named(subject):
        return True
    return exists(path) and ending not in (*PICTURES, ".safetensors", *PICKLE_ENDINGS)


def _show_data(
    subject: str, given: Mapping[str, Any], out: Path | None, *, force: bool, json: bool
) -> None:
    """Show data, and write a sheet of them where one was asked for."""
    from ganctl.cli.views.data import look_at, print_look, sheet_of

    request = TrainRequest(data=subject, **given)
    if out is not None:
        if out.suffix.lower() != ".png":
            raise UsageError(f"{out.name} does not end in .png.", "--out takes a .png file.")
        check_file(out)
    with console.progress() as report:
        look = look_at(request.data, request.reading, report)
    if out is not None:
        write_result(out, sheet_of(look, _command(request, given)), force=force)
    print_look(look, out, command=command_in(user_path(subject)), json=json)


def _command(request: TrainRequest, given: Mapping[str, Any]) -> list[str]:
    """Return what makes a sheet of data again."""
    words = ["ganctl", "info", request.data]
    for name in given:
        value = getattr(request, name)
        for each in value if isinstance(value, tuple) else (value,):
            words += [flag_of(name)] if each is True else [flag_of(name), str(each)]
    return [*words, "--out", "FILE.png"]


def _facts_of_run_or_picture(run: str | None) -> dict[str, Any]:
    if run is not None and run.lower().endswith(PICTURES) and run not in known_names():
        return made_by_facts(user_path(run))
    try:
        found = find(run)
    except RunNotFound as error:
        if not run or "@" in run:
            raise
        data = f"Or name data: {', '.join(DATA_SETS)}, or a path that exists."
        raise RunNotFound(str(error), f"{error.hint} {data}") from error
    if isinstance(found, RunSource):
        if found.note:
            console.note(found.note)
        return _weights_facts(found)
    return _run_facts(found)


def _weights_facts(source: RunSource) -> dict[str, Any]:
    read = read_source(source, read_checkpoint_header)
    header = asdict(read)
    progress = header.pop("progress")
    del header["schema"]  # Its rows are as many as those of the data.
    return {
        "weights": source.reference,
        **header,
        **_schema_facts(read.schema),
        **progress,
        "bytes": source.checkpoint.stat().st_size,
    }


def _run_facts(run: Run) -> dict[str, Any]:
    config = run.config
    last = (run.metrics() or [{}])[-1]
    checkpoints, evaluation = run.checkpoints(), run.evaluation()
    schema = as_shape(run.data.get("schema", {}), Schema)
    return {
        "run": run.name,
        "folder": str(run.folder),
        "status": run.live_status(),
        "created": run.created,
        "ganctl": run.ganctl_version,
        "model": config.model,
        "recipe": config.recipe,
        "budget": str(config.budget),
        "batch": config.batch,
        "seed": config.seed,
        "data": config.data,
        **({"classes": list(run.classes)} if not schema else _schema_facts(schema)),
        "image_shape": run.data.get("shape"),
        "parameters": run.parameters,
        **asdict(run.progress),
        "images_per_second": _speed(run),
        **{metric.key: last.get(metric.key) for metric in of_group(Group.LOSS)},
        "last_quality": run.last_quality(),
        "best": run.best,
        "used": _used(run),
        "evaluation": evaluation.summary() if evaluation else {},
        "alarms": [f"{alarm['kind']} (step {alarm['step']})" for alarm in run.alarms],
        "code_map": _code_map(checkpoints),
        "checkpoints": [path.name for path in checkpoints],
        "previews": len(run.previews()),
        "bytes": run.size(),
    }


def _schema_facts(schema: Schema) -> dict[str, Any]:
    """Return what is known of each image beside a class."""
    attributes = {one.name: list(one.values) for one in schema.attributes}
    ranges = {one.name: f"{one.low:g} to {one.high:g}" for one in schema.quantities}
    facts: dict[str, Any] = {"attributes": attributes, "quantities": ranges}
    if schema.captions is not None:
        facts["captions"] = f"{len(schema.captions.vocabulary):,} words ({schema.captions.name})"
    return {key: value for key, value in facts.items() if value}


def _speed(run: Run) -> float | None:
    """Return the images a second of the whole run, with its measurements and previews."""
    progress = run.progress
    return round(progress.images_seen / progress.seconds, 1) if progress.seconds else None


def _used(run: Run) -> str | None:
    """Return the name of the checkpoint that sampling uses; None if there is none yet."""
    try:
        return run.best_checkpoint().name
    except RunError:
        return None


def _code_map(checkpoints: Sequence[Path]) -> dict[str, Any] | None:
    """Return what InfoGAN's categories mean; None if the checkpoint cannot be read."""
    try:
        code_map = read_checkpoint_header(checkpoints[-1]).code_map if checkpoints else None
    except CheckpointError:
        return None
    return asdict(code_map) if code_map else None


def _show_all(*, json: bool) -> None:
    runs = []
    for run in all_runs(on_damaged=_say_damaged):
        try:
            runs.append(_run_facts(run))
        except FileError as error:
            _say_damaged(error)
    if json:
        console.print_json(runs)
        return
    if not runs:
        console.note(f"there is no run yet; make one with: {program()} train")
        return
    shown = [
        "run", "status", "model", "recipe", "data", "step", "images_seen", "seconds", "bytes"
    ]  # fmt: skip
    rows = [[_text(key, facts[key]) for key in shown] for facts in runs]
    console.print_table([key.replace("_", " ") for key in shown], rows)


def _say_damaged(error: RunError | FileError) -> None:
    console.note(f"left out: {error}")


def _readable(facts: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts that are known, as text."""
    return {
        key.replace("_", " "): _text(key, value)
        for key, value in facts.items()
        if value not in (None, [], (), {})
    }


def _text(key: str, value: object) -> str:
    if key == "attributes" and isinstance(value, Mapping):
        return "; ".join(f"{name}: {_text(name, part)}" for name, part in value.items())
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_text(name, part)}" for name, part in value.items())
    if key == "latent" and isinstance(value, list):
        return f"{len(value)} numbers"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(part) for part in value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return _number_text(key, value)


def _number_text(key: str, value: float) -> str:
    if key == "bytes":
        return f"{value / 1e6:.1f} MB"
    if key == "seconds":
        return f"{value:.1f}"
    if isinstance(value, int):
        return str(value) if key in ("seed", "image_size") else f"{value:,}"
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
