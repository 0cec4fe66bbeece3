"""Random draws that are a function of their purpose, never of what was drawn before.

Each draw has its own rng, seeded by a key such as (seed, step, "latent"). A
resumed run therefore draws what an uninterrupted one draws, and a sample's seed
gives the same latent whatever else is asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from ganctl.requests.recipes import Latent


def rng(*key: int | str, device: torch.device | str = "cpu") -> torch.Generator:
    """Return an rng on ``device`` that is determined by ``key``."""
    return torch.Generator(device).manual_seed(_seed_of(key))


@contextmanager
def seeded_globals(*key: int | str) -> Iterator[None]:
    """Seed torch's global rng, from which layers initialise themselves, by ``key``.

    On exit its state is what it was on entry.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_seed_of(key))
        yield


def draw_latents(distribution: Latent, shape: tuple[int, ...], rng: torch.Generator) -> Tensor:
    """Return a tensor of independent draws from N(0, 1), or uniform on [-1, 1]."""
    if distribution is Latent.UNIFORM:
        return 2 * torch.rand(shape, generator=rng, device=rng.device) - 1
    return torch.randn(shape, generator=rng, device=rng.device)


def sample_latents(seeds: Sequence[int], size: int, distribution: Latent) -> Tensor:
    """Return latents [len(seeds), size], each row determined by its seed alone."""
    return _row_for_each(seeds, "sample", size, distribution)


def sample_codes(seeds: Sequence[int], size: int) -> Tensor:
    """Return continuous codes [len(seeds), size] in [-1, 1], each row determined by its seed."""
    return _row_for_each(seeds, "codes", size, Latent.UNIFORM)


def _row_for_each(seeds: Sequence[int], purpose: str, size: int, distribution: Latent) -> Tensor:
    return torch.stack([draw_latents(distribution, (size,), rng(purpose, seed)) for seed in seeds])


class DataOrder:
    """The endless order in which training visits a data set, shuffled anew for each epoch.

    Args:
        count: images in the data set.
        batch: images in a step.
        seed: the run's seed.
    """

    def __init__(self, count: int, batch: int, seed: int) -> None:
        self._count = count
        self._batch = batch
        self._seed = seed
        self._epoch = -1
        self._shuffle = torch.empty(0, dtype=torch.int64)

    def indices(self, step: int) -> Tensor:
        """Return the indices [batch] of the images that step ``step`` (from 0) trains on."""
        position = step * self._batch
        missing = self._batch
        parts = []
        while missing:
            epoch, start = divmod(position, self._count)
            part = self._epoch_shuffle(epoch)[start : start + missing]
            parts.append(part)
            position += len(part)
            missing -= len(part)
        return torch.cat(parts)

    def _epoch_shuffle(self, epoch: int) -> Tensor:
        if epoch != self._epoch:
            self._shuffle = torch.randperm(self._count, generator=rng(self._seed, epoch, "order"))
            self._epoch = epoch
        return self._shuffle


class BalancedOrder:
    """The order of ``--balance``: each image of a step is of a class drawn evenly among all.

    Args:
        labels: int64 [N], the class of each image; every class below ``classes`` occurs.
        classes: how many there are.
        batch: images in a step.
        seed: the run's seed.
    """

    def __init__(self, labels: Tensor, classes: int, batch: int, seed: int) -> None:
        self._by_class = labels.argsort(stable=True)
        self._counts = torch.bincount(labels, minlength=classes)
        self._starts = self._counts.cumsum(0) - self._counts
        self._batch = batch
        self._seed = seed

    def indices(self, step: int) -> Tensor:
        """Return the indices [batch] of the images that step ``step`` (from 0) trains on."""
        draws = rng(self._seed, step, "balance")
        drawn = torch.randint(len(self._counts), (self._batch,), generator=draws)
        fractions = torch.rand(self._batch, dtype=torch.float64, generator=draws)
        within = (fractions * self._counts[drawn]).long()
        return self._by_class[self._starts[drawn] + within]


def _seed_of(key: tuple[int | str, ...]) -> int:
    digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
    # Generators take signed 64-bit seeds; the top bit is dropped to stay positive.
    return int.from_bytes(digest, "big") >> 1
