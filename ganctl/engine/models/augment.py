"""Random small distortions, so that a network that looks through them must see what remains."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

ROTATION = 0.1  # radians each way
SHEAR = 0.2  # pixels across for each pixel up
SCALE = 0.1  # part of the width and, apart from it, of the height
SHIFT = 1 / 28  # part of the width and of the height


def augment(images: Tensor, strength: float, rng: torch.Generator) -> Tensor:
    """Return each image turned, slanted, stretched and moved at random; gradients pass.

    Args:
        images: [N, C, H, W] in [-1, 1]; what comes in from outside is black.
        strength: in [0, 1], how far the largest distortions go; 0 returns the images.
        random: what the distortions are drawn from.
    """
    if strength == 0:
        return images
    count, device = len(images), images.device
    draws = strength * (2 * torch.rand(6, count, generator=rng, device=device) - 1)
    angle, shear = ROTATION * draws[0], SHEAR * draws[1]
    width, height = 1 + SCALE * draws[2], 1 + SCALE * draws[3]
    right, down = 2 * SHIFT * draws[4], 2 * SHIFT * draws[5]
    # Rows of the map from places in the result to places in the image, both in [-1, 1].
    across = torch.stack([width * angle.cos(), height * (shear - angle.sin()), right], dim=1)
    along = torch.stack([width * angle.sin(), height * angle.cos(), down], dim=1)
    places = affine_grid(
        torch.stack([across, along], dim=1), list(images.shape), align_corners=False
    )
    # Outside the image grid_sample reads 0, which is to be black.
    return grid_sample(images + 1, places, align_corners=False) - 1
