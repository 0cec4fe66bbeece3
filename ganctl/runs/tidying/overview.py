"""What a list of runs says of each."""

from __future__ import annotations

import contextlib
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ganctl.errors import RunError
from ganctl.files import paths
from ganctl.runs import locate
from ganctl.runs.layout import size
from ganctl.runs.run import Run

DAMAGED = "damaged"
"""The state of a run whose ``run.json`` cannot be read."""
_LONG_AGO = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Overview:
    """One run in a list.

    ``state`` is a ``RunStatus``, or ``damaged``, and then ``error`` says why and most else is
    unknown. ``created`` is when it began, in UTC. ``best`` is the best step and its quality by the
    run's own monitor, with the ``floor`` of real images; ``evaluation`` what ``ganctl evaluate``
    found last. Both are empty where there is nothing. ``bytes`` are those of all its files.
    """

    name: str
    folder: Path
    state: str
    bytes: int
    model: str | None = None
    recipe: str | None = None
    data: str | None = None
    step: int | None = None
    images_seen: int | None = None
    seconds: float | None = None
    created: datetime | None = None
    best: dict[str, int | float] | None = None
    evaluation: dict[str, Any] | None = None
    error: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the run as ``runs list --json`` prints it."""
        plain = {**asdict(self), "folder": str(self.folder)}
        plain["created"] = self.created.isoformat(timespec="seconds") if self.created else None
        return plain


def overviews() -> list[Overview]:
    """Return every run below the home, that first which began first.

    Those of which that is not known, which cannot be read, stand before the others.
    """
    found = [overview(folder) for folder in locate.run_folders()]
    return sorted(found, key=lambda run: run.created or _LONG_AGO)


def overview(folder: Path) -> Overview:
    """Return what a list says of the run in ``folder``."""
    try:
        run = Run.open(folder)
    except RunError as error:
        return Overview(folder.name, folder, DAMAGED, size(folder), error=str(error))
    evaluation = run.evaluation()
    return Overview(
        name=run.name,
        folder=folder,
        state=run.live_status().value,
        bytes=run.size(),
        model=run.config.model,
        recipe=run.config.recipe,
        data=run.config.data,
        step=run.progress.step,
        images_seen=run.progress.images_seen,
        seconds=run.progress.seconds,
        created=_moment(run.created),
        best=run.best,
        evaluation=evaluation.summary() if evaluation else {},
    )


def data_from_memory() -> list[Path]:
    """Return the files of data from memory, which runs of Python may need to be resumed."""
    return sorted(path for path in paths.memory_folder().glob("*/*.npz") if path.is_file())


def _moment(text: str) -> datetime | None:
    """Return a date and time that a run's file gives; None if it is none."""
    with contextlib.suppress(ValueError, OverflowError):
        return datetime.fromisoformat(text).astimezone(timezone.utc)
    return None
