"""A replayed step does what the plain one does. ``FakeGraphs`` stands in for a GPU's graphs."""

from functools import partial

import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.hardware import devices
from ganctl.engine.hardware.cuda_graphs import WARM_UP, CudaGraphs
from ganctl.engine.models.conditions import spec_for
from ganctl.engine.models.objectives import OBJECTIVES
from ganctl.engine.training.batches import Batches
from ganctl.engine.training.state import new_state
from ganctl.engine.training.step import Step, with_cuda_graphs
from ganctl.requests.budget import Progress
from ganctl.requests.recipes import Model, RecipeName, recipe_for
from ganctl.requests.training import Precision, TrainRequest
from ganctl.runs.world import World

CPU = torch.device("cpu")
CAPTURABLE = [model for model in Model if model not in (Model.GAN, Model.INFOGAN)]


class FakeGraphs(CudaGraphs):
    """Replays by calling, into the tensors of the first replay, as a graph would."""

    def __init__(self):
        super().__init__(self.run, self.record)
        self.warmed_up = 0
        self.captured = 0

    def run(self, work):
        self.warmed_up += 1
        return work()

    def record(self, work, rng):
        self.captured += 1
        losses: dict[str, torch.Tensor] = {}

        def replay():
            for name, value in work().items():
                losses.setdefault(name, torch.empty_like(value)).copy_(value)
            return losses

        return replay


def step_on(path, model, recipe=RecipeName.MODERN, condition=()):
    """Return a step of a new run and its batches."""
    config = TrainRequest(
        data=str(path), model=model.value, recipe=recipe.value, batch=8, condition=condition
    )
    numbers = recipe_for(recipe, model)
    dataset = data.load(config.data, config.reading)
    objective = OBJECTIVES[model]
    spec = objective.adapt(spec_for(dataset, numbers))
    state = new_state(spec, numbers, config.seed, CPU)
    autocast = devices.autocast(devices.choose_precision(Precision(config.precision), CPU), CPU)
    step = Step(state, objective, numbers, autocast, World())
    return step, Batches(dataset, spec, config, numbers, CPU, World())


def train(step, batches, state, steps):
    """Return copies of the losses of each step."""
    losses = []
    for number in range(steps):
        state.set_learning_rates(1e-3 / (1 + number), 1e-3)
        losses.append({k: v.clone() for k, v in step(batches.at(number), number / steps).items()})
        state.progress = Progress(number + 1, 0, 0.0)
    return losses


@pytest.mark.parametrize("model", CAPTURABLE)
def test_a_replayed_step_is_the_plain_step(tiny_data, model):
    check_replay(partial(step_on, tiny_data, model))


@pytest.mark.parametrize("condition", [("line", "shade", "place"), ("caption",)])
@pytest.mark.parametrize("model", [Model.CGAN_AC, Model.GAN_INT_CLS])
def test_a_replayed_step_on_parts_and_on_captions_is_the_plain_step(
    described_data, model, condition
):
    check_replay(partial(step_on, described_data, model, condition=condition))


def check_replay(make):
    plain, batches = make()
    expected = train(plain, batches, plain.state, 20)
    inner, batches = make()
    graphs = FakeGraphs()
    found = train(with_cuda_graphs(inner, graphs), batches, inner.state, 20)

    assert inner.capturable
    assert [set(losses) for losses in found] == [set(losses) for losses in expected]
    for ours, theirs in zip(found, expected, strict=True):
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    for ours, theirs in zip(
        inner.state.generator.parameters(), plain.state.generator.parameters(), strict=True
    ):
        assert torch.equal(ours, theirs)
    # Every fourth of 20 steps has the penalty: 5 such, and 15 others.
    assert graphs.captured == 2
    assert graphs.warmed_up == 2 * WARM_UP


def test_without_a_penalty_there_is_one_graph(tiny_data):
    step, batches = step_on(tiny_data, Model.CGAN, RecipeName.QUICK)
    graphs = FakeGraphs()
    train(with_cuda_graphs(step, graphs), batches, step.state, 8)
    assert (graphs.captured, graphs.warmed_up) == (1, WARM_UP)


@pytest.mark.parametrize("model", [Model.GAN, Model.INFOGAN])
def test_a_step_that_changes_with_progress_is_not_capturable(tiny_data, model):
    step, _ = step_on(tiny_data, model)
    assert not step.capturable
