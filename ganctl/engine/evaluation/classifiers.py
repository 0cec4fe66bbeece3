"""Small image classifiers, their training and their predictions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.evaluation.heads import Heads, all_right, known_values
from ganctl.engine.models.augment import distort
from ganctl.readers.labelled import OnProgress

BATCH = 128
LEARNING_RATE = 3e-3
LARGEST_SIZE = 64
PREDICT_BATCH = 500
LOGITS = 2**24
MAX_EPOCHS = 60


class Classifier(nn.Module):
    """A trunk from images [N, C, H, W] in [-1, 1] to features [N, F], and a linear layer.

    Images larger than ``LARGEST_SIZE`` pixels are shrunk to that first. ``heads`` say what the
    linear layer's outputs mean.
    """

    def __init__(self, trunk: nn.Module, features: int, heads: Heads) -> None:
        super().__init__()
        self.trunk = trunk
        self.heads = heads
        self.last = nn.Linear(features, heads.outputs)

    def features(self, x: Tensor) -> Tensor:
        """Return the input of the last layer, [N, F]."""
        if x.shape[-1] > LARGEST_SIZE:
            x = functional.interpolate(x, (LARGEST_SIZE, LARGEST_SIZE), mode="area")
        features: Tensor = self.trunk(x)
        return features

    def forward(self, x: Tensor) -> Tensor:
        """Return what the heads put out, [N, outputs]."""
        outputs: Tensor = self.last(self.features(x))
        return outputs


def strided(channels: int, heads: Heads) -> Classifier:
    """Return a fast classifier, which downsamples by strides alone."""
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
    return Classifier(trunk, 96, heads)


def pooled(channels: int, heads: Heads) -> Classifier:
    """Return a slower and better classifier, which downsamples by max pooling."""
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
    return Classifier(trunk, 64, heads)


def _normalised(convolution: nn.Conv2d) -> list[nn.Module]:
    return [convolution, nn.BatchNorm2d(convolution.out_channels), nn.ReLU()]


ARCHITECTURES: dict[str, Callable[[int, Heads], Classifier]] = {
    "strided": strided,
    "pooled": pooled,
}
"""Each takes the number of channels, and what there is to learn."""


class Fitting:
    """A classifier that learns a data set, all at once or bit by bit with the same result.

    It takes ``steps`` steps of Adam on the loss of its heads, in batches of 128; the learning rate
    rises to 3e-3 and falls to zero (the one-cycle policy of Smith & Topin 2018).

    Args:
        architecture: a key of ``ARCHITECTURES``.
        dataset: the images to learn, with their labels, or what else is known of each, on the CPU.
        steps: the number of batches.
        seed: determines the initial weights, the order of images and the distortions.
        distortion: in [0, 1], how far images are rotated, sheared, stretched and moved at random.
        layout: how images lie in memory meanwhile: ``torch.channels_last`` is a third faster, and
            rounds otherwise.
    """

    def __init__(
        self,
        architecture: str,
        dataset: Dataset,
        *,
        steps: int,
        seed: int,
        distortion: float,
        layout: torch.memory_format = torch.contiguous_format,
    ) -> None:
        self.steps = steps
        self.done = 0
        self._dataset = dataset
        self._values = known_values(dataset)
        self._seed = seed
        self._distortion = distortion
        self._layout = layout
        self._classifier = _built(architecture, dataset, seed).train()
        _lay_out(self._classifier, layout)
        self._order = seeding.DataOrder(len(dataset), min(BATCH, len(dataset)), seed)
        self._optimizer = torch.optim.Adam(self._classifier.parameters(), weight_decay=0.0)
        self._schedule = torch.optim.lr_scheduler.OneCycleLR(
            self._optimizer, LEARNING_RATE, total_steps=steps
        )
        with seeding.seeded_globals(seed, "dropout"):
            self._dropout = torch.get_rng_state()

    def advance(self, steps: int) -> None:
        """Train on, until that many steps are done in all."""
        with torch.random.fork_rng(devices=[]), torch.enable_grad():
            torch.set_rng_state(self._dropout)
            while self.done < min(steps, self.steps):
                self._step()
                self.done += 1
            self._dropout = torch.get_rng_state()

    def classifier(self) -> Classifier:
        """Return the classifier once all steps are done, in evaluation mode."""
        _lay_out(self._classifier, torch.contiguous_format)
        return self._classifier.eval().requires_grad_(False)

    def _step(self) -> None:
        chosen = self._order.indices(self.done)
        rng = seeding.rng(self._seed, self.done, "distort")
        images = distort(from_pixels(self._dataset.images[chosen]), self._distortion, rng)
        outputs = self._classifier(images.contiguous(memory_format=self._layout))
        loss = self._classifier.heads.loss(outputs, self._values[chosen])
        self._optimizer.zero_grad()
        torch.autograd.backward(loss)
        self._optimizer.step()
        self._schedule.step()


def _lay_out(classifier: Classifier, layout: torch.memory_format) -> None:
    """Change how a classifier's convolutions lie in memory."""
    for weights in classifier.parameters():
        if weights.ndim == 4:
            weights.data = weights.data.contiguous(memory_format=layout)


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

    Args:
        architecture: as for ``Fitting``.
        dataset: as for ``Fitting``.
        steps: as for ``Fitting``.
        seed: as for ``Fitting``.
        distortion: as for ``Fitting``.
        on_progress: called with the number of steps done.
        what: the name of the work for ``on_progress``.
    """
    fitting = Fitting(architecture, dataset, steps=steps, seed=seed, distortion=distortion)
    while fitting.done < steps:
        fitting.advance(fitting.done + 10)
        if on_progress is not None:
            on_progress(what, fitting.done, steps)
    return fitting.classifier()


def steps_for(dataset: Dataset, steps: int) -> int:
    """Return ``steps``, or for a small data set the steps of 60 epochs if these are fewer."""
    return max(1, min(steps, MAX_EPOCHS * len(dataset) // min(BATCH, len(dataset))))


def _built(architecture: str, dataset: Dataset, seed: int) -> Classifier:
    with seeding.seeded_globals(seed, architecture):
        return ARCHITECTURES[architecture](dataset.images.shape[1], Heads.of(dataset))


@dataclass(frozen=True)
class Predictions:
    """What a classifier sees in each of N images, and their features [N, F].

    ``values`` float32 [N, parts] has the index of each attribute's likeliest value, and then each
    quantity, scaled as in the data; the class is the only part where there is nothing else.
    """

    values: Tensor
    features: Tensor

    @property
    def classes(self) -> Tensor:
        """The likeliest class, int64 [N], of a classifier of classes."""
        return self.values[:, 0].long()


@torch.no_grad()
def predict(classifier: Classifier, pixels: Tensor) -> Predictions:
    """Return what is seen in images uint8 [N, C, H, W], and their features."""
    features = torch.cat(
        [classifier.features(from_pixels(part)) for part in torch.split(pixels, PREDICT_BATCH)]
    )
    # In parts of at most LOGITS numbers, since those of 10,000 classes would take gigabytes.
    rows = max(1, LOGITS // classifier.last.out_features)
    values = [
        classifier.heads.values(classifier.last(part)) for part in torch.split(features, rows)
    ]
    return Predictions(torch.cat(values), features)


def accuracy(classifier: Classifier, dataset: Dataset) -> float:
    """Return the share of images of which all is seen right that is known of them, in [0, 1].

    What is known of an image is its class, or its attributes. Where no attribute is known of any
    image it is 0.
    """
    attributes = len(classifier.heads.sizes)
    seen = predict(classifier, dataset.images).values[:, :attributes]
    counted, right = all_right(known_values(dataset)[:, :attributes], seen)
    return right[counted].double().mean().item() if counted.any() else 0.0
