"""The speed that a run in minutes measures before it begins, and what it decides."""

import pytest
import torch

from ganctl.engine.data.dataset import load
from ganctl.engine.training import loop, speed
from ganctl.engine.training.loop import train
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run
from ganctl.runs.world import World


class Clock:
    """A clock on which each step of a rehearsal takes some seconds."""

    now = 0.0

    def __init__(self, earlier):
        self.began = Clock.now - earlier

    def seconds(self):
        return Clock.now - self.began


def measured(tiny_data, monkeypatch, first, later):
    """Return what is measured where the first step and later ones take so many seconds."""
    rehearsal, taken = speed.rehearsal, []

    def timed(*given):
        step = rehearsal(*given)

        def call():
            step()
            taken.append(step)
            Clock.now += first if len(taken) == 1 else later

        return call

    monkeypatch.setattr(speed, "rehearsal", timed)
    monkeypatch.setattr(speed, "Clock", Clock)
    config = TrainRequest(recipe="swift", data=str(tiny_data), batch=8)
    device = torch.device("cpu")
    return speed.images_per_second(config, load(config.data), device, World()), len(taken)


def test_the_first_step_is_not_counted_and_the_rest_fill_a_second(tiny_data, monkeypatch):
    assert measured(tiny_data, monkeypatch, 0.75, 0.25) == (32.0, 5)


def test_a_step_longer_than_the_measurement_is_all_of_it(tiny_data, monkeypatch):
    assert measured(tiny_data, monkeypatch, 4.0, 3.0) == (2.0, 1)


@pytest.mark.parametrize(
    ("batch", "processes", "split"), [(32, 2, 32), (32, 3, 30), (32, 64, 64), (65_536, 3, 65_535)]
)
def test_of_a_batch_that_cannot_be_split_what_can_be_is_measured(
    tiny_data, monkeypatch, batch, processes, split
):
    asked = []

    def rehearsal(config, *_):
        asked.append(config.batch)
        return lambda: None

    monkeypatch.setattr(speed, "rehearsal", rehearsal)
    monkeypatch.setattr(speed, "_timed", lambda *_: 2.0)
    config, data = TrainRequest(recipe="swift", batch=batch), load(str(tiny_data))
    images = speed.images_per_second(config, data, torch.device("cpu"), World(size=processes))
    assert asked == [split]
    assert images == split / 2


def test_a_run_draws_the_same_after_it(tiny_data, monkeypatch):
    state = torch.get_rng_state()
    measured(tiny_data, monkeypatch, 0.5, 0.5)
    assert torch.equal(torch.get_rng_state(), state)


def not_again(*_, **__):
    raise AssertionError("a resume measures nothing")


@pytest.mark.parametrize(
    ("images_per_second", "recipe"),
    [(1.0, "swift"), (100.0, "thorough"), (300.0, "ample"), (1e9, "ample")],
)
def test_it_chooses_the_recipe_and_a_resume_goes_on_with_that(
    home, tiny_data, monkeypatch, images_per_second, recipe
):
    monkeypatch.setattr(loop, "images_per_second", lambda *_, **__: images_per_second)
    run = Run.new(home / "run", TrainRequest(data=str(tiny_data), batch=8, minutes=60.0))
    steps = iter(range(100))
    list(train(run, should_stop=lambda: next(steps) >= 2))
    stopped = Run.open(run.folder)
    assert (stopped.config.recipe, stopped.status) == (recipe, "stopped")
    begun = stopped.progress.step
    monkeypatch.setattr(loop, "images_per_second", not_again)
    steps = iter(range(100))
    list(train(stopped, should_stop=lambda: next(steps) >= 2))
    resumed = Run.open(run.folder)
    assert (resumed.config.recipe, resumed.status) == (recipe, "stopped")
    assert resumed.progress.step > begun
