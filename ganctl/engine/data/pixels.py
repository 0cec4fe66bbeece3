"""Pixels as files have them and as networks see them: uint8 and [-1, 1], channels last or first."""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.pictures.images import Images


def from_pixels(pixels: Tensor) -> Tensor:
    """Return float32 images in [-1, 1] for uint8 ones of the same shape."""
    return pixels.float().div(127.5).sub(1)


def to_pixels(images: Tensor) -> Tensor:
    """Return uint8 [N, C, H, W] on the CPU for images [N, C, H, W] in [-1, 1]."""
    return images.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).cpu()


def channels_first(images: Images) -> Tensor:
    """Return uint8 [N, C, H, W] for uint8 [N, H, W] or [N, H, W, 3]."""
    tensor = torch.from_numpy(images)
    return tensor.unsqueeze(1) if tensor.ndim == 3 else tensor.permute(0, 3, 1, 2).contiguous()


def channels_last(images: Tensor) -> Images:
    """Return uint8 [N, H, W] (or [N, H, W, 3]) for uint8 [N, C, H, W] on the CPU."""
    return (images.squeeze(1) if images.shape[1] == 1 else images.permute(0, 2, 3, 1)).numpy()
