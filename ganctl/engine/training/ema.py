"""The generator that samples are drawn from: an exponential moving average of the trained one."""

from __future__ import annotations

import torch
from torch import nn

from ganctl.requests.recipes import Recipe


def ema_decay(recipe: Recipe, batch: int, images_seen: int) -> float:
    """Return how much of the average one step keeps, in [0, 1).

    The half-life counts images, so that it means the same at every batch size;
    early on it is a fraction of the images seen (Karras et al. 2024, StyleGAN3's
    ramp-up), so that the untrained weights are soon forgotten.
    """
    half_life = min(recipe.ema_images, recipe.ema_rampup * images_seen)
    return float(0.5 ** (batch / half_life)) if half_life > 0 else 0.0


@torch.no_grad()
def update_ema(average: nn.Module, network: nn.Module, decay: float) -> None:
    """Move ``average`` towards ``network``: parameters and batch statistics alike."""
    for mean, value in zip(
        average.state_dict().values(), network.state_dict().values(), strict=True
    ):
        if mean.is_floating_point():
            mean.lerp_(value, 1 - decay)
        else:
            mean.copy_(value)
