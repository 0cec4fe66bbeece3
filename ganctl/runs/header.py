"""``run.json``: its shape, how it is read and written, and what earlier versions wrote. No torch.

It may come from a stranger, so that every field is checked before anything relies on it. A
field that is added to ``RunHeader`` gets a new ``FORMAT_VERSION`` and a migration from the one
before; a new option of ``train`` needs neither, since runs without it have its default.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import Enum
from pathlib import Path
from typing import Any, TypedDict

from ganctl._version import __version__
from ganctl.errors import FileError, RunError, UsageError
from ganctl.files.atomic import read_file, write_atomically
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import as_shape, migrated, parse
from ganctl.requests.budget import AT_THE_START, LENGTHS, BudgetUnit, Progress
from ganctl.requests.conditions.labels import check_class_names
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.training import TrainRequest
from ganctl.runs.layout import LOCK
from ganctl.runs.lock import Lock

FILE_NAME = "run.json"
FORMAT = "ganctl-run"
FORMAT_VERSION = 4
_ALWAYS_WRITTEN = (
    "data",
    "model",
    "recipe",
    "budget",
    "batch",
    "seed",
    "preview_every",
    "checkpoint_every",
    "keep",
)
"""The options that every version wrote, without which a run would be another."""


class RunStatus(str, Enum):
    """What a run is doing, or how its last process ended."""

    NEW = "new"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    STOPPED = "stopped"
    DIVERGED = "diverged"
    FINISHED = "finished"


class DataDescription(TypedDict, total=False):
    """What a run remembers of its data.

    ``shape`` is [channels, height, width] of an image. ``summary`` is the line that said what was
    read, and ``remarks`` are sentences about what was odd; runs of earlier versions have neither.
    ``schema`` has the fields of a ``Schema`` but its rows, where more than a class is known.
    """

    name: str
    classes: list[str]
    count: int
    shape: list[int]
    fingerprint: str
    summary: str
    remarks: list[str]
    schema: dict[str, Any]


class AlarmRecord(TypedDict):
    """What went wrong, and at which step."""

    step: int
    kind: str
    message: str


@dataclass(kw_only=True)
class RunHeader:
    """What ``run.json`` says.

    ``ganctl_version`` is that which wrote it last. ``recipe`` has the numbers of the recipe
    that the run began with, ``parameters`` how large each network is, ``best`` the step that was
    nearest to real images and its quality, with the ``floor`` of its feature distance (which runs
    of earlier versions lack), ``alarms`` what went wrong. They are empty until there is something
    to say. ``packages`` are the plug-ins that the run needs, each with its version, by option.

    Raises:
        ValueError: a number or a name is not one that a run can have.
    """

    config: TrainRequest
    created: str
    ganctl_version: str = __version__
    status: RunStatus = RunStatus.NEW
    data: DataDescription = field(default_factory=DataDescription)
    recipe: dict[str, Any] = field(default_factory=dict)
    progress: Progress = AT_THE_START
    parameters: dict[str, int] = field(default_factory=dict)
    best: dict[str, int | float] = field(default_factory=dict)
    alarms: list[AlarmRecord] = field(default_factory=list)
    packages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.data:
            check_class_names(self.data["classes"])
            if self.data["count"] < 1:
                raise ValueError("data")
            as_shape(self.data.get("schema", {}), Schema)
        elif self.progress.step:
            raise ValueError("progress without data")
        if self.best and not (_is_step(self.best["step"]) and "feature_distance" in self.best):
            raise ValueError("best")


def read_header(folder: Path) -> RunHeader:
    """Return what the ``run.json`` in ``folder`` says.

    Raises:
        RunError: it is missing, damaged or of another format version.
    """
    header = _in_this_format(folder)
    try:
        if missing := {each.name for each in fields(RunHeader)} - header.keys():
            raise ValueError(f"no {', '.join(sorted(missing))}")
        header["config"] = _options(header["config"])
        if header["progress"] == {}:
            header["progress"] = asdict(AT_THE_START)
        return as_shape(header, RunHeader)
    except (LookupError, TypeError, ValueError, ArithmeticError, UsageError) as error:
        raise _damaged(folder, f"{error}") from error


def write_header(folder: Path, header: RunHeader) -> None:
    """Write the ``run.json`` in ``folder``, as this version of ganctl.

    Raises:
        FileError: it cannot be written; what was there is still there.
    """
    plain = {each.name: getattr(header, each.name) for each in fields(RunHeader)}
    plain |= {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "ganctl_version": __version__,
        "status": header.status.value,
        "config": stored_options(header.config),
        "progress": asdict(header.progress),
    }
    write_atomically(folder / FILE_NAME, (json.dumps(plain, indent=2) + "\n").encode())


def remember_data(folder: Path, data: str) -> None:
    """Note in the ``run.json`` in ``folder`` where the run's data lie now.

    Raises:
        RunError: another process trains the run, or its ``run.json`` cannot be read.
        FileError: it cannot be written; what was there is still there.
    """
    lock = Lock(folder / LOCK, f"The run {folder.name}")
    try:
        header = read_header(folder)
        header.config = replace(header.config, data=data)
        write_header(folder, header)
    finally:
        lock.release()


def stored_options(request: TrainRequest) -> dict[str, Any]:
    """Return the options of a run as ``run.json`` has them, the length as one budget."""
    stored: dict[str, Any] = {}
    for name, value in asdict(request).items():
        if name in LENGTHS:
            stored["budget"] = {"unit": request.budget.unit.value, "amount": request.budget.amount}
        else:
            stored[name] = value
    return stored


def _options(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored options as the fields of ``TrainRequest``.

    One that ganctl did not have yet when the run was written has its default.
    """
    if missing := [name for name in _ALWAYS_WRITTEN if stored[name] is None]:
        raise ValueError(f"no {', '.join(missing)}")
    plain = dict(stored)
    budget = plain.pop("budget")
    unit, amount = LENGTHS[budget["unit"]], budget["amount"]
    # Runs that were resumed have been written with steps such as 4000.0.
    is_whole = unit is BudgetUnit.STEPS and isinstance(amount, float) and amount.is_integer()
    plain[unit.value] = int(amount) if is_whole else amount
    return plain


