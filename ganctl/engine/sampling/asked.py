"""What is asked for, as the generator gets it: one row of numbers, or of words, for each image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.models.conditions import caption_conditions, part_conditions
from ganctl.engine.sampling.rows import Rows
from ganctl.requests.conditions.asked import Asked, Between, Single
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.settings import Settings
from ganctl.runs.checkpoint_header import CheckpointHeader


class Conditions:
    """Turns what is asked for into what a generator gets.

    Args:
        header: of the generator.
    """

    def __init__(self, header: CheckpointHeader) -> None:
        self._network = header.network
        self._code_map = header.code_map
        self._rows = Rows(header.schema)

    def of(
        self, asked: Sequence[Asked], seeds: Sequence[int], codes: Codes
    ) -> tuple[Tensor, Tensor]:
        """Return what the generator gets, and the values that stand behind it.

        Returns:
            conditions [N, condition_size], or [N, K, 1 + T] for networks of words, as in
            ``engine.models.conditions``; and values float32 [N, attributes + quantities] that were
            fixed or drawn, NaN where they are not known or between two; [N, 0] for networks that
            get none.
        """
        nothing = torch.empty(len(asked), 0)
        if not self._network.is_described:
            return self._labels(cast("Sequence[Label]", asked), seeds, codes), nothing
        starts = [each.start if isinstance(each, Between) else each for each in asked]
        ends = [each.end if isinstance(each, Between) else each for each in asked]
        conditions, values = self._single(starts, seeds)
        if starts == ends:
            return conditions, values
        fractions = torch.tensor([getattr(each, "fraction", 0.0) for each in asked])
        others, other_values = self._single(ends, seeds)
        if self._network.words:
            conditions[:, :, 0] *= 1 - fractions[:, None]
            others[:, :, 0] *= fractions[:, None]
            return torch.cat([conditions, others], dim=1), nothing
        between = conditions.lerp(others, fractions[:, None])
        return between, values.where(values == other_values, torch.nan)

    def _single(self, asked: Sequence[Single], seeds: Sequence[int]) -> tuple[Tensor, Tensor]:
        if self._network.words:
            captions = cast("Sequence[Caption]", asked)
            words = torch.tensor([caption.numbers for caption in captions], dtype=torch.int32)
            return caption_conditions(words), torch.empty(len(asked), 0)
        settings = cast("Sequence[Settings]", asked)
        values = self._rows.draw(settings, seeds)
        conditions = part_conditions(values, self._network)
        for row, each in zip(conditions, settings, strict=True):
            for setting in each.named:
                if isinstance(setting.value, Label) and setting.value.is_blend:
                    first = sum(self._network.attributes[: setting.place])
                    for index, weight in setting.value.parts:
                        row[first + index] = weight
        return conditions, values

    def _labels(self, labels: Sequence[Label], seeds: Sequence[int], codes: Codes) -> Tensor:
        """Return class weights, or InfoGAN's codes [N, condition_size]."""
        weights = torch.zeros(len(labels), labels[0].classes)
        for row, label in enumerate(labels):
            for index, weight in label.parts:
                weights[row, index] = weight
        if not self._network.categories:
            return weights
        if self._code_map is not None:
            of_category = torch.tensor(self._code_map.category_of_class).argsort()
            weights = weights[:, of_category]
        values = seeding.sample_codes(seeds, self._network.continuous)
        for number, value in codes.continuous.items():
            values[:, number - 1] = value
        return torch.cat([weights, values], dim=1)
