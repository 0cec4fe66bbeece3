"""One training step, from a batch to both optimizers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm
from torch.optim import Optimizer

from ganctl.engine.hardware import devices, distributed
from ganctl.engine.hardware.cuda_graphs import CudaGraphs
from ganctl.engine.models.base import Loss, Objective, StepInputs
from ganctl.engine.models.labels import labels_for
from ganctl.engine.models.networks import build_discriminator
from ganctl.engine.models.penalty import r1_penalty
from ganctl.engine.training.batches import Batch
from ganctl.engine.training.state import TrainState, trainable
from ganctl.errors import UsageError
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import Recipe
from ganctl.requests.training import Precision
from ganctl.runs.world import World

Losses = dict[str, Tensor]
"""Losses and mean scores by name: detached scalars."""


class Step:
    """Updates the discriminator and the generator of ``state``: together, or one after the other.

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
        objective = objective.by(recipe)
        distributed.share_batch_norm(world, generator, discriminator)
        self.state = state
        self._objective = objective
        self._labels = labels_for(state.spec)
        self._augmentation = objective.augmentation(recipe)
        self._recipe = recipe
        self._r1 = r1_of(recipe, state.spec)
        self._autocast = autocast
        average = partial(distributed.average_gradients, world)
        self._in_one_pass = (
            objective.trains_in_one_pass(state.spec)
            and recipe.generator_updates == 1
            and not has_batch_norm(discriminator)
        )
        if self._in_one_pass:
            both = nn.ModuleList([discriminator, generator])
            self._joint_loss = average(both, partial(objective.joint_loss, discriminator))
        else:
            self._discriminator_loss = average(
                discriminator, partial(objective.discriminator_loss, discriminator)
            )
            self._generator_loss = average(
                generator, partial(objective.generator_loss, discriminator)
            )

    def __call__(self, batch: Batch, progress: float) -> Losses:
        """Train on a batch; return the losses.

        Args:
            batch: what to train on.
            progress: the spent fraction of the budget before this step, in [0, 1).
        """
        state, rng = self.state, batch.rng

        def generate(condition: Tensor) -> Tensor:
            return self._augmentation(state.generator(batch.z, condition), progress, rng)

        state.generator.follow(state.discriminator)
        with self._autocast():
            condition = self._objective.condition(batch.y, rng)
            fake = state.generator(batch.z, condition)
            real, detached, fake = self._augmentation.views(batch.real, fake, progress, rng)
            inputs = StepInputs(real, detached, condition, generate, self._labels, rng, progress)
        if self._in_one_pass:
            return self._update_both(replace(inputs, fake=fake))
        return self._update_in_turn(inputs, fake)

    def _update_both(self, inputs: StepInputs) -> Losses:
        """Update both networks from one pass of the discriminator and one backward pass."""
        state = self.state
        with self._autocast():
            loss = self._with_penalty(self._joint_loss(inputs), inputs)
        optimizers = state.discriminator_optimizer, state.generator_optimizer
        _update([state.discriminator, state.generator], optimizers, loss)
        return loss.losses

    def _update_in_turn(self, inputs: StepInputs, fake: Tensor) -> Losses:
        """Update the discriminator, then the generator.

        The generator's first update uses the fakes of the discriminator's update,
        further ones generate them again from the same latents.
        """
        state = self.state
        with self._autocast():
            discriminator_loss = self._with_penalty(self._discriminator_loss(inputs), inputs)
        _update([state.discriminator], [state.discriminator_optimizer], discriminator_loss)

        inputs = replace(inputs, real_class_loss=discriminator_loss.losses.get("class_loss", 0.0))
        for update in range(self._recipe.generator_updates):
            with self._autocast():
                if update > 0:
                    fake = inputs.generate(inputs.condition)
                generator_loss = self._generator_loss(replace(inputs, fake=fake))
            _update([state.generator], [state.generator_optimizer], generator_loss)
        return discriminator_loss.losses | generator_loss.losses

    def _with_penalty(self, loss: Loss, inputs: StepInputs) -> Loss:
        """Return the loss with R1 on the steps that have it."""
        if not self.has_penalty:
            return loss
        # By strides: shards of several processes, if even, have the images that one would have.
        some = slice(None, None, self._recipe.r1_one_in)
        penalty = r1_penalty(self.state.discriminator, inputs.real[some], inputs.condition[some])
        return loss.plus("gradient_penalty", penalty, weight=self._r1 * self._recipe.r1_every)

    @property
    def has_penalty(self) -> bool:
        """Whether the next step has R1, which is laid on every ``r1_every``-th step."""
        return self._r1 > 0 and (self.state.step + 1) % self._recipe.r1_every == 0

    @property
    def capturable(self) -> bool:
        """Whether CUDA graphs can replay it: whether its work is the same at every progress."""
        return self._augmentation.is_identity and not self._objective.uses_progress


def check_processes(spec: NetworkSpec, recipe: Recipe, world: World) -> None:
    """Refuse networks that several processes would train otherwise than one does.

    R1 has second derivatives, of which batch norm over several processes has none.

    Args:
        spec: the networks.
        recipe: the numbers to train with.
        world: the processes that train together.

    Raises:
        UsageError: the discriminator has batch norm, and the recipe R1.
    """
    if world.size == 1 or r1_of(recipe, spec) == 0:
        return
    with torch.random.fork_rng(devices=[]):
        discriminator = build_discriminator(spec)
    if has_batch_norm(discriminator):
        raise UsageError(
            f"The networks {spec.name} have batch norm in the discriminator, and several "
            "processes cannot train these with the gradient penalty.",
            "Train in one process, or by --recipe quick, which has no penalty.",
        )


def r1_of(recipe: Recipe, spec: NetworkSpec) -> float:
    """Return the weight γ of R1 for what the networks see."""
    return recipe.described_r1 if spec.is_described else recipe.r1


def fastest_step(
    state: TrainState,
    objective: Objective,
    recipe: Recipe,
    precision: str,
    world: World,
) -> Callable[[Batch, float], Losses]:
    """Return the step; CUDA graphs replay it where one GPU trains and the step allows it.

    Args:
        state: what it updates.
        objective: what the networks minimise.
        recipe: the numbers to train with.
        precision: as it was asked for.
        world: the processes that train together.
    """
    device = next(state.generator.parameters()).device
    autocast = devices.autocast(devices.choose_precision(Precision(precision), device), device)
    step = Step(state, objective, recipe, autocast, world)
    if device.type == "cuda" and world.size == 1 and step.capturable:
        return with_cuda_graphs(step, CudaGraphs())
    return step


def with_cuda_graphs(step: Step, graphs: CudaGraphs) -> Callable[[Batch, float], Losses]:
    """Return a capturable step that is replayed from one graph with R1 and one without."""

    def replayed(batch: Batch, progress: float) -> Losses:
        def work(real: Tensor, y: Tensor, z: Tensor, rng: torch.Generator) -> Losses:
            return step(Batch(real, y, z, rng), progress)

        return graphs(step.has_penalty, work, (batch.real, batch.y, batch.z), batch.rng)

    return replayed


def has_batch_norm(network: nn.Module) -> bool:
    """Return whether images of a batch affect each other's scores."""
    return any(isinstance(module, _BatchNorm) for module in network.modules())


def _update(networks: Sequence[nn.Module], optimizers: Sequence[Optimizer], loss: Loss) -> None:
    """Take one step of each optimizer; only these networks' gradients are computed."""
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    inputs = [parameter for network in networks for parameter in trainable(network)]
    torch.autograd.backward(loss.total, inputs=inputs)
    for optimizer in optimizers:
        optimizer.step()
