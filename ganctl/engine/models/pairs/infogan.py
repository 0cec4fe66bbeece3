"""The pair of Chen et al. 2016 for MNIST (InfoGAN, appendix C.1), with half as many channels.

Both add a wide linear layer to the convolutions of ``modern``, and start from
small weights. Models without labels need both: without them ``gan`` draws broken
strokes, and InfoGAN's categories come to mean anything but digits (see
``benchmarks/quality/recipe_trials.md``).
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.pairs.initial import normal_
from ganctl.engine.models.pairs.modern import downsampling, pyramid, upsampling
from ganctl.requests.networks import NetworkSpec

HIDDEN = 1024
Q_SIZE = 128
SLOPE = 0.1
INITIAL_DEVIATION = 0.02


class InfoGANGenerator(Generator):
    """Two linear layers on latent and codes, then convolutions that double the size."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        widths, base_size = pyramid(spec.image_size, base=32)
        self.blocks = nn.Sequential(
            nn.Linear(spec.latent_size + spec.condition_size, HIDDEN, bias=False),
            nn.BatchNorm1d(HIDDEN),
            nn.ReLU(),
            nn.Linear(HIDDEN, widths[0] * base_size**2, bias=False),
            nn.Unflatten(1, (widths[0], base_size, base_size)),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
            *upsampling(widths, spec.channels),
        )
        _initialise(self)

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        return torch.tanh(self.blocks(torch.cat([z, condition], dim=1)))


class InfoGANDiscriminator(Discriminator):
    """Convolutions that halve the size, a linear layer, and heads for the score and for Q.

    It gets no labels.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        widths, base_size = pyramid(spec.image_size, base=32)
        widths = widths[::-1]
        self.trunk = nn.Sequential(
            *downsampling(widths, spec.channels, slope=SLOPE, norm=True),
            nn.Flatten(),
            nn.Linear(widths[-1] * base_size**2, HIDDEN, bias=False),
            nn.BatchNorm1d(HIDDEN),
            nn.LeakyReLU(SLOPE),
        )
        self.realness = nn.Linear(HIDDEN, 1)
        if spec.categories:
            self.q = nn.Sequential(
                nn.Linear(HIDDEN, Q_SIZE, bias=False),
                nn.BatchNorm1d(Q_SIZE),
                nn.LeakyReLU(SLOPE),
                nn.Linear(Q_SIZE, spec.categories + spec.continuous),
            )
        _initialise(self)

    def features(self, x: Tensor, y: Tensor) -> Tensor:  # noqa: ARG002
        """Return the output [N, 1024] of the linear layer."""
        h: Tensor = self.trunk(x)
        return h

    def score(self, features: Tensor, y: Tensor) -> Tensor:  # noqa: ARG002
        """Return the score of each row of features."""
        scores: Tensor = self.realness(features).squeeze(1)
        return scores

    def codes(self, features: Tensor) -> Tensor:
        """Return Q's prediction: logits of c0, then means of the continuous codes."""
        codes: Tensor = self.q(features)
        return codes


def _initialise(network: nn.Module) -> None:
    """Initialise kernels from N(0, 0.02²) (Radford et al. 2016, section 4) and biases at zero."""
    for layer in network.modules():
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            normal_(layer.weight, INITIAL_DEVIATION)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
