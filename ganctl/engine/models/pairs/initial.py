"""Initial values of weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn


def normal_(tensor: Tensor, deviation: float = 1.0) -> Tensor:
    """Fill a tensor with draws from N(0, deviation²), and return it.

    A tensor on the meta device is left alone: torch would import hundreds of
    modules, only to do nothing.
    """
    return tensor if tensor.is_meta else nn.init.normal_(tensor, std=deviation)


def normal(*size: int) -> Tensor:
    """Return a tensor of independent draws from N(0, 1)."""
    return normal_(torch.empty(*size))
