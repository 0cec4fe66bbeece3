"""N steps, a stop and M more steps equal N + M steps bit for bit, or resuming is refused."""

import json
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file
from safetensors.torch import load_file

from ganctl.engine.training.loop import train
from ganctl.engine.training.resume import numbers_of
from ganctl.engine.training.state import TrainState
from ganctl.engine.training.step import Step
from ganctl.errors import RunError
from ganctl.pictures.images import read_image
from ganctl.requests import budget
from ganctl.requests.checks import values
from ganctl.requests.recipes import RECIPES, Model, RecipeName, recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run

CLOCKS = ("seconds", "images_per_second")
STEPS = 7


def start(folder, tiny_data, **options):
    defaults = {"steps": STEPS, "batch": 8, "preview_every": 3, "checkpoint_every": 4, "keep": 1}
    config = TrainRequest(data=str(tiny_data), **(defaults | options))
    return Run.new(folder, config.by("swift"))


def often(run, log_every=2):
    """Return the run's recipe with frequent reports, so that a short run has losses."""
    return replace(recipe_for(run.config.recipe, run.config.model), log_every=log_every)


def finish(run, recipe=None):
    """Train to the end, and return the kinds of the alarms that were raised."""
    return [alarm.kind for report in train(run, recipe=recipe) for alarm in report.alarms]


def stop_at(run, step, recipe=None):
    """Train until ``step`` and stop, as Ctrl-C does; return the run as it is on the disk."""
    asked = iter(range(run.progress.step, 10**6))
    list(train(run, recipe=recipe, should_stop=lambda: next(asked) >= step))
    stopped = Run.open(run.folder)
    assert (stopped.status, stopped.progress.step) == ("stopped", step)
    return stopped


def assert_same(one, two):
    """Two runs wrote the same, but for times and speeds."""
    one, two = Run.open(one.folder), Run.open(two.folder)
    assert (one.status, two.status) == ("finished", "finished")
    assert (one.best, one.alarms, one.recipe) == (two.best, two.alarms, two.recipe)
    assert same_weights(one.latest_checkpoint(), two.latest_checkpoint())
    if one.best:
        assert same_tensors(one.best_checkpoint(), two.best_checkpoint())
    metrics = [
        [{name: v for name, v in line.items() if name not in CLOCKS} for line in run.metrics()]
        for run in (one, two)
    ]
    assert metrics[0]
    assert metrics[0] == metrics[1]
    previews = [[(p.name, read_image(p).tobytes()) for p in run.previews()] for run in (one, two)]
    assert previews[0]
    assert previews[0] == previews[1]
    headers = [read_checkpoint_header(run.latest_checkpoint()) for run in (one, two)]
    assert headers[0] == replace(headers[1], progress=headers[0].progress)


def same_weights(one, two):
    """Return whether two checkpoints to resume from are equal."""
    assert {name.partition(".")[0] for name in load_file(one)} == {
        "generator", "generator_ema", "discriminator",
        "generator_optimizer", "discriminator_optimizer",
    }  # fmt: skip
    return same_tensors(one, two)


def same_tensors(one, two):
    first, second = load_file(one), load_file(two)
    assert first.keys() == second.keys()
    return all(torch.equal(value, second[name]) for name, value in first.items())


EVERY_PAIR = [
    *product(values(Model), ("quick", "modern")),
    (Model.RPGAN.value, "thorough"),
    (Model.RPGAN.value, "swift"),
    (Model.RPGAN.value, "ample"),
]
# Every day each model by one of the recipes; test_loop.py resumes one by ``classic``.
PAIRS = [
    pytest.param(*pair, marks=[pytest.mark.slow] if number % 4 in (1, 2) else [])
    for number, pair in enumerate(EVERY_PAIR)
]


@pytest.mark.parametrize(("model", "recipe"), PAIRS)
def test_every_model_by_every_recipe(home, tiny_data, model, recipe):
    """Stopped at the first step, at one of no interval, and just before the end."""
    straight = start(home / "straight", tiny_data, model=model, recipe=recipe)
    finish(straight, often(straight))
    parts = start(home / "parts", tiny_data, model=model, recipe=recipe)
    for step in (1, 5, STEPS - 1):
        parts = stop_at(parts, step, often(parts))
    finish(parts, often(parts))
    assert_same(straight, parts)


@pytest.fixture(scope="module")
def straight(tmp_path_factory, tiny_data):
    """An uninterrupted run of the default recipe, with a best checkpoint."""
    folder = tmp_path_factory.mktemp("straight") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCTL_HOME", str(folder.parent))
        run = start(folder, tiny_data)
        finish(run)
    assert run.best
    return run


