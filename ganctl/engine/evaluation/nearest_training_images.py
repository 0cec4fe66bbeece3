"""Has a generator memorised? Each sample beside the training image that is nearest to it."""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.engine.data.labelled import OnProgress
from ganctl.engine.evaluation.density_coverage import nearest
from ganctl.engine.evaluation.judges import QUICK, judges
from ganctl.engine.evaluation.reals import Reals


def beside_neighbours(
    images: Tensor, reals: Reals, *, on_progress: OnProgress | None = None
) -> Tensor:
    """Return each image, its nearest training image in pixels, and the nearest in features.

    Args:
        images: uint8 [N, C, H, W].
        reals: what the generator was trained on.
        on_progress: told of a judge's training, where the data have none yet.

    Returns:
        uint8 [3 * N, C, H, W], three after three.
    """
    known = reals.whole.images
    (judge,) = judges(reals.train, reals.held_out, names=[QUICK], on_progress=on_progress)
    if on_progress is not None:
        on_progress("looking for the nearest training images", 0, None)
    in_pixels = nearest(_vectors(images), _vectors(known))
    in_features = nearest(judge.look(images).features, judge.look(known).features)
    return torch.stack([images, known[in_pixels], known[in_features]], dim=1).flatten(0, 1)


def _vectors(images: Tensor) -> Tensor:
    return images.flatten(1).float()
