"""The metrics of ``ganctl evaluate``, a row each. No torch.

To add one, compute it under its key in ``engine/evaluation/measure.py`` and add its row to
``METRICS``: the tables, ``evaluation.json``, ``--json``, ``--compare`` and ``info`` follow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganctl.runs.evaluation.attributes import Obeyed
from ganctl.runs.evaluation.confusion import Confusion


@dataclass(frozen=True)
class Measurements:
    """What one judge measures on some images, with real training images as the reference.

    ``confusion`` counts the images by requested and predicted class; it is None where no class was
    requested. ``obeyed`` is there instead where more than a class was. ``values`` holds the metrics
    that come from the judge's features, by key.
    """

    confusion: Confusion | None
    values: Mapping[str, float]
    obeyed: Obeyed | None = None

    @property
    def label_accuracy(self) -> float | None:
        """The share of images that have the requested class, or all that was requested of them."""
        if self.confusion is not None:
            return self.confusion.accuracy
        at_once = self.obeyed and self.obeyed.at_once
        return at_once.value if at_once else None

    @property
    def per_class(self) -> dict[int, float]:
        """The label accuracy of each class that was requested."""
        if self.confusion is None:
            return {}
        right = self.confusion.right
        return {k: right[k] / count for k, count in sorted(self.confusion.requested.items())}

    def as_json(self) -> dict[str, Any]:
        """Return the confusion, what was obeyed if there is more, and each value by its key."""
        counts = None if self.confusion is None else list(map(list, self.confusion.counts))
        more = {} if self.obeyed is None else {"obeyed": self.obeyed.as_json()}
        return {"confusion": counts, **more, **self.values}


@dataclass(frozen=True)
class JudgeResult:
    """What one judge measures on the samples, and on as many held-out real images.

    ``checksum`` is the sha256 of the judge's weights.
    """

    judge: str
    checksum: str
    samples: Measurements
    real: Measurements

    def as_json(self) -> dict[str, Any]:
        """Return what ``evaluation.json`` says of this judge."""
        return {
            "judge": self.judge,
            "checksum": self.checksum,
            "samples": self.samples.as_json(),
            "real": self.real.as_json(),
        }


@dataclass(frozen=True)
class Figure:
    """The value of a metric for the samples, and for real images in their place.

    ``judge`` is the judge that measured it; None for a metric without judges.
    """

    samples: float
    real: float
    judge: JudgeResult | None = None

    @property
    def times_floor(self) -> float:
        """The value of the samples divided by that of real images."""
        return self.samples / max(self.real, 1e-12)


Better = Callable[[Figure], float]
"""Ranks figures: the greater its result, the better the figure."""


def higher(figure: Figure) -> float:
    """Prefer the highest value."""
    return figure.samples


def lowest(figure: Figure) -> float:
    """Prefer the lowest value."""
    return -figure.samples


def lower(figure: Figure) -> float:
    """Prefer the lowest multiple of the floor."""
    return -figure.times_floor


def nearest_to_real(figure: Figure) -> float:
    """Prefer the value nearest to that of real images."""
    return -abs(figure.samples - figure.real)


@dataclass(frozen=True)
class Metric:
    """A row of ``METRICS``.

    Args:
        key: its name in ``evaluation.json`` and in ``info``.
        label: its name in tables.
        format: the format specification of its value.
        better: ranks the evaluations of a comparison.
        quoted: ranks the judges; the figure of the last is quoted. None takes ``better``.
        floor: the name in ``info`` of its value for real images, for a metric that is read as a
            multiple of that.
        column: its name in the table by judge; None takes ``label``.
        read: computes it from a judge's measurements; None reads the value of its key.
        judged: whether judges measure it; if not, it is one of ``Evaluation.scores``.
        optional: whether an evaluation may lack it: it has no labels, the metric was not
            requested, or it is newer than the first ``evaluation.json`` files.
        of_parts: whether it is measured only where more than a class was asked for.
    """

    key: str
    label: str
    format: str
    better: Better
    quoted: Better | None = None
    floor: str | None = None
    column: str | None = None
    read: Callable[[Measurements], float | None] | None = None
    judged: bool = True
    optional: bool = False
    of_parts: bool = False

    @property
    def is_stored(self) -> bool:
        """Whether it is one of ``Measurements.values``."""
        return self.judged and self.read is None

    def value(self, measurements: Measurements) -> float | None:
        """Return its value by one judge; None if that judge did not measure it."""
        return self.read(measurements) if self.read else measurements.values.get(self.key)

    def figure(self, judges: Sequence[JudgeResult], scores: Mapping[str, Figure]) -> Figure | None:
        """Return the figure to quote; of several judges, that of the strictest."""
        if not self.judged:
            return scores.get(self.key)
        figures = []
        for judge in judges:
            samples, real = self.value(judge.samples), self.value(judge.real)
            if samples is not None and real is not None:
                figures.append(Figure(samples, real, judge))
        return min(figures, key=self.quoted or self.better, default=None)

    def text(self, value: float) -> str:
        """Return a value as tables show it."""
        return f"{value:{self.format}}"

    def times_floor_text(self, figure: Figure) -> str:
        """Return a figure as a multiple of its floor."""
        return f"{figure.times_floor:.2f} × floor"

    def compared(self, figure: Figure) -> float:
        """Return the number by which runs compare: the value, or the multiple of the floor."""
        return figure.times_floor if self.floor else figure.samples


LABEL_ACCURACY = Metric(
    key="label_accuracy",
    label="label accuracy",
    column="labels",
    format=".2%",
    better=higher,
    read=lambda measurements: measurements.label_accuracy,
    optional=True,
)
"""For the samples, how well labels are obeyed; for real images, how good the judge is."""

METRICS = (
    LABEL_ACCURACY,
    # Each attribute by itself, where label accuracy is of all at once.
    Metric(
        key="attribute_accuracy",
        label="attribute accuracy, mean",
        column="by attribute",
        format=".2%",
        better=higher,
        read=lambda found: found.obeyed.mean_accuracy if found.obeyed else None,
        optional=True,
        of_parts=True,
    ),
    Metric(
        key="unseen_accuracy",
        label="unseen combinations right",
        column="unseen",
        format=".2%",
        better=higher,
        read=lambda found: found.obeyed.unseen_accuracy if found.obeyed else None,
        optional=True,
        of_parts=True,
    ),
    Metric(
        key="unseen_pair_accuracy",
        label="unseen pairs right",
        column="unseen pairs",
        format=".2%",
        better=higher,
        read=lambda found: found.obeyed.unseen_pair_accuracy if found.obeyed else None,
        optional=True,
        of_parts=True,
    ),
    # The squared Fréchet distance of features; the floor is that of two sets of real images.
    Metric("feature_distance", "feature distance", ".2f", better=lower, floor="floor"),
    # Comparable whatever the number of images.
    Metric(
        key="unbiased_distance",
        label="feature distance, unbiased",
        column="unbiased",
        format=".2f",
        better=lowest,
        optional=True,
    ),
    # Above the density of real images, samples are too typical.
    Metric("density", "density", ".3f", better=nearest_to_real, quoted=higher),
    Metric("coverage", "coverage", ".3f", better=higher),
    Metric(
        key="cas",
        label="classification accuracy score",
        format=".2%",
        better=higher,
        judged=False,
        optional=True,
    ),
)
