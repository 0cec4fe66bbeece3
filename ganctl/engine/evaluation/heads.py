"""What a classifier of several things at once puts out: a head for each, side by side."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ganctl.engine.data.dataset import Dataset

_NOT_KNOWN = -100
"""The target that ``cross_entropy`` leaves out by default."""


@dataclass(frozen=True)
class Heads:
    """What outputs [N, outputs] mean: the logits of each attribute's values, then quantities.

    ``sizes`` has the number of values of each attribute; a class is the case of one attribute.
    """

    sizes: tuple[int, ...]
    quantities: int = 0

    @classmethod
    def of(cls, dataset: Dataset) -> Heads:
        """Return the heads that learn what is known of a data set's images."""
        schema = dataset.schema
        if not schema.names:
            return cls((len(dataset.classes),))
        return cls(schema.sizes, len(schema.quantities))

    @property
    def outputs(self) -> int:
        """How many numbers all heads put out for an image."""
        return sum(self.sizes) + self.quantities

    def loss(self, outputs: Tensor, values: Tensor) -> Tensor:
        """Return the mean of the heads' losses: cross-entropies, and squared errors of quantities.

        A head's loss is the mean over the images of which its value is known; a head without any
        does not count.

        Args:
            outputs: [N, outputs], with its gradient.
            values: [N, parts] as ``known_values`` returns them.
        """
        losses = []
        for place, part in enumerate(self._split(outputs)):
            target, known = values[:, place], ~values[:, place].isnan()
            if not known.any():
                continue
            if place < len(self.sizes):
                index = target.nan_to_num(_NOT_KNOWN).long()
                losses.append(functional.cross_entropy(part, index))
            else:
                losses.append((part[known, 0] - target[known]).square().mean())
        return torch.stack(losses).mean() if losses else 0 * outputs.sum()

    def values(self, outputs: Tensor) -> Tensor:
        """Return what outputs say, [N, parts]: likeliest values by index, and quantities."""
        parts = self._split(outputs)
        chosen = [part.argmax(dim=1).float() for part in parts[: len(self.sizes)]]
        return torch.stack([*chosen, *(part[:, 0] for part in parts[len(self.sizes) :])], dim=1)

    def _split(self, outputs: Tensor) -> tuple[Tensor, ...]:
        return torch.split(outputs, [*self.sizes, *([1] * self.quantities)], dim=1)


def known_values(dataset: Dataset) -> Tensor:
    """Return what is known of each image, float32 [N, parts]; NaN where something is not.

    A class or the value of an attribute is its index, and a quantity is in [-1, 1].
    """
    return dataset.values if dataset.schema.names else dataset.labels.float()[:, None]


def all_right(asked: Tensor, judged: Tensor) -> tuple[Tensor, Tensor]:
    """Return which rows ask for anything, and which of all rows have all that they ask for.

    Args:
        asked: indices of attributes' values [N, attributes]; NaN where nothing is asked.
        judged: those that a judge sees, [N, attributes].
    """
    nothing = asked.isnan()
    return ~nothing.all(dim=1), (nothing | (asked == judged)).all(dim=1)
