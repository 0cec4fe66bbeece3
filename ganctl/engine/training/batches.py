"""What each step trains on: real images, labels and latents, as a function of (seed, step)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.data.rewording import Rewording
from ganctl.engine.models.conditions import as_conditions, known_of
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe
from ganctl.requests.training import TrainRequest
from ganctl.runs.world import World


@dataclass(frozen=True)
class Batch:
    """This process's shard of a step's batch.

    Args:
        real: images [N, C, H, W] in [-1, 1].
        y: labels [N, …] as in ``engine.models.conditions``; of captions many are reworded.
        z: latents [N, latent_size].
        rng: what the objective and the augmentation draw from.
    """

    real: Tensor
    y: Tensor
    z: Tensor
    rng: torch.Generator


class Batches:
    """This process's shard of each step's batch, on the device.

    Args:
        dataset: what to train on.
        spec: of the networks, which says what they get of a label.
        config: the batch, the seed, and how images are chosen.
        recipe: has the latents.
        device: where to.
        world: the processes that train together.

    Raises:
        UsageError: the batch cannot be split evenly among the processes.
    """

    def __init__(
        self,
        dataset: Dataset,
        spec: NetworkSpec,
        config: TrainRequest,
        recipe: Recipe,
        device: torch.device,
        world: World,
    ) -> None:
        self._images = dataset.images.to(device)
        self._known = known_of(dataset, spec).to(device)
        self._spec = spec
        self._rewording = Rewording(self._known) if spec.words else None
        self._order: seeding.DataOrder | seeding.BalancedOrder
        if config.balance:
            self._order = seeding.BalancedOrder(
                dataset.labels, len(dataset.classes), config.batch, config.seed
            )
        else:
            self._order = seeding.DataOrder(len(dataset), config.batch, config.seed)
        self._flip = config.flip
        self._seed = config.seed
        self._batch = config.batch
        self._latent = recipe.latent
        self._latent_shape = (config.batch, recipe.latent_size)
        self._shard = world.shard(config.batch)
        # What is drawn for a shard must differ between processes.
        self._rank = (world.rank,) if world.rank else ()

    def at(self, step: int) -> Batch:
        """Return the batch of the given step, counted from 0."""
        device = self._images.device
        chosen = self._order.indices(step)[self._shard].to(device)
        noise = seeding.rng(self._seed, step, "latent", device=device)
        real = from_pixels(self._images[chosen])
        if self._flip:
            mirrored = seeding.rng(self._seed, step, "flip")
            is_mirrored = torch.rand(self._batch, generator=mirrored)[self._shard] < 0.5
            real = torch.where(is_mirrored.to(device).view(-1, 1, 1, 1), real.flip(3), real)
        known = self._known[chosen]
        if self._rewording is not None:
            draws = seeding.rng(self._seed, step, "rewording", *self._rank, device=device)
            known = self._rewording(known, draws)
        return Batch(
            real=real,
            y=as_conditions(known, self._spec),
            z=seeding.draw_latents(self._latent, self._latent_shape, noise)[self._shard],
            rng=seeding.rng(self._seed, step, "objective", *self._rank, device=device),
        )
