"""What is to be reached, and after how many seconds it is: the arithmetic of the board. No torch.

A mark counts at a length if the worst of the seeds 1, 2 and 3 reaches it, and then for the seconds
of the slowest. A program whose learning rates fall to zero is as good as it gets at its end. So
each length is a training of its own, and the time to a mark that of the fastest length with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

SEEDS = (1, 2, 3)
NEAREST = 0.8
"""Nearer to the training images than this (see ``Figures``) samples reach no mark."""


@dataclass(frozen=True)
class Figures:
    """What was found of samples; each figure is that of the judge that is worse for them.

    Args:
        label_accuracy: in [0, 1], of 10,000 samples.
        coverage: in [0, 1], of real images by the same samples.
        times_floor: their feature distance, divided by that of real test images.
        nearest: their mean distance in pixels to the nearest training image, both moved to their
            centres, divided by that of real test images; copies of training images have 0.
        cas: the classification accuracy score in [0, 1] of all samples; None if not measured.
    """

    label_accuracy: float
    coverage: float
    times_floor: float
    nearest: float
    cas: float | None = None


@dataclass(frozen=True)
class Measure:
    """A figure, as tables show it, and which of several is the worst."""

    key: str
    title: str
    form: str
    worst: Callable[[Iterable[float]], float]

    def value(self, figures: Figures) -> float | None:
        found: float | None = getattr(figures, self.key)
        return found

    def text(self, figures: Figures) -> str:
        value = self.value(figures)
        return "–" if value is None else format(value, self.form)


MEASURES = (
    Measure("label_accuracy", "labels right", ".2%", min),
    Measure("coverage", "coverage", ".3f", min),
    Measure("times_floor", "× floor", ".2f", max),
    Measure("cas", "CAS", ".2%", min),
    Measure("nearest", "nearest", ".2f", min),
)


@dataclass(frozen=True)
class Mark:
    """A row's column: figures that must be at least, or at most, so much.

    Samples that are nearly training images reach none.
    """

    title: str
    at_least: tuple[tuple[str, float], ...] = ()
    at_most: tuple[tuple[str, float], ...] = ()

    def is_reached(self, figures: Figures) -> bool | None:
        """Return whether figures reach it; None if one that it needs was not measured."""
        low = [(getattr(figures, key), bound) for key, bound in self.at_least]
        high = [(getattr(figures, key), bound) for key, bound in self.at_most]
        if any(value is None for value, _ in (*low, *high)):
            return None
        return (
            figures.nearest >= NEAREST
            and all(value >= bound for value, bound in low)
            and all(value <= bound for value, bound in high)
        )


MARKS = (
    Mark("labels 99% with coverage 0.80", (("label_accuracy", 0.99), ("coverage", 0.80))),
    Mark("CAS 97%", (("cas", 0.97),)),
    Mark("CAS 98%", (("cas", 0.98),)),
    Mark("CAS 98.5%", (("cas", 0.985),)),
    Mark("CAS 99%", (("cas", 0.99),)),
    Mark("1.5 × floor", at_most=(("times_floor", 1.5),)),
    Mark("1 × floor", at_most=(("times_floor", 1.0),)),
)


@dataclass(frozen=True)
class Length:
    """What several seeds gave at one length: the seconds of the slowest, and the worst figures."""

    seconds: float
    worst: Figures


def worst_of(found: Sequence[Figures]) -> Figures:
    """Return the worst of each figure; None for one that is missing somewhere."""
    values: dict[str, Any] = {}
    for measure in MEASURES:
        known = [value for each in found if (value := measure.value(each)) is not None]
        values[measure.key] = measure.worst(known) if len(known) == len(found) else None
    return Figures(**values)


@dataclass(frozen=True)
class Reached:
    """When a mark was reached.

    ``seconds`` is None if it was not; ``tried`` are the seconds of the longest length where it was
    looked for, and None if there is none.
    """

    seconds: float | None
    tried: float | None

    def __str__(self) -> str:
        if self.seconds is not None:
            return f"{self.seconds:,.0f} s"
        return "–" if self.tried is None else f"> {self.tried:,.0f} s"


def when(mark: Mark, lengths: Sequence[Length]) -> Reached:
    """Return the seconds of the fastest length whose worst figures reach a mark."""
    looked = [(one, mark.is_reached(one.worst)) for one in lengths]
    there = [one.seconds for one, reached in looked if reached]
    tried = [one.seconds for one, reached in looked if reached is not None]
    return Reached(min(there, default=None), max(tried, default=None))
