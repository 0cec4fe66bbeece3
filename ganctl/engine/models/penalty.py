"""The gradient penalty R1, which goes with any objective."""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.engine.models.base import Discriminator


def r1_penalty(discriminator: Discriminator, real: Tensor, y: Tensor) -> Tensor:
    """Return E[½ ‖∇_x D(x, y)‖²] over real images: R1 without its weight γ.

    Mescheder et al. (2018, "Which Training Methods for GANs do actually
    Converge?", equation 9): a discriminator that is flat around real images
    cannot push the generator off them once it is there.

    Args:
        discriminator: without batch norm, which would make the score of one
            image depend on the others (Gulrajani et al. 2017, section 4).
        real: real images as the discriminator sees them [N, C, H, W].
        y: the labels that it gets, a row for each image [N, …].

    Returns:
        a scalar that can be differentiated again.
    """
    x = real.detach().requires_grad_()
    score = discriminator(x, y).sum()
    (slope,) = torch.autograd.grad(score, x, create_graph=True)
    return slope.square().sum(dim=(1, 2, 3)).mean() / 2
