"""What changes with the length of a run: learning rates, and the average that samples come from."""

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


def learning_rate_schedule(
    recipe: Recipe, progress: float, *, scale: float = 1.0
) -> tuple[float, float]:
    """Return the learning rates of the generator and of the discriminator.

    Both are constant until ``decay_from`` of the budget and then fall linearly to zero at its
    end; a ``decay_from`` of 1 keeps them constant.

    Args:
        recipe: has the initial rates, and ``decay_from``.
        progress: the spent fraction of the budget, in [0, 1).
        scale: what both rates are multiplied by, ``--lr-scale``.
    """
    start = recipe.decay_from
    decay = min(1.0, (1 - progress) / (1 - start)) if start < 1 else 1.0
    return decay * (scale * recipe.generator_lr), decay * (scale * recipe.discriminator_lr)
