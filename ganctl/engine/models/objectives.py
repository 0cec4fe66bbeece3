"""What the two players minimise: one class for each model, beside its equations.

Everywhere x is a real image with its label y, x̃ = G(z, …) a fake, and the
score D(…) the logit of "real". With -log σ(s) = softplus(-s) and
-log(1 - σ(s)) = softplus(s) the papers' cross-entropies are functions of raw scores.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot, softplus

from ganctl.engine.models.augment import augment
from ganctl.engine.models.base import Discriminator, Generator
from ganctl.errors import DataError
from ganctl.requests.recipes import Model
from ganctl.runs.checkpoint_header import NetworkSpec


class Networks(Protocol):
    """The two networks."""

    generator: Generator
    discriminator: Discriminator


@dataclass(frozen=True)
class StepInputs:
    """What both players see in one step; all rows belong together.

    ``real`` and ``fake`` are [N, C, H, W] in [-1, 1]; ``condition`` [N, S] is
    what the generator was told beside the latent ``z`` [N, L]; ``random`` is
    for further draws; ``spent`` is the part of the budget before this step, in
    [0, 1). In the discriminator's turn ``fake`` carries no gradient.
    """

    real: Tensor
    fake: Tensor
    z: Tensor
    condition: Tensor
    rng: torch.Generator
    progress: float


@dataclass(frozen=True)
class Loss:
    """``total`` is a scalar to differentiate; ``losses`` are detached scalars for the record."""

    total: Tensor
    losses: dict[str, Tensor]

    def plus(self, name: str, term: Tensor, weight: float = 1.0) -> Loss:
        """Return this loss with one term more, which is recorded without its weight."""
        return Loss(self.total + weight * term, {**self.losses, name: term.detach()})


class Objective(Protocol):
    """The two sides of a game, and what it needs the networks to be.

    ``is_static`` says that the work of a turn is the same at every point of the budget.
    """

    is_static: bool

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description of networks with the inputs and heads that this model needs.

        Args:
            spec: one whose players see the label of every class of the data.

        Raises:
            DataError: there are too few classes for this model.
        """
        ...

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return what the generator is told [N, S], for one-hot labels ``y`` [N, classes]."""
        ...

    def discriminator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return what the discriminator minimises."""
        ...

    def generator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return what the generator minimises, through ``turn.fake``."""
        ...


class GAN:
    """The generative adversarial network (Goodfellow et al. 2014, equation 1 and section 3)::

        L_D = E[softplus(-D(x))] + E[softplus(D(x̃))]
        L_G = E[softplus(-D(x̃))]

    L_G is the paper's non-saturating form, whose gradient does not vanish
    where the discriminator is sure. No player sees a label.
    """

    is_static = True

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description without labels."""
        return replace(spec, classes=0)

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return nothing, [N, 0]."""
        return y[:, :0]

    def discriminator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_D. Real and fake pass apart: in one batch, batch norm would tell them apart."""
        real_score = networks.discriminator(inputs.real, inputs.condition)
        fake_score = networks.discriminator(inputs.fake, inputs.condition)
        return _told_apart(real_score, fake_score)

    def generator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_G."""
        total = softplus(-networks.discriminator(inputs.fake, inputs.condition)).mean()
        return Loss(total, {"generator_loss": total.detach()})


class CGAN(GAN):
    """The conditional GAN (Mirza & Osindero 2014, equation 2): both players see the label.

    With x̃ = G(z, y)::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))]

    That is the loss of ``GAN`` with the label as the condition.
    """

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description as it is."""
        return spec

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:  # noqa: ARG002
        """Return the labels."""
        return y


