"""The generative adversarial network without labels, from which the others begin."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganctl.engine.models.base import Discriminator, Loss, Objective, StepInputs
from ganctl.requests.networks import NetworkSpec


class GAN(Objective):
    """The generative adversarial network (Goodfellow et al. 2014, equation 1 and section 3)::

        L_D = E[softplus(-D(x))] + E[softplus(D(x̃))]
        L_G = E[softplus(-D(x̃))]

    L_G is the paper's non-saturating form, whose gradient does not vanish
    where the discriminator is sure. Neither network gets a label.
    """

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description without labels."""
        return spec.without_labels

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return an empty condition, [N, 0]."""
        return y[:, :0]

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D. Real and fake pass apart: in one batch, batch norm would tell them apart."""
        real_score = discriminator(inputs.real, inputs.condition)
        fake_score = discriminator(inputs.fake, inputs.condition)
        return tell_apart(real_score, fake_score)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        return pass_for_real(discriminator(inputs.fake, inputs.condition))


def tell_apart(real_score: Tensor, fake_score: Tensor) -> Loss:
    """Return E[softplus(-s)] over the scores of real images plus E[softplus(s)] over fakes'."""
    total = softplus(-real_score).mean() + softplus(fake_score).mean()
    return of_discriminator(total, real_score, fake_score)


def of_discriminator(total: Tensor, real_score: Tensor, fake_score: Tensor) -> Loss:
    """Return a discriminator's loss, recorded with the means of its scores."""
    return Loss(
        total,
        {
            "discriminator_loss": total.detach(),
            "real_score": real_score.detach().mean(),
            "fake_score": fake_score.detach().mean(),
        },
    )


def pass_for_real(fake_score: Tensor) -> Loss:
    """Return E[softplus(-s)] over the scores of fakes."""
    total = softplus(-fake_score).mean()
    return Loss(total, {"generator_loss": total.detach()})
