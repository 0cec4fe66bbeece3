"""Real images that have some values of attributes and quantities."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.errors import DataError
from ganctl.files.text import listed
from ganctl.requests.conditions.labels import Label
from ganctl.requests.conditions.settings import Settings

NOTHING = 128
"""The grey of a place without an image."""


def real_cells(dataset: Dataset, cells: Sequence[Settings], seed: int) -> Tensor:
    """Return a real image for each cell, chosen by ``seed`` among those that have its values.

    A quantity is met by the images that are nearest to the number.

    Args:
        dataset: described images.
        cells: what each place of a sheet is of; no blends.
        seed: the same settings give other images for another one.

    Returns:
        uint8 [len(cells), C, H, W]; grey where no image has these values, and images again where
        they are fewer than cells.

    Raises:
        DataError: no cell has an image.
    """
    counts = Counter(cells)
    members = {each: _having(dataset, each, count) for each, count in counts.items()}
    chosen: Counter[Settings] = Counter()
    images = dataset.images.new_full((len(cells), *dataset.images.shape[1:]), NOTHING)
    for place, each in enumerate(cells):
        if len(members[each]):
            shuffle = torch.randperm(
                len(members[each]), generator=seeding.rng(seed, each.text, "real")
            )
            images[place] = dataset.images[members[each][shuffle[chosen[each] % len(shuffle)]]]
            chosen[each] += 1
    if not chosen:
        raise DataError(
            f"{dataset.name} has no image with {listed([each.text for each in counts])}.",
            "Name other values with --set.",
        )
    return images


def _having(dataset: Dataset, settings: Settings, count: int) -> Tensor:
    """Return the indices int64 [M] of the images with some values, ``count`` near a number."""
    first = len(dataset.schema.attributes)
    matching = torch.ones(len(dataset), dtype=torch.bool)
    apart = torch.zeros(len(dataset))
    for setting in settings.named:
        values = dataset.values[:, setting.place]
        if isinstance(setting.value, Label):
            matching &= values == setting.value.index
        else:
            quantity = dataset.schema.quantities[setting.place - first]
            matching &= ~values.isnan()
            apart += (values - quantity.scaled(setting.value)).abs().nan_to_num()
    members = matching.nonzero().squeeze(1)
    is_near = any(not isinstance(setting.value, Label) for setting in settings.named)
    return members[apart[members].argsort(stable=True)[:count]] if is_near else members
