"""The generator of colour images with several parts or words: each image mixes a few colours.

Its discriminator is that of ``modern``. A convolution that draws three channels itself leaves faint
colour on a ground that should be flat; a pixel that only chooses among its image's colours does
not. How much was gained is in ``benchmarks/quality/recipe_trials.md``.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from ganctl.engine.models.pairs.modern import FirstMap, refinement, upsampling
from ganctl.requests.networks import NetworkSpec

COLOURS = 16
SHARPNESS = 2.0
"""How much more than what convolutions say decides, so that pixels sooner choose one colour."""
SPREAD = 1.5
"""Colours begin as the tanh of numbers that are uniform in ± this."""


class PaletteGenerator(FirstMap):
    """The layers of ``ModernGenerator`` up to half the size, then shares of the image's colours.

    Half the size has one more convolution, whose result is added. The latent and the embedded
    condition give ``COLOURS`` colours c_k in [-1, 1]. Each pixel p is Σ_k softmax(s_p)_k c_k, and
    s_p is ``SHARPNESS`` times the sum of what a convolution says at full size and another one at
    half the size.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        *blocks, self.fine = upsampling(self.widths, COLOURS)
        self.blocks = nn.Sequential(nn.BatchNorm2d(self.widths[0]), nn.ReLU(), *blocks)
        width = self.widths[-1]
        self.refine = refinement(width)
        self.coarse = nn.Conv2d(width, COLOURS, 1)
        self.colours = nn.Linear(self.inputs, spec.channels * COLOURS)
        if not self.colours.bias.is_meta:
            nn.init.uniform_(self.colours.bias, -SPREAD, SPREAD)

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        embedded = self.embedded(z, condition)
        h = self.blocks(self.first_map(embedded))
        h = h + self.refine(h)
        shares = SHARPNESS * (self.fine(h) + interpolate(self.coarse(h), scale_factor=2))
        colours = torch.tanh(self.colours(embedded)).view(len(z), -1, COLOURS)
        mixed: Tensor = colours @ shares.softmax(dim=1).flatten(2)
        return mixed.view(len(z), -1, *shares.shape[2:])
