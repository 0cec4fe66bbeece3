"""One run is one folder; this is the only place that knows what lies where in it. No torch.

::

    run.json       what the training is and how far it got (format version 2)
    metrics.jsonl  one line for each log interval
    checkpoints/   step00001000.safetensors, …, and best.safetensors
    previews/      step00000100.png, …: the same latents each time
    loss.png       the curves
    evaluation.*   what ``ganctl evaluate`` found last: .json to read by machine, .txt by people
    lock           held by the process that trains it; what it says is who that is, or last was
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import count
from pathlib import Path
from typing import Any

from ganctl._version import __version__
from ganctl.errors import CheckpointError, FileError, GanctlWarning, RunError, UsageError
from ganctl.files import paths
from ganctl.files.atomic import (
    append_line,
    check_writable,
    explained,
    read_file,
    remove_leftovers,
    temporary_for,
    write_atomically,
)
from ganctl.files.limits import JSON_BYTES, METRICS_BYTES
from ganctl.files.untrusted_json import is_number, parse
from ganctl.requests.training import TrainConfig, check_run_name
from ganctl.requests.training_metrics import Group, has_quality, of_group
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.evaluation import Evaluation
from ganctl.runs.header import FORMAT_VERSION, read_header
from ganctl.runs.lock import Lock, is_free

LATEST = "latest"
NEW = "new"
RUNNING = "running"
INTERRUPTED = "interrupted"
LOCK = "lock"
_PARTS = ("checkpoints", "previews")
_STEP = re.compile(r"step(\d+)\.(?:safetensors|png)")
_OF_TRAINING = {"run.json", "metrics.jsonl", "loss.png", "best.safetensors"}
"""What the training of a run writes, and nothing else, beside what ``_STEP`` names."""


@dataclass
class Run:
    """A run's folder and what its ``run.json`` says.

    ``ganctl_version`` is that which wrote it last. ``data`` describes the data
    set (name, classes, shape, fingerprint), ``recipe`` has the numbers of the
    recipe that it began with, ``progress`` how far the training got (step, images_seen, seconds),
    ``parameters`` how large each network is, ``best`` the step that was nearest
    to real images and its quality, ``alarms`` what went wrong and at which
    step. They are empty until there is something to say. ``by_time`` means that
    the folder's name was not asked for, so that another will do if it is taken.
    """

    folder: Path
    config: TrainConfig
    created: str
    ganctl_version: str
    status: str = NEW
    data: dict[str, Any] = field(default_factory=dict)
    recipe: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    alarms: list[dict[str, Any]] = field(default_factory=list)
    by_time: bool = field(default=False, compare=False)
    _lock: Lock | None = field(default=None, compare=False, repr=False)

    @classmethod
    def new(
        cls, folder: Path, config: TrainConfig, *, is_main: bool = True, by_time: bool = False
    ) -> Run:
        """Return a run that will live in ``folder``; nothing is written until it begins.

        Args:
            folder: where to.
            config: what it is.
            leads: whether this process writes it, and not another one that trains along.
            by_time: whether another folder will do if this one is taken when it begins.

        Raises:
            FileError: something is there already, or it could not be written.
        """
        if is_main:
            _check_free(folder)
            check_writable(folder)
        created = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return cls(folder.absolute(), config, created, __version__, by_time=by_time)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read the run in ``folder``.

        Raises:
            RunError: its ``run.json`` is missing, damaged or of another format version.
        """
        header = read_header(folder)
        _check_parts(folder)
        return cls(folder=folder, **header)

    def hold(self) -> None:
        """Let no other process train this run until ``release``; a new one gets its folder.

        Raises:
            RunError: another process trains it.
            FileError: a new run's folder was taken since, or cannot be written.
        """
        is_new = self.status == NEW
        if is_new and self.by_time:
            self.folder = _made_folder(self.folder)
        elif is_new:
            with explained(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(self.folder / LOCK, f"The run {self.name}")
        if is_new:
            _check_free(self.folder)

    def release(self) -> None:
        """Let other processes train this run."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def refresh(self) -> None:
        """Read again how far the run got: another process may have trained it until it was held.

        Raises:
            RunError: its ``run.json`` is missing, damaged or of another format version.
        """
        now = Run.open(self.folder)
        for part in ("status", "data", "recipe", "progress", "parameters", "best", "alarms"):
            setattr(self, part, getattr(now, part))

    def live_status(self) -> str:
        """Return the status, or ``interrupted`` if it should be training and nobody does."""
        if self.status == RUNNING and is_free(self.folder / LOCK):
            return INTERRUPTED
        return self.status

    def begin(self, data: dict[str, Any], parameters: dict[str, int]) -> None:
        """Write the run to the disk as one that trains, and make ``latest`` mean it.

        What an earlier training of it was writing when it was killed is removed. Where the run
        lies elsewhere, a home that cannot be written is worth no more than a ``GanctlWarning``.
        """
        for folder in (self.folder, self.folder / "checkpoints", self.folder / "previews"):
            remove_leftovers(folder, _is_of_training)
        self.data, self.parameters, self.status = data, parameters, RUNNING
        self.save()
        try:
            remove_leftovers(paths.runs_folder(), lambda _name: False)
            write_atomically(paths.runs_folder() / LATEST, os.fsencode(f"{self.reference}\n"))
        except FileError as error:
            text = f"{error} So latest does not mean this run; name it instead."
            warnings.warn(GanctlWarning(text), stacklevel=2)

    def save(self) -> None:
        """Write ``run.json``."""
        header = {
            "format": "ganctl-run",
            "format_version": FORMAT_VERSION,
            "ganctl_version": __version__,
            "created": self.created,
            "status": self.status,
            "config": self.config.as_json(),
            "recipe": self.recipe,
            "data": self.data,
            "progress": self.progress,
            "parameters": self.parameters,
            "best": self.best,
            "alarms": self.alarms,
        }
        write_atomically(self.folder / "run.json", _json_bytes(header))

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def reference(self) -> str:
        """What a user types to mean this run from any folder: its name, or its path."""
        in_home = self.folder.parent == paths.runs_folder()
        return self.name if in_home else str(self.folder)

    @property
    def resume_command(self) -> str:
        """What goes on with its training, typed in any shell and folder."""
        # That shell may have another $GANCTL_HOME, or none.
        reference = str(self.folder) if "GANCTL_HOME" in os.environ else self.reference
        return f"ganctl train --resume {shlex.quote(reference)}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in order of their index."""
        return tuple(self.data.get("classes", ()))

    def checkpoint_path(self, step: int) -> Path:
        """Return where the checkpoint of ``step`` belongs."""
        return self.folder / "checkpoints" / f"step{step:08d}.safetensors"

    @property
    def best_path(self) -> Path:
        """Where the checkpoint that was nearest to real images belongs."""
        return self.folder / "checkpoints" / "best.safetensors"

    def preview_path(self, step: int) -> Path:
        """Return where the preview of ``step`` belongs."""
        return self.folder / "previews" / f"step{step:08d}.png"

    @property
    def loss_plot_path(self) -> Path:
        """Where the curves belong."""
        return self.folder / "loss.png"

    @property
    def evaluation_path(self) -> Path:
        """Where the latest evaluation belongs."""
        return self.folder / "evaluation.json"

    def keep_evaluation(self, evaluation: Evaluation, page: str) -> None:
        """Write an evaluation, and its page of text beside it."""
        write_atomically(self.evaluation_path, _json_bytes(evaluation.as_json()))
        write_atomically(
            self.evaluation_path.with_suffix(".txt"), page.encode(errors="backslashreplace")
        )

    def evaluation(self) -> Evaluation | None:
        """Return the latest evaluation; None if there is none, or none that can be read."""
        try:
            return Evaluation.from_json(parse(read_file(self.evaluation_path, JSON_BYTES)))
        except (FileError, ValueError, RunError):
            return None

    def checkpoints(self) -> list[Path]:
        """Return the numbered checkpoints, oldest first."""
        return _by_step(self.folder / "checkpoints", ".safetensors")

    def previews(self) -> list[Path]:
        """Return the previews, oldest first."""
        return _by_step(self.folder / "previews", ".png")

    def latest_checkpoint(self) -> Path:
        """Return the newest checkpoint.

        Raises:
            RunError: there is none yet.
        """
        checkpoints = self.checkpoints()
        if not checkpoints:
            go_on = f"Go on with: {self.resume_command}"
            raise RunError(
                f"The run {self.name} has no checkpoint yet.",
                ("Wait for its first one" if self.live_status() == RUNNING else go_on)
                + "; or name another run, or pretrained/mnist.",
            )
        return checkpoints[-1]

    def best_checkpoint(self) -> Path:
        """Return the checkpoint that was nearest to real images; the newest if none was judged.

        Raises:
            RunError: there is none yet.
        """
        judged = bool(self.best) and self.best_path.is_file()
        return self.best_path if judged else self.latest_checkpoint()

    def prune_checkpoints(self) -> None:
        """Remove all numbered checkpoints but the latest and the ``--keep`` before it."""
        for path in self.checkpoints()[: -1 - self.config.keep]:
            with explained(path):
                path.unlink(missing_ok=True)

    def append_metrics(self, line: Mapping[str, Any]) -> None:
        """Add a line to ``metrics.jsonl``."""
        append_line(self.folder / "metrics.jsonl", json.dumps(line))

    def metrics(self) -> list[dict[str, Any]]:
        """Return the lines of ``metrics.jsonl``, numbers by their names.

        A last line cut off by a crash is left out, as is whatever else no training writes.

        Raises:
            FileError: it cannot be read, or is too large.
        """
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        lines = []
        for line in read_file(path, METRICS_BYTES).splitlines():
            try:
                entry = parse(line)
            except ValueError:
                continue
            if not isinstance(entry, dict):
                continue
            numbers = {key: number for key, number in entry.items() if is_number(number)}
            if isinstance(numbers.get("step"), int):
                lines.append(numbers)
        return lines

    def last_quality(self) -> dict[str, float]:
        """Return the latest quality and its step; {} if it was never measured."""
        keys = ("step", *(metric.key for metric in of_group(Group.QUALITY)))
        measured = [line for line in self.metrics() if has_quality(line)]
        return {key: line[key] for line in measured[-1:] for key in keys if key in line}

    def rewind(self, step: int) -> None:
        """Forget what came after ``step``, where a resumed training goes on."""
        kept = [line for line in self.metrics() if line["step"] <= step]
        content = "".join(json.dumps(line) + "\n" for line in kept)
        write_atomically(self.folder / "metrics.jsonl", content.encode())
        for path in self.previews():
            if step_of(path) > step:
                with explained(path):
                    path.unlink(missing_ok=True)
        if self.best and not self._best_is_of(step):
            self.best = {}
            with explained(self.best_path):
                self.best_path.unlink(missing_ok=True)
        self.alarms = [alarm for alarm in self.alarms if alarm["step"] <= step]

    def _best_is_of(self, step: int) -> bool:
        """Return whether the best checkpoint is what ``best`` says, and not newer than ``step``.

        A crash may have come after the one was replaced and before the other was.
        """
        try:
            of = int(read_checkpoint_header(self.best_path).progress["step"])
        except CheckpointError:
            return False
        return of == self.best["step"] <= step

    def is_complete(self) -> bool:
        """Return whether its budget is spent."""
        if not self.progress:
            return False
        total_steps = self.config.budget.steps(int(self.data["count"]), self.config.batch)
        step, seconds = int(self.progress["step"]), float(self.progress["seconds"])
        return self.config.budget.progress(step, seconds, total_steps) >= 1

    def size(self) -> int:
        """Return the bytes of all its files."""
        sizes = 0
        for folder, _, names in os.walk(self.folder):
            for name in names:
                # A training may replace or remove it at this moment.
                with contextlib.suppress(OSError):
                    sizes += (Path(folder) / name).stat().st_size
        return sizes


def new_run(
    config: TrainConfig, *, name: str | None = None, out: Path | None = None, is_main: bool = True
) -> Run:
    """Return a run that will live below the home, called ``name`` or by the time, or in ``out``.

    Args:
        config: what it is.
        name: its name below the home.
        out: its folder.
        leads: whether this process writes it, and not another one that trains along.

    Raises:
        UsageError: both are given, or the name cannot be a folder's.
        FileError: something is there already, or it could not be written.
    """
    if name is not None and out is not None:
        raise UsageError("--name and --out exclude each other.", "Give one of them.")
    if out is not None:
        folder = out
    elif name is not None:
        folder = paths.runs_folder() / check_run_name(name)
    else:
        stem = f"{datetime.now():%Y%m%d-%H%M%S}-{config.model.value}-{_data_name(config.data)}"
        folder = next(path for path in _numbered(paths.runs_folder() / stem) if not path.exists())
    by_time = name is None and out is None
    return Run.new(folder, config, is_main=is_main, by_time=by_time)


def _numbered(folder: Path) -> Iterator[Path]:
    """Yield ``folder``, and then ``folder-2``, ``folder-3``, …"""
    yield folder
    for number in count(2):
        yield folder.with_name(f"{folder.name}-{number}")


def _made_folder(folder: Path) -> Path:
    """Make ``folder``, or the first of its numbered fellows that nobody else has made."""
    with explained(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    return next(path for path in _numbered(folder) if _is_made(path))


def _is_made(folder: Path) -> bool:
    """Make a folder; return whether nobody else had."""
    with explained(folder):
        try:
            folder.mkdir()
        except FileExistsError:
            return False
    return True


def step_of(path: Path) -> int:
    """Return the step in the name of a checkpoint or preview."""
    match = _STEP.fullmatch(path.name)
    if not match:
        raise ValueError(f"{path.name} names no step")
    return int(match[1])


def _check_free(folder: Path) -> None:
    """Raise ``FileError`` if there is something but the lock of a training that never began."""
    with explained(folder):
        if not folder.exists():
            return
        if not folder.is_dir() or any(
            path.name != LOCK and not _is_leftover(path) for path in folder.iterdir()
        ):
            raise FileError(
                f"{folder} already exists.",
                "Give another --name or --out, or go on with that run: --resume RUN.",
            )


def _is_leftover(path: Path) -> bool:
    """Return whether a file is what a training left that was killed as it began."""
    name = temporary_for(path)
    return name is not None and _is_of_training(name)


def _is_of_training(name: str) -> bool:
    return name in _OF_TRAINING or bool(_STEP.fullmatch(name))


def _by_step(folder: Path, suffix: str) -> list[Path]:
    found = [path for path in folder.glob(f"step*{suffix}") if _STEP.fullmatch(path.name)]
    return sorted(found, key=step_of)


def _check_parts(folder: Path) -> None:
    """Raise ``RunError`` if files of the run would lie elsewhere: a link must not lead us out."""
    with explained(folder):
        home = folder.resolve()
        for part in _PARTS:
            # A folder that is not there yet leads nowhere; links in a circle stay where they are.
            if (folder / part).exists() and not (folder / part).resolve().is_relative_to(home):
                raise RunError(
                    f"{folder / part} is a link that leads out of the run.",
                    "Put a folder in its place, or move and link the whole run instead.",
                )


def _data_name(data: str) -> str:
    """Return a name for the data that can stand in a folder's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", Path(data).name).strip("-.")[:40] or "data"


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
