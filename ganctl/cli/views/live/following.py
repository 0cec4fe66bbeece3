"""How a run stands by its files, which another process writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.cli.views.live.moment import Moment, measured_in
from ganctl.errors import FileError
from ganctl.files.limits import LARGEST_NUMBER
from ganctl.pictures.images import MID_GREY, read_image, read_metadata
from ganctl.requests.budget import AT_THE_START, Progress
from ganctl.requests.training_metrics import Group, has_quality, of_group
from ganctl.runs.header import RunStatus
from ganctl.runs.run import Run

COLUMNS = 10
"""Images in a row of a preview."""


class Follower:
    """Reads what is new in a run's folder.

    Args:
        run: the run, which is read again at each call.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self._step = -1
        self._preview: Path | None = None
        self._alarms = 0

    def news(self) -> list[Moment]:
        """Return what has happened since the last call, oldest first; only the last has images.

        Raises:
            RunError: the run cannot be read any more.
            FileError: its metrics cannot be read.
        """
        run = self.run = Run.open(self.run.folder)
        lines = run.metrics()
        last = lines[-1]["step"] if lines else 0
        if last < self._step:  # It was resumed from an earlier step.
            self._step, self._preview = -1, None
        new = [self._moment(line) for line in lines if line["step"] > self._step]
        changes = self._changes()
        if changes and not new:
            new = [self._moment(lines[-1] if lines else {})]
        if new:
            self._step = last
            new[-1] = replace(new[-1], **changes)
        return new

    def status(self) -> RunStatus:
        """Return what the run is doing; a process that has just ended is given time to say so."""
        if self.run.live_status() is not RunStatus.INTERRUPTED:
            return self.run.status
        self.run = Run.open(self.run.folder)
        return self.run.live_status()

    def _changes(self) -> dict[str, Any]:
        """Return the fields of a moment that no line of metrics has, where there are new ones."""
        changes: dict[str, Any] = {}
        alarms = self.run.alarms[self._alarms :]
        if alarms:
            changes["alarms"] = tuple((alarm["message"], "") for alarm in alarms)
        self._alarms = len(self.run.alarms)
        newest = next(reversed(self.run.previews()), None)
        if newest is not None and newest != self._preview:
            self._preview = newest
            images = images_of_preview(newest, self.run.data.get("shape", []))
            if images is not None:
                changes |= {"preview": images, "names": self._names(newest)[: len(images)]}
        return changes

    def _names(self, preview: Path) -> tuple[str, ...]:
        """Return the names of a preview's rows, if it has any other than classes."""
        if not self.run.data.get("schema"):
            return ()
        try:
            names = read_metadata(preview).get("row_names")
        except FileError:
            return ()
        return tuple(map(str, names)) if isinstance(names, list) else ()

    def _moment(self, line: Mapping[str, Any]) -> Moment:
        """Return what a line of metrics says; {} is before the first one."""
        config, count = self.run.config, max(1, self.run.data.get("count", 1))
        step, seen, seconds = (_amount(line, k) for k in ("step", "images_seen", "seconds"))
        progress = Progress(int(step), int(seen), seconds) if line else AT_THE_START
        total_steps = config.budget.steps(count, config.batch)
        losses = [*of_group(Group.LOSS), *of_group(Group.SCORE)]
        return Moment(
            step=progress.step,
            total_steps=total_steps,
            epoch=progress.images_seen / count,
            progress=config.budget.spent(progress, total_steps),
            seconds=progress.seconds,
            images_per_second=_amount(line, "images_per_second") if line else None,
            losses={metric.key: line[metric.key] for metric in losses if metric.key in line},
            quality=measured_in(line) if has_quality(line) else None,
        )


def images_of_preview(path: Path, shape: list[int]) -> NDArray[np.uint8] | None:
    """Return the images of a preview, uint8 [rows, 10, H, W] or [rows, 10, H, W, 3].

    The sheet fills the right and lower part of the picture; names may stand around it. Mid-grey
    lines lie between the images.

    Args:
        path: the picture.
        shape: [channels, height, width] of an image.

    Returns:
        None if it cannot be read, or is no such sheet.
    """
    try:
        whole = read_image(path)
        _, height, width = shape
    except (FileError, ValueError):
        return None
    full = COLUMNS * (width + 1) + 1
    if min(height, width) < 1 or whole.shape[1] < full:
        return None
    sheet = whole[:, -full:]
    is_line = (sheet == MID_GREY).reshape(len(sheet), -1).all(axis=1)
    rows = 0
    while (top := len(sheet) - 1 - (rows + 1) * (height + 1)) >= 0 and is_line[top]:
        rows += 1
    if not rows or not is_line[-1]:
        return None
    cells = sheet[-rows * (height + 1) :, 1:]
    cells = cells.reshape(rows, height + 1, COLUMNS, width + 1, *cells.shape[2:])
    images: NDArray[np.uint8] = cells[:, :height, :, :width].swapaxes(1, 2)
    return images


def _amount(line: Mapping[str, Any], key: str) -> float:
    """Return a number of a line as it may be; the file may be a stranger's."""
    number = line.get(key, 0)
    return min(max(number, 0), LARGEST_NUMBER) if isfinite(number) else 0
