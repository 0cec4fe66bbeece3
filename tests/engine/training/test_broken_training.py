"""Runs that are broken on purpose raise the right alarm, and a sound one raises none."""

import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from ganctl.engine.data import dataset as data
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training.loop import train
from ganctl.engine.training.step import Step
from ganctl.errors import Diverged, FileError, GanctlWarning
from ganctl.requests.data import ReadOptions
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run

MODERN = RECIPES[RecipeName.MODERN]


@pytest.fixture(scope="module")
def small_digits(tmp_path_factory):
    """Some real digits, scaled down to the smallest size that the networks take."""
    digits = data.load("mnist", ReadOptions(image_size=8)).test
    assert digits is not None
    path = tmp_path_factory.mktemp("digits") / "small.npz"
    np.savez(path, images=digits.images[:1200, 0].numpy(), labels=digits.labels[:1200].numpy())
    return path


@pytest.fixture
def training(small_digits, home, monkeypatch):
    """A function that trains with changed numbers; it returns the run and the alarms' kinds."""
    monkeypatch.setattr("ganctl.engine.evaluation.judges.QUICK_STEPS", 150)

    def train_with(steps, **changes):
        recipe = replace(MODERN, **({"log_every": 5} | changes))
        options = {"steps": steps, "batch": 32, "preview_every": 15, "checkpoint_every": 10}
        run = Run.new(home / "runs" / "broken", TrainRequest(data=str(small_digits), **options))
        return run, [alarm.kind for report in train(run, recipe=recipe) for alarm in report.alarms]

    return train_with


def test_a_sound_run_raises_no_alarm(training):
    run, raised = training(150)
    assert raised == Run.open(run.folder).alarms == []
    assert run.best["label_accuracy"] > 0.7


def test_learning_rates_a_hundred_times_too_high(training):
    _, raised = training(
        120, generator_lr=100 * MODERN.generator_lr, discriminator_lr=100 * MODERN.discriminator_lr
    )
    assert {"collapse", "labels not obeyed"} <= set(raised)


def test_a_discriminator_that_learns_fifty_times_too_fast(training):
    _, raised = training(120, generator_lr=MODERN.generator_lr / 50)
    assert "discriminator has won" in raised


def test_a_frozen_generator(training, home):
    run, raised = training(120, generator_lr=0.0)
    assert {"discriminator has won", "labels not obeyed"} == set(raised)
    kept = Run.open(run.folder).alarms
    assert [alarm["kind"] for alarm in kept] == raised
    assert all(0 < alarm["step"] <= 120 for alarm in kept)


@pytest.mark.parametrize("what", ["loss", "weights"])
def test_nan_or_infinity_ends_the_run_and_the_last_checkpoint_is_finite(
    training, home, monkeypatch, what
):
    step = Step.__call__

    def poisoned(self, *arguments):
        losses = step(self, *arguments)
        state = self.state
        if state.step >= 23 and what == "loss":
            losses["generator_loss"] = torch.tensor(torch.nan)
        elif state.step >= 23:
            with torch.no_grad():
                next(state.discriminator.parameters()).fill_(torch.inf)
        return losses

    monkeypatch.setattr(Step, "__call__", poisoned)
    with pytest.raises(Diverged, match="at step 25") as caught:
        training(60)
    run = Run.open(home / "runs" / "broken")
    assert run.status == "diverged"
    assert [path.stem for path in run.checkpoints()] == ["step00000010", "step00000020"]
    assert str(run.latest_checkpoint()) in caught.value.hint
    assert f"ganctl train --resume {run.folder} --lr-scale 0.5;" in caught.value.hint
    assert "--seed" in caught.value.hint
    assert Sampler.load(run.latest_checkpoint()).header.progress.step == 20


def test_divergence_before_the_first_checkpoint(training, monkeypatch):
    monkeypatch.setattr(Step, "__call__", lambda *_: {"generator_loss": torch.tensor(torch.inf)})
    with pytest.raises(Diverged, match="the generator loss is NaN or infinite") as caught:
        training(60)
    assert caught.value.hint.startswith("Start again with --lr-scale 0.5, another --seed")


def test_a_full_disk_does_not_hide_divergence(training, monkeypatch):
    save = Run.save

    def full(run):
        if run.status == "diverged":
            raise FileError("The disk is full.", "Make room.")
        save(run)

    monkeypatch.setattr(Run, "save", full)
    monkeypatch.setattr(Step, "__call__", lambda *_: {"generator_loss": torch.tensor(torch.inf)})
    with (
        pytest.warns(GanctlWarning, match="without a note of the divergence"),
        pytest.raises(Diverged, match="the generator loss is NaN or infinite"),
    ):
        training(60)


