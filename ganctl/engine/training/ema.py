"""The generator that samples come from: an exponential moving average of the trained one."""

from __future__ import annotations

import torch
from torch import nn

from ganctl.requests.recipes import Recipe


def ema_decay(recipe: Recipe, batch: int, images_seen: int) -> float:
    """Return the factor, in [0, 1), by which one step multiplies the old average.

    The half-life counts images, so that it means the same at every batch size;
    early on it is a fraction of the images seen (as in the code of StyleGAN2-ADA,
    Karras et al. 2020), so that the untrained weights are soon forgotten.

    Args:
        recipe: has the half-life ``ema_images`` and the fraction ``ema_rampup``.
        batch: the images of one step.
        images_seen: those of all steps so far, this one included.
    """
    half_life = min(recipe.ema_images, recipe.ema_rampup * images_seen)
    return float(0.5 ** (batch / half_life)) if half_life > 0 else 0.0


@torch.no_grad()
def update_ema(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move ``average`` towards ``network``: its parameters and the statistics of batch norm."""
    for mean, value in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)