@settings(max_examples=settings().max_examples // 10)
@given(stops=st.lists(st.integers(0, STEPS - 1), unique=True, max_size=STEPS).map(sorted))
def test_stops_at_any_steps(tmp_path_factory, straight, tiny_data, stops):
    parts = start(tmp_path_factory.mktemp("parts") / "run", tiny_data)
    for step in stops:
        parts = stop_at(parts, step)
    finish(parts)
    assert_same(straight, parts)


class Clock:
    """A clock by which each step takes the same time, and everything else none."""

    def __init__(self, monkeypatch, each):
        self.now = 123_456_789
        step = Step.__call__

        def slow_step(*arguments):
            self.now += each
            return step(*arguments)

        monkeypatch.setattr(Step, "__call__", slow_step)
        monkeypatch.setattr(budget, "time", self)

    def monotonic_ns(self):
        return self.now


def test_a_budget_of_minutes_is_resumed(home, tiny_data, monkeypatch):
    clock = Clock(monkeypatch, each=33_333_337)
    options = {"steps": None, "minutes": 0.005}
    straight = start(home / "straight", tiny_data, **options)
    finish(straight, often(straight))
    assert straight.progress.step == 9
    parts = start(home / "parts", tiny_data, **options)
    for step in (1, 4, 8):
        parts = stop_at(parts, step, often(parts))
        clock.now *= 3
    finish(parts, often(parts))
    assert_same(straight, parts)
    assert Run.open(parts.folder).progress == straight.progress
    seconds = [[line["seconds"] for line in run.metrics()] for run in (straight, parts)]
    assert seconds[0] == seconds[1]


def killed_after(run, step, log_every):
    """Train until a report of ``step``, and then stop as in a crash: without a last checkpoint."""
    reports = train(run, recipe=often(run, log_every))
    for report in reports:
        if report.step == step:
            break
    del reports
    return Run.open(run.folder)


@pytest.mark.parametrize("step", [2, 4, 6])
def test_after_a_crash_it_ends_as_an_uninterrupted_one(home, tiny_data, straight, step):
    """Step 2 has no checkpoint yet; 6 is later than the last one, with a preview."""
    run = killed_after(start(home / "crashed", tiny_data), step, log_every=1)
    assert (run.status, run.live_status()) == ("running", "interrupted")
    finish(run)
    assert run.latest_checkpoint().name == straight.latest_checkpoint().name
    assert same_weights(run.latest_checkpoint(), straight.latest_checkpoint())
    assert (run.best, run.alarms) == (straight.best, straight.alarms)
    assert same_tensors(run.best_checkpoint(), straight.best_checkpoint())


def test_alarms_are_those_of_an_uninterrupted_run(home, tiny_data, monkeypatch):
    """Each sign of trouble must last for some reports; a stop must not restart their count."""
    monkeypatch.setattr("ganctl.engine.training.watching.alarms.WON_GAP", -100.0)
    monkeypatch.setattr("ganctl.engine.training.watching.alarms.LOW_VARIETY", 100.0)
    options = {"steps": 24, "preview_every": 5}
    straight = start(home / "straight", tiny_data, **options)
    raised = finish(straight, often(straight))
    assert sorted(raised) == sorted(alarm["kind"] for alarm in straight.alarms)
    assert {"discriminator has won", "collapse"} <= set(raised)
    parts = start(home / "parts", tiny_data, **options)
    for step in (3, 9, 11, 14, 17, 20):
        parts = stop_at(parts, step, often(parts))
    finish(parts, often(parts))
    assert_same(straight, parts)


def test_an_alarm_is_noted_at_once(home, tiny_data, monkeypatch):
    """A crash before the next checkpoint must not let it be raised a second time, or never."""
    monkeypatch.setattr("ganctl.engine.training.watching.alarms.WON_GAP", -100.0)
    monkeypatch.setattr("ganctl.engine.training.watching.alarms.WON_REPORTS", 2)
    run = killed_after(start(home / "run", tiny_data, checkpoint_every=1000), 4, log_every=2)
    assert [alarm["step"] for alarm in run.alarms if "won" in alarm["kind"]] == [3]


def test_a_run_that_an_earlier_version_began(home, tiny_data, straight):
    """Its run.json and its checkpoint had no format 2."""
    run = stop_at(start(home / "old", tiny_data), 3)
    header = json.loads((run.folder / "run.json").read_text()) | {"format_version": 1}
    del header["recipe"], header["config"]["lr_scale"]
    (run.folder / "run.json").write_text(json.dumps(header))
    path = run.latest_checkpoint()
    old = read_checkpoint_header(path).as_metadata() | {"format_version": "1"}
    save_file(load_arrays(path), path, old)
    again = Run.open(run.folder)
    assert again.recipe == {}
    finish(again)
    assert_same(straight, again)


def refusal(run):
    with pytest.raises(RunError, match="cannot be resumed") as caught:
        finish(Run.open(run.folder))
    return str(caught.value), caught.value.hint


def test_all_that_differs_is_listed_at_once(home, tmp_path):
    path = tmp_path / "data.npz"
    images, labels = np.zeros((20, 8, 8), np.uint8), np.arange(20) % 2
    np.savez(path, images=images, labels=labels, class_names=np.array(["a", "b"]))
    run = stop_at(start(home / "run", path), 2)
    run.recipe |= {"generator_lr": 0.5, "noise_fade": [0.1, 0.2], "forgotten": 3}
    run.save()
    before = {p: p.read_bytes() for p in run.folder.rglob("*") if p.is_file() and p.name != "lock"}
    np.savez(path, images=images[:18], labels=labels[:18], class_names=np.array(["a", "c"]))
    error, hint = refusal(run)
    for difference in (
        "the data's classes were 2 (a, b), not 2 (a, c)",
        "the data's count was 20, not 18",
        f"resumed on {path}: ",
        "the recipe's generator_lr was 0.5, not 0.004",
        "the recipe's noise_fade was 0.1, 0.2, not 0.5, 0.9",
        "the recipe's forgotten was 3, and is gone",
    ):
        assert difference in error
    assert "written by ganctl" in hint
    after = {p: p.read_bytes() for p in run.folder.rglob("*") if p.is_file() and p.name != "lock"}
    assert after == before


def test_a_checkpoint_of_another_run_is_not_resumed(home, tiny_data):
    one = stop_at(start(home / "one", tiny_data, model="cgan"), 2)
    two = stop_at(start(home / "two", tiny_data, model="gan-cls"), 2)
    two.latest_checkpoint().write_bytes(one.latest_checkpoint().read_bytes())
    error, _ = refusal(two)
    assert "the model of its checkpoint is cgan, not gan-cls" in error


def test_the_numbers_of_a_recipe_are_kept_as_they_were(home, tiny_data):
    run = stop_at(start(home / "run", tiny_data, model="gan"), 1)
    kept = json.loads((run.folder / "run.json").read_text())["recipe"]
    assert kept == numbers_of(recipe_for(RecipeName.MODERN, Model.GAN))
    assert kept["noise"] == 0.5
    assert not {"summary", "batch", "budget", "preview_every", "log_every"} & set(kept)


def test_what_may_change_does_not_change_the_weights(home, tiny_data, straight):
    run = stop_at(start(home / "run", tiny_data), 3)
    run.config = replace(run.config, preview_every=1, checkpoint_every=1, keep=9)
    finish(run)
    assert same_weights(run.latest_checkpoint(), straight.latest_checkpoint())


def test_scaled_learning_rates(home, tiny_data, monkeypatch):
    rates = []
    monkeypatch.setattr(TrainState, "set_learning_rates", lambda state, *pair: rates.append(pair))
    finish(start(home / "full", tiny_data))
    run = stop_at(start(home / "half", tiny_data), 3)
    run.config = replace(run.config, lr_scale=0.5)
    finish(run)
    full, half = np.array(rates[:STEPS]), np.array(rates[STEPS:])
    assert full.all()
    assert np.array_equal(half[:3], full[:3])
    assert np.array_equal(half[3:], full[3:] / 2)
    assert Run.open(run.folder).config.lr_scale == 0.5
    assert run.recipe["generator_lr"] == RECIPES[RecipeName.MODERN].generator_lr


def test_a_judge_that_learns_beside_the_run_is_the_same_after_a_stop(
    home, tiny_data, tmp_path, monkeypatch
):
    """New data have no judge; its first steps are lost with a stop, and its result is not."""
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "one"))
    straight = start(home / "runs" / "straight", tiny_data, preview_every=5)
    reports = list(train(straight, recipe=often(straight, 1)))
    early, later = (reports[step].judge_progress or 0.0 for step in (0, 2))
    assert 0 < early < later < 1
    assert reports[0].quality is None
    assert [report.judge_progress for report in reports[4:]] == [None] * (STEPS - 4)
    assert reports[4].quality is not None

    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "other"))
    stopped = stop_at(start(home / "runs" / "resumed", tiny_data, preview_every=5), 2)
    assert not (tmp_path / "other" / "judges").exists()
    finish(stopped, often(stopped, 1))
    assert Run.open(stopped.folder).last_quality() == Run.open(straight.folder).last_quality()
    assert Run.open(stopped.folder).best == Run.open(straight.folder).best


def test_the_judge_is_ready_by_half_of_a_short_run(home, tiny_data, tmp_path, monkeypatch):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "new"))
    run = start(home / "runs" / "short", tiny_data, preview_every=1000)
    reports = list(train(run, recipe=often(run, 1)))
    assert [round(report.judge_progress or 1, 1) for report in reports[:3]] == [0.3, 0.6, 0.8]
    assert all(report.quality is None for report in reports[:-1])
    assert reports[-1].quality is not None
