"""The interfaces of this room: a generator, a discriminator, and the objective that trains them.

A generator gets a condition beside its latent: a label as in ``engine.models.conditions``, of
a class, of several parts, or of words; or InfoGAN's codes; or nothing, which is a condition of
size 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ganctl.engine.models.augment import Augmentation
from ganctl.engine.models.labels import Labels
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe


class Generator(nn.Module):
    """(z [N, latent_size], condition [N, …]) → images [N, C, H, W] in [-1, 1].

    A condition is [N, condition_size], or [N, K, 1 + T] where the generator reads words.
    """

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        raise NotImplementedError

    def follow(self, discriminator: Discriminator) -> None:
        """Take over what the discriminator has learned for both, before each step: nothing."""


class Discriminator(nn.Module):
    """(images [N, C, H, W] in [-1, 1], labels [N, …]) → scores [N], any real number.

    A high score means that the image looks real and fits its label. Scores are
    computed from features [N, F], from which InfoGAN's head Q also predicts the
    codes, and a classifier the label. ``forward`` gets labels as they are, and all else as
    ``encoded`` returns them.
    """

    def encoded(self, y: Tensor) -> Tensor:
        """Return labels [N, label_size]: rows of numbers as they are, captions embedded."""
        return y

    def features(self, x: Tensor, y: Tensor) -> Tensor:
        """Return the features [N, F] of the images."""
        raise NotImplementedError

    def score(self, features: Tensor, y: Tensor) -> Tensor:
        """Return the score [N] of each row of features."""
        raise NotImplementedError

    def class_logits(self, features: Tensor) -> Tensor:
        """Return what the classifier's head makes of the features, [N, named_size].

        Only for networks that were built with a classifier; their features do
        not depend on the label.
        """
        raise NotImplementedError

    def label_logits(self, features: Tensor) -> Tensor | None:  # noqa: ARG002
        """Return how much each class would add to the score, [N, classes]; None if no sum has it.

        It is the part of the score in which the label meets the features, without what a
        classifier of fakes takes off.
        """
        return None

    def fake_label_logits(self, features: Tensor) -> Tensor | None:  # noqa: ARG002
        """Return the logits [N, classes] of a classifier of fakes; None if there is none.

        The score takes a part of them off.
        """
        return None

    def codes(self, features: Tensor) -> Tensor:
        """Return Q's prediction [N, categories + continuous]: logits of c0, means of c1, c2, …

        Only for networks that were built for codes.
        """
        raise NotImplementedError

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return one score for each image and label."""
        label = self.encoded(y)
        return self.score(self.features(x, label), label)

    def scores(self, x: Tensor, *labels: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the features of images, and their scores with each of several labels.

        The features are those with the first label, if they depend on it.
        """
        features = [self.features(x, y) for y in labels]
        return features[0], [self.score(h, y) for h, y in zip(features, labels, strict=True)]


@dataclass(frozen=True)
class StepInputs:
    """What a step's losses are computed from; rows with the same index belong together.

    Args:
        real: augmented real images [N, C, H, W].
        fake: augmented fakes [N, C, H, W]; without gradient in the discriminator's loss.
        condition: what the generator was given beside the latents [N, …].
        generate: returns augmented fakes of the same latents for another condition.
        labels: makes wrong labels and halfway ones of the condition, if it is one.
        rng: what further draws come from.
        progress: the spent fraction of the budget before this step, in [0, 1).
        real_class_loss: in the generator's loss, how badly the discriminator's head has just named
            the labels of the real images, a scalar without gradient; 0 if it has none.
    """

    real: Tensor
    fake: Tensor
    condition: Tensor
    generate: Callable[[Tensor], Tensor]
    labels: Labels
    rng: torch.Generator
    progress: float
    real_class_loss: Tensor | float = 0.0


@dataclass(frozen=True)
class Loss:
    """``total`` is a scalar to differentiate; ``losses`` are detached scalars for the record."""

    total: Tensor
    losses: dict[str, Tensor]

    def plus(self, name: str, term: Tensor, weight: float = 1.0) -> Loss:
        """Return this loss with one more term, which is recorded without its weight."""
        return Loss(self.total + weight * term, {**self.losses, name: term.detach()})


class Objective:
    """The losses of a model's two networks, and what it needs these networks to be.

    ``uses_progress`` says whether the losses change with the spent fraction of the budget.
    """

    uses_progress = False

    def adapt(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the description of networks with the inputs and heads that this model needs.

        Args:
            spec: of networks that both get the label: of as many classes as the data have, of
                several parts, or of words; they suit the model (``TrainRequest.check_suits``).
        """
        raise NotImplementedError

    def condition(self, y: Tensor, rng: torch.Generator) -> Tensor:
        """Return the generator's condition [N, …] for the labels [N, …] of real images."""
        raise NotImplementedError

    def trains_in_one_pass(self, spec: NetworkSpec) -> bool:  # noqa: ARG002
        """Return whether ``joint_loss`` can train both networks that ``spec`` describes."""
        return False

    def by(self, recipe: Recipe) -> Objective:  # noqa: ARG002
        """Return the objective with the weights of a recipe."""
        return self

    def augmentation(self, recipe: Recipe) -> Augmentation:
        """Return what the discriminator sees images through: the recipe's noise."""
        return Augmentation(noise=recipe.noise, fade=recipe.noise_fade)

    def discriminator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_D."""
        raise NotImplementedError

    def generator_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return L_G; its gradient reaches the generator through the fakes."""
        raise NotImplementedError

    def joint_loss(self, discriminator: Discriminator, inputs: StepInputs) -> Loss:
        """Return a loss whose gradients are those of L_D and of L_G, from one pass.

        For the discriminator's weights its gradient is that of L_D, and for the fakes, which here
        have the generator's graph, that of L_G (Shen et al. 2021, "Training Generative Adversarial
        Networks in One Stage", section 3). Real images and fakes pass together, so that the
        discriminator must have no batch norm.
        """
        raise NotImplementedError
