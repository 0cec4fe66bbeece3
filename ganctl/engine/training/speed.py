"""How fast this machine trains, measured before a run whose length is in minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.hardware import distributed
from ganctl.engine.models.conditions import spec_for
from ganctl.engine.models.objectives import objective_for
from ganctl.engine.training.batches import Batches
from ganctl.engine.training.state import new_state
from ganctl.engine.training.step import fastest_step
from ganctl.requests.budget import Clock
from ganctl.requests.training import TrainRequest
from ganctl.runs.world import World

MEASURED_SECONDS = 1.0
"""How long it measures; longer only where a single step is."""


def images_per_second(
    config: TrainRequest, dataset: Dataset, device: torch.device, world: World
) -> float:
    """Return how many images a second new networks train on. They are then dropped.

    All processes of ``world`` call it together, and get the main process's figure.

    Args:
        config: what would be trained, by one of ganctl's own models; of a batch that cannot be
            split evenly among the processes, what can be is measured.
        dataset: what on.
        device: where.
        world: the processes that train together.
    """
    shares = max(1, config.batch // world.size)
    config = replace(config, batch=shares * world.size)
    step = rehearsal(config, dataset, device, world)
    # The first steps choose kernels and allocate; on a GPU they are captured, with R1 and without.
    first = _timed(step, 1 if device.type == "cpu" else 5 * config.numbers.r1_every, world)
    if first > MEASURED_SECONDS and device.type == "cpu":
        return config.batch / first
    steps, seconds = 0, 0.0
    while seconds < MEASURED_SECONDS:
        seconds += _timed(step, 1, world)
        steps += 1
    return steps * config.batch / seconds


def _timed(step: Callable[[], None], count: int, world: World) -> float:
    """Take so many steps, and return the seconds that they took the main process."""
    clock = Clock(0.0)
    for _ in range(count):
        step()
    return distributed.of_main(world, clock.seconds())


def rehearsal(
    config: TrainRequest, dataset: Dataset, device: torch.device, world: World
) -> Callable[[], None]:
    """Return what trains new networks for one step more at each call, and waits for the device.

    A run does more: it keeps averages, and may train the judge beside; and it does less, since it
    waits for the device only at its reports.

    Args:
        config: what would be trained, by one of ganctl's own models.
        dataset: what on.
        device: where.
        world: the processes that train together.

    Raises:
        UsageError: the batch cannot be split evenly among the processes.
    """
    recipe = config.numbers
    objective = objective_for(config.model)
    spec = objective.adapt(spec_for(dataset, recipe))
    state = new_state(spec, recipe, config.seed, device)
    batches = Batches(dataset, spec, config, recipe, device, world)
    step = fastest_step(state, objective, recipe, config.precision, world)

    def train() -> None:
        losses = step(batches.at(state.step), 0.0)
        next(iter(losses.values())).item()
        state.progress = replace(state.progress, step=state.step + 1)

    return train
