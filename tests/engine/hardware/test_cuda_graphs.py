"""A recorded step does what the plain one does. The tape stands in for a GPU's graphs."""

import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.hardware import devices
from ganctl.engine.hardware.cuda_graphs import WARM_UP, RecordedStep
from ganctl.engine.hardware.distributed import Team
from ganctl.engine.models.objectives import OBJECTIVES
from ganctl.engine.training.batches import Batches
from ganctl.engine.training.game import Game
from ganctl.engine.training.state import new_state
from ganctl.engine.training.step import Step
from ganctl.requests.recipes import Model, RecipeName, recipe_for
from ganctl.requests.training import train_config
from ganctl.runs.checkpoint_header import NetworkSpec
from ganctl.runs.world import World

CPU = torch.device("cpu")
STEADY = [model for model in Model if model not in (Model.GAN, Model.INFOGAN)]


class Tape:
    """Plays again by calling, into the tensors of the first time, as a graph would."""

    def __init__(self):
        self.warmed_up = 0
        self.recorded = 0

    def warm_up(self, play):
        self.warmed_up += 1
        return play()

    def record(self, play, rng):
        self.recorded += 1
        losses = {}

        def replay():
            for name, value in play().items():
                losses.setdefault(name, torch.empty_like(value)).copy_(value)
            return losses

        return replay


def game_on(tiny_data, model, recipe=RecipeName.MODERN):
    """Return a step of a fresh training and its batches."""
    config = train_config(data=str(tiny_data), model=model.value, recipe=recipe.value, batch=8)
    numbers = recipe_for(recipe, model)
    dataset = data.load(config.data, image_size=None, on_progress=None)
    objective = OBJECTIVES[model]
    channels, size = dataset.images.shape[1:3]
    spec = NetworkSpec(
        name=numbers.network,
        image_size=size,
        channels=channels,
        classes=len(dataset.classes),
        latent_size=numbers.latent_size,
        latent=numbers.latent,
    )
    state = new_state(objective.adapt(spec), numbers, config.seed, CPU)
    team = Team(World())
    step = Step(
        state,
        Game.of(objective, state, numbers, team),
        numbers,
        devices.autocast(devices.choose_precision(config.precision, CPU), CPU),
    )
    return step, Batches(dataset, config, numbers, CPU, team.world)


def train(step, batches, state, steps):
    """Return copies of the terms of each step."""
    losses = []
    for number in range(steps):
        state.set_learning_rates(1e-3 / (1 + number), 1e-3)
        losses.append({k: v.clone() for k, v in step(batches.at(number), number / steps).items()})
        state.step += 1
    return losses


@pytest.mark.parametrize("model", STEADY)
def test_a_recorded_step_is_the_plain_step(tiny_data, model):
    plain, batches = game_on(tiny_data, model)
    expected = train(plain, batches, plain.state, 20)
    inner, batches = game_on(tiny_data, model)
    tape = Tape()
    found = train(RecordedStep(inner, tape), batches, inner.state, 20)

    assert inner.is_static
    assert [set(losses) for losses in found] == [set(losses) for losses in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    for ours, theirs in zip(
        inner.state.generator.parameters(), plain.state.generator.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs)
    # Every fourth of 20 steps has the penalty: 5 such, and 15 others.
    assert tape.recorded == 2
    assert tape.warmed_up == 2 * WARM_UP


def test_without_a_penalty_there_is_one_recording(tiny_data):
    step, batches = game_on(tiny_data, Model.CGAN, RecipeName.QUICK)
    tape = Tape()
    train(RecordedStep(step, tape), batches, step.state, 8)
    assert (tape.recorded, tape.warmed_up) == (1, WARM_UP)


@pytest.mark.parametrize("model", [Model.GAN, Model.INFOGAN])
def test_a_step_that_changes_with_the_budget_is_not_steady(tiny_data, model):
    step, _ = game_on(tiny_data, model)
    assert not step.is_static
