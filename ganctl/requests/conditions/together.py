"""Which values of a schema go together: what rows have in each column, and which columns depend.

NumPy, no torch; nothing that ``--help`` needs imports this.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.requests.conditions.schema import Schema

P_VALUE = 1e-6
"""Columns count as independent unless a chi-squared test is surer than this that they are not."""
BINS = 8
"""Ranges that a quantity falls into, with as many images in each, where its lift is counted."""
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Together:
    """A schema's rows in numbers."""

    schema: Schema

    @cached_property
    def values(self) -> Floats:
        """The rows [R, attributes + quantities], NaN where a value is not known; one at least."""
        rows = self.schema.rows or [(None,) * len(self.schema.names)]
        return np.array(
            [[np.nan if value is None else value for value in row] for row in rows], np.float64
        ).reshape(len(rows), len(self.schema.names))

    @cached_property
    def counts(self) -> Floats:
        """How often each row occurs [R]."""
        return np.array(self.schema.counts or [1], np.float64)

    @cached_property
    def edges(self) -> list[Floats]:
        """Where the ranges of each quantity end, inner ends alone."""
        fractions = np.arange(1, BINS) / BINS
        edges = []
        for column in self.values.T[len(self.schema.attributes) :]:
            known = ~np.isnan(column)
            order = np.argsort(column[known], kind="stable")
            spent = self.counts[known][order].cumsum()
            if not len(spent):
                edges.append(np.empty(0))
                continue
            at = np.searchsorted(spent, fractions * spent[-1]).clip(max=len(spent) - 1)
            edges.append(np.unique(column[known][order][at]))
        return edges

    @cached_property
    def indices(self) -> NDArray[np.int64]:
        """Which value, or range of a quantity, each row has [R, A + Q]; -1 for not known."""
        columns = [
            np.where(np.isnan(column), -1, self.index_of(place, np.nan_to_num(column)))
            for place, column in enumerate(self.values.T)
        ]
        return np.stack(columns, axis=1).astype(np.int64)

    def index_of(self, place: int, values: Any) -> NDArray[np.int64]:
        """Return which value of an attribute, or which range of a quantity, numbers are."""
        first = len(self.schema.attributes)
        if place < first:
            return np.asarray(values).astype(np.int64)
        return np.asarray(np.searchsorted(self.edges[place - first], values), np.int64)

    def size(self, place: int) -> int:
        """Return how many values an attribute has, or how many ranges a quantity."""
        first = len(self.schema.attributes)
        if place < first:
            return self.schema.sizes[place]
        return len(self.edges[place - first]) + 1

    def counted(self, one: int, other: int) -> tuple[Floats, Floats]:
        """Return how often values of two columns meet [values of one, of other].

        Returns:
            the counts, and those expected of columns that are independent.
        """
        both = (self.indices[:, one] >= 0) & (self.indices[:, other] >= 0)
        sizes = self.size(one), self.size(other)
        flat = self.indices[both, one] * sizes[1] + self.indices[both, other]
        found = np.bincount(flat, self.counts[both], sizes[0] * sizes[1])
        observed = found.astype(np.float64).reshape(sizes)
        rows, columns = observed.sum(axis=1, keepdims=True), observed.sum(axis=0)
        return observed, rows * columns / max(observed.sum(), 1)

    def lift(self, one: int, other: int) -> Floats | None:
        """Return P(i, j) / P(i) P(j) [values of one, of other]; None for independent columns.

        A value that no row has gets 1, since nothing is known of what goes with it.
        """
        observed, expected = self.counted(one, other)
        if not depends(observed, expected):
            return None
        return np.where(expected > 0, observed / np.maximum(expected, 1e-300), 1.0)

    def dependent_pairs(self) -> list[tuple[int, int]]:
        """Return the places of columns that depend on each other, the lower place first."""
        places = range(len(self.schema.names))
        return [pair for pair in combinations(places, 2) if depends(*self.counted(*pair))]


def depends(observed: Floats, expected: Floats) -> bool:
    """Return whether counts [I, J] are too far from those expected for independent columns.

    That is Pearson's chi-squared test.
    """
    seen = expected > 0
    statistic = ((observed - expected)[seen] ** 2 / expected[seen]).sum()
    rows, columns = int((expected.sum(1) > 0).sum()), int((expected.sum(0) > 0).sum())
    freedom = (rows - 1) * (columns - 1)
    return freedom >= 1 and exceeded(float(statistic), freedom) < P_VALUE


def exceeded(statistic: float, freedom: int) -> float:
    """Return the chance that chi-squared with ``freedom`` degrees of freedom exceeds a statistic.

    With x half the statistic that is the sum of e⁻ˣ xᵏ / Γ(k + 1) over k = 0, 1, … below
    freedom / 2, and of an odd number the same over k = 1/2, 3/2, … and erfc √x (Abramowitz & Stegun
    1964, 26.4.4 and 26.4.5).
    """
    x = statistic / 2
    if x <= 0:
        return 1.0
    first = freedom % 2 / 2
    k = np.arange(first, freedom / 2)
    log_gammas = math.lgamma(first + 1) + np.log([1.0, *k[1:]]).cumsum()[: len(k)]
    chance = float(np.exp(k * math.log(x) - x - log_gammas).sum())
    return chance + math.erfc(math.sqrt(x)) if freedom % 2 else chance
