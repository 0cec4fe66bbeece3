"""The metrics of ``ganctl evaluate``, a row each. No torch.

To add one, compute it under its key in ``engine/evaluation/measure.py`` and add its row to
``METRICS``: the tables, ``evaluation.json``, ``--json``, ``--compare`` and ``info`` follow.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

CHANCE_SIGNIFICANCE = 0.01
"""How unlikely a judge must be to do so badly if it were clearly better than chance."""
ENOUGH_TO_LEARN = 10
"""Held-out images of a class, in the mean, without which chance is nothing to say."""


@dataclass(frozen=True)
class Confusion:
    """How many images of a requested class are predicted as a class.

    ``counts`` has (requested, predicted, count) for each pair that occurs, in order: most of the
    pairs of 10,000 classes do not.
    """

    counts: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, matrix: Sequence[Sequence[int]]) -> Confusion:
        """Return that of a matrix, a row for each requested class."""
        return cls(
            tuple(
                (requested, predicted, count)
                for requested, row in enumerate(matrix)
                for predicted, count in enumerate(row)
                if count
            )
        )

    @cached_property
    def requested(self) -> Counter[int]:
        """The number of images of each class that was requested."""
        return self._sums(self.counts)

    @cached_property
    def right(self) -> Counter[int]:
        """The number of images of each class that are predicted as that."""
        return self._sums([pair for pair in self.counts if pair[0] == pair[1]])

    @property
    def mistakes(self) -> list[tuple[int, int, int]]:
        """The pairs of different classes, the commonest first."""
        wrong = [pair for pair in self.counts if pair[0] != pair[1]]
        return sorted(wrong, key=lambda pair: -pair[2])

    @property
    def accuracy(self) -> float:
        """The share of images that are predicted as what was requested, in [0, 1]."""
        return self.right.total() / self.requested.total()

    @staticmethod
    def _sums(pairs: Sequence[tuple[int, int, int]]) -> Counter[int]:
        sums: Counter[int] = Counter()
        for requested, _, count in pairs:
            sums[requested] += count
        return sums


@dataclass(frozen=True)
class Measurements:
    """What one judge measures on some images, with real training images as the reference.

    ``confusion`` counts the images by requested and predicted class; it is None where no class was
    requested. ``values`` holds the metrics that come from the judge's features, by key.
    """

    confusion: Confusion | None
    values: Mapping[str, float]

    @property
    def label_accuracy(self) -> float | None:
        """The share of images that the judge assigns to the requested class, in [0, 1]."""
        return self.confusion.accuracy if self.confusion else None

    @property
    def per_class(self) -> dict[int, float]:
        """The label accuracy of each class that was requested."""
        if self.confusion is None:
            return {}
        right = self.confusion.right
        return {k: right[k] / count for k, count in sorted(self.confusion.requested.items())}

    def as_json(self) -> dict[str, Any]:
        """Return the confusion and each value by its key."""
        counts = None if self.confusion is None else list(map(list, self.confusion.counts))
        return {"confusion": counts, **self.values}


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


def chance_if_near(right: int, counts: Sequence[int]) -> float | None:
    """Return chance if a classifier of real images is hardly better, else None.

    Chance is the accuracy of whoever always names the commonest class. A classifier is hardly
    better if it would do so badly once in a hundred times at most (a one-sided binomial test),
    were it right half as often again as chance is, or a quarter of the way from chance to
    certainty if that is less. So ten images prove nothing, and a thousand do.

    Args:
        right: the images that it classifies correctly.
        counts: the images of each class; with few of a class, a classifier may fail for want of
            images, and nothing is said.
    """
    total = sum(counts)
    if len(counts) < 2 or total < ENOUGH_TO_LEARN * len(counts) or max(counts) == total:
        return None
    chance = max(counts) / total
    clearly_better = min(1.5 * chance, chance + (1 - chance) / 4)
    likelihoods = (_binomial(hits, total, clearly_better) for hits in range(right + 1))
    return chance if sum(likelihoods) <= CHANCE_SIGNIFICANCE else None


def near_chance_text(accuracy: float, chance: float) -> str:
    """Return what to say of labels that a classifier of real images cannot learn."""
    digits = ".0%" if chance >= CHANCE_SIGNIFICANCE else ".2%"
    return (
        f"The labels look meaningless: a classifier of real images gets {accuracy:{digits}} "
        f"right, where chance is {chance:{digits}}."
    )


def _binomial(hits: int, count: int, share: float) -> float:
    """Return the probability of so many hits among ``count``, each of which is one by ``share``."""
    ways = math.lgamma(count + 1) - math.lgamma(hits + 1) - math.lgamma(count - hits + 1)
    return math.exp(ways + hits * math.log(share) + (count - hits) * math.log1p(-share))


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
    # The squared Fréchet distance of features; the floor is that of two sets of real images.
    Metric("feature_distance", "feature distance", ".2f", better=lower, floor="floor"),
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
