"""What the loops of this folder share: their state is the engine's, so that it is kept and judged.

Batches are images [N, 1, 28, 28] in [-1, 1] and labels int64 [N].
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import one_hot
from torch.optim import Adam

from benchmarks.speed.plain_port import CLASSES
from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.models.networks import build_discriminator, build_generator
from ganctl.engine.training.state import TrainState
from ganctl.requests.networks import NetworkSpec

Batches = Iterator[tuple[Tensor, Tensor]]


def spec_of(networks: str, latent_size: int) -> NetworkSpec:
    """Return the description of a peer's networks for digits, with a normal latent."""
    return NetworkSpec(networks, 28, 1, CLASSES, latent_size)


def new_state(
    spec: NetworkSpec, seed: int, rate: float, betas: tuple[float, float], epsilon: float
) -> TrainState:
    """Return the state before the first step: Adam, of one rate for both networks."""
    with seeding.seeded_globals(seed, "weights"):
        generator, discriminator = build_generator(spec), build_discriminator(spec)
    return TrainState(
        spec=spec,
        generator=generator,
        generator_ema=copy.deepcopy(generator).eval().requires_grad_(False),
        discriminator=discriminator,
        generator_optimizer=Adam(generator.parameters(), rate, betas, epsilon),
        discriminator_optimizer=Adam(discriminator.parameters(), rate, betas, epsilon),
    )


class Peer:
    """A loop: ``update`` is its step on real images [N, 1, 28, 28] and labels int64 [N]."""

    def __init__(self, state: TrainState, batches: Batches) -> None:
        self.state = state
        self._batches = batches

    def step(self) -> None:
        """Take the next batch, one step on it, and count it."""
        x, labels = next(self._batches)
        self.update(x, labels)
        done = self.state.progress
        self.state.progress = replace(
            done, step=done.step + 1, images_seen=done.images_seen + len(x)
        )

    def update(self, x: Tensor, labels: Tensor) -> None:
        """Update both networks."""
        raise NotImplementedError

    def latents(self, count: int) -> Tensor:
        """Draw latents from N(0, 1)."""
        return torch.randn(count, self.state.spec.latent_size)


def conditions(labels: Tensor) -> Tensor:
    """Return labels int64 [N] as both networks get them, one-hot [N, 10]."""
    return one_hot(labels, CLASSES).float()


def in_memory(dataset: Dataset, batch: int) -> Batches:
    """Yield batches of images that were scaled once, epoch after epoch in a new order."""
    images = from_pixels(dataset.images)
    while True:
        for chosen in torch.randperm(len(images)).split(batch):
            yield images[chosen], dataset.labels[chosen]
