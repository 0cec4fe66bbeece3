"""What is shown of a run at one moment, whether it trains in this process or in another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ganctl.files.text import printable
from ganctl.requests.data import is_named
from ganctl.requests.training_metrics import Group, TrainingMetric, of_group
from ganctl.runs.run import Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ganctl.engine.training.loop import StepReport
    from ganctl.engine.training.watching.monitor import Quality


@dataclass(frozen=True)
class Measured:
    """A measurement of quality: values, those of real images, and what they are of, by key."""

    values: Mapping[str, float]
    floors: Mapping[str, float] = field(default_factory=dict)
    of: Mapping[str, str] = field(default_factory=dict)

    def in_words(self, metric: TrainingMetric) -> str:
        """Return a metric as ``feature distance 3.21 (real 1.50)``; "" if it was not measured."""
        if metric.line is None or metric.key not in self.values:
            return ""
        name = " ".join([metric.line, *filter(None, [printable(self.of.get(metric.key, ""))])])
        return f"{name} {self.values[metric.key]:{metric.format}}{self.beside_real(metric)}"

    def beside_real(self, metric: TrainingMetric) -> str:
        """Return the metric of real images, in brackets; "" where it is not known."""
        floor = self.floors.get(metric.key)
        return "" if floor is None else f" (real {floor:{metric.format}})"


def measured_by(quality: Quality) -> Measured:
    """Return what a judge in this process has measured."""
    floors, of = {}, {}
    for metric in of_group(Group.QUALITY):
        if metric.floor:
            floors[metric.key] = getattr(quality, metric.floor)
        if metric.of and getattr(quality, metric.of) is not None:
            of[metric.key] = getattr(quality, metric.of)
    return Measured(quality.as_metrics(), floors, of)


def measured_in(line: Mapping[str, float]) -> Measured:
    """Return what a line of ``metrics.jsonl`` has of quality; earlier versions wrote no floors."""
    shown = [metric for metric in of_group(Group.QUALITY) if metric.key in line]
    floors = {m.key: line[m.floor] for m in shown if m.floor is not None and m.floor in line}
    return Measured({metric.key: line[metric.key] for metric in shown}, floors)


@dataclass(frozen=True)
class Moment:
    """How a run stands.

    Attributes:
        step: the steps taken.
        total_steps: the steps of the whole budget; None for a budget of minutes.
        epoch: images seen as a multiple of the data set's size.
        progress: the spent fraction of the budget, in [0, 1].
        seconds: the time trained.
        images_per_second: lately; None before the first report.
        losses: losses and mean scores by key; {} before the first report.
        preview: images, uint8 [rows, columns, H, W] or [rows, columns, H, W, 3]; None where there
            is no new one.
        names: of the preview's rows; none of classes.
        quality: None where none was measured at this step.
        alarms: what has newly gone wrong, and what to do about it, which may be "".
        judge_progress: how much of the judge's training is done, in [0, 1); None once it is ready.
    """

    step: int
    total_steps: int | None
    epoch: float
    progress: float
    seconds: float
    images_per_second: float | None = None
    losses: Mapping[str, float] = field(default_factory=dict)
    preview: NDArray[np.uint8] | None = None
    names: tuple[str, ...] = ()
    quality: Measured | None = None
    alarms: tuple[tuple[str, str], ...] = ()
    judge_progress: float | None = None

    @property
    def seconds_left(self) -> float:
        """The seconds that the rest of the budget takes at the speed so far; 0 if unknown."""
        return self.seconds * (1 - self.progress) / self.progress if self.progress > 0 else 0.0


def moment_of(report: StepReport) -> Moment:
    """Return what a report of this process says."""
    return Moment(
        step=report.step,
        total_steps=report.total_steps,
        epoch=report.epoch,
        progress=report.progress,
        seconds=report.seconds,
        images_per_second=report.images_per_second,
        losses=report.losses,
        preview=report.preview,
        names=report.preview_names,
        quality=None if report.quality is None else measured_by(report.quality),
        alarms=tuple((alarm.message, alarm.advice) for alarm in report.alarms),
        judge_progress=report.judge_progress,
    )


def at_the_start(run: Run, preview: NDArray[np.uint8], names: tuple[str, ...]) -> Moment:
    """Return how a run stands that has begun, before its first step."""
    total_steps = run.config.budget.steps(run.data["count"], run.config.batch)
    return Moment(0, total_steps, 0.0, 0.0, 0.0, preview=preview, names=names)


def title_of(run: Run) -> str:
    """Return what a run is, in one line."""
    config = run.config
    data = config.data if is_named(config.data) else Path(config.data).name
    # Until the data are read nobody knows which model suits them.
    what = f"{config.model} on {data}" if config.is_settled else data
    return f"{run.name}: {what}, {config.budget}"


def clock(seconds: float) -> str:
    """Return a duration as ``1:05``, or with hours as ``2:00:00``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def quality_in_words(quality: Measured | None, shown: Sequence[TrainingMetric]) -> str:
    """Return those of some metrics that have words, each behind a dot."""
    found = [] if quality is None else [quality.in_words(metric) for metric in shown]
    return "".join(f" · {words}" for words in found if words)


def judge_in_words(moment: Moment) -> str:
    """Return how far the judge is that is trained beside the run, which slows it down."""
    done = moment.judge_progress
    return "" if done is None else f" · training the judge, {done:.0%}"
