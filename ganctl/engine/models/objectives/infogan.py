"""InfoGAN, whose codes are read off the image."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot

from ganctl.engine.models.augment import Augmentation
from ganctl.engine.models.base import Discriminator, Loss, StepInputs
from ganctl.engine.models.objectives.gan import GAN, pass_for_real, tell_apart
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe


@dataclass(frozen=True)
class InfoGAN(GAN):
    """Codes that can be read off the image (Chen et al. 2016, equations 5 and 6, appendix C.1).

    Neither network gets a label. The generator gets c = (c0, c1, c2): c0 one of
    as many categories as the data have classes, c1 and c2 uniform on [-1, 1].
    The head Q predicts them from the fake; both networks minimise its error,
    which bounds the mutual information I(c; x̃) from below::

        L_I = λ₀ E[-log Q(c0 | x̃)] + λ₁ E[½ Σ_j (c_j - Q_j(x̃))²]
        L_D = E[softplus(-D(x))] + E[softplus(D(x̃))] + r L_I
        L_G = E[softplus(-D(x̃))] + r L_I

    The second part of L_I is a Gaussian likelihood of unit variance, without its
    constant. Two things are not from the paper, and let more seeds find the digits.
    The factor r is 0 until ``rise`` begins and 1 once it ends, so that there are
    strokes before there are categories. And D and Q see images through distortion
    and noise, so that c0 stands for the kind of a thing and not for its slant; in
    ``fade`` they go away, and c1 and c2 find the slant. Both are parts of the budget.
    """

    continuous: int = 2
    category_weight: float = 1.0
    continuous_weight: float = 0.1
    distortion: float = 1.0
    noise: float = 0.5
    rise: tuple[float, float] = (0.04, 0.2)
    fade: tuple[float, float] = (0.6, 0.85)

    uses_progress = True

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description with codes instead of labels, which must be classes."""
        return replace(spec.without_labels, categories=spec.classes, continuous=self.continuous)

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return codes [N, categories + continuous]: a one-hot c0, then c1, c2."""
        count, categories = y.shape
        c0 = torch.randint(categories, (count,), generator=rng, device=y.device)
        uniform = torch.rand(count, self.continuous, generator=rng, device=y.device)
        return torch.cat([one_hot(c0, categories).to(y.dtype), 2 * uniform - 1], dim=1)

    def augmentation(self, recipe: Recipe) -> Augmentation:  # noqa: ARG002
        """Return the model's own distortion and noise, drawn anew for the generator's loss."""
        return Augmentation(self.noise, self.distortion, self.fade, redraw=True)

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        no_label = inputs.condition[:, :0]
        real_score = discriminator(inputs.real, no_label)
        features = discriminator.features(inputs.fake, no_label)
        adversarial = tell_apart(real_score, discriminator.score(features, no_label))
        information = self._information_loss(discriminator.codes(features), inputs)
        return Loss(adversarial.total + information.total, adversarial.losses | information.losses)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        no_label = inputs.condition[:, :0]
        features = discriminator.features(inputs.fake, no_label)
        information = self._information_loss(discriminator.codes(features), inputs)
        adversarial = pass_for_real(discriminator.score(features, no_label))
        return Loss(adversarial.total + information.total, adversarial.losses)

    def _information_loss(self, predicted: Tensor, inputs: StepInputs) -> Loss:
        """Return r L_I for Q's prediction [N, categories + continuous] of the codes."""
        codes = inputs.condition
        categories = codes.shape[1] - self.continuous
        category_loss = cross_entropy(predicted[:, :categories], codes[:, :categories])
        errors = predicted[:, categories:] - codes[:, categories:]
        continuous_loss = errors.square().sum(dim=1).mean() / 2
        total = self.category_weight * category_loss + self.continuous_weight * continuous_loss
        start, end = self.rise
        r = min(1.0, max(0.0, (inputs.progress - start) / (end - start)))
        losses = {"category_loss": category_loss, "continuous_loss": continuous_loss}
        return Loss(r * total, {name: loss.detach() for name, loss in losses.items()})
