"""Generators and discriminators: a table of pairs that share a description.

Both take the label as weights [N, classes]: a one-hot row for a class, several
entries for a blend.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import torch
from torch import Tensor, nn

from ganctl.card import NetworkSpec

LABEL_SIZE = 32


class Generator(nn.Module):
    """(z [N, latent_size], label weights [N, classes]) → images [N, C, H, W] in [-1, 1]."""

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return one image for each latent and label."""
        raise NotImplementedError


class Discriminator(nn.Module):
    """(images [N, C, H, W] in [-1, 1], label weights [N, classes]) → scores [N], any real number.

    A high score means that the image looks real and fits its label.
    """

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return one score for each image and label."""
        raise NotImplementedError


class ModernGenerator(Generator):
    """A linear layer on latent and embedded label, then convolutions that double the size."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        widths, self.base_size = _pyramid(spec.image_size, base=32)
        self.base_width = widths[0]
        # An embedding as a matrix, so that a blend of labels is a blend of embeddings.
        self.embed = nn.Parameter(torch.randn(spec.classes, LABEL_SIZE))
        self.project = nn.Linear(spec.latent_size + LABEL_SIZE, self.base_width * self.base_size**2)
        blocks: list[nn.Module] = [nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for width, narrower in pairwise(widths):
            blocks += [
                nn.ConvTranspose2d(width, narrower, 4, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(narrower),
                nn.ReLU(),
            ]
        self.blocks = nn.Sequential(
            *blocks, nn.ConvTranspose2d(widths[-1], spec.channels, 4, stride=2, padding=1)
        )

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        """Return one image for each latent and label."""
        h = self.project(torch.cat([z, y @ self.embed], dim=1))
        h = h.unflatten(1, (self.base_width, self.base_size, self.base_size))
        return torch.tanh(self.blocks(h))


class ModernDiscriminator(Discriminator):
    """Convolutions that halve the size, and a projection head.

    The score is w·h + Σ_k y_k (e_k·h): the label meets the features h of the
    image as an inner product (Miyato & Koyama 2018, "cGANs with Projection
    Discriminator", equation 3).
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        widths, base_size = _pyramid(spec.image_size, base=32)
        widths = widths[::-1]
        blocks: list[nn.Module] = [
            nn.Conv2d(spec.channels, widths[0], 4, stride=2, padding=1),
            nn.LeakyReLU(0.2),
        ]
        for width, wider in pairwise(widths):
            blocks += [
                nn.Conv2d(width, wider, 4, stride=2, padding=1, bias=False),
                nn.BatchNorm2d(wider),
                nn.LeakyReLU(0.2),
            ]
        self.blocks = nn.Sequential(*blocks, nn.Flatten())
        features = widths[-1] * base_size**2
        self.realness = nn.Linear(features, 1)
        # Zero at first, so that the label's term grows only as it becomes useful.
        self.label = nn.Parameter(torch.zeros(spec.classes, features))

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return one score for each image and label."""
        h = self.blocks(x)
        scores: Tensor = self.realness(h).squeeze(1) + ((y @ self.label) * h).sum(dim=1)
        return scores


@dataclass(frozen=True)
class NetworkPair:
    """How to build the two players from one description."""

    generator: Callable[[NetworkSpec], Generator]
    discriminator: Callable[[NetworkSpec], Discriminator]


NETWORKS: dict[str, NetworkPair] = {
    "modern": NetworkPair(ModernGenerator, ModernDiscriminator),
}


def parameter_count(network: nn.Module) -> int:
    """Return the number of trainable numbers in a network."""
    return sum(parameter.numel() for parameter in network.parameters() if parameter.requires_grad)


def _pyramid(image_size: int, base: int) -> tuple[list[int], int]:
    """Return the widths from the smallest map up, and that map's size.

    The size is halved twice, and then on while it is even and above 8, the
    width doubling each time: 28 → 14 → 7, 32 → 16 → 8, 64 → 32 → 16 → 8.
    """
    size, widths = image_size // 4, [base, 2 * base]
    while size > 8 and size % 2 == 0:
        size //= 2
        widths.append(2 * widths[-1])
    return widths[::-1], size
