"""Pairs of small convolutions, fast on a CPU: for every recipe but ``classic``, with labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.pairs.initial import normal
from ganctl.engine.models.pairs.thin import FromImages, ToImages
from ganctl.requests.networks import NetworkSpec

EMBEDDING_SIZE = 32
Q_SIZE = 128
SLOPE = 0.2


class FirstMap(Generator):
    """How generators begin: a linear layer on the latent and the embedded condition.

    ``widths`` are those of the maps, from the smallest on, and ``inputs`` is how many numbers the
    latent and the embedding have. With ``spec.mixed``, these numbers v go on as v + B relu(A v), so
    that each part of a condition can mean another thing beside other parts.
    """

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.widths, self.base_size = pyramid(spec.image_size, base=32)
        self.inputs = spec.latent_size
        self.embed: nn.Parameter | None = None
        if spec.condition_size:
            # An embedding as a matrix, so that a blend of labels is a blend of embeddings.
            # Many parts, or the numbers of words, are no louder together than one class is.
            self.embed = nn.Parameter(
                normal(spec.condition_size, EMBEDDING_SIZE) / spec.summed**0.5
            )
            self.inputs += EMBEDDING_SIZE
        self.mix: nn.Module | None = None
        if spec.mixed:
            self.mix = nn.Sequential(
                nn.Linear(self.inputs, spec.mixed), nn.ReLU(), nn.Linear(spec.mixed, self.inputs)
            )
        self.project = nn.Linear(self.inputs, self.widths[0] * self.base_size**2)

    def embedded(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return latents beside their embedded conditions, [N, inputs], perhaps mixed."""
        if self.embed is None:
            return z
        beside = torch.cat([z, condition @ self.embed], dim=1)
        return beside if self.mix is None else beside + self.mix(beside)

    def first_map(self, embedded: Tensor) -> Tensor:
        """Return the smallest maps [N, widths[0], base_size, base_size]."""
        projected: Tensor = self.project(embedded)
        return projected.view(-1, self.widths[0], self.base_size, self.base_size)


class ModernGenerator(FirstMap):
    """The first map, then convolutions that double the size."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        self.blocks = nn.Sequential(
            nn.BatchNorm2d(self.widths[0]), nn.ReLU(), *upsampling(self.widths, spec.channels)
        )

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        return torch.tanh(self.blocks(self.first_map(self.embedded(z, condition))))


class RefinedGenerator(FirstMap):
    """The layers of ``ModernGenerator``, and a convolution of the smallest and of the last maps."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__(spec)
        width = self.widths[0]
        *blocks, self.draw = upsampling(self.widths, spec.channels)
        self.blocks = nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(), refinement(width), *blocks)
        self.refine = refinement(self.widths[-1])

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        """Return one image for each latent and condition."""
        h = self.blocks(self.first_map(self.embedded(z, condition)))
        return torch.tanh(self.draw(self.refine(h)))


