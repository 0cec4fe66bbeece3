"""The state of training between two steps: what a checkpoint holds, and nothing else."""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.optim import Adam, Optimizer

from ganctl.engine.data import seeding
from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.networks import build_discriminator, build_generator
from ganctl.engine.models.pairs.thin import lay_weights
from ganctl.requests.budget import AT_THE_START, Progress
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe


@dataclass
class TrainState:
    """Two networks, the generator's moving average, the optimizers, and the progress.

    A step is one update of both networks at once, or of the discriminator and then of the
    generator, once or more often.
    """

    spec: NetworkSpec
    generator: Generator
    generator_ema: Generator
    discriminator: Discriminator
    generator_optimizer: Optimizer
    discriminator_optimizer: Optimizer
    progress: Progress = AT_THE_START

    @property
    def step(self) -> int:
        """The number of steps taken, those before a resume included."""
        return self.progress.step

    def is_finite(self) -> bool:
        """Return whether every weight, statistic of batch norm, and moment of Adam is finite."""
        networks = (self.generator, self.generator_ema, self.discriminator)
        optimizers = (self.generator_optimizer, self.discriminator_optimizer)
        tensors = [tensor for network in networks for tensor in network.state_dict().values()]
        tensors += [
            moment
            for optimizer in optimizers
            for moments in optimizer.state.values()
            for moment in moments.values()
        ]
        # A NaN or an infinity makes the sum not finite, and a sum is one pass over the numbers.
        sums = [tensor.sum().double().to(tensors[0].device) for tensor in tensors]
        return bool(torch.stack(sums).isfinite().all())

    def set_learning_rates(self, generator: float, discriminator: float) -> None:
        """Set both learning rates for the next step."""
        _set_learning_rate(self.generator_optimizer, generator)
        _set_learning_rate(self.discriminator_optimizer, discriminator)


def new_state(spec: NetworkSpec, recipe: Recipe, seed: int, device: torch.device) -> TrainState:
    """Return the state before the first step; the weights are a function of ``seed``."""
    on_gpu = device.type == "cuda"
    with seeding.seeded_globals(seed, "weights"):
        generator = build_generator(spec).to(device)
        discriminator = build_discriminator(spec).to(device)
    generator.follow(discriminator)
    for network in (generator, discriminator):
        lay_weights(network)
    generator_ema = copy.deepcopy(generator).eval().requires_grad_(False)

    def adam(network: torch.nn.Module, lr: float) -> Optimizer:
        if not on_gpu:
            return Adam(trainable(network), lr=lr, betas=recipe.adam_betas, fused=True)
        # A captured step reads its learning rate from the device.
        rate = torch.tensor(lr, device=device)
        betas = recipe.adam_betas
        return Adam(trainable(network), lr=rate, betas=betas, fused=True, capturable=True)

    return TrainState(
        spec=spec,
        generator=generator,
        generator_ema=generator_ema,
        discriminator=discriminator,
        generator_optimizer=adam(generator, recipe.generator_lr),
        discriminator_optimizer=adam(discriminator, recipe.discriminator_lr),
    )


def trainable(network: torch.nn.Module) -> list[torch.nn.Parameter]:
    """Return the parameters that learn: a generator follows in some what the other one learns."""
    return [parameter for parameter in network.parameters() if parameter.requires_grad]


def _set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        if isinstance(group["lr"], Tensor):
            group["lr"].fill_(rate)
        else:
            group["lr"] = rate
