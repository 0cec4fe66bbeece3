"""What the networks get of a label, as a tensor, and what objectives make of it.

A condition of classes, attributes and quantities is a row of numbers [N, S]: the weights of the
classes; or each attribute's values one-hot, all zero where it is not known, and then for each
quantity its number in [-1, 1] and whether it is known, 1 or 0, beside each other. Halfway between
two such rows is their mean.

A condition of words is [N, K, 1 + T]: K captions, each with its weight and the numbers of its T
words; the networks get the weighted sum of the captions' embeddings. A float holds word numbers
exactly.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganctl.engine.data.dataset import Dataset
from ganctl.requests.networks import NetworkSpec


def conditions_of(dataset: Dataset, spec: NetworkSpec) -> Tensor:
    """Return the conditions of images [N, S], or [N, 1, 1 + T] for networks of words.

    Args:
        dataset: images that are described as those that the networks were built for.
        spec: of networks that get a class, several parts, or words.
    """
    if spec.words:
        return caption_conditions(dataset.words)
    if spec.classes:
        return one_hot(dataset.labels, spec.classes).float()
    return part_conditions(dataset.values, spec)


def part_conditions(values: Tensor, spec: NetworkSpec) -> Tensor:
    """Return conditions [N, label_size] of rows of values.

    Args:
        values: float [N, attributes + quantities]: the index of each attribute's value, then each
            quantity in [-1, 1]; NaN where it is not known.
        spec: of networks that get attributes or quantities.
    """
    known = ~values.isnan()
    parts = []
    for place, size in enumerate(spec.attributes):
        index = values[:, place].nan_to_num(0).long()
        parts.append(one_hot(index, size).float() * known[:, place, None])
    first = len(spec.attributes)
    for place in range(first, first + spec.quantities):
        parts.append(torch.stack([values[:, place].nan_to_num(0), known[:, place].float()], dim=1))
    return torch.cat(parts, dim=1)


def caption_conditions(words: Tensor) -> Tensor:
    """Return conditions [N, 1, 1 + T] of one caption each, of word numbers [N, T]."""
    weight = torch.ones(len(words), 1, device=words.device)
    return torch.cat([weight, words.float()], dim=1).unsqueeze(1)