class ModernDiscriminator(Discriminator):
    """Convolutions that halve the size, perhaps a hidden layer, and a projection head.

    The score is w·h + Σ_k y_k (e_k·h): the label meets the features h of the
    image as an inner product (Miyato & Koyama 2018, "cGANs with Projection
    Discriminator", equation 3). With ``spec.contrast`` β it is w·h + Σ_k y_k (e_k - β f_k)·h, where
    f_k·h are to name the class of fakes (Han et al. 2021, "Dual Projection Generative Adversarial
    Networks for Conditional Image Generation", equation 8). Only ``rpgan`` makes a classifier of
    these: by other models the f_k learn what the e_k do.

    Args:
        spec: the images and labels that it gets.
        hidden: the width of the hidden layer; 0 leaves it out.
        norm: whether there is batch norm. With the gradient penalty there must be none, since it
            makes an image's score depend on the other images.
    """

    def __init__(self, spec: NetworkSpec, *, hidden: int, norm: bool) -> None:
        super().__init__()
        widths, base_size = pyramid(spec.image_size, base=32)
        widths = widths[::-1]
        *convolutions, activation = downsampling(widths, spec.channels, slope=SLOPE, norm=norm)
        self.blocks = nn.Sequential(*convolutions, nn.Flatten(), activation)
        features = widths[-1] * base_size**2
        if hidden:
            self.blocks.extend([nn.Linear(features, hidden), nn.LeakyReLU(SLOPE)])
            features = hidden
        self.realness = nn.Linear(features, 1)
        self.contrast = spec.contrast
        self.label: nn.Parameter | None = None
        self.fake_label: nn.Parameter | None = None
        if spec.label_size:
            # Zero at first, so that the label's term grows only as it becomes useful.
            self.label = nn.Parameter(torch.zeros(spec.label_size, features))
            if spec.contrast:
                self.fake_label = nn.Parameter(torch.zeros(spec.label_size, features))
        if spec.classifier:
            self.classifier = nn.Linear(features, spec.named_size)
        if spec.categories:
            self.q = nn.Sequential(
                nn.Linear(features, Q_SIZE, bias=False),
                nn.BatchNorm1d(Q_SIZE),
                nn.LeakyReLU(SLOPE),
                nn.Linear(Q_SIZE, spec.categories + spec.continuous),
            )

    def features(self, x: Tensor, y: Tensor) -> Tensor:  # noqa: ARG002
        """Return the input [N, F] of the heads; it does not depend on the label."""
        h: Tensor = self.blocks(x)
        return h

    def score(self, features: Tensor, y: Tensor) -> Tensor:
        """Return the score of each row of features."""
        scores: Tensor = self.realness(features).squeeze(1)
        if self.label is not None:
            vectors: Tensor = self.label
            if self.fake_label is not None:
                vectors = vectors - self.contrast * self.fake_label
            scores = scores + ((y @ vectors) * features).sum(dim=1)
        return scores

    def scores(self, x: Tensor, *labels: Tensor) -> tuple[Tensor, list[Tensor]]:
        """Return the features of images, and their scores with several labels, in one pass."""
        features = self.features(x, labels[0])
        return features, [self.score(features, y) for y in labels]

    def class_logits(self, features: Tensor) -> Tensor:
        """Return the classifier's logits of each row of features."""
        logits: Tensor = self.classifier(features)
        return logits

    def label_logits(self, features: Tensor) -> Tensor | None:
        """Return e_k·h for each class k."""
        return None if self.label is None else features @ self.label.T

    def fake_label_logits(self, features: Tensor) -> Tensor | None:
        """Return f_k·h for each class k."""
        return None if self.fake_label is None else features @ self.fake_label.T

    def codes(self, features: Tensor) -> Tensor:
        """Return Q's prediction: logits of c0, then means of the continuous codes."""
        codes: Tensor = self.q(features)
        return codes


def upsampling(widths: Sequence[int], channels: int) -> list[nn.Module]:
    """Return convolutions that double the size at each width, and once more to images."""
    layers: list[nn.Module] = []
    for width, narrower in pairwise(widths):
        layers += [
            nn.ConvTranspose2d(width, narrower, 4, stride=2, padding=1, bias=False),
            nn.BatchNorm2d(narrower),
            nn.ReLU(),
        ]
    return [*layers, ToImages(widths[-1], channels)]


def refinement(width: int) -> nn.Sequential:
    """Return a convolution that keeps maps' size and number."""
    return nn.Sequential(
        nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU()
    )


def downsampling(
    widths: Sequence[int], channels: int, *, slope: float, norm: bool
) -> list[nn.Module]:
    """Return convolutions that halve the size, from images to each of ``widths``.

    With ``norm`` there is batch norm after each but the first.
    """
    layers: list[nn.Module] = [FromImages(channels, widths[0]), nn.LeakyReLU(slope)]
    for width, wider in pairwise(widths):
        layers.append(nn.Conv2d(width, wider, 4, stride=2, padding=1, bias=not norm))
        if norm:
            layers.append(nn.BatchNorm2d(wider))
        layers.append(nn.LeakyReLU(slope))
    return layers


def pyramid(image_size: int, base: int) -> tuple[list[int], int]:
    """Return the widths from the smallest map to the largest, and the smallest map's size.

    The size is halved twice, and then again while it is even and above 8; the
    width doubles each time: 28 → 14 → 7, 32 → 16 → 8, 64 → 32 → 16 → 8.
    """
    size, widths = image_size // 4, [base, 2 * base]
    while size > 8 and size % 2 == 0:
        size //= 2
        widths.append(2 * widths[-1])
    return widths[::-1], size
