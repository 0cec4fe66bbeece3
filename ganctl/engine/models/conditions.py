"""What the networks get of a label, as a tensor, and networks that suit a data set's labels.

A condition of classes, attributes and quantities is a row of numbers [N, S]: the weights of the
classes; or each attribute's values one-hot, all zero where it is not known, and then for each
quantity its number in [-1, 1] and whether it is known, 1 or 0, beside each other. Halfway between
two such rows is their mean.

A condition of words is [N, K, 1 + T]: K captions, each with its weight and the numbers of its T
words; the networks get the weighted sum of the captions' embeddings. A float holds word numbers
exactly.
"""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.models.pairs.words import TEXT_SIZE
from ganctl.requests.conditions.schema import FIRST_WORD
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe


def spec_for(dataset: Dataset, recipe: Recipe) -> NetworkSpec:
    """Return the description of a recipe's networks that both get the labels of a data set."""
    channels = dataset.images.shape[1]
    spec = NetworkSpec(
        name=recipe.colour_network if dataset.schema and channels > 1 else recipe.network,
        image_size=dataset.images.shape[-1],
        channels=channels,
        classes=0 if dataset.schema else len(dataset.classes),
        latent_size=recipe.latent_size,
        latent=recipe.latent,
        contrast=0.0 if dataset.schema else recipe.contrast,
    )
    schema = dataset.schema
    if schema.captions is not None:
        words = FIRST_WORD + len(schema.captions.vocabulary)
        length = schema.captions.length
        spec = replace(spec, words=words, caption_length=length, text_size=TEXT_SIZE)
    else:
        spec = replace(spec, attributes=schema.sizes, quantities=len(schema.quantities))
    return replace(spec, mixed=recipe.mixed if spec.is_described else 0)


def conditions_of(dataset: Dataset, spec: NetworkSpec) -> Tensor:
    """Return the conditions of images [N, S], or [N, 1, 1 + T] for networks of words.

    Args:
        dataset: images that are described as those that the networks were built for.
        spec: of networks that get a class, several parts, or words.
    """
    return as_conditions(known_of(dataset, spec), spec)


def known_of(dataset: Dataset, spec: NetworkSpec) -> Tensor:
    """Return what ``as_conditions`` makes conditions of, a row for each image.

    It is far smaller than all conditions: word numbers, values, or the index of the class. That it
    is too for networks without labels, since InfoGAN has a category for each class.
    """
    if spec.words:
        return dataset.words
    return dataset.values if spec.has_parts else dataset.labels


def as_conditions(known: Tensor, spec: NetworkSpec) -> Tensor:
    """Return the conditions of rows of ``known_of``; of networks without labels [N, 0]."""
    if spec.words:
        return caption_conditions(known)
    if spec.has_parts:
        return part_conditions(known, spec)
    classes = spec.classes or spec.categories
    return one_hot(known, classes).float() if classes else known.new_zeros(len(known), 0).float()


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
