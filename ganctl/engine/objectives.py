"""What the two players minimise: one class for each model, beside its equations.

An objective sees one ``Turn``: real images, fakes and their labels. It returns
a total to differentiate and its terms by name, detached, for the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor
from torch.nn.functional import softplus

from ganctl.config import Model
from ganctl.engine.networks import Discriminator


@dataclass(frozen=True)
class Turn:
    """What both players see in one step; all rows belong together.

    ``real`` and ``fake`` are [N, C, H, W] in [-1, 1]; ``y`` [N, classes] is the
    label of both. In the discriminator's turn ``fake`` carries no gradient.
    """

    real: Tensor
    fake: Tensor
    y: Tensor


@dataclass(frozen=True)
class Loss:
    """``total`` is a scalar to differentiate; ``terms`` are detached scalars for the record."""

    total: Tensor
    terms: dict[str, Tensor]


class Objective(Protocol):
    """The two sides of a game."""

    def discriminator_loss(self, discriminator: Discriminator, turn: Turn) -> Loss:
        """Return what the discriminator minimises."""
        ...

    def generator_loss(self, discriminator: Discriminator, turn: Turn) -> Loss:
        """Return what the generator minimises, through ``turn.fake``."""
        ...


class CGAN:
    """The conditional GAN (Mirza & Osindero 2014, equation 2).

    The score D(x, y) is the logit of "x is real, given y", and x̃ = G(z, y) a
    fake. With -log σ(s) = softplus(-s) and -log(1 - σ(s)) = softplus(s)::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))]

    L_G is the non-saturating form (Goodfellow et al. 2014, section 3), whose
    gradient does not vanish where the discriminator is sure.
    """

    def discriminator_loss(self, discriminator: Discriminator, turn: Turn) -> Loss:
        """Return L_D. Real and fake pass apart: in one batch, batch norm would tell them apart."""
        real_score = discriminator(turn.real, turn.y)
        fake_score = discriminator(turn.fake, turn.y)
        total = softplus(-real_score).mean() + softplus(fake_score).mean()
        return Loss(
            total,
            {
                "discriminator_loss": total.detach(),
                "real_score": real_score.detach().mean(),
                "fake_score": fake_score.detach().mean(),
            },
        )

    def generator_loss(self, discriminator: Discriminator, turn: Turn) -> Loss:
        """Return L_G."""
        total = softplus(-discriminator(turn.fake, turn.y)).mean()
        return Loss(total, {"generator_loss": total.detach()})


OBJECTIVES: dict[Model, Objective] = {
    Model.CGAN: CGAN(),
}
