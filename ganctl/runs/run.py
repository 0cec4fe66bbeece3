"""One run is one folder: how it begins, is held, is saved, and what it holds. No torch.

``layout`` says what lies where in the folder, ``header`` what its ``run.json`` says.
"""

from __future__ import annotations

import os
import re
import shlex
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ganctl.errors import FileError, GanctlWarning, RunError, UsageError
from ganctl.files import paths
from ganctl.files.atomic import (
    check_writable,
    explained,
    read_file,
    remove_leftovers,
    write_atomically,
)
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import parse
from ganctl.requests.checks import check_run_name
from ganctl.requests.training import TrainRequest
from ganctl.runs import checkpoints, layout, metrics
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.header import (
    DataDescription,
    RunHeader,
    RunStatus,
    read_header,
    write_header,
)
from ganctl.runs.lock import Lock, is_free
from ganctl.runs.packages import packages_of

LATEST = "latest"


@dataclass(kw_only=True)
class Run(RunHeader):
    """A run's folder, and what its ``run.json`` says.

    ``by_time`` means that the folder's name was not asked for, so that another will do if it is
    taken.
    """

    folder: Path
    by_time: bool = field(default=False, compare=False)
    _lock: Lock | None = field(default=None, compare=False, repr=False)

    @classmethod
    def new(
        cls, folder: Path, config: TrainRequest, *, is_main: bool = True, by_time: bool = False
    ) -> Run:
        """Return a run that will live in ``folder``; nothing is written until it begins.

        Args:
            folder: where to.
            config: what it is.
            is_main: whether this process writes it, and not another one that trains beside it.
            by_time: whether another folder will do if this one is taken when it begins.

        Raises:
            FileError: something is there already, or it could not be written.
        """
        if is_main:
            layout.check_free(folder)
            check_writable(folder)
        created = datetime.now(timezone.utc).isoformat(timespec="seconds")
        return cls(folder=folder.absolute(), config=config, created=created, by_time=by_time)

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Read the run in ``folder``.

        Raises:
            RunError: its ``run.json`` is missing, damaged or of another format version.
        """
        header = read_header(folder)
        layout.check_links(folder)
        return cls(folder=folder, **vars(header))

    def hold(self) -> None:
        """Let no other process train this run until ``release``; a new one gets its folder.

        Raises:
            RunError: another process trains it.
            FileError: a new run's folder was taken since, or cannot be written.
        """
        is_new = self.status is RunStatus.NEW
        if is_new and self.by_time:
            self.folder = layout.make_folder(self.folder)
        elif is_new:
            with explained(self.folder):
                self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(self.folder / layout.LOCK, f"The run {self.name}")
        if is_new:
            layout.check_free(self.folder)

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
        for each in fields(RunHeader):
            if each.name != "config":  # What is asked for now.
                setattr(self, each.name, getattr(now, each.name))

    def live_status(self) -> RunStatus:
        """Return the status, or ``interrupted`` if it should be running and no process does."""
        if self.status is RunStatus.RUNNING and is_free(self.folder / layout.LOCK):
            return RunStatus.INTERRUPTED
        return self.status

    def begin(self, data: DataDescription, parameters: dict[str, int]) -> None:
        """Write the run to the disk as one that trains, and make ``latest`` mean it.

        What an earlier process was writing when it was killed is removed. Where the run
        lies elsewhere, a home that cannot be written is worth no more than a ``GanctlWarning``.
        """
        for folder in (self.folder, self.folder / "checkpoints", self.folder / "previews"):
            remove_leftovers(folder, layout.is_written_by_train)
        self.data, self.parameters, self.status = data, parameters, RunStatus.RUNNING
        self.save()
        try:
            remove_leftovers(paths.runs_folder(), lambda _name: False)
            make_latest(self.folder)
        except FileError as error:
            text = f"{error} So latest does not mean this run; name it instead."
            warnings.warn(GanctlWarning(text), stacklevel=2)

    def save(self) -> None:
        """Write ``run.json``.

        Raises:
            FileError: it cannot be written; the old one is whole.
        """
        write_header(self.folder, self)

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @property
    def reference(self) -> str:
        """What a user types to mean this run from any folder: its name, or its path."""
        return reference_to(self.folder)

    @property
    def resume_command(self) -> str:
        """What resumes it, typed in any shell and folder."""
        # That shell may have another $GANCTL_HOME, or none.
        reference = str(self.folder) if "GANCTL_HOME" in os.environ else self.reference
        return f"ganctl train --resume {shlex.quote(reference)}"

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in order of their index."""
        return tuple(self.data.get("classes", ()))

    @property
    def loss_plot_path(self) -> Path:
        """Where the curves belong."""
        return self.folder / "loss.png"

    @property
    def best_path(self) -> Path:
        """Where the checkpoint nearest to real images belongs, unless it is a numbered one."""
        return checkpoints.best_path(self.folder)

    @property
    def evaluation_path(self) -> Path:
        """Where the latest evaluation belongs."""
        return self.folder / "evaluation.json"

    def checkpoint_path(self, step: int) -> Path:
        """Return where the checkpoint of ``step`` belongs."""
        return layout.checkpoint_path(self.folder, step)

    def preview_path(self, step: int) -> Path:
        """Return where the preview of ``step`` belongs."""
        return layout.preview_path(self.folder, step)

    def checkpoints(self) -> list[Path]:
        """Return the numbered checkpoints, oldest first."""
        return checkpoints.numbered(self.folder)

    def previews(self) -> list[Path]:
        """Return the previews, oldest first."""
        return layout.by_step(self.folder / "previews", ".png")

    def latest_checkpoint(self) -> Path:
        """Return the newest checkpoint.

        Raises:
            RunError: there is none yet.
        """
        found = self.checkpoints()
        if not found:
            is_running = self.live_status() is RunStatus.RUNNING
            wait = "Wait for its first one" if is_running else f"Resume it: {self.resume_command}"
            raise RunError(
                f"The run {self.name} has no checkpoint yet.",
                f"{wait}; or name another run, or pretrained/mnist.",
            )
        return found[-1]

    def best_checkpoint(self) -> Path:
        """Return the checkpoint that was nearest to real images; the newest if none was judged.

        Raises:
            RunError: there is none yet.
        """
        return checkpoints.find_best(self.folder, self.best) or self.latest_checkpoint()

    def prune_checkpoints(self) -> list[Path]:
        """Remove the checkpoints that neither a resume nor ``--keep`` needs.

        Returns:
            those that are left of which only the generator is still needed.
        """
        finished = self.status is RunStatus.FINISHED
        return checkpoints.prune(self.folder, keep=self.config.keep, finished=finished)

    def share_best(self) -> None:
        """Let the best checkpoint be the numbered one of the same step, if there is one."""
        checkpoints.share_best(self.folder, self.best)

    def append_metrics(self, line: Mapping[str, Any]) -> None:
        """Add a line to ``metrics.jsonl``."""
        metrics.append_metrics(self.folder, line)

    def metrics(self) -> list[dict[str, Any]]:
        """Return the lines of ``metrics.jsonl``, numbers by their names.

        Raises:
            FileError: it cannot be read, or is too large.
        """
        return metrics.read_metrics(self.folder)

    def last_quality(self) -> dict[str, float]:
        """Return the latest quality and its step; {} if it was never measured."""
        return metrics.last_quality(self.folder)

    def keep_evaluation(self, evaluation: Evaluation, page: str) -> None:
        """Write an evaluation, and its page of text beside it."""
        write_atomically(self.evaluation_path, evaluation.content())
        write_atomically(
            self.evaluation_path.with_suffix(".txt"), page.encode(errors="backslashreplace")
        )

    def evaluation(self) -> Evaluation | None:
        """Return the latest evaluation; None if there is none, or none that can be read."""
        try:
            return Evaluation.from_json(parse(read_file(self.evaluation_path, JSON_BYTES)))
        except (FileError, ValueError, RunError):
            return None

    def rewind(self, step: int) -> None:
        """Forget what came after ``step``, from which the run is resumed."""
        metrics.rewind_metrics(self.folder, step)
        for path in self.previews():
            if layout.step_of(path) > step:
                with explained(path):
                    path.unlink(missing_ok=True)
        if self.best and not checkpoints.rewind_best(self.folder, self.best, step):
            self.best = {}
        self.alarms = [alarm for alarm in self.alarms if alarm["step"] <= step]

    def is_complete(self) -> bool:
        """Return whether its budget is spent."""
        if not self.data:
            return False
        total_steps = self.config.budget.steps(self.data["count"], self.config.batch)
        return self.config.budget.spent(self.progress, total_steps) >= 1

    def size(self) -> int:
        """Return the bytes of all its files."""
        return layout.size(self.folder)


