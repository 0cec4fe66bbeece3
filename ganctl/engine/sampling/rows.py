"""What settings leave free: drawn by a sample's seed from how the rows of the data go together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.conditions.settings import Setting, Settings

P_VALUE = 1e-6
"""Columns count as independent unless a chi-squared test is surer than this that they are not."""
NEVER = -30.0
"""The logarithm of the weight of values that no row has together: it decides only among such."""
BINS = 8
"""Ranges that a quantity falls into, with as many images in each, where its lift is counted."""


@dataclass(frozen=True)
class Rows:
    """A schema's rows, and which of its columns depend on each other.

    Drawing gives one whole row for each seed: the row with the highest sum of the logarithm of its
    weight and a noise of its own, from a Gumbel distribution, so that a row comes as often as its
    weight says (the Gumbel-max trick, Maddison et al. 2014). The weight of a row is its count times
    the lift, for each column that is not named, of its value there by each named value:
    P(value, named) / P(value) P(named). The lift is 1 where two columns are independent. So a seed
    keeps its row while an independent column changes, and dependent ones go together.
    """

    schema: Schema

    def draw(self, settings: Sequence[Settings], seeds: Sequence[int]) -> Tensor:
        """Return values float32 [N, attributes + quantities], NaN where they are not known.

        What is named has its value, and NaN where it is a blend.

        Args:
            settings: what is fixed, for each of N samples.
            seeds: of each sample.
        """
        noises = {seed: self._noise(seed) for seed in dict.fromkeys(seeds)}
        weights = {each: self._log_weights(each) for each in dict.fromkeys(settings)}
        drawn = [
            self._values[int((weights[each] + noises[seed]).argmax())]
            for each, seed in zip(settings, seeds, strict=True)
        ]
        values = torch.stack(drawn).float()
        for row, each in zip(values, settings, strict=True):
            for setting in each.named:
                row[setting.place] = self._value(setting)
        return values

    @cached_property
    def _values(self) -> Tensor:
        """The rows float64 [R, A+Q], NaN where a value is not known; one at least."""
        rows = self.schema.rows or [(None,) * len(self.schema.names)]
        return torch.tensor(
            [[float("nan") if value is None else value for value in row] for row in rows],
            dtype=torch.float64,
        )

    @cached_property
    def _counts(self) -> Tensor:
        return torch.tensor(self.schema.counts or [1], dtype=torch.float64)

    @cached_property
    def _edges(self) -> list[Tensor]:
        """Where the ranges of each quantity end, inner ends alone."""
        first = len(self.schema.attributes)
        fractions = torch.arange(1, BINS, dtype=torch.float64) / BINS
        edges = []
        for column in self._values.T[first:]:
            known = ~column.isnan()
            order = column[known].sort()
            spent = self._counts[known][order.indices].cumsum(0)
            if not len(spent):
                edges.append(torch.empty(0, dtype=torch.float64))
                continue
            at = torch.searchsorted(spent, fractions * spent[-1]).clamp(max=len(spent) - 1)
            edges.append(order.values[at].unique())
        return edges

    @cached_property
    def _indices(self) -> Tensor:
        """Which value, or range of a quantity, each row has, int64 [R, A+Q]; -1 for not known."""
        columns = []
        for place, column in enumerate(self._values.T):
            index = self._index_of(place, column.nan_to_num(0))
            columns.append(torch.where(column.isnan(), -1, index))
        return torch.stack(columns, dim=1)

    def _index_of(self, place: int, values: Tensor) -> Tensor:
        first = len(self.schema.attributes)
        if place < first:
            return values.long()
        return torch.searchsorted(self._edges[place - first], values)

    def _size(self, place: int) -> int:
        first = len(self.schema.attributes)
        if place < first:
            return self.schema.sizes[place]
        return len(self._edges[place - first]) + 1

    def _noise(self, seed: int) -> Tensor:
        """Return a draw from the Gumbel distribution for each row, of a seed alone."""
        uniform = torch.rand(
            len(self._values), generator=seeding.rng("rows", seed), dtype=torch.float64
        )
        return -(-uniform.log()).log()

    def _log_weights(self, settings: Settings) -> Tensor:
        """Return the logarithm of each row's weight, float64 [R]."""
        total = self._counts.log()
        named = {setting.place for setting in settings.named}
        for setting in settings.named:
            for place in range(len(self.schema.names)):
                if place in named:
                    continue
                lifts = self._lift(setting.place, place)
                if lifts is not None:
                    lift = self._weights(setting) @ lifts
                    of_rows = lift.log().clamp(min=NEVER)[self._indices[:, place].clamp(min=0)]
                    total = total + of_rows * (self._indices[:, place] >= 0)
        return total

    def _weights(self, setting: Setting) -> Tensor:
        """Return how much of each value, or range, a setting has."""
        weights = torch.zeros(self._size(setting.place), dtype=torch.float64)
        if isinstance(setting.value, Label):
            for index, weight in setting.value.parts:
                weights[index] = weight
        else:
            scaled = torch.tensor([self._value(setting)], dtype=torch.float64)
            weights[self._index_of(setting.place, scaled)] = 1
        return weights

    def _value(self, setting: Setting) -> float:
        """Return what a setting fixes, as networks are told of it; NaN for a blend."""
        if isinstance(setting.value, Label):
            return float("nan") if setting.value.is_blend else float(setting.value.index)
        quantity = self.schema.quantities[setting.place - len(self.schema.attributes)]
        return quantity.scaled(setting.value)

    def _lift(self, one: int, other: int) -> Tensor | None:
        """Return P(i, j) / P(i) P(j) [values of one, of other]; None for independent columns.

        A value that no row has gets 1, since nothing is known of what goes with it.
        """
        both = (self._indices[:, one] >= 0) & (self._indices[:, other] >= 0)
        sizes = self._size(one), self._size(other)
        flat = self._indices[both, one] * sizes[1] + self._indices[both, other]
        found = torch.zeros(sizes[0] * sizes[1], dtype=torch.float64)
        observed = found.index_add(0, flat, self._counts[both]).reshape(sizes)
        expected = observed.sum(1, keepdim=True) * observed.sum(0) / observed.sum().clamp(min=1)
        if not depends(observed, expected):
            return None
        return torch.where(expected > 0, observed / expected.clamp(min=1e-300), 1.0)


def depends(observed: Tensor, expected: Tensor) -> bool:
    """Return whether counts [I, J] are too far from those expected for independent columns.

    That is Pearson's chi-squared test: the chance of a statistic as large is the regularised upper
    incomplete gamma function Q(degrees of freedom / 2, statistic / 2).
    """
    seen = expected > 0
    statistic = ((observed - expected)[seen] ** 2 / expected[seen]).sum()
    rows, columns = int((expected.sum(1) > 0).sum()), int((expected.sum(0) > 0).sum())
    freedom = (rows - 1) * (columns - 1)
    if freedom < 1:
        return False
    half = torch.tensor(freedom / 2, dtype=torch.float64)
    return float(torch.special.gammaincc(half, statistic / 2)) < P_VALUE