def test_weights_that_are_nan_are_never_saved(training, home, monkeypatch):
    """Ctrl-C may come between two reports, which check the losses."""
    step = Step.__call__

    def poisoned(self, *arguments):
        losses = step(self, *arguments)
        state = self.state
        if state.step == 21:
            with torch.no_grad():
                next(state.generator_ema.parameters()).fill_(torch.nan)
        return losses

    monkeypatch.setattr(Step, "__call__", poisoned)
    with pytest.raises(Diverged, match="a weight is NaN or infinite"):
        training(22, log_every=1000)
    assert Run.open(home / "runs" / "broken").latest_checkpoint().stem == "step00000020"


def poison(monkeypatch, when, which, value):
    """Fill one tensor of the state with ``value`` at the end of a step."""
    step = Step.__call__

    def poisoned(self, *arguments):
        losses = step(self, *arguments)
        state = self.state
        if state.step == when:
            with torch.no_grad():
                which(state).fill_(value)
        return losses

    monkeypatch.setattr(Step, "__call__", poisoned)


def a_moment(state):
    """Return a second moment of the generator's Adam: infinite, it freezes a weight for ever."""
    return next(iter(state.generator_optimizer.state.values()))["exp_avg_sq"]


def a_statistic(state):
    return next(state.generator_ema.buffers())


def test_an_infinite_moment_or_statistic_is_not_saved_either(training, home, monkeypatch):
    for which in (a_moment, a_statistic):
        with monkeypatch.context() as patch:
            poison(patch, 24, which, torch.inf)
            with pytest.raises(Diverged, match="a weight is NaN or infinite"):
                training(40, log_every=1000, preview_every=1000)
        run = Run.open(home / "runs" / "broken")
        assert run.latest_checkpoint().stem == "step00000020"
        shutil.rmtree(run.folder)


def test_nan_is_never_the_best(training, home, monkeypatch):
    """It diverges at the step of a preview, before which nothing but the checks is run."""
    poison(monkeypatch, 29, lambda state: next(state.generator.parameters()), torch.nan)
    with pytest.raises(Diverged, match="at step 30"):
        training(60, log_every=1000)
    run = Run.open(home / "runs" / "broken")
    assert run.best["step"] == 15
    assert all(value.isfinite().all() for value in load_file(run.best_path).values())
    steps = [int(path.stem.removeprefix("step")) for path in run.previews()]
    assert steps == [0, 10, 15, 20]


def test_a_diverged_run_resumes_from_its_last_checkpoint(training, home, monkeypatch):
    """It ends as an uninterrupted one; what came after the checkpoint is discarded."""
    whole, _ = training(22, log_every=1)
    straight = home / "runs" / "straight"
    whole.folder.rename(straight)
    with monkeypatch.context() as patch:
        poison(patch, 16, lambda state: next(state.discriminator.parameters()), torch.nan)
        with pytest.raises(Diverged, match="at step 17"):
            training(22, log_every=1)
    broken = Run.open(home / "runs" / "broken")
    assert broken.latest_checkpoint().stem == "step00000010"
    assert max(line["step"] for line in broken.metrics()) == 16
    assert broken.previews()[-1].stem == "step00000015"
    assert broken.best["step"] == 15
    first, *_ = train(broken, recipe=replace(MODERN, log_every=1))
    assert first.step == 11
    one, two = Run.open(straight), Run.open(broken.folder)
    assert (one.status, two.status) == ("finished", "finished")
    ends = [load_file(run.latest_checkpoint()) for run in (one, two)]
    assert all(torch.equal(value, ends[1][name]) for name, value in ends[0].items())
    assert (one.best, one.alarms) == (two.best, two.alarms)
    steps = [[line["step"] for line in run.metrics()] for run in (one, two)]
    assert steps[0] == steps[1] == list(range(1, 23))


def test_diverging_again_halves_the_learning_rates_again(training, home, monkeypatch):
    poison(monkeypatch, 12, lambda state: next(state.discriminator.parameters()), torch.nan)
    with pytest.raises(Diverged):
        training(20)
    run = Run.open(home / "runs" / "broken")
    run.config = replace(run.config, lr_scale=0.5)
    with pytest.raises(Diverged) as caught:
        list(train(run, recipe=replace(MODERN, log_every=5)))
    assert "--lr-scale 0.25;" in caught.value.hint
    assert Run.open(run.folder).config.lr_scale == 0.5