def reference_to(folder: Path) -> str:
    """Return what a user types to mean the run in ``folder`` from any folder."""
    return folder.name if folder.parent == paths.runs_folder() else str(folder)


def make_latest(folder: Path) -> None:
    """Let ``latest`` mean the run in ``folder``.

    Raises:
        FileError: the home cannot be written to.
    """
    write_atomically(paths.runs_folder() / LATEST, os.fsencode(f"{reference_to(folder)}\n"))


def new_run(
    config: TrainRequest, *, name: str | None = None, out: Path | None = None, is_main: bool = True
) -> Run:
    """Return a run that will live below the home, called ``name`` or by the time, or in ``out``.

    Args:
        config: what it is.
        name: its name below the home.
        out: its folder.
        is_main: whether this process writes it, and not another one that trains beside it.

    Raises:
        UsageError: there are no such data, both a name and a folder are given, or the name
            cannot be a folder's.
        FileError: something is there already, or it could not be written.
    """
    packages = packages_of(config)
    if name is not None and out is not None:
        raise UsageError("--name and --out exclude each other.", "Give one of them.")
    if out is not None:
        folder = out
    elif name is not None:
        folder = paths.runs_folder() / check_run_name(name)
    else:
        what = [*([config.model] if config.is_settled else []), _data_name(config.data)]
        stem = f"{datetime.now():%Y%m%d-%H%M%S}-{'-'.join(what)}"
        candidates = layout.numbered(paths.runs_folder() / stem)
        folder = next(path for path in candidates if not path.exists())
    by_time = name is None and out is None
    run = Run.new(folder, config, is_main=is_main, by_time=by_time)
    run.packages = packages
    return run


def _data_name(data: str) -> str:
    """Return a name for the data that can stand in a folder's name."""
    name = re.sub(r"\.(npz|zip|csv|tsv|parquet)$", "", Path(data).name, flags=re.IGNORECASE)
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.")[:40] or "data"
