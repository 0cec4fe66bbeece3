"""From seeds and labels to pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.pixels import to_pixels
from ganctl.engine.models.base import Generator
from ganctl.engine.models.weights import load_generator
from ganctl.engine.sampling.asked import Conditions
from ganctl.requests.conditions.asked import Asked
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.drawing.sample import SamplePlan
from ganctl.requests.recipes import Latent
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource, read_source

# Every batch has this many rows, filled up where fewer are asked for: matrix
# kernels round differently for other shapes, and a seed's pixels must not
# depend on how many others are asked for.
BATCH = 100
NO_CODES = Codes()
AWAY = 0.4
"""How much of a neighbour's latent is its own seed's."""


@dataclass(frozen=True)
class SampleBatch:
    """Up to ``BATCH`` images uint8 [N, C, H, W] on the CPU, and what and which seed each is of.

    ``values`` float32 [N, attributes + quantities] are those that were fixed or drawn, as in
    ``readers.labelled.Described``, NaN where one is between two; [N, 0] for other generators.
    """

    labels: tuple[Asked, ...]
    seeds: tuple[int, ...]
    images: Tensor
    values: Tensor


class Sampler:
    """A generator ready to draw from.

    Args:
        generator: in evaluation mode, float32, on the CPU or another device.
        header: what it was trained on.
    """

    def __init__(self, generator: Generator, header: CheckpointHeader) -> None:
        self.generator = generator
        self.header = header
        self._conditions = Conditions(header)

    @classmethod
    def load(cls, path: Path) -> Sampler:
        """Return the sampler of a checkpoint.

        Raises:
            CheckpointError: the file cannot be used.
        """
        return cls(*load_generator(path))

    @classmethod
    def of(cls, source: RunSource) -> Sampler:
        """Return the sampler of what a source is by now, whatever a run replaces meanwhile.

        Raises:
            CheckpointError: the file cannot be used.
        """
        return cls(*read_source(source, load_generator))

    def batches(self, plan: SamplePlan) -> Iterator[SampleBatch]:
        """Yield the images of every label with every seed, label after label.

        Each seed gives the same latent for every label, whatever the other seeds are. Truncation
        below 1 trades variety for typical images (the truncation trick, Brock et al. 2019, by
        scaling the latents instead of resampling, so that a seed stays recognisable).
        """
        pairs = product(plan.labels, plan.seeds)
        yield from self.batches_of(
            pairs, truncation=plan.truncation, codes=plan.codes, around=plan.around
        )

    def batches_of(
        self,
        pairs: Iterable[tuple[Asked, int]],
        *,
        truncation: float = 1.0,
        codes: Codes = NO_CODES,
        around: Sequence[float] | None = None,
    ) -> Iterator[SampleBatch]:
        """Yield the images of what is asked for, with seeds, pair after pair, as ``batches``."""
        remaining = iter(pairs)
        while chunk := tuple(islice(remaining, BATCH)):
            labels, seeds = zip(*chunk, strict=True)
            condition, values = self._conditions.of(labels, seeds, codes)
            images = self._drawn(condition, seeds, truncation, around)
            yield SampleBatch(labels, seeds, images, values)

    def images_of(self, conditions: Tensor, seeds: Sequence[int]) -> Iterator[Tensor]:
        """Yield the images of conditions, in parts of up to ``BATCH``, uint8 [n, C, H, W].

        Args:
            conditions: what the generator gets of each image, [N, …] as in
                ``engine.models.conditions``.
            seeds: of each image.
        """
        for start in range(0, len(seeds), BATCH):
            part = slice(start, start + BATCH)
            yield self._drawn(conditions[part], seeds[part])

    def draw(self, plan: SamplePlan) -> Tensor:
        """Return what ``batches`` yields as one tensor uint8 [len(plan), C, H, W]."""
        return torch.cat([batch.images for batch in self.batches(plan)])

    def draw_pairs(self, pairs: Iterable[tuple[Asked, int]]) -> Tensor:
        """Return what ``batches_of`` yields as one tensor uint8 [N, C, H, W]."""
        return torch.cat([batch.images for batch in self.batches_of(pairs)])

    def _drawn(
        self,
        condition: Tensor,
        seeds: Sequence[int],
        truncation: float = 1.0,
        around: Sequence[float] | None = None,
    ) -> Tensor:
        """Return an image uint8 [n, C, H, W] for each condition and seed, ``BATCH`` at most."""
        network = self.header.network
        z = seeding.sample_latents(seeds, network.latent_size, network.latent)
        if around is not None:
            z = neighbours_of(around, z, seeds, network.latent)
        return to_pixels(generate(self.generator, truncation * z, condition))


def neighbours_of(
    around: Sequence[float], latents: Tensor, seeds: Sequence[int], latent: Latent
) -> Tensor:
    """Return latents [N, L] near one: that one itself for seed 0, others some way to their own.

    Args:
        around: the latent.
        latents: those of the seeds, [N, L].
        seeds: of each row.
        latent: what latents are drawn from. Of normal ones, the sum has the variance of a draw.
    """
    here = torch.tensor(around).expand_as(latents)
    stays = math.sqrt(1 - AWAY**2) if latent is Latent.NORMAL else 1 - AWAY
    is_itself = torch.tensor([seed == 0 for seed in seeds])[:, None]
    return torch.where(is_itself, here, stays * here + AWAY * latents)


@torch.no_grad()
def generate(generator: Generator, z: Tensor, condition: Tensor) -> Tensor:
    """Return images [N, C, H, W] in [-1, 1] for latents [N, L] and conditions [N, …].

    N is at most ``BATCH``. Each row's result depends on that row alone, to the last bit.
    """
    device = next(generator.parameters()).device
    count = len(z)
    rows = torch.arange(BATCH).clamp(max=count - 1)
    images: Tensor = generator(z[rows].to(device), condition[rows].to(device))
    return images[:count]
