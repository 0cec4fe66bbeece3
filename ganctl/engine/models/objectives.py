"""What each model's networks minimise, beside its equation.

D(·) is the discriminator's raw score; with σ the logistic function,
-log σ(s) = softplus(-s) and -log(1 - σ(s)) = softplus(s), so that all binary
cross-entropies are functions of raw scores. x is a real image with label y, and
x̃ a fake one. Everything that D sees has passed through the step's augmentation.

A label is a class, several parts, or a caption; ``labels`` says what the wrong ones of each kind
are, and what lies halfway.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot, softplus

from ganctl.engine.models.augment import Augmentation
from ganctl.engine.models.base import Discriminator, Loss, Objective, StepInputs
from ganctl.plugins import Kind, plugin
from ganctl.requests.checks import values
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Model, Recipe


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
        return _tell_apart(real_score, fake_score)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        return _pass_for_real(discriminator(inputs.fake, inputs.condition))


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
        return self._with_real(_tell_apart(real_score, fake_score), class_loss, inputs)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        label = discriminator.encoded(inputs.condition)
        features = discriminator.features(inputs.fake, label)
        adversarial = _pass_for_real(discriminator.score(features, label))
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
    theirs where they are known, times 2/√K beyond four. On captions, which are no
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
        adversarial = _tell_apart(real_score, discriminator.score(features, no_label))
        information = self._information_loss(discriminator.codes(features), inputs)
        return Loss(adversarial.total + information.total, adversarial.losses | information.losses)

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G."""
        no_label = inputs.condition[:, :0]
        features = discriminator.features(inputs.fake, no_label)
        information = self._information_loss(discriminator.codes(features), inputs)
        adversarial = _pass_for_real(discriminator.score(features, no_label))
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


OBJECTIVES: dict[str, Objective] = {
    Model.GAN: GAN(),
    Model.CGAN: CGAN(),
    Model.CGAN_AC: CGANAC(),
    Model.GAN_CLS: GANCLS(),
    Model.GAN_INT: GANINT(),
    Model.GAN_INT_CLS: GANINTCLS(),
    Model.INFOGAN: InfoGAN(),
}


def objective_for(model: str, needed: str = "") -> Objective:
    """Return the objective of a model, ganctl's own or a plug-in's.

    Args:
        model: its name.
        needed: the package that a run was begun with, where a plug-in's.

    Raises:
        PluginError: the plug-in is missing, or broken, or adds no objective.
        UnknownName: there is no such model.
    """
    if model in OBJECTIVES:
        return OBJECTIVES[model]
    found = plugin(Kind.MODEL, model, values(Model), needed)
    return found.load_as(Objective, "an Objective")


def _tell_apart(real_score: Tensor, fake_score: Tensor) -> Loss:
    """Return E[softplus(-s)] over the scores of real images plus E[softplus(s)] over fakes'."""
    total = softplus(-real_score).mean() + softplus(fake_score).mean()
    return Loss(
        total,
        {
            "discriminator_loss": total.detach(),
            "real_score": real_score.detach().mean(),
            "fake_score": fake_score.detach().mean(),
        },
    )


def _pass_for_real(fake_score: Tensor) -> Loss:
    """Return E[softplus(-s)] over the scores of fakes."""
    total = softplus(-fake_score).mean()
    return Loss(total, {"generator_loss": total.detach()})
