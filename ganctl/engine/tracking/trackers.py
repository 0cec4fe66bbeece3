"""The trackers that ``--log`` names, opened at a run's first report and closed with it."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from types import TracebackType

from ganctl.engine.tracking.metrics_csv import MetricsCsv
from ganctl.engine.tracking.tensorboard import TensorBoard
from ganctl.errors import FileError, GanctlWarning, UsageError
from ganctl.pictures.images import Images
from ganctl.requests.training_metrics import Log
from ganctl.runs.run import Run

Tracker = MetricsCsv | TensorBoard
_TRACKERS: dict[Log, type[Tracker]] = {Log.CSV: MetricsCsv, Log.TENSORBOARD: TensorBoard}


class Trackers:
    """Passes what is reported of a run on to each of its trackers.

    A run can do without them: one that cannot be written is left out from then on, and a
    ``GanctlWarning`` says so.

    Args:
        run: which says by ``config.log`` what it is tracked by.

    Raises:
        UsageError: the package of one is not installed.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._names = [Log(name) for name in run.config.log]
        if Log.TENSORBOARD in self._names and find_spec("tensorboard") is None:
            raise UsageError(
                "--log tensorboard needs the package tensorboard.",
                "Install it: pip install 'ganctl[tensorboard]'",
            )
        self._open: list[Tracker] | None = None

    def __enter__(self) -> Trackers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for tracker in self._open or ():
            with suppress(OSError, FileError):
                tracker.close()

    def log(
        self,
        step: int,
        figures: Mapping[str, float],
        picture: Images | None = None,
    ) -> None:
        """Pass on a report, whose line is in ``metrics.jsonl`` by now.

        Args:
            step: of the report.
            figures: numbers by name.
            picture: of the preview, uint8 [H, W] or [H, W, 3], if one was due.
        """
        if self._open is None:
            self._open = self._opened(step)
        for tracker in tuple(self._open):
            try:
                tracker.log(step, figures, picture)
            except (OSError, FileError) as error:
                self._open.remove(tracker)
                text = f"The run continues without {tracker.name}: {error}"
                warnings.warn(GanctlWarning(text), stacklevel=2)

    def _opened(self, step: int) -> list[Tracker]:
        """Return the trackers, which forget what an earlier process reported after a checkpoint."""
        kept = [line["step"] for line in self._run.metrics() if line["step"] < step]
        return [_TRACKERS[name](self._run, max(kept, default=0) + 1) for name in self._names]
