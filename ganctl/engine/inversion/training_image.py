"""The training image that is nearest to an image, which says how well a generator covers it."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset

ROWS = 4096


@dataclass(frozen=True)
class TrainingImage:
    """An image uint8 [1, C, H, W] of ``count``, and what it is of if that is a class.

    ``distance`` is as ``finding.distance_of`` measures it.
    """

    image: Tensor
    distance: float
    label: str | None
    count: int


def nearest_training_image(target: Tensor, dataset: Dataset) -> TrainingImage:
    """Return the nearest image of a data set in pixels.

    Args:
        target: uint8 [1, C, H, W], of the size of the images.
        dataset: that a generator was trained on.
    """
    wanted = target.float()
    squares = torch.cat(
        [
            (part.float() - wanted).square().flatten(1).mean(dim=1)
            for part in torch.split(dataset.images, ROWS)
        ]
    )
    index = int(squares.argmin())
    name = dataset.classes[dataset.labels[index]] if len(dataset.classes) > 1 else None
    distance = float(squares[index].sqrt()) / 255
    return TrainingImage(dataset.images[index : index + 1], distance, name, len(dataset))