@dataclass(frozen=True)
class CGANAC(CGAN):
    """The conditional GAN with an auxiliary classifier (Odena et al. 2017, section 3).

    A head on the discriminator's features names the class, C(y | x). It learns
    from real images alone, so that no fake teaches it what a class is, and the
    generator wants its fakes to be named rightly::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))] + λ E[-log C(y | x)]
        L_G = E[softplus(-D(x̃, y))] + λ E[-log C(y | x̃)]

    Unlike there, D too sees the label, where the networks can hide it from C:
    without it, classes drift towards what is named most surely.
    """

    classifier_weight: float = 0.5

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description with a classifier."""
        return replace(spec, classifier=True)

    def discriminator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_D."""
        discriminator, y = networks.discriminator, inputs.condition
        real_features = discriminator.features(inputs.real, y)
        real_score = discriminator.score(real_features, y)
        fake_score = discriminator(inputs.fake, y)
        class_loss = cross_entropy(discriminator.class_logits(real_features), y)
        game = _told_apart(real_score, fake_score)
        return game.plus("class_loss", class_loss, self.classifier_weight)

    def generator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_G."""
        discriminator, y = networks.discriminator, inputs.condition
        features = discriminator.features(inputs.fake, y)
        game = softplus(-discriminator.score(features, y)).mean()
        class_loss = cross_entropy(discriminator.class_logits(features), y)
        loss = Loss(game, {"generator_loss": game.detach()})
        return loss.plus("fake_class_loss", class_loss, self.classifier_weight)


class GANCLS(CGAN):
    """The matching-aware discriminator (Reed et al. 2016, algorithm 1).

    A real image with a wrong label ŷ, drawn evenly from the other classes,
    counts as false, so that the discriminator must look at the label::

        L_D = E[softplus(-D(x, y))] + ½ E[softplus(D(x, ŷ))] + ½ E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))]
    """

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description as it is; there must be two classes at least."""
        return _with_two_classes(spec)

    def discriminator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_D."""
        y, wrong = inputs.condition, other_labels(inputs.condition, inputs.rng)
        real_score, wrong_score = networks.discriminator.scores(inputs.real, y, wrong)
        fake_score = networks.discriminator(inputs.fake, y)
        total = (
            softplus(-real_score).mean()
            + softplus(wrong_score).mean() / 2
            + softplus(fake_score).mean() / 2
        )
        return Loss(
            total,
            {
                "discriminator_loss": total.detach(),
                "real_score": real_score.detach().mean(),
                "wrong_score": wrong_score.detach().mean(),
                "fake_score": fake_score.detach().mean(),
            },
        )


class GANINT(CGAN):
    """Learning with interpolated labels (Reed et al. 2016, equation 5, with β = ½).

    As many extra fakes are drawn at y̅ = ½ y + ½ ŷ, halfway to another class.
    The generator wants them to pass for real; the discriminator, which has no
    real images to compare them with, is never trained on them::

        L_D = E[softplus(-D(x, y))] + E[softplus(D(x̃, y))]
        L_G = E[softplus(-D(x̃, y))] + E[softplus(-D(G(z, y̅), y̅))]
    """

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description as it is; there must be two classes at least."""
        return _with_two_classes(spec)

    def generator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_G."""
        halfway = (inputs.condition + other_labels(inputs.condition, inputs.rng)) / 2
        blends = networks.generator(inputs.z, halfway)
        blend_loss = softplus(-networks.discriminator(blends, halfway)).mean()
        loss = super().generator_loss(networks, inputs)
        return loss.plus("blend_loss", blend_loss)


class GANINTCLS(GANCLS, GANINT):
    """Both of Reed et al. 2016: the L_D of ``GANCLS`` and the L_G of ``GANINT``."""


@dataclass(frozen=True)
class InfoGAN(GAN):
    """Codes that the image tells (Chen et al. 2016, equations 5 and 6, appendix C.1).

    No player sees a label. The generator gets c = (c0, c1, c2): c0 one of as
    many categories as the data have classes, c1 and c2 uniform on [-1, 1]. The
    head Q guesses them from the fake; both players want it to succeed, which
    bounds the mutual information I(c; x̃) from below::

        L_I = λ₀ E[-log Q(c0 | x̃)] + λ₁ E[½ Σ_j (c_j - Q_j(x̃))²]
        L_D = E[softplus(-D(x))] + E[softplus(D(x̃))] + r L_I
        L_G = E[softplus(-D(x̃))] + r L_I

    The second part of L_I is a Gaussian likelihood of unit variance, without
    its constant. Two things are ours, and let more seeds find the digits. The
    factor r is 0 until ``rise`` begins and 1 once it ends, so that there are
    strokes before there are categories. And what D and Q look at, real or not,
    is distorted at random (as in DiffAugment, Zhao et al. 2020) and noisy
    (Sønderby et al. 2017, section 4), so that c0 tells the kind of a thing and
    not its slant; during ``fade`` that goes away, and c1 and c2 find the slant.
    Both spans are parts of the budget.
    """

    continuous: int = 2
    category_weight: float = 1.0
    continuous_weight: float = 0.1
    distortion: float = 1.0
    noise: float = 0.5
    rise: tuple[float, float] = (0.04, 0.2)
    fade: tuple[float, float] = (0.6, 0.85)

    is_static = False

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description with codes instead of labels."""
        return replace(spec, classes=0, categories=spec.classes, continuous=self.continuous)

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return codes [N, categories + continuous]: a one-hot c0, then c1, c2."""
        count, categories = y.shape
        c0 = torch.randint(categories, (count,), generator=rng, device=y.device)
        uniform = torch.rand(count, self.continuous, generator=rng, device=y.device)
        return torch.cat([one_hot(c0, categories).to(y.dtype), 2 * uniform - 1], dim=1)

    def discriminator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_D."""
        discriminator, nothing = networks.discriminator, inputs.condition[:, :0]
        real_score = discriminator(self._veiled(inputs.real, inputs), nothing)
        features = discriminator.features(self._veiled(inputs.fake, inputs), nothing)
        fake_score = discriminator.score(features, nothing)
        information = self._information(discriminator.codes(features), inputs)
        game = _told_apart(real_score, fake_score)
        return Loss(game.total + information.total, game.losses | information.losses)

    def generator_loss(self, networks: Networks, inputs: StepInputs) -> Loss:
        """Return L_G."""
        discriminator, nothing = networks.discriminator, inputs.condition[:, :0]
        features = discriminator.features(self._veiled(inputs.fake, inputs), nothing)
        information = self._information(discriminator.codes(features), inputs)
        game = softplus(-discriminator.score(features, nothing)).mean()
        return Loss(game + information.total, {"generator_loss": game.detach()})

    def _veiled(self, images: Tensor, inputs: StepInputs) -> Tensor:
        """Return the images as D and Q see them at this point of the budget."""
        left = 1 - _way(self.fade, inputs.progress)
        grain = torch.randn(images.shape, generator=inputs.rng, device=images.device)
        distorted = augment(images, left * self.distortion, inputs.rng)
        return distorted + left * self.noise * grain

    def _information(self, guess: Tensor, inputs: StepInputs) -> Loss:
        """Return r L_I for Q's guess [N, categories + continuous] of the codes."""
        codes = inputs.condition
        categories = codes.shape[1] - self.continuous
        category_loss = cross_entropy(guess[:, :categories], codes[:, :categories])
        errors = guess[:, categories:] - codes[:, categories:]
        continuous_loss = errors.square().sum(dim=1).mean() / 2
        total = self.category_weight * category_loss + self.continuous_weight * continuous_loss
        return Loss(
            _way(self.rise, inputs.progress) * total,
            {
                "category_loss": category_loss.detach(),
                "continuous_loss": continuous_loss.detach(),
            },
        )


