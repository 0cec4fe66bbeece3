"""Convolutions of 4×4 from or to images, whose one or three channels leave a processor idle.

The one halves the size, the other doubles it, and 2×2 pixels of an image are as good as four
channels of one at half the size. Seen so, they are convolutions of 2×2 with four times the
channels: the same numbers up to rounding, sooner computed in training.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, conv_transpose2d, pad, pixel_shuffle, pixel_unshuffle
from torch.nn.utils import convert_conv2d_weight_memory_format

FEW_CHANNELS = 3
"""With more of them the plain layer is as fast."""


class FromImages(nn.Conv2d):
    """A convolution of 4×4 from images [N, channels, H, W] to maps [N, width, H/2, W/2]."""

    def __init__(self, channels: int, width: int) -> None:
        super().__init__(channels, width, 4, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the maps."""
        if not _by_quarters(self):
            return super().forward(x)
        quarters = pixel_unshuffle(pad(x, (1, 1, 1, 1)), 2)
        return conv2d(quarters, _quarters_of(self.weight), self.bias)


class ToImages(nn.ConvTranspose2d):
    """A transposed convolution of 4×4 from maps [N, width, H/2, W/2] to [N, channels, H, W]."""

    def __init__(self, width: int, channels: int) -> None:
        super().__init__(width, channels, 4, stride=2, padding=1)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return what becomes images; their size follows from that of x."""
        assert output_size is None and self.bias is not None
        if not _by_quarters(self):
            return super().forward(x)
        quarters = conv_transpose2d(x, _quarters_of(self.weight))
        return pixel_shuffle(quarters, 2)[..., 1:-1, 1:-1] + self.bias.view(-1, 1, 1)


def _quarters_of(weight: Tensor) -> Tensor:
    """Return kernels of 2×2 with four times the channels: [A, B, 4, 4] → [A, 4 B, 2, 2]."""
    # By way of rows its gradient lies as the weight does, whatever convolutions return.
    return pixel_unshuffle(weight.flatten(1).view(weight.shape), 2)


def lay_weights(network: nn.Module) -> None:
    """Let the weights of convolutions lie as is fastest, and as their gradients come.

    That is with channels last, but for those that are computed by quarters: processes that exchange
    gradients would have to move them.
    """
    convert_conv2d_weight_memory_format(network, torch.channels_last)
    for layer in network.modules():
        if isinstance(layer, (FromImages, ToImages)) and _pays_off(layer):
            layer.weight.data = layer.weight.data.clone(memory_format=torch.contiguous_format)


def _by_quarters(layer: FromImages | ToImages) -> bool:
    """Return whether it is computed so; what is finished draws the bits that it ever did."""
    return layer.training and _pays_off(layer)


def _pays_off(layer: FromImages | ToImages) -> bool:
    """Return whether it is sooner computed by quarters."""
    return layer.weight.is_cpu and min(layer.in_channels, layer.out_channels) <= FEW_CHANNELS
