"""The relativistic pairing GAN, which compares a real image and a fake of the same label."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from ganctl.engine.models.base import Discriminator, Loss, StepInputs
from ganctl.engine.models.objectives.cgan import CGAN, CGANAC
from ganctl.engine.models.objectives.gan import of_discriminator, pass_for_real
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe

LARGEST_MARGIN = 60.0
"""Scores further apart count as this far apart: beyond 88 the exponential overflows."""


@dataclass(frozen=True)
class RPGAN(CGAN):
    """The relativistic pairing GAN (Sun et al. 2020, equation 3; Huang et al. 2024, equation 2).

    A real image and a fake of the same label are a pair. The discriminator only tells which of the
    two looks more real, so that no place where real images are becomes one to keep away from::

        L_D = E[softplus(-(D(x, y) - D(x̃, y)))]
              + λ E[-log softmax_k(D_k(x))_y] + λ E[-log softmax_k(D'_k(x̃))_y]
        L_G = E[softplus(-(D(x̃, y) - D(x, y)))]

    D_k(x) is added to the score D(x, k) by the label k, as far as the networks have such a part,
    and a part of D'_k(x) is taken off, as far as they have that. Beside the score, the second term
    makes a classifier of real images of the one, the third a classifier of fakes of the other: what
    both know of a label then counts less (Han et al. 2021, "Dual Projection Generative Adversarial
    Networks for Conditional Image Generation", equation 8). The generator meets them only within
    the score, and the features learn nothing from the third term.

    Of several parts, and of captions, it is ``CGANAC``.

    Args:
        classifier_weight: λ, which ``by`` takes from the recipe.
    """

    classifier_weight: float = 0.5

    def by(self, recipe: Recipe) -> RPGAN:
        """Return the objective with the recipe's λ."""
        return replace(self, classifier_weight=recipe.classifier_weight)

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description, with a classifier where more than a class is known."""
        return replace(spec, classifier=spec.is_described)

    def trains_in_one_pass(self, spec: NetworkSpec) -> bool:
        """Return whether labels are classes: then L_G asks of the score alone, as L_D does."""
        return not spec.is_described

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        if inputs.labels.named:
            return CGANAC().discriminator_loss(discriminator, inputs)
        label = inputs.condition
        real_features = discriminator.features(inputs.real, label)
        fake_features = discriminator.features(inputs.fake, label)
        real_score = discriminator.score(real_features, label)
        fake_score = discriminator.score(fake_features, label)
        loss = _tell_which_is_real(real_score, fake_score)
        return self._with_labels(loss, discriminator, real_features, fake_features, label)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        if inputs.labels.named:
            return CGANAC().generator_loss(discriminator, inputs)
        real_score = discriminator(inputs.real, inputs.condition)
        fake_score = discriminator(inputs.fake, inputs.condition)
        return pass_for_real(fake_score - real_score)

    def joint_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D, whose gradient for a fake x̃ becomes that of L_G.

        With m = D(x, y) - D(x̃, y), L_D has the derivative σ(-m) in D(x̃, y), and L_G has -σ(m).
        What reaches the fake is a multiple of it, and is multiplied by their ratio, -e^m.
        """
        count = len(inputs.real)
        fake = inputs.fake.view_as(inputs.fake)
        images = torch.cat([inputs.real, fake])
        labels = torch.cat([inputs.condition, inputs.condition])
        features = discriminator.features(images, labels)
        scores = discriminator.score(features, labels)
        real_score, fake_score = scores[:count], scores[count:]
        margin = (real_score - fake_score).detach().float()
        ratio = -margin.clamp(max=LARGEST_MARGIN).exp()
        if fake.requires_grad:
            multiply = ratio.to(fake.dtype).view(-1, 1, 1, 1).mul
            fake.register_hook(multiply)  # type: ignore[no-untyped-call]
        loss = _tell_which_is_real(real_score, fake_score)
        halves = features[:count], features[count:]
        loss = self._with_labels(loss, discriminator, *halves, inputs.condition)
        return Loss(loss.total, {**loss.losses, "generator_loss": softplus(margin).mean()})

    def _with_labels(
        self,
        loss: Loss,
        discriminator: Discriminator,
        real_features: Tensor,
        fake_features: Tensor,
        y: Tensor,
    ) -> Loss:
        logits = discriminator.label_logits(real_features)
        if logits is not None:
            loss = loss.plus("class_loss", cross_entropy(logits, y), self.classifier_weight)
        # Through the features the generator would learn from it as well.
        logits = discriminator.fake_label_logits(fake_features.detach())
        if logits is not None:
            loss = loss.plus("fake_label_loss", cross_entropy(logits, y), self.classifier_weight)
        return loss


def _tell_which_is_real(real_score: Tensor, fake_score: Tensor) -> Loss:
    """Return E[softplus(-(s - s̃))] over pairs of a real image's score s and a fake's s̃."""
    total = softplus(_at_least(-LARGEST_MARGIN, fake_score - real_score)).mean()
    return of_discriminator(total, real_score, fake_score)


def _at_least(least: float, x: Tensor) -> Tensor:
    """Return x, raised to ``least`` where it is below, but with the gradient of x everywhere."""
    return x.clamp(min=least).detach() + (x - x.detach())
