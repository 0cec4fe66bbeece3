"""From seeds and labels to pixels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.models.base import Generator
from ganctl.engine.training import checkpoint
from ganctl.pictures.images import Images
from ganctl.requests.codes import Codes
from ganctl.requests.labels import Label
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource, read_source

# Every batch has this many rows, filled up where fewer are asked for: matrix
# kernels round differently for other shapes, and a seed's pixels must not
# depend on how many others are asked for.
BATCH = 100
FREE = Codes()


@dataclass(frozen=True)
class SampleBatch:
    """Up to ``BATCH`` images uint8 [N, H, W] or [N, H, W, 3], and the label and seed of each."""

    labels: tuple[Label, ...]
    seeds: tuple[int, ...]
    images: Images


class Sampler:
    """A generator ready to draw from.

    Args:
        generator: in evaluation mode, float32, on the CPU or another device.
        card: what it was trained on.
    """

    def __init__(self, generator: Generator, header: CheckpointHeader) -> None:
        self.generator = generator
        self.header = header

    @classmethod
    def load(cls, path: Path) -> Sampler:
        """Return the sampler of a checkpoint.

        Raises:
            CheckpointError: the file cannot be used.
        """
        return cls(*checkpoint.load_generator(path))

    @classmethod
    def of(cls, source: RunSource) -> Sampler:
        """Return the sampler of what a source is by now, whatever a training replaces meanwhile.

        Raises:
            CheckpointError: the file cannot be used.
        """
        return cls(*read_source(source, checkpoint.load_generator))

    def batches(
        self,
        labels: Sequence[Label],
        seeds: Sequence[int],
        *,
        truncation: float = 1.0,
        codes: Codes = FREE,
    ) -> Iterator[SampleBatch]:
        """Yield the images of every label with every seed, label after label.

        Args:
            labels: one-hot or blended, with a weight for each of the generator's classes;
                ``UNLABELLED`` alone where it has none.
            seeds: each gives the same latent for every label, whatever the other seeds are.
            truncation: scales the latents towards their mean, 0; below 1 it trades
                variety for typical images (the truncation trick, Brock et al. 2019, by
                scaling instead of resampling, so that a seed stays recognisable).
            codes: the continuous codes of InfoGAN that are held fixed.
        """
        yield from self.batches_of(product(labels, seeds), truncation=truncation, codes=codes)

    def batches_of(
        self,
        pairs: Iterable[tuple[Label, int]],
        *,
        truncation: float = 1.0,
        codes: Codes = FREE,
    ) -> Iterator[SampleBatch]:
        """Yield the images of labels with seeds, pair after pair; else as ``batches``."""
        network = self.header.network
        remaining = iter(pairs)
        while chunk := tuple(islice(remaining, BATCH)):
            part_labels, part_seeds = zip(*chunk, strict=True)
            z = seeding.sample_latents(part_seeds, network.latent_size, network.latent)
            condition = self._conditions(part_labels, part_seeds, codes)
            images = generate(self.generator, truncation * z, condition)
            yield SampleBatch(part_labels, part_seeds, to_pixels(images))

    def draw(
        self,
        labels: Sequence[Label],
        seeds: Sequence[int],
        *,
        truncation: float = 1.0,
        codes: Codes = FREE,
    ) -> Images:
        """Return what ``batches`` yields as one array [len(labels) * len(seeds), ...]."""
        batches = self.batches(labels, seeds, truncation=truncation, codes=codes)
        return np.concatenate([batch.images for batch in batches])

    def _conditions(self, labels: Sequence[Label], seeds: Sequence[int], codes: Codes) -> Tensor:
        """Return what the generator is told [N, condition_size]: class weights, or codes."""
        weights = torch.tensor([label.weights for label in labels])
        if not self.header.network.categories:
            return weights
        if self.header.code_map is not None:
            of_category = torch.tensor(self.header.code_map.category_of_class).argsort()
            weights = weights[:, of_category]
        values = seeding.sample_codes(seeds, self.header.network.continuous)
        for number, value in codes.continuous.items():
            values[:, number - 1] = value
        return torch.cat([weights, values], dim=1)


@torch.no_grad()
def generate(generator: Generator, z: Tensor, condition: Tensor) -> Tensor:
    """Return images [N, C, H, W] in [-1, 1] for latents [N, L] and conditions [N, S].

    N is at most ``BATCH``. Each row's result depends on that row alone, to the last bit.
    """
    device = next(generator.parameters()).device
    count = len(z)
    rows = torch.arange(BATCH).clamp(max=count - 1)
    images: Tensor = generator(z[rows].to(device), condition[rows].to(device))
    return images[:count]


def to_pixels(images: Tensor) -> Images:
    """Return uint8 [N, H, W] (or [N, H, W, 3]) for images [N, C, H, W] in [-1, 1]."""
    pixels = images.add(1).mul(127.5).round().clamp(0, 255).to(torch.uint8).cpu()
    return channels_last(pixels)


def channels_last(images: Tensor) -> Images:
    """Return uint8 [N, H, W] (or [N, H, W, 3]) for uint8 [N, C, H, W] on the CPU."""
    return (images.squeeze(1) if images.shape[1] == 1 else images.permute(0, 2, 3, 1)).numpy()


def from_pixels(pixels: Tensor) -> Tensor:
    """Return float32 images in [-1, 1] for uint8 ones of the same shape."""
    return pixels.float().div(127.5).sub(1)
