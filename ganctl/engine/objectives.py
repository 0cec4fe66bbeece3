"""What the two players minimise: one class for each model, beside its equations.

An objective sees one ``Turn``: real images, fakes and their labels. It returns
a total to differentiate and its terms by name, detached, for the record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor
from torch.nn.functional import relu

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
    """The conditional GAN (Mirza & Osindero 2014) with hinge losses (Lim & Ye 2017).

    With the score D(x, y) and fakes x̃ = G(z, y)::

        L_D = E[max(0, 1 - D(x, y))] + E[max(0, 1 + D(x̃, y))]
        L_G = -E[D(x̃, y)]
    """

    def discriminator_loss(self, discriminator: Discriminator, turn: Turn) -> Loss:
        """Return L_D. Real and fake pass apart: in one batch, batch norm would tell them apart."""
        real_score = discriminator(turn.real, turn.y)
        fake_score = discriminator(turn.fake, turn.y)
        total = relu(1 - real_score).mean() + relu(1 + fake_score).mean()
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
        total = -discriminator(turn.fake, turn.y).mean()
        return Loss(total, {"generator_loss": total.detach()})


OBJECTIVES: dict[Model, Objective] = {
    Model.CGAN: CGAN(),
}