OBJECTIVES: dict[Model, Objective] = {
    Model.GAN: GAN(),
    Model.CGAN: CGAN(),
    Model.CGAN_AC: CGANAC(),
    Model.GAN_CLS: GANCLS(),
    Model.GAN_INT: GANINT(),
    Model.GAN_INT_CLS: GANINTCLS(),
    Model.INFOGAN: InfoGAN(),
}


def other_labels(y: Tensor, rng: torch.Generator) -> Tensor:
    """Return one-hot labels [N, classes], each drawn evenly from the classes that ``y`` is not."""
    count, classes = y.shape
    shift = torch.randint(1, classes, (count,), generator=rng, device=y.device)
    return one_hot((y.argmax(dim=1) + shift) % classes, classes).to(y.dtype)


def _told_apart(real_score: Tensor, fake_score: Tensor) -> Loss:
    """Return E[softplus(-s)] over scores of real images plus E[softplus(s)] over those of fakes."""
    total = softplus(-real_score).mean() + softplus(fake_score).mean()
    return Loss(
        total,
        {
            "discriminator_loss": total.detach(),
            "real_score": real_score.detach().mean(),
            "fake_score": fake_score.detach().mean(),
        },
    )


def _with_two_classes(spec: NetworkSpec) -> NetworkSpec:
    if spec.classes < 2:
        raise DataError(
            "The data have a single class, so that there is no other label to take.",
            "Leave --model out, or give data with two classes or more.",
        )
    return spec


def _way(span: tuple[float, float], progress: float) -> float:
    """Return how much of a span of the budget is behind, in [0, 1]."""
    start, end = span
    return min(1.0, max(0.0, (progress - start) / (end - start)))
