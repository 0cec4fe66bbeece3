"""Each sample beside its nearest training images, which shows whether a generator memorised."""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.engine.evaluation.density_coverage import nearest
from ganctl.engine.evaluation.judges import QuickJudge
from ganctl.engine.evaluation.reals import Reals
from ganctl.readers.labelled import OnProgress


def beside_neighbours(
    images: Tensor, reals: Reals, *, on_progress: OnProgress | None = None
) -> Tensor:
    """Return each image, its nearest training image in pixels, and the nearest in features.

    Args:
        images: uint8 [N, C, H, W].
        reals: the images that the generator was trained on.
        on_progress: called while a judge is trained, if these data have none yet, and then once.

    Returns:
        uint8 [3 * N, C, H, W], each sample followed by its two neighbours.
    """
    whole = reals.whole.images
    judge = QuickJudge(reals.train, reals.held_out).judge(on_progress)
    if on_progress is not None:
        on_progress("searching for the nearest training images", 0, None)
    in_pixels = nearest(_vectors(images), _vectors(whole))
    in_features = nearest(judge.predict(images).features, judge.predict(whole).features)
    return torch.stack([images, whole[in_pixels], whole[in_features]], dim=1).flatten(0, 1)


def _vectors(images: Tensor) -> Tensor:
    return images.flatten(1).float()
