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
from ganctl.requests.conditions.together import Together

NEVER = -30.0
"""The logarithm of the weight of values that no row has together: it decides only among such."""


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
    def _together(self) -> Together:
        return Together(self.schema)

    @cached_property
    def _values(self) -> Tensor:
        """The rows float64 [R, A+Q], NaN where a value is not known; one at least."""
        return torch.from_numpy(self._together.values)

    def _noise(self, seed: int) -> Tensor:
        """Return a draw from the Gumbel distribution for each row, of a seed alone."""
        uniform = torch.rand(
            len(self._values), generator=seeding.rng("rows", seed), dtype=torch.float64
        )
        return -(-uniform.log()).log()

    def _log_weights(self, settings: Settings) -> Tensor:
        """Return the logarithm of each row's weight, float64 [R]."""
        total = torch.from_numpy(self._together.counts).log()
        indices = torch.from_numpy(self._together.indices)
        named = {setting.place for setting in settings.named}
        for setting in settings.named:
            for place in range(len(self.schema.names)):
                if place in named:
                    continue
                lifts = self._together.lift(setting.place, place)
                if lifts is not None:
                    lift = self._weights(setting) @ torch.from_numpy(lifts)
                    of_rows = lift.log().clamp(min=NEVER)[indices[:, place].clamp(min=0)]
                    total = total + of_rows * (indices[:, place] >= 0)
        return total

    def _weights(self, setting: Setting) -> Tensor:
        """Return how much of each value, or range, a setting has."""
        weights = torch.zeros(self._together.size(setting.place), dtype=torch.float64)
        if isinstance(setting.value, Label):
            for index, weight in setting.value.parts:
                weights[index] = weight
        else:
            scaled = self._together.index_of(setting.place, [self._value(setting)])
            weights[torch.from_numpy(scaled)] = 1
        return weights

    def _value(self, setting: Setting) -> float:
        """Return what a setting fixes, as networks are told of it; NaN for a blend."""
        if isinstance(setting.value, Label):
            return float("nan") if setting.value.is_blend else float(setting.value.index)
        quantity = self.schema.quantities[setting.place - len(self.schema.attributes)]
        return quantity.scaled(setting.value)
