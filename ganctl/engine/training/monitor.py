"""Quality in view while a training goes on: a small, quick look at a thousand samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.labelled import OnProgress
from ganctl.engine.evaluation.frechet import Moments, frechet_distance
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.judges import QUICK, judges
from ganctl.engine.evaluation.reals import Reals, TooFewImages, choose_count, reals_beside
from ganctl.engine.models.base import Generator
from ganctl.engine.sampling.sampler import Sampler
from ganctl.runs.checkpoint_header import CheckpointHeader

SAMPLES = 1000
REFERENCE = 5000
PAIRED = 100
WHOLE = ""
"""What stands for all classes together."""


@dataclass(frozen=True)
class Quality:
    """How good the averaged generator is, by one judge.

    ``label_accuracy`` in [0, 1] is None for a model that is not told labels;
    ``feature_distance`` is the squared Fréchet distance to training images, and
    ``floor`` that of as many held-out real ones; ``variety`` is the mean
    distance in pixels of two images of a class as a part of that of real ones,
    by the class's name, or by ``WHOLE`` where no class can be measured.
    """

    label_accuracy: float | None
    feature_distance: float
    floor: float
    variety: Mapping[str, float]

    def as_metrics(self) -> dict[str, float]:
        """Return what joins a line of ``metrics.jsonl``."""
        accuracy = {} if self.label_accuracy is None else {"label_accuracy": self.label_accuracy}
        return {
            **accuracy,
            "feature_distance": self.feature_distance,
            "lowest_variety": min(self.variety.values()),
        }


class QualityMonitor:
    """A judge and what it knows of real images, ready to look at a generator again and again."""

    def __init__(self, reals: Reals, on_progress: OnProgress | None = None) -> None:
        (self._judge,) = judges(reals.train, reals.held_out, names=[QUICK], on_progress=on_progress)
        reference = reals.some_of_train(min(REFERENCE, len(reals.train)))
        self._moments = Moments.of(self._judge.look(reference.images).features)
        _, self._like = reals.some(choose_count(None, reals, SAMPLES))
        self._floor = self._distance(self._judge.look(self._like.images).features)
        real, labels = self._like.images, self._like.labels
        self._real_distances = self._distances(real, None) | self._distances(real, labels)
        self.judge_accuracy = self._judge.real_accuracy

    def look(self, generator: Generator, header: CheckpointHeader) -> Quality:
        """Return the quality of a generator in evaluation mode; no random numbers are used up."""
        images, labels = samples_like(Sampler(generator, header), self._like, "looking")
        predictions = self._judge.look(images)
        if header.network.categories:
            labels = None  # A code means no class until the training is over and it is matched.
        return Quality(
            label_accuracy=None if labels is None else _share(predictions.classes == labels),
            feature_distance=self._distance(predictions.features),
            floor=self._floor,
            variety=self._variety(images, labels),
        )

    def _distance(self, features: Tensor) -> float:
        return frechet_distance(Moments.of(features), self._moments)

    def _variety(self, images: Tensor, labels: Tensor | None) -> dict[str, float]:
        real, ours = self._real_distances, self._distances(images, labels)
        return {name: ours[name] / real[name] for name in ours if real.get(name)} or {WHOLE: 1.0}

    def _distances(self, images: Tensor, labels: Tensor | None) -> dict[str, float]:
        """Return the mean distance of two images by class, and of all together."""
        whole = {WHOLE: _mean_distance(images)}
        if labels is None:
            return whole
        members = {name: images[labels == k] for k, name in enumerate(self._like.classes)}
        return {n: _mean_distance(some) for n, some in members.items() if len(some) > 1} or whole


def quality_monitor(
    dataset: Dataset, on_progress: OnProgress | None = None
) -> QualityMonitor | None:
    """Return the watch over a training on a data set; None if it is too small to judge by.

    Raises:
        DataError: its test split cannot be loaded, or is of another kind.
    """
    try:
        reals = reals_beside(dataset, on_progress=on_progress)
    except TooFewImages:
        return None
    return QualityMonitor(reals, on_progress)


def _share(right: Tensor) -> float:
    return right.double().mean().item()


def _mean_distance(images: Tensor) -> float:
    """Return the mean Euclidean distance in pixels of two of about 100 of the images."""
    # Spread out, since images of a class or category may stand together.
    chosen = images[:: max(1, len(images) // PAIRED)]
    return torch.pdist(chosen.flatten(1).float()).mean().item()
