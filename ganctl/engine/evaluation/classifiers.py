"""Small classifiers of real images, and how one learns."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.labelled import OnProgress
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.models.augment import distort

BATCH = 128
LEARNING_RATE = 3e-3
LARGEST_SIZE = 64
LOOKED_AT_ONCE = 500
EPOCHS_AT_MOST = 60


class Classifier(nn.Module):
    """A trunk from images [N, C, H, W] in [-1, 1] to features [N, F], and a linear layer.

    Images over ``LARGEST_SIZE`` pixels are made smaller first.
    """

    def __init__(self, trunk: nn.Module, features: int, classes: int) -> None:
        super().__init__()
        self.trunk = trunk
        self.last = nn.Linear(features, classes)

    def features(self, x: Tensor) -> Tensor:
        """Return what the last layer sees, [N, F]."""
        if x.shape[-1] > LARGEST_SIZE:
            x = functional.interpolate(x, (LARGEST_SIZE, LARGEST_SIZE), mode="area")
        features: Tensor = self.trunk(x)
        return features

    def forward(self, x: Tensor) -> Tensor:
        """Return logits [N, classes]."""
        logits: Tensor = self.last(self.features(x))
        return logits


def strided(channels: int, classes: int) -> Classifier:
    """Return a classifier that shrinks by strides alone, and is quick."""
    trunk = nn.Sequential(
        *_normalised(nn.Conv2d(channels, 16, 5, stride=2, padding=2, bias=False)),
        *_normalised(nn.Conv2d(16, 32, 3, stride=2, padding=1, bias=False)),
        *_normalised(nn.Conv2d(32, 64, 3, padding=1, bias=False)),
        *_normalised(nn.Conv2d(64, 64, 3, stride=2, padding=1, bias=False)),
        nn.AdaptiveAvgPool2d(4),
        nn.Flatten(),
        nn.Dropout(0.3),
        *[nn.Linear(64 * 4 * 4, 96, bias=False), nn.BatchNorm1d(96), nn.ReLU()],
    )
    return Classifier(trunk, 96, classes)


def pooled(channels: int, classes: int) -> Classifier:
    """Return a classifier that shrinks by maxima, and is slower and better."""
    trunk = nn.Sequential(
        *_normalised(nn.Conv2d(channels, 16, 5, padding=2, bias=False)),
        nn.MaxPool2d(2),
        *_normalised(nn.Conv2d(16, 32, 3, padding=1, bias=False)),
        nn.MaxPool2d(2),
        *_normalised(nn.Conv2d(32, 64, 3, padding=1, bias=False)),
        nn.AdaptiveMaxPool2d(7),
        nn.Flatten(),
        nn.Dropout(0.3),
        *[nn.Linear(64 * 7 * 7, 64, bias=False), nn.BatchNorm1d(64), nn.ReLU()],
    )
    return Classifier(trunk, 64, classes)


def _normalised(convolution: nn.Conv2d) -> list[nn.Module]:
    return [convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()]


ARCHITECTURES: dict[str, Callable[[int, int], Classifier]] = {
    "strided": strided,
    "pooled": pooled,
}
"""Each is called with the number of channels and of classes."""


def fit(
    architecture: str,
    dataset: Dataset,
    *,
    steps: int,
    seed: int,
    distortion: float,
    on_progress: OnProgress | None = None,
    what: str = "training a classifier",
) -> Classifier:
    """Return a classifier trained on a data set, in evaluation mode.

    Adam on the cross-entropy of ``steps`` batches of 128, the learning rate rising to 3e-3 and
    falling to zero (Smith & Topin 2018).

    Args:
        architecture: a key of ``ARCHITECTURES``.
        dataset: what it learns, on the CPU.
        steps: how many batches.
        seed: determines its first weights, the order and the distortions.
        distortion: in [0, 1], how far images are turned, slanted, stretched and moved at random.
        on_progress: told how far it got.
        what: what it is told.
    """
    classifier = _built(architecture, dataset, seed)
    order = seeding.DataOrder(len(dataset), min(BATCH, len(dataset)), seed)
    optimizer = torch.optim.Adam(classifier.parameters(), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, LEARNING_RATE, total_steps=steps)
    classifier.train()
    with seeding.seeded_globals(seed, "dropout"):
        for step in range(steps):
            chosen = order.indices(step)
            rng = seeding.rng(seed, step, "distort")
            images = distort(from_pixels(dataset.images[chosen]), distortion, rng)
            loss = functional.cross_entropy(classifier(images), dataset.labels[chosen])
            optimizer.zero_grad()
            torch.autograd.backward(loss)
            optimizer.step()
            schedule.step()
            if on_progress is not None and step % 10 == 9:
                on_progress(what, step + 1, steps)
    return classifier.eval().requires_grad_(False)


def steps_for(dataset: Dataset, steps: int) -> int:
    """Return ``steps``, or what takes it 60 times through a data set that is small."""
    return max(1, min(steps, EPOCHS_AT_MOST * len(dataset) // min(BATCH, len(dataset))))


def _built(architecture: str, dataset: Dataset, seed: int) -> Classifier:
    with seeding.seeded_globals(seed, architecture):
        return ARCHITECTURES[architecture](dataset.images.shape[1], len(dataset.classes))


@torch.no_grad()
def look(classifier: Classifier, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the likeliest class [N] and the features [N, F] of images uint8 [N, C, H, W]."""
    features = torch.cat(
        [classifier.features(from_pixels(part)) for part in torch.split(pixels, LOOKED_AT_ONCE)]
    )
    return classifier.last(features).argmax(dim=1), features


def accuracy(classifier: Classifier, dataset: Dataset) -> float:
    """Return the part of a data set's images that are classified rightly, in [0, 1]."""
    classes, _ = look(classifier, dataset.images)
    return (classes == dataset.labels).double().mean().item()
