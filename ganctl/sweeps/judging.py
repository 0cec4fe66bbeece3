"""What judges the trainings of a sweep, made ready before the first one begins.

A run on data without a judge trains one beside its steps, which would cost the first training of a
sweep a part of its minutes, and two at once would train it twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ganctl.readers.labelled import OnProgress
from ganctl.requests.training import TrainRequest
from ganctl.sweeps.sweep import Sweep


def prepare_judges(sweep: Sweep, on_progress: OnProgress) -> tuple[bool, float | None]:
    """Train the judges of a sweep's data, where they are neither bundled nor kept.

    Args:
        sweep: the sweep.
        on_progress: called with the steps done.

    Returns:
        Whether there are enough images to judge by in all the data; and the feature distance
        of held-out real images as runs measure it, None where there are several data sets.

    Raises:
        DataError: data cannot be read.
    """
    from ganctl.engine.data.dataset import load
    from ganctl.engine.evaluation.judges import QuickJudge, judges
    from ganctl.engine.evaluation.reals import TooFewImages, reals_of
    from ganctl.engine.training.watching.monitor import QualityMonitor

    floors: list[float] = []
    for request in _different_data(each.request for each in sweep.trainings):
        try:
            reals = reals_of(load(request.data, request.reading, on_progress=on_progress))
        except TooFewImages:
            return False, None
        QuickJudge(reals.train, reals.held_out).judge(on_progress)
        judges(reals.train, reals.held_out, on_progress=on_progress)
        floors.append(QualityMonitor(reals).floor)
    return True, floors[0] if len(floors) == 1 else None


def _different_data(requests: Iterable[TrainRequest]) -> list[TrainRequest]:
    """Return one request for each way in which data are read, with labels or without."""
    found = {(each.data, replace(each.reading, needs_labels=False)): each for each in requests}
    return list(found.values())
