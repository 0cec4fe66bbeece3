"""What the discriminator sees images through: distortion and noise that fade during training."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

ROTATION = 0.1  # radians each way
SHEAR = 0.2  # pixels across for each pixel up
SCALE = 0.1  # fraction of the width and, independently, of the height
SHIFT = 1 / 28  # fraction of the width and of the height


@dataclass(frozen=True)
class Augmentation:
    """The one hook between images, real or fake, and the discriminator.

    An image is distorted at random (as in DiffAugment, Zhao et al. 2020) and
    gets Gaussian noise (Sønderby et al. 2017, section 4). Both are at full
    strength until the first end of ``fade`` and gone from the second one on.

    Args:
        noise: the noise's standard deviation, on images in [-1, 1]; 0 for none.
        distortion: the strength of ``distort``, in [0, 1]; 0 for none.
        fade: two fractions of the budget, in [0, 1], the first one smaller.
        redraw: whether the generator's loss sees its fakes through new draws instead of those
            that the discriminator's loss saw them through.
    """

    noise: float = 0.0
    distortion: float = 0.0
    fade: tuple[float, float] = (0.0, 1.0)
    redraw: bool = False

    @property
    def is_identity(self) -> bool:
        """Whether images pass unchanged, and nothing is drawn, at every point of the budget."""
        return self.noise == 0 and self.distortion == 0

    def __call__(self, images: Tensor, progress: float, rng: torch.Generator) -> Tensor:
        """Return the images [N, C, H, W] as the discriminator sees them; gradients pass."""
        start, end = self.fade
        strength = min(1.0, max(0.0, (end - progress) / (end - start)))
        if self.is_identity or strength == 0:
            return images
        noise = torch.randn(images.shape, generator=rng, device=images.device)
        distorted = distort(images, strength * self.distortion, rng)
        return distorted + strength * self.noise * noise

    def views(
        self, real: Tensor, fake: Tensor, progress: float, rng: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return what a step's losses see.

        The order of the draws is part of what a seed determines, so it must not change.

        Args:
            real: [N, C, H, W] in [-1, 1].
            fake: the generator's, of the same shape, with its gradient.
            progress: the spent fraction of the budget, in [0, 1).
            rng: what the draws come from.

        Returns:
            the real images; the fakes for the discriminator's loss, without gradient; the fakes
            for the generator's loss.
        """
        if self.redraw:
            real = self(real, progress, rng)
            return real, self(fake.detach(), progress, rng), self(fake, progress, rng)
        fake = self(fake, progress, rng)
        return self(real, progress, rng), fake.detach(), fake


def distort(images: Tensor, strength: float, rng: torch.Generator) -> Tensor:
    """Return each image rotated, sheared, scaled and shifted at random; gradients pass.

    Args:
        images: [N, C, H, W] in [-1, 1]; what comes in from outside is black.
        strength: in [0, 1], the fraction of the largest distortions; 0 returns the images.
        rng: what the distortions are drawn from.
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
