"""A run in Python: what ``train`` returns, and what a name or a folder opens."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganctl.api.evaluation import Evaluation
from ganctl.api.memory import name_of
from ganctl.api.wording import naming_arguments
from ganctl.errors import FileError, UsageError
from ganctl.files.atomic import read_file
from ganctl.files.limits import PICTURE_BYTES
from ganctl.requests.budget import Progress
from ganctl.requests.training import TrainRequest
from ganctl.runs.header import RunStatus
from ganctl.runs.locate import find_run
from ganctl.runs.run import Run as Folder

if TYPE_CHECKING:
    from ganctl.api.generator import Generator


class Run:
    """A run: a folder, and what it says of itself. ``Run.open`` finds one, ``train`` makes one.

    >>> run = ganctl.Run.open("demo")
    >>> run
    <Run demo: rpgan on lines.npz, step 40, finished...>
    >>> run.metrics[-1]["step"]
    40
    """

    def __init__(self, run: Folder) -> None:
        self._run = run

    @classmethod
    def open(cls, run: str | os.PathLike[str]) -> Run:
        """Return a run by its name, a prefix of it, or its folder.

        Raises:
            RunNotFound: there is none; the hint lists the nearest names.
            RunError: its ``run.json`` is missing, damaged or of another format version.
        """
        with naming_arguments():
            return cls(find_run(os.fspath(run)))

    @property
    def name(self) -> str:
        """The folder's name."""
        return self._run.name

    @property
    def folder(self) -> Path:
        """The run's folder."""
        return self._run.folder

    path = folder

    @property
    def status(self) -> str:
        """``new``, ``running``, ``interrupted``, ``stopped``, ``diverged`` or ``finished``."""
        return self._run.live_status().value

    def live_status(self) -> RunStatus:
        """Return the status, or ``interrupted`` if it should be running and no process does."""
        return self._run.live_status()

    @property
    def config(self) -> TrainRequest:
        """The options that it was trained with."""
        return self._run.config

    @property
    def progress(self) -> Progress:
        """The ``step`` that it is at, ``images_seen``, and the ``seconds`` trained."""
        return self._run.progress

    def is_complete(self) -> bool:
        """Return whether its budget is spent."""
        return self._run.is_complete()

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names in order of their index."""
        return self._run.classes

    @property
    def data(self) -> dict[str, Any]:
        """What it remembers of its data, such as the line ``summary`` that says what was read."""
        return dict(self._run.data)

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """A row for each report, numbers by their names, as ``pandas.DataFrame`` takes them.

        Each has ``step``, ``images_seen``, ``seconds``, ``images_per_second`` and the losses, and
        those of previews the quality too.

        Raises:
            FileError: they cannot be read, or are too large.
        """
        return self._run.metrics()

    @property
    def quality(self) -> dict[str, float]:
        """The latest quality and its step; {} if it was never measured."""
        return self._run.last_quality()

    def last_quality(self) -> dict[str, float]:
        """Return ``quality``."""
        return self._run.last_quality()

    @property
    def best(self) -> dict[str, int | float]:
        """The quality and the step of the checkpoint nearest to real images; {} if none is."""
        return dict(self._run.best)

    def previews(self) -> list[Path]:
        """Return the previews, oldest first."""
        return self._run.previews()

    def checkpoints(self) -> list[Path]:
        """Return the numbered checkpoints, oldest first."""
        return self._run.checkpoints()

    def latest_checkpoint(self) -> Path:
        """Return the newest checkpoint.

        Raises:
            RunError: there is none yet.
        """
        with naming_arguments():
            return self._run.latest_checkpoint()

    def best_checkpoint(self) -> Path:
        """Return the checkpoint that was nearest to real images; the newest if none was judged.

        Raises:
            RunError: there is none yet.
        """
        with naming_arguments():
            return self._run.best_checkpoint()

    def evaluation(self) -> Evaluation | None:
        """Return the latest evaluation that was kept; None if there is none."""
        found = self._run.evaluation()
        return None if found is None else Evaluation(found)

    def load(self) -> Generator:
        """Return the generator of its best checkpoint, as ``ganctl.load`` does.

        Raises:
            GanctlError: it has none yet, or it cannot be read.
        """
        from ganctl.api.loading import load

        return load(self)

    def evaluate(
        self, n: int | None = None, *, cas: bool = False, progress: bool = True
    ) -> Evaluation:
        """Judge its best checkpoint, as ``Generator.evaluate`` does."""
        return self.load().evaluate(n, cas=cas, progress=progress)

    def __repr__(self) -> str:
        config, step = self._run.config, f"step {self.progress.step:,}"
        facts = [f"{config.model} on {name_of(config.data)}", step, self.status]
        if "feature_distance" in self.best:
            facts.append(f"feature distance {self.best['feature_distance']:.2f}")
        return f"<Run {self.name}: {', '.join(facts)}>"

    def _repr_png_(self) -> bytes | None:
        """Return the latest preview, which a notebook shows."""
        try:
            return read_file(self.previews()[-1], PICTURE_BYTES)
        except (IndexError, FileError):
            return None


def check_reference(argument: str, run: object) -> None:
    """Raise ``UsageError`` unless an argument is a run, or names one by a text or a path."""
    if not isinstance(run, (str, os.PathLike, Run)):
        raise UsageError(f"{argument} {run!r} is no run.", "Give a run, its name or its folder.")
