"""The quality of a generator while it trains, measured on a thousand samples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import Predictions
from ganctl.engine.evaluation.frechet import Moments, frechet_distance
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.judges import Judge, QuickJudge
from ganctl.engine.evaluation.reals import Reals, TooFewImages, choose_count, reals_of
from ganctl.engine.evaluation.requested.caption_words import visible
from ganctl.engine.evaluation.requested.obeyed import counted, obeyed
from ganctl.engine.models.base import Generator
from ganctl.engine.sampling.sampler import Sampler
from ganctl.requests.training_metrics import Group, of_group
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.evaluation.confusion import NearChance, chance_if_near

SAMPLES = 1000
REFERENCE = 5000
PAIRED = 100
ALL_CLASSES = ""
"""The key of all classes together in ``Quality.variety``."""


@dataclass(frozen=True)
class Quality:
    """How good the averaged generator is, by one judge.

    ``label_accuracy`` in [0, 1] is the share of samples of the requested class, or with all
    attributes that were requested, or that their caption names, at once, as ``ganctl evaluate``
    has it; it is None for a model that trains without labels. ``by_attribute`` has the accuracy of
    each attribute by itself, by name, where more than a class was requested.
    ``feature_distance`` is the squared Fréchet distance to training images, and ``floor`` that
    of as many held-out real images. ``variety`` is the mean distance in pixels of two images of
    a class, divided by that of real images, by the class's name; or by ``ALL_CLASSES`` where no
    class can be measured, or more than a class was requested. ``judge_accuracy`` is the judge's
    label accuracy on held-out real images, in [0, 1], and ``near_chance`` says at what the judge
    is hardly better than chance: at the classes, or at some attributes.
    """

    label_accuracy: float | None
    feature_distance: float
    floor: float
    variety: Mapping[str, float]
    judge_accuracy: float
    near_chance: tuple[NearChance, ...] = ()
    by_attribute: Mapping[str, float] = field(default_factory=dict)

    @property
    def worst_attribute(self) -> str | None:
        """The attribute that is obeyed least; None where there are no several ones."""
        found = self.by_attribute
        return min(found, key=lambda name: found[name]) if len(found) > 1 else None

    @property
    def attribute_accuracy(self) -> float | None:
        """The accuracy of ``worst_attribute``, in [0, 1]."""
        return None if self.worst_attribute is None else self.by_attribute[self.worst_attribute]

    @property
    def lowest_variety(self) -> float:
        """The variety of the class that has least."""
        return min(self.variety.values())

    @property
    def floors(self) -> dict[str, float]:
        """What the metrics that have a floor are for real images, as ``metrics.jsonl`` has it."""
        floors = [metric.floor for metric in of_group(Group.QUALITY) if metric.floor]
        return {name: getattr(self, name) for name in floors}

    def as_metrics(self) -> dict[str, float]:
        """Return the quality metrics that were measured, by key."""
        values = {metric.key: getattr(self, metric.key) for metric in of_group(Group.QUALITY)}
        return {key: value for key, value in values.items() if value is not None}

    def as_line(self) -> dict[str, float]:
        """Return the same with the metrics of real images, as ``metrics.jsonl`` has them."""
        return self.as_metrics() | self.floors


class QualityMonitor:
    """Measures a generator again and again, by one judge, against the same real images.

    Where the data have no judge yet, it is trained by ``advance`` beside the run's steps, so that
    a run need not wait for it; ``measure`` trains what is left.
    """

    def __init__(self, reals: Reals) -> None:
        self._reals = reals
        self._quick = QuickJudge(reals.train, reals.held_out)
        _, self._real = reals.subsets(choose_count(None, reals, SAMPLES))

    @property
    def judge_progress(self) -> float | None:
        """How much of the judge's training is done, in [0, 1); None once it is ready."""
        return self._quick.progress

    def advance(self, fraction: float) -> None:
        """Train the judge until that fraction of its training is done."""
        self._quick.advance(min(1.0, fraction))

    @cached_property
    def _judge(self) -> Judge:
        return self._quick.judge()

    @cached_property
    def _moments(self) -> Moments:
        reference = self._reals.train_subset(min(REFERENCE, len(self._reals.train)))
        return Moments.of(self._judge.predict(reference.images).features)

    @cached_property
    def floor(self) -> float:
        """The feature distance of held-out real images."""
        return self._distance(self._seen_in_real.features)

    @cached_property
    def _seen_in_real(self) -> Predictions:
        return self._judge.predict(self._real.images)

    @cached_property
    def near_chance(self) -> tuple[NearChance, ...]:
        """At what the judge is hardly better than chance, of held-out real images."""
        held_out = self._reals.held_out
        if not held_out.schema.names:
            # The judge's file says how many classes it gets right: no image need be looked at.
            right = round(self._judge.real_accuracy * len(held_out))
            counts = torch.bincount(held_out.labels)
            chance = chance_if_near(right, counts[counts > 0].tolist())
            return () if chance is None else (NearChance(self._judge.real_accuracy, chance),)
        seen = self._judge.predict(held_out.images).values
        found = [
            NearChance.of(counted(held_out.values[:, k], seen[:, k]), attribute.name)
            for k, attribute in enumerate(held_out.schema.attributes)
        ]
        return tuple(doubt for doubt in found if doubt is not None)

    @cached_property
    def _real_distances(self) -> dict[str, float]:
        real, labels = self._real.images, self._real.labels
        if self._real.schema:
            return self._distances(real, None)
        return self._distances(real, None) | self._distances(real, labels)

    def measure(self, generator: Generator, header: CheckpointHeader) -> Quality:
        """Return the quality of a generator in evaluation mode, without using random numbers."""
        sampler = Sampler(generator, header)
        samples = samples_like(sampler, self._reals, self._real, "measuring quality")
        images, labels = samples.images, samples.labels
        predictions = self._judge.predict(images)
        if header.network.categories:
            labels = None  # Codes are matched with classes only after training.
        accuracy = None if labels is None else _share(predictions.classes == labels)
        by_attribute: dict[str, float] = {}
        if samples.values is not None:
            schema = self._real.schema
            found = obeyed(schema, self._counted(samples.values), predictions.values)
            accuracy = None if found.at_once is None else found.at_once.value
            rights = found.accuracies.items()
            by_attribute = {schema.attributes[k].name: right for k, right in rights}
        return Quality(
            label_accuracy=accuracy,
            feature_distance=self._distance(predictions.features),
            floor=self.floor,
            variety=self._variety(images, labels),
            judge_accuracy=self._judge.real_accuracy,
            near_chance=self.near_chance,
            by_attribute=by_attribute,
        )

    def _counted(self, asked: Tensor) -> Tensor:
        """Return what was asked of samples, without the words that the judge cannot see."""
        if self._reals.caption_words is None:
            return asked
        return visible(asked, [self._seen_in_real.values])

    def _distance(self, features: Tensor) -> float:
        return frechet_distance(Moments.of(features), self._moments)

    def _variety(self, images: Tensor, labels: Tensor | None) -> dict[str, float]:
        real, fake = self._real_distances, self._distances(images, labels)
        variety = {name: fake[name] / real[name] for name in fake if real.get(name)}
        return variety or {ALL_CLASSES: 1.0}

    def _distances(self, images: Tensor, labels: Tensor | None) -> dict[str, float]:
        """Return the mean distance of two images by class, or without classes that of any two."""
        overall = {ALL_CLASSES: _mean_distance(images)}
        if labels is None:
            return overall
        several = (torch.bincount(labels) > 1).nonzero().flatten().tolist()
        classes = self._real.classes
        return {classes[k]: _mean_distance(images[labels == k]) for k in several} or overall


def quality_monitor(dataset: Dataset) -> QualityMonitor | None:
    """Return the monitor for a data set; None if it has too few images to judge by."""
    try:
        reals = reals_of(dataset)
    except TooFewImages:
        return None
    return QualityMonitor(reals)


def _share(right: Tensor) -> float:
    return right.double().mean().item()


def _mean_distance(images: Tensor) -> float:
    """Return the mean Euclidean distance in pixels between about 100 of the images."""
    # Evenly spaced, since the images are sorted by class or category.
    chosen = images[:: max(1, len(images) // PAIRED)]
    return torch.pdist(chosen.flatten(1).float()).mean().item()
