"""One training step, from a batch to both optimizers."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganctl.engine.hardware import distributed
from ganctl.engine.hardware.cuda_graphs import CudaGraphs
from ganctl.engine.models.base import Loss, Objective, StepInputs
from ganctl.engine.models.labels import labels_for
from ganctl.engine.models.penalty import r1_penalty
from ganctl.engine.training.batches import Batch
from ganctl.engine.training.state import TrainState, trainable
from ganctl.requests.recipes import Recipe
from ganctl.runs.world import World

Losses = dict[str, Tensor]
"""Losses and mean scores by name: detached scalars."""


class Step:
    """Updates the discriminator, then the generator, of ``state``.

    Args:
        state: the networks and optimizers; ``state.step`` counts the steps before this one.
        objective: what the networks minimise.
        recipe: R1, the noise, and how many updates of the generator a step has.
        autocast: returns a context for forward passes, which sets their precision.
        world: the processes over which gradients and batch norm are averaged.
    """

    def __init__(
        self,
        state: TrainState,
        objective: Objective,
        recipe: Recipe,
        autocast: Callable[[], AbstractContextManager[None]],
        world: World,
    ) -> None:
        generator, discriminator = state.generator, state.discriminator
        distributed.share_batch_norm(world, generator, discriminator)
        self.state = state
        self._objective = objective
        self._labels = labels_for(state.spec)
        self._augmentation = objective.augmentation(recipe)
        self._recipe = recipe
        self._r1 = recipe.described_r1 if state.spec.is_described else recipe.r1
        self._autocast = autocast
        self._discriminator_loss = distributed.average_gradients(
            world, discriminator, partial(objective.discriminator_loss, discriminator)
        )
        self._generator_loss = distributed.average_gradients(
            world, generator, partial(objective.generator_loss, discriminator)
        )

    def __call__(self, batch: Batch, progress: float) -> Losses:
        """Train on a batch; return the losses.

        The generator's first update uses the fakes of the discriminator's update,
        further ones generate them again from the same latents.

        Args:
            batch: what to train on.
            progress: the spent fraction of the budget before this step, in [0, 1).
        """
        state, recipe, rng = self.state, self._recipe, batch.rng

        def generate(condition: Tensor) -> Tensor:
            return self._augmentation(state.generator(batch.z, condition), progress, rng)

        state.generator.follow(state.discriminator)
        with self._autocast():
            condition = self._objective.condition(batch.y, rng)
            fake = state.generator(batch.z, condition)
            real, detached, fake = self._augmentation.views(batch.real, fake, progress, rng)
            inputs = StepInputs(real, detached, condition, generate, self._labels, rng, progress)
            discriminator_loss = self._discriminator_loss(inputs)
            if self.has_penalty:
                penalty = r1_penalty(state.discriminator, real, condition)
                discriminator_loss = discriminator_loss.plus(
                    "gradient_penalty", penalty, weight=self._r1 * recipe.r1_every
                )
        _update(state.discriminator, state.discriminator_optimizer, discriminator_loss)

        inputs = replace(inputs, real_class_loss=discriminator_loss.losses.get("class_loss", 0.0))
        for update in range(recipe.generator_updates):
            with self._autocast():
                if update > 0:
                    fake = generate(condition)
                generator_loss = self._generator_loss(replace(inputs, fake=fake))
            _update(state.generator, state.generator_optimizer, generator_loss)
        return discriminator_loss.losses | generator_loss.losses

    @property
    def has_penalty(self) -> bool:
        """Whether the next step has R1, which is laid on every ``r1_every``-th step."""
        return self._r1 > 0 and (self.state.step + 1) % self._recipe.r1_every == 0

    @property
    def capturable(self) -> bool:
        """Whether CUDA graphs can replay it: whether its work is the same at every progress."""
        return self._augmentation.is_identity and not self._objective.uses_progress


def with_cuda_graphs(step: Step, graphs: CudaGraphs) -> Callable[[Batch, float], Losses]:
    """Return a capturable step that is replayed from one graph with R1 and one without."""

    def replayed(batch: Batch, progress: float) -> Losses:
        def work(real: Tensor, y: Tensor, z: Tensor, rng: torch.Generator) -> Losses:
            return step(Batch(real, y, z, rng), progress)

        return graphs(step.has_penalty, work, (batch.real, batch.y, batch.z), batch.rng)

    return replayed


def _update(network: nn.Module, optimizer: Optimizer, loss: Loss) -> None:
    """Take one optimizer step; only this network's gradients are computed."""
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss.total, inputs=trainable(network))
    optimizer.step()
