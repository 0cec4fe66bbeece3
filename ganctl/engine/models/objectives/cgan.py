"""The conditional GAN: alone, with an auxiliary classifier, and with wrong labels."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganctl.engine.models.base import Discriminator, Loss, StepInputs
from ganctl.engine.models.objectives.gan import GAN, pass_for_real, tell_apart
from ganctl.requests.networks import NetworkSpec


@dataclass(frozen=True)
class CGAN(GAN):
    """The conditional GAN (Mirza & Osindero 2014, equation 2): both networks get the label.

    With x̃ = G(z, y)::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))]

    These are the losses of ``GAN`` with the label as the condition. Of several
    parts both networks get the whole, and of a caption its embedding.

    On captions, this model and those below have one more term in both losses,
    ``CaptionLabels.loss``: how badly images and captions find each other (Zhang et
    al. 2021), times 2λ on real images, and λ times what it is more on fakes. From
    it the text encoder learns what words mean, as Reed et al. (2016, section 4.1)
    let theirs learn before.
    """

    classifier_weight: float = 0.5

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description as it is, with a head that finds captions."""
        return replace(spec, classifier=spec.words > 0)

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return the labels."""
        return y

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        label = discriminator.encoded(inputs.condition)
        real_features = discriminator.features(inputs.real, label)
        real_score = discriminator.score(real_features, label)
        fake_score = discriminator.score(discriminator.features(inputs.fake, label), label)
        class_loss = self._class_loss(discriminator, real_features, label, inputs)
        return self._with_real(tell_apart(real_score, fake_score), class_loss, inputs)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        label = discriminator.encoded(inputs.condition)
        features = discriminator.features(inputs.fake, label)
        adversarial = pass_for_real(discriminator.score(features, label))
        class_loss = self._class_loss(discriminator, features, label, inputs)
        if class_loss is None:
            return adversarial
        class_loss = inputs.labels.fake_loss(class_loss, inputs.real_class_loss)
        return adversarial.plus("fake_class_loss", class_loss, self.classifier_weight)

    def _class_loss(
        self, discriminator: Discriminator, features: Tensor, label: Tensor, inputs: StepInputs
    ) -> Tensor | None:
        """Return how badly the discriminator's head names the labels, if it has one."""
        if not inputs.labels.named:
            return None
        named = discriminator.class_logits(features)
        return inputs.labels.loss(named, inputs.condition, label)

    def _with_real(self, loss: Loss, class_loss: Tensor | None, inputs: StepInputs) -> Loss:
        if class_loss is None:
            return loss
        weight = inputs.labels.real_weight * self.classifier_weight
        return loss.plus("class_loss", class_loss, weight)


class CGANAC(CGAN):
    """The conditional GAN with an auxiliary classifier (Odena et al. 2017, section 3).

    A head on the discriminator's features names the class, C(y | x). It learns
    from real images alone, so that no fake teaches it what a class is; the
    generator is trained so that its fakes are classified as their label::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))] + λ E[-log C(y | x)]
        L_G = E[softplus(-D(x̃, y))] + λ E[-log C(y | x̃)]

    Unlike in the paper, D too gets the label, where the networks can hide it
    from C: without it, classes drift towards what is classified most surely.

    Of K parts each has a head C_k of its own, and the last term is the sum of
    theirs where they are known, times min(1.5, 3/√K) of several. On captions, which are no
    classes, this is ``GANCLS``: without wrong captions they are obeyed much later.
    """

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description with a classifier."""
        return replace(spec, classifier=True)

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        if inputs.labels.are_captions:
            return GANCLS().discriminator_loss(discriminator, inputs)
        return super().discriminator_loss(discriminator, inputs)


class GANCLS(CGAN):
    """The matching-aware discriminator (Reed et al. 2016, algorithm 1).

    A real image with a wrong label ŷ, drawn uniformly from the other classes,
    counts as fake, so that the discriminator must look at the label::

        L_D = E[softplus(-D(x, y))] + ½ E[softplus(D(x, ŷ))] + ½ E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))]

    Of several parts one at a time is wrong, drawn evenly among those that are
    known of the image, so that none can be ignored; where nothing is known, the
    term is zero. A wrong caption is that of another image, as in the paper.
    """

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        wrong, counts = inputs.labels.wrong(inputs.condition, inputs.rng)
        label, other = map(discriminator.encoded, (inputs.condition, wrong))
        real_features, (real_score, wrong_score) = discriminator.scores(inputs.real, label, other)
        fake_score = discriminator.score(discriminator.features(inputs.fake, label), label)
        class_loss = self._class_loss(discriminator, real_features, label, inputs)
        total = (
            softplus(-real_score).mean()
            + (counts * softplus(wrong_score)).mean() / 2
            + softplus(fake_score).mean() / 2
        )
        loss = Loss(
            total,
            {
                "discriminator_loss": total.detach(),
                "real_score": real_score.detach().mean(),
                "wrong_score": (counts * wrong_score.detach()).sum() / counts.sum().clamp(min=1),
                "fake_score": fake_score.detach().mean(),
            },
        )
        return self._with_real(loss, class_loss, inputs)
