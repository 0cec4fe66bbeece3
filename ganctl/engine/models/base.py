"""What a generator and a discriminator are to the rest of the engine.

The generator is told a condition [N, condition_size] beside its latent: the
weights of the classes, a one-hot row for one class and several entries for a
blend; or InfoGAN's codes; or nothing, which is a condition of size 0.
"""

from __future__ import annotations

from torch import Tensor, nn


class Generator(nn.Module):
    """(z [N, latent_size], condition [N, condition_size]) → images [N, C, H, W] in [-1, 1]."""

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        raise NotImplementedError


class Discriminator(nn.Module):
    """(images [N, C, H, W] in [-1, 1], label weights [N, classes]) → scores [N], any real number.

    A high score means that the image looks real and fits its label. Between
    the two lie features [N, F], from which InfoGAN's head Q guesses the codes,
    and a classifier the class.
    """

    def features(self, x: Tensor, y: Tensor) -> Tensor:
        """Return what the trunk sees in each image."""
        raise NotImplementedError

    def score(self, features: Tensor, y: Tensor) -> Tensor:
        """Return the score of each row of features."""
        raise NotImplementedError

    def class_logits(self, features: Tensor) -> Tensor:
        """Return the classifier's logits [N, classes].

        Only where the networks were built with one; the features then come from
        the image alone.
        """
        raise NotImplementedError

    def codes(self, features: Tensor) -> Tensor:
        """Return Q's guess [N, categories + continuous]: logits of c0, then means of c1, c2, …

        Only where the networks were built for codes.
        """
        raise NotImplementedError

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Return one score for each image and label."""
        return self.score(self.features(x, y), y)

    def scores(self, x: Tensor, *labels: Tensor) -> list[Tensor]:
        """Return the scores of the same images with each of several labels."""
        return [self(x, y) for y in labels]
