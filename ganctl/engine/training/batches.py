"""What each step trains on."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.sampling.sampler import from_pixels
from ganctl.requests.recipes import Recipe
from ganctl.requests.training import TrainConfig
from ganctl.runs.world import World


@dataclass(frozen=True)
class Batch:
    """One step's share: images [N, C, H, W] in [-1, 1], one-hot labels [N, classes], latents.

    ``random`` is for whatever else the objective draws.
    """

    real: Tensor
    y: Tensor
    z: Tensor
    rng: torch.Generator


class Batches:
    """This process's share of each step's batch, on the device, as a function of (seed, step)."""

    def __init__(
        self,
        dataset: Dataset,
        config: TrainConfig,
        recipe: Recipe,
        device: torch.device,
        world: World,
    ) -> None:
        self._images = dataset.images.to(device)
        self._labels = dataset.labels.to(device)
        self._classes = len(dataset.classes)
        self._order = seeding.DataOrder(len(dataset), config.batch, config.seed)
        self._seed = config.seed
        self._latent = recipe.latent
        self._latent_shape = (config.batch, recipe.latent_size)
        self._shard = world.shard(config.batch)
        # What an objective draws for itself must not be the same in every process.
        self._purpose = ("objective", world.rank) if world.rank else ("objective",)

    def at(self, step: int) -> Batch:
        """Return the batch of the given step, counted from 0."""
        device = self._images.device
        chosen = self._order.indices(step)[self._shard].to(device)
        noise = seeding.rng(self._seed, step, "latent", device=device)
        return Batch(
            real=from_pixels(self._images[chosen]),
            y=one_hot(self._labels[chosen], self._classes).float(),
            z=seeding.draw_latents(self._latent, self._latent_shape, noise)[self._shard],
            rng=seeding.rng(self._seed, step, *self._purpose, device=device),
        )
