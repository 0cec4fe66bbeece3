"""What a dry run says: what a run would be, and what its data are read as.

It refuses what the training itself would refuse before its first step, and writes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganctl.cli import console
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.conditions.settings import no_rows, place_of_rows
from ganctl.requests.recipes import Model
from ganctl.requests.suited import suited
from ganctl.requests.training import Device, TrainRequest
from ganctl.runs import layout
from ganctl.runs.header import RunStatus, stored_options
from ganctl.runs.lock import check_free
from ganctl.runs.run import Run
from ganctl.runs.world import World

if TYPE_CHECKING:
    from ganctl.readers.labelled import Reading


def print_plan(run: Run, world: World, *, quiet: bool, json: bool) -> None:
    """Print what a run would be, and what its data are read as.

    Args:
        run: a new run, or one to resume.
        world: the processes that would train it.
        quiet: whether bars are left out.
        json: whether one object is printed.

    Raises:
        GanctlError: whatever the training would raise before its first step.
    """
    from ganctl.cli.views.data import facts_of, print_reading, read_data, why_not_read

    config, reason = run.config, "as asked" if run.status is RunStatus.NEW else "as before"
    _check_free(run, world)
    with console.progress(quiet=quiet) as report:
        reading = read_data(config.data, config.reading, report, keep=False)
    rows = config.preview_rows if reading is None else _checked(run, reading)
    if not config.is_settled:
        reason = "by the data, once they are read"
        if reading is not None:
            config, reason = _suited(config, reading, world)
    if reading is not None and world.size > 1:
        _check_processes(run, config, reading, world)
    plan = {"run": str(run.folder), **stored_options(config), **dict.fromkeys(config.unsettled)}
    if json:
        read = facts_of(reading) if reading else None
        console.print_json({**plan, "recipe_reason": reason, "data_read": read})
        return
    plan |= {
        "recipe": f"{plan['recipe'] or 'auto'} ({reason})",
        "budget": str(config.budget),
        "condition": ", ".join(config.condition) or None,
        "preview_rows": rows,
    }
    console.print_facts({key: "auto" if v is None else str(v) for key, v in plan.items()})
    if reading is None:
        console.note(f"{config.data} {why_not_read(config.data)}")
    else:
        print_reading(reading)


def _suited(config: TrainRequest, reading: Reading, world: World) -> tuple[TrainRequest, str]:
    """Return the request with the recipe that suits the data, and why it is that one.

    Of several processes it is about what they do: what they exchange is not measured here.
    """

    def measure(request: TrainRequest) -> float:
        from ganctl.engine.data.dataset import of_reading
        from ganctl.engine.hardware.devices import choose_device
        from ganctl.engine.training.speed import images_per_second

        device = choose_device(Device(request.device), world)
        speed = images_per_second(request, of_reading(request.data, reading), device, World())
        return speed * world.size

    train = reading.parts["train"]
    found = suited(config, len(train.images), measure, described=bool(train.schema))
    return found.request, found.reason


def _check_processes(run: Run, config: TrainRequest, reading: Reading, world: World) -> None:
    """Refuse networks that several processes cannot train."""
    from ganctl.engine.data.dataset import of_reading
    from ganctl.engine.models.conditions import spec_for
    from ganctl.engine.models.objectives import objective_for
    from ganctl.engine.training.step import check_processes

    spec = spec_for(of_reading(config.data, reading), config.numbers)
    objective = objective_for(config.model, run.packages.get("model", ""))
    check_processes(objective.adapt(spec), config.numbers, world)


def check_device(config: TrainRequest, world: World) -> None:
    """Refuse a device that is not there.

    Raises:
        UsageError: it is not.
    """
    if config.device not in (Device.AUTO, Device.CPU):  # Only torch knows of others.
        from ganctl.engine.hardware.devices import choose_device

        choose_device(Device(config.device), world)


def _check_free(run: Run, world: World) -> None:
    """Refuse a device that is not there, and a run that another process trains."""
    check_device(run.config, world)
    if run.status is not RunStatus.NEW:
        check_free(run.folder / layout.LOCK, f"The run {run.name}")


def _checked(run: Run, reading: Reading) -> str:
    """Return in words what a row of a preview will stand for, once nothing else is refused."""
    config = run.config
    rows = check_reading(config, reading)
    if run.status is not RunStatus.NEW:
        from ganctl.engine.data.dataset import of_reading
        from ganctl.engine.data.same_data import under_known_names
        from ganctl.engine.training.resume import check_resumable

        dataset = under_known_names(of_reading(config.data, reading), run.data)
        check_resumable(run, dataset, config.numbers)
    return rows


def check_reading(config: TrainRequest, reading: Reading) -> str:
    """Return in words what a row of a preview stands for, unless data do not suit a run.

    Raises:
        DataError, UsageError: they do not.
    """
    train = reading.parts["train"]
    schema = train.schema
    size, classes = train.images.shape[1], len(train.classes)
    config.check_suits(image_size=size, classes=classes, schema=schema)
    return _rows_of_previews(config, schema)


def _rows_of_previews(config: TrainRequest, schema: Schema) -> str:
    if config.model == Model.GAN:
        schema = NO_SCHEMA
    if schema.steered_by_attributes:
        return schema.names[place_of_rows(config.preview_rows, schema)]
    if config.preview_rows is not None:
        raise no_rows(config.preview_rows)
    if schema.steered_by_words:
        return "captions"
    return "samples" if config.model == Model.GAN else "classes"
