"""All that a training is between two steps: what a checkpoint holds, and nothing else."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch.optim import Adam, Optimizer

from ganctl.card import NetworkSpec
from ganctl.engine import seeding
from ganctl.engine.networks import NETWORKS
from ganctl.engine.roles import Discriminator, Generator
from ganctl.recipes import Recipe


@dataclass
class TrainState:
    """Two networks, the generator's average, their optimizers, and how far they got.

    ``step`` counts rounds: an update of the discriminator and those of the
    generator that go with it. ``seconds`` is the time trained, resumed parts included.
    """

    spec: NetworkSpec
    generator: Generator
    generator_ema: Generator
    discriminator: Discriminator
    generator_optimizer: Optimizer
    discriminator_optimizer: Optimizer
    step: int = 0
    images_seen: int = 0
    seconds: float = 0.0

    def is_finite(self) -> bool:
        """Return whether every weight, statistic of batch norm, and moment of Adam is a number."""
        networks = (self.generator, self.generator_ema, self.discriminator)
        optimizers = (self.generator_optimizer, self.discriminator_optimizer)
        tensors = [tensor for network in networks for tensor in network.state_dict().values()]
        tensors += [
            moment
            for optimizer in optimizers
            for moments in optimizer.state.values()
            for moment in moments.values()
        ]
        # What is not finite makes a sum not finite, and one pass over the numbers is all it takes.
        sums = [tensor.sum().double().to(tensors[0].device) for tensor in tensors]
        return bool(torch.stack(sums).isfinite().all())


def new_state(spec: NetworkSpec, recipe: Recipe, seed: int, device: torch.device) -> TrainState:
    """Return the state before the first step: weights are a function of ``seed``."""
    pair = NETWORKS[spec.name]
    with seeding.seeded_globals(seed, "weights"):
        generator = pair.generator(spec).to(device)
        discriminator = pair.discriminator(spec).to(device)
    generator_ema = copy.deepcopy(generator).eval().requires_grad_(False)

    def adam(network: torch.nn.Module, lr: float) -> Optimizer:
        return Adam(network.parameters(), lr=lr, betas=recipe.adam_betas, fused=True)

    return TrainState(
        spec=spec,
        generator=generator,
        generator_ema=generator_ema,
        discriminator=discriminator,
        generator_optimizer=adam(generator, recipe.generator_lr),
        discriminator_optimizer=adam(discriminator, recipe.discriminator_lr),
    )
