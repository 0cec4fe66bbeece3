"""An objective between two networks, as the loop plays it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from ganctl.engine.hardware.distributed import LossOf, Team
from ganctl.engine.models.objectives import Loss, Objective, StepInputs
from ganctl.engine.models.penalty import r1_penalty
from ganctl.engine.training.state import TrainState
from ganctl.requests.recipes import Recipe


@dataclass(frozen=True)
class Game:
    """What each player minimises, as a step calls it.

    ``penalised`` tells whether the step that comes next has the gradient penalty;
    ``is_static`` is the objective's.
    """

    condition: Callable[[Tensor, torch.Generator], Tensor]
    discriminator_loss: LossOf
    generator_loss: LossOf
    penalised: Callable[[], bool]
    is_static: bool

    @classmethod
    def of(cls, objective: Objective, state: TrainState, recipe: Recipe, team: Team) -> Game:
        """Return the game of ``objective`` between the networks of ``state``, on all processes."""
        team.share_layers(state.generator, state.discriminator)

        def penalised() -> bool:
            return recipe.r1 > 0 and (state.step + 1) % recipe.r1_every == 0

        def discriminator_loss(inputs: StepInputs) -> Loss:
            loss = objective.discriminator_loss(state, inputs)
            if penalised():
                penalty = r1_penalty(state.discriminator, inputs.real, inputs.condition)
                loss = loss.plus("gradient_penalty", penalty, recipe.r1 * recipe.r1_every)
            return loss

        def generator_loss(inputs: StepInputs) -> Loss:
            return objective.generator_loss(state, inputs)

        return cls(
            condition=objective.condition,
            discriminator_loss=team.averaging(state.discriminator, discriminator_loss),
            generator_loss=team.averaging(state.generator, generator_loss),
            penalised=penalised,
            is_static=objective.is_static,
        )
