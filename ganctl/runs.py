"""One run is one folder; this is the only place that knows what lies where in it. No torch.

::

    run.json       what the training is and how far it got (format version 1)
    metrics.jsonl  one line for each log interval
    checkpoints/   step00001000.safetensors, …, and best.safetensors
    previews/      step00000100.png, …: the same latents each time
    loss.png       the curves
    evaluation.*   what ``ganctl evaluate`` found last: .json to read by machine, .txt by people
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from itertools import islice
from pathlib import Path
from typing import Any

from ganctl import paths
from ganctl._version import __version__
from ganctl.card import PROGRESS
from ganctl.config import TrainConfig, check_run_name
from ganctl.errors import FileError, RunError, UsageError
from ganctl.evaluation import Evaluation
from ganctl.files import (
    append_line,
    check_writable,
    explained,
    remove_leftovers,
    temporary_for,
    write_atomically,
)

FORMAT_VERSION = 1
LATEST = "latest"
NEW = "new"
_STEP = re.compile(r"step(\d+)\.(?:safetensors|png)")
_OF_TRAINING = {"run.json", "metrics.jsonl", "loss.png", "best.safetensors"}
"""What the training of a run writes, and nothing else, beside what ``_STEP`` names."""


@dataclass
class Run:
    """A run's folder and what its ``run.json`` says.

    ``data`` describes the data set (name, classes, shape, fingerprint),
    ``progress`` how far the training got (step, images_seen, seconds),
    ``parameters`` how large each network is, ``best`` the step that was nearest
    to real images and its quality, ``alarms`` what went wrong and at which
    step. They are empty until there is something to say.
    """

    folder: Path
    config: TrainConfig
    created: str
    ganctl_version: str
    status: str = NEW
    data: dict[str, Any] = field(default_factory=dict)
    progress: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, int] = field(default_factory=dict)
    best: dict[str, float] = field(default_factory=dict)
    alarms: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def new(cls, folder: Path, config: TrainConfig, *, leads: bool = True) -> Run:
        """Return a run that will live in ``folder``; nothing is written until it begins.

        Args:
            folder: where to.
            config: what it is.
            leads: whether this process writes it, and not another one that trains along.

        Raises:
            FileError: something is there already, or it could not be written.
        """
        if leads:
            _check_free(folder)
        created = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return cls(folder.absolute(), config, created, __version__)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read the run in ``folder``.

        Raises:
            RunError: its ``run.json`` is missing, damaged or of another format version.
        """
        header = _read_header(folder)
        try:
            return cls(
                folder=folder,
                config=TrainConfig.from_json(header["config"]),
                created=str(header["created"]),
                ganctl_version=str(header["ganctl_version"]),
                status=str(header["status"]),
                data=_checked_data(header["data"]),
                progress=_checked_progress(header["progress"]),
                parameters=dict(header["parameters"]),
                best=_checked_best(header.get("best", {})),
                alarms=_checked_alarms(header.get("alarms", [])),
            )
        except (KeyError, TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise _damaged(folder, f"it lacks a valid {error}") from error

    def begin(self, data: dict[str, Any], parameters: dict[str, int]) -> None:
        """Write the run to the disk as one that trains, and make ``latest`` mean it.

        What an earlier training of it was writing when it was killed is removed.
        """
        for folder in (self.folder, self.folder / "checkpoints", self.folder / "previews"):
            remove_leftovers(folder, _is_of_training)
        remove_leftovers(paths.runs_folder(), lambda _name: False)
        self.data, self.parameters, self.status = data, parameters, "running"
        self.save()
        write_atomically(paths.runs_folder() / LATEST, f"{self.reference}\n".encode())

    def save(self) -> None:
        """Write ``run.json``."""
        header = {
            "format": "ganctl-run",
            "format_version": FORMAT_VERSION,
            "ganctl_version": self.ganctl_version,
            "created": self.created,
            "status": self.status,
            "config": self.config.as_json(),
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
        write_atomically(self.evaluation_path.with_suffix(".txt"), page.encode())

    def evaluation(self) -> Evaluation | None:
        """Return the latest evaluation; None if there is none, or none that can be read."""
        try:
            return Evaluation.from_json(json.loads(self.evaluation_path.read_bytes()))
        except (OSError, ValueError, RecursionError, RunError):
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
            raise RunError(
                f"The run {self.name} has no checkpoint yet.",
                "Wait for its first one, or name another run, or pretrained/mnist.",
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
        """Return the lines of ``metrics.jsonl``; a last line cut off by a crash is left out."""
        path = self.folder / "metrics.jsonl"
        if not path.exists():
            return []
        lines = []
        with explained(path):
            text = path.read_text(encoding="utf-8", errors="replace")
        for line in text.splitlines():
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict) and isinstance(entry.get("step"), int):
                lines.append(entry)
        return lines

    def last_quality(self) -> dict[str, float]:
        """Return what was seen of the samples when they were last looked at; {} if never."""
        names = ("step", "label_accuracy", "feature_distance", "lowest_variety")
        looks = (line for line in reversed(self.metrics()) if "feature_distance" in line)
        return {name: line[name] for line in islice(looks, 1) for name in names if name in line}

    def rewind(self, step: int) -> None:
        """Forget what came after ``step``, where a resumed training goes on."""
        kept = [line for line in self.metrics() if line["step"] <= step]
        content = "".join(json.dumps(line) + "\n" for line in kept)
        write_atomically(self.folder / "metrics.jsonl", content.encode())
        for path in self.previews():
            if step_of(path) > step:
                with explained(path):
                    path.unlink(missing_ok=True)
        if self.best.get("step", 0) > step:
            self.best = {}
            with explained(self.best_path):
                self.best_path.unlink(missing_ok=True)
        self.alarms = [alarm for alarm in self.alarms if alarm["step"] <= step]

    def is_complete(self) -> bool:
        """Return whether its budget is spent."""
        if not self.progress:
            return False
        total_steps = self.config.budget.steps(int(self.data["count"]), self.config.batch)
        step, seconds = int(self.progress["step"]), float(self.progress["seconds"])
        return self.config.budget.progress(step, seconds, total_steps) >= 1

    def size(self) -> int:
        """Return the bytes of all its files."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


def new_run(
    config: TrainConfig, *, name: str | None = None, out: Path | None = None, leads: bool = True
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
        folder = _folder_by_time(config)
    return Run.new(folder, config, leads=leads)


def _folder_by_time(config: TrainConfig) -> Path:
    stem = f"{datetime.now():%Y%m%d-%H%M%S}-{config.model.value}-{_data_name(config.data)}"
    folder = paths.runs_folder() / stem
    number = 2
    while folder.exists():
        folder = paths.runs_folder() / f"{stem}-{number}"
        number += 1
    return folder


def step_of(path: Path) -> int:
    """Return the step in the name of a checkpoint or preview."""
    match = _STEP.fullmatch(path.name)
    if not match:
        raise ValueError(f"{path.name} names no step")
    return int(match[1])


def _check_free(folder: Path) -> None:
    with explained(folder):
        if folder.exists() and not (folder.is_dir() and all(map(_is_leftover, folder.iterdir()))):
            raise FileError(
                f"{folder} already exists.",
                "Give another --name or --out, or go on with that run: --resume RUN.",
            )
    check_writable(folder)


def _is_leftover(path: Path) -> bool:
    """Return whether a file is what a training left that was killed as it began."""
    name = temporary_for(path)
    return name is not None and _is_of_training(name)


def _is_of_training(name: str) -> bool:
    return name in _OF_TRAINING or bool(_STEP.fullmatch(name))


def _by_step(folder: Path, suffix: str) -> list[Path]:
    found = [path for path in folder.glob(f"step*{suffix}") if _STEP.fullmatch(path.name)]
    return sorted(found, key=step_of)


def _read_header(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RunError(f"{folder} is not a run.", "It has no readable run.json.") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(folder, "it is not JSON") from error
    if not isinstance(header, dict) or header.get("format") != "ganctl-run":
        raise _damaged(folder, "ganctl did not write it")
    version = header.get("format_version")
    if version != FORMAT_VERSION:
        raise RunError(
            f"{folder} has run format {version}, and this ganctl reads {FORMAT_VERSION}.",
            f"It was written by ganctl {header.get('ganctl_version', 'of another version')}: "
            "use that one.",
        )
    return header


def _checked_data(data: dict[str, Any]) -> dict[str, Any]:
    """Return a run's description of its data, if it is empty or has what others rely on."""
    if data and not (isinstance(data["classes"], list) and isinstance(data["count"], int)):
        raise TypeError("data")
    return dict(data)


def _checked_progress(progress: dict[str, Any]) -> dict[str, Any]:
    """Return how far a run got, if it is empty or has what others rely on."""
    numbers = {key: progress[key] for key in PROGRESS} if progress else {}
    if not all(isinstance(number, (int, float)) for number in numbers.values()):
        raise TypeError("progress")
    return dict(progress)


def _checked_best(best: dict[str, Any]) -> dict[str, float]:
    """Return the best step and its quality, if it is empty or has what others rely on."""
    if not isinstance(best, dict):
        raise TypeError("best")
    if not best:
        return {}
    numbers = {str(name): float(number) for name, number in best.items()}
    if not all(map(math.isfinite, numbers.values())):
        raise ValueError("best")
    return {**numbers, "step": int(best["step"]), "feature_distance": numbers["feature_distance"]}


def _checked_alarms(alarms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return what went wrong, if each says what and when."""
    return [
        {"step": int(a["step"]), "kind": str(a["kind"]), "message": str(a["message"])}
        for a in alarms
    ]


def _damaged(folder: Path, why: str) -> RunError:
    return RunError(
        f"{folder / 'run.json'} cannot be read: {why}.",
        "Restore it from a copy, or sample from a file of its checkpoints/ folder.",
    )


def _data_name(data: str) -> str:
    """Return a name for the data that can stand in a folder's name."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", Path(data).name).strip("-.")[:40] or "data"


def _json_bytes(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()
