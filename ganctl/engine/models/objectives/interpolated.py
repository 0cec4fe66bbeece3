"""Conditional GANs whose generator also learns between two labels."""

from __future__ import annotations

from torch.nn.functional import softplus

from ganctl.engine.models.base import Discriminator, Loss, StepInputs
from ganctl.engine.models.objectives.cgan import CGAN, GANCLS


class GANINT(CGAN):
    """Learning with interpolated labels (Reed et al. 2016, equation 5, with β = ½).

    As many extra fakes are generated at y̅ = ½ y + ½ ŷ, halfway to another
    class. They count in the generator's loss alone; the discriminator, which
    has no real images to compare them with, is never trained on them::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))] + E[softplus(-D(G(z, y̅), y̅))]

    Of several parts, and of captions, ŷ is the whole label of another image of
    the batch; of two captions it is their embeddings that are blended.
    """

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        halfway = inputs.labels.halfway(inputs.condition, inputs.rng)
        blend_loss = softplus(-discriminator(inputs.generate(halfway), halfway)).mean()
        return super().generator_loss(discriminator, inputs).plus("blend_loss", blend_loss)


class GANINTCLS(GANINT):
    """Both of Reed et al. 2016: the L_D of ``GANCLS`` and the L_G of ``GANINT``."""

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        return GANCLS().discriminator_loss(discriminator, inputs)