def _is_step(number: object) -> bool:
    return isinstance(number, int) and number >= 0


def _in_this_format(folder: Path) -> dict[str, Any]:
    path = folder / FILE_NAME
    try:
        header = parse(read_file(path, JSON_BYTES))
    except FileError as error:
        raise RunError(
            f"{folder} is not a run.", f"It has no readable run.json. {error}"
        ) from error
    except ValueError as error:
        raise _damaged(folder, f"it is not JSON that ganctl writes ({error})") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise _damaged(folder, "ganctl did not write it")
    version = header.get("format_version")
    if version not in (*MIGRATIONS, FORMAT_VERSION):
        raise RunError(
            f"{folder} has run format {version}, and this ganctl reads {FORMAT_VERSION}.",
            f"It was written by ganctl {header.get('ganctl_version', 'of another version')}: "
            "use that one.",
        )
    try:
        return migrated(header, version, MIGRATIONS)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(folder, f"it lacks a valid {error}") from error


def _from_1(header: dict[str, Any]) -> dict[str, Any]:
    """Add what runs began to hold one after the other: the best, alarms, lr_scale, the recipe.

    Those from before there was a best had one recipe less, and called
    ``modern`` what is now ``quick``.
    """
    config = {"lr_scale": 1.0, **header["config"]}
    if "best" not in header and config["recipe"] == "modern":
        config["recipe"] = "quick"
    return {"best": {}, "alarms": [], "recipe": {}, **header, "config": config}


def _from_2(header: dict[str, Any]) -> dict[str, Any]:
    """Make a list of the column of classes, which was one or None."""
    column = header["config"].get("condition")
    return {**header, "config": {**header["config"], "condition": [column] if column else []}}


def _from_3(header: dict[str, Any]) -> dict[str, Any]:
    """Add what plug-ins a run needs, of which there were none.

    Since then the best may have a floor, and be a numbered checkpoint.
    """
    return {"packages": {}, **header}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _from_1,
    2: _from_2,
    3: _from_3,
}
"""For each former version, what makes the next one of it. None is ever removed or changed."""


def _damaged(folder: Path, why: str) -> RunError:
    return RunError(
        f"{folder / FILE_NAME} cannot be read: {why}.",
        "Restore it from a copy, or sample from a file of its checkpoints/ folder.",
    )
