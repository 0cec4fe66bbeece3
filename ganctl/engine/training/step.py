"""One step of the loop: what both players learn from one batch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from ganctl.engine.models.objectives import Loss, StepInputs
from ganctl.engine.training.batches import Batch
from ganctl.engine.training.game import Game
from ganctl.engine.training.state import TrainState
from ganctl.requests.recipes import Recipe

Losses = dict[str, Tensor]


@dataclass(frozen=True)
class Step:
    """Updates the discriminator and then the generator of ``state``; returns the loss terms.

    The generator's first update uses the very fakes that the discriminator
    saw, its further ones draw them anew from the same latents.
    """

    state: TrainState
    game: Game
    recipe: Recipe
    autocast: Callable[[], AbstractContextManager[None]]

    def __call__(self, batch: Batch, progress: float) -> Losses:
        """Train on ``batch``, when ``spent`` of the budget, in [0, 1), is behind."""
        state, game = self.state, self.game
        level = self._noise_level(progress)

        def noisy(images: Tensor) -> Tensor:
            if level == 0:
                return images
            grain = torch.randn(images.shape, generator=batch.rng, device=images.device)
            return images + level * grain

        with self.autocast():
            condition = game.condition(batch.y, batch.rng)
            fake = noisy(state.generator(batch.z, condition))
            inputs = StepInputs(
                noisy(batch.real), fake.detach(), batch.z, condition, batch.rng, progress
            )
            discriminator_loss = game.discriminator_loss(inputs)
        _update(state.discriminator, state.discriminator_optimizer, discriminator_loss)

        for update in range(self.recipe.generator_updates):
            with self.autocast():
                if update > 0:
                    fake = noisy(state.generator(batch.z, condition))
                generator_loss = game.generator_loss(replace(inputs, fake=fake))
            _update(state.generator, state.generator_optimizer, generator_loss)
        return discriminator_loss.losses | generator_loss.losses

    @property
    def is_static(self) -> bool:
        """Whether the work is the same at every point of the budget."""
        return self.game.is_static and self.recipe.noise == 0

    @property
    def penalised(self) -> bool:
        """Whether the step that comes next has the gradient penalty."""
        return self.game.penalised()

    def _noise_level(self, progress: float) -> float:
        """Return the standard deviation of the noise at this point of the budget."""
        start, end = self.recipe.noise_fade
        return self.recipe.noise * min(1.0, max(0.0, (end - progress) / (end - start)))


def _update(network: nn.Module, optimizer: Optimizer, loss: Loss) -> None:
    """Take one optimizer step; only this network's gradients are computed."""
    optimizer.zero_grad(set_to_none=True)
    torch.autograd.backward(loss.total, inputs=list(network.parameters()))
    optimizer.step()
