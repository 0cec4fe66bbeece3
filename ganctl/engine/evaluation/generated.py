"""Generated images to judge, with the conditions of real ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.reals import Reals
from ganctl.engine.models.conditions import conditions_of, part_conditions
from ganctl.engine.sampling.sampler import Sampler
from ganctl.readers.labelled import OnProgress
from ganctl.requests.conditions.labels import UNLABELLED, Label, one_hot


@dataclass(frozen=True)
class Samples:
    """Generated images uint8 [N, C, H, W], and what they were asked for.

    ``labels`` int64 [N] are the classes that they were asked for. ``values`` float32 [N, parts] are
    there instead where more than a class was: the index of each attribute's value and then each
    quantity, scaled; NaN where nothing was asked for. A model without labels has neither.
    """

    images: Tensor
    labels: Tensor | None = None
    values: Tensor | None = None


def samples_like(
    sampler: Sampler,
    reals: Reals,
    real: Dataset,
    what: str,
    on_progress: OnProgress | None = None,
) -> Samples:
    """Generate as many images as there are real ones, with the same conditions.

    So classes and values have the same frequencies in both, and only the images are compared. Of
    classes the samples are in order, each with the seeds from 0; else sample i has the seed i and
    the condition of the real image i.

    Args:
        sampler: the generator.
        reals: the real images of its data, which know what captions name.
        real: some of them.
        what: the name of the work for ``on_progress``.
        on_progress: called with the number of images done.
    """
    spec = sampler.header.network
    if spec.is_described:
        parts = sampler.images_of(conditions_of(real, spec), range(len(real)))
        values = reals.named_values(real) if spec.words else real.values
        return Samples(_joined(parts, len(real), what, on_progress), values=values)
    classes = sampler.header.classes
    if not classes:
        pairs = [(UNLABELLED, seed) for seed in range(len(real))]
        return Samples(_of_labels(sampler, pairs, what, on_progress))
    counts = torch.bincount(real.labels, minlength=len(classes))
    labels = torch.arange(len(classes)).repeat_interleave(counts)
    pairs = []
    for k in counts.nonzero().flatten().tolist():
        label = one_hot(k, classes)
        pairs += [(label, seed) for seed in range(int(counts[k]))]
    return Samples(_of_labels(sampler, pairs, what, on_progress), labels)


def samples_of(sampler: Sampler, values: Tensor) -> Samples:
    """Generate an image for each row of values [N, parts], with the seeds from 0."""
    conditions = part_conditions(values, sampler.header.network)
    images = torch.cat(list(sampler.images_of(conditions, range(len(values)))))
    return Samples(images, values=values)


def _of_labels(
    sampler: Sampler, pairs: list[tuple[Label, int]], what: str, on_progress: OnProgress | None
) -> Tensor:
    batches = (batch.images for batch in sampler.batches_of(pairs))
    return _joined(batches, len(pairs), what, on_progress)


def _joined(
    parts: Iterable[Tensor], total: int, what: str, on_progress: OnProgress | None
) -> Tensor:
    images: list[Tensor] = []
    done = 0
    for part in parts:
        images.append(part)
        done += len(part)
        if on_progress is not None:
            on_progress(what, done, total)
    return torch.cat(images)
