"""Generated images to judge, with the class proportions of real ones."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.sampling.sampler import Sampler
from ganctl.readers.labelled import OnProgress
from ganctl.requests.conditions.labels import UNLABELLED, Label, one_hot


def samples_like(
    sampler: Sampler, real: Dataset, what: str, on_progress: OnProgress | None = None
) -> tuple[Tensor, Tensor | None]:
    """Generate as many images as there are real ones, and as many of each class.

    So the classes have the same frequencies in both, and only their images are compared.

    Args:
        sampler: the generator.
        real: the real images.
        what: the name of the work for ``on_progress``.
        on_progress: called with the number of images done.

    Returns:
        images uint8 [N, C, H, W], and labels int64 [N], or None for a model without labels.
    """
    classes = sampler.header.classes
    if not classes:
        unlabelled = [(UNLABELLED, seed) for seed in range(len(real))]
        return _generate(sampler, unlabelled, what, on_progress), None
    counts = torch.bincount(real.labels, minlength=len(classes))
    labels = torch.arange(len(classes)).repeat_interleave(counts)
    pairs: list[tuple[Label, int]] = []
    for k in counts.nonzero().flatten().tolist():
        label = one_hot(k, classes)
        pairs += [(label, seed) for seed in range(int(counts[k]))]
    return _generate(sampler, pairs, what, on_progress), labels


def _generate(
    sampler: Sampler, pairs: Sequence[tuple[Label, int]], what: str, on_progress: OnProgress | None
) -> Tensor:
    images: list[Tensor] = []
    done = 0
    for batch in sampler.batches_of(pairs):
        images.append(batch.images)
        done += len(batch.seeds)
        if on_progress is not None:
            on_progress(what, done, len(pairs))
    return torch.cat(images)
