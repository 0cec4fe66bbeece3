"""The loop: what it writes, that it is deterministic, and that it can be resumed."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from ganctl.engine.data import dataset as data
from ganctl.engine.models.networks import build_generator
from ganctl.engine.models.objectives import GAN, OBJECTIVES
from ganctl.engine.models.weights import load_discriminator, read_tensors
from ganctl.engine.sampling.code_map import learn_code_map
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training.loop import train
from ganctl.engine.training.recorder import Recorder
from ganctl.engine.training.schedules import learning_rate_schedule
from ganctl.engine.training.state import TrainState
from ganctl.errors import RunError, UsageError
from ganctl.requests import budget
from ganctl.requests.checks import values
from ganctl.requests.conditions.labels import one_hot
from ganctl.requests.drawing.sample import SamplePlan
from ganctl.requests.recipes import RECIPES, Latent, Model, RecipeName, recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import open_checkpoint, read_checkpoint_header
from ganctl.runs.run import Run


def start(home, tiny_data, name="run", **options):
    defaults = {"steps": 12, "batch": 16, "preview_every": 5, "checkpoint_every": 4, "keep": 1}
    config = TrainRequest(data=str(tiny_data), **(defaults | options))
    return Run.new(home / "runs" / name, config)


def finish(run, **options):
    return list(train(run, **options))


def stop_after(steps):
    asked = iter(range(10**6))
    return lambda: next(asked) >= steps


@pytest.mark.usefixtures("real_curves")
def test_what_a_run_writes(home, tiny_data):
    run = start(home, tiny_data)
    reports = finish(run)
    assert [path.name for path in run.checkpoints()] == [
        "step00000008.safetensors",
        "step00000012.safetensors",
    ]
    assert [path.stem for path in run.previews()] == [
        "step00000000",
        "step00000005",
        "step00000010",
        "step00000012",
    ]
    assert [line["step"] for line in run.metrics()] == [report.step for report in reports]
    assert {"step", "images_seen", "seconds", "images_per_second", "generator_loss",
            "discriminator_loss", "class_loss", "fake_label_loss",
            "real_score", "fake_score", "label_accuracy", "feature_distance",
            "floor", "lowest_variety"} == set(run.metrics()[-1])  # fmt: skip
    assert run.loss_plot_path.read_bytes().startswith(b"\x89PNG")
    saved = Run.open(run.folder)
    assert saved.status == "finished"
    assert saved.progress.images_seen == 12 * 16
    assert saved.classes == ("across", "down")
    assert (home / "runs" / "latest").read_text() == "run\n"


def test_reports_describe_the_end(home, tiny_data):
    last = finish(start(home, tiny_data))[-1]
    assert (last.step, last.total_steps, last.progress) == (12, 12, 1.0)
    assert last.epoch == pytest.approx(12 * 16 / 64)
    assert last.preview.shape == (2, 10, 8, 8)


def test_the_same_seed_gives_the_same_run_and_another_does_not(home, tiny_data):
    runs = [
        start(home, tiny_data, name, seed=seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    for run in runs:
        finish(run)
    first, again, other = (load_file(run.latest_checkpoint()) for run in runs)
    assert all(torch.equal(first[name], again[name]) for name in first)
    name = "generator_ema.project.weight"
    assert not torch.equal(first[name], other[name])


def test_the_best_of_a_resumed_run_is_that_of_an_uninterrupted_one(home, tiny_data):
    """It may be newer than the checkpoint that a crash left."""
    straight = start(home, tiny_data, "straight", steps=30)
    finish(straight)
    crashed = start(home, tiny_data, "crashed", steps=30)
    for report in train(crashed):
        if report.step == 20:
            break
    crashed.checkpoint_path(16).unlink()
    crashed = Run.open(crashed.folder)
    assert crashed.latest_checkpoint() == crashed.checkpoint_path(12)
    finish(crashed)
    assert crashed.best == Run.open(crashed.folder).best == straight.best
    assert isinstance(crashed.best["step"], int)
    one, two = (load_file(run.best_checkpoint()) for run in (straight, crashed))
    assert [name for name in one if not torch.equal(one[name], two[name])] == []
    assert read_checkpoint_header(crashed.best_checkpoint()).progress.step == crashed.best["step"]


def test_a_run_that_was_killed_before_its_first_checkpoint_starts_again(home, tiny_data):
    run = start(home, tiny_data, checkpoint_every=1000)
    for report in train(run):
        if report.step == 5:
            break
    assert run.best_path.is_file()
    again = Run.open(run.folder)
    again.best["feature_distance"] = 0.0
    again.save()
    again = Run.open(run.folder)
    finish(again)
    assert [line["step"] for line in again.metrics()] == [5, 10, 12]
    assert again.best["feature_distance"] > 0


def test_metrics_after_the_checkpoint_are_discarded(home, tiny_data):
    run = start(home, tiny_data)
    finish(run, should_stop=stop_after(6))
    run.append_metrics({"step": 999, "generator_loss": 0.0})
    run = Run.open(run.folder)
    finish(run)
    steps = [line["step"] for line in run.metrics()]
    assert steps == sorted(set(steps))
    assert max(steps) == 12


def test_other_data_are_refused_when_resuming(home, tiny_data, tmp_path):
    images = np.zeros((20, 8, 8), np.uint8)
    labels = np.arange(20) % 2
    path = tmp_path / "data.npz"
    np.savez(path, images=images, labels=labels)
    run = start(home, path)
    finish(run, should_stop=stop_after(2))
    np.savez(path, images=images + 1, labels=labels)
    with pytest.raises(RunError, match="pixels or labels are others"):
        finish(Run.open(run.folder))


def test_minutes_end_by_the_clock(home, tiny_data, monkeypatch):
    class FakeTime:
        now = 0

        def monotonic_ns(self):
            FakeTime.now += 500_000_000
            return FakeTime.now

    monkeypatch.setattr(budget, "time", FakeTime())
    run = start(home, tiny_data, steps=None, minutes=0.1)
    last = finish(run)[-1]
    assert last.total_steps is None
    assert last.progress == 1.0
    assert 6.0 <= last.seconds < 8.0


def test_the_learning_rates_fall_to_zero(home, tiny_data, monkeypatch):
    rates = []
    monkeypatch.setattr(TrainState, "set_learning_rates", lambda state, *pair: rates.append(pair))
    finish(start(home, tiny_data))
    recipe = recipe_for(RecipeName.SWIFT, Model.RPGAN)
    assert rates == [learning_rate_schedule(recipe, step / 12) for step in range(12)]
    generator = [rate / recipe.generator_lr for rate, _ in rates]
    assert generator == pytest.approx([1 - step / 12 for step in range(12)])


@pytest.mark.parametrize(
    ("decay_from", "progress", "decay"),
    [(0, 0, 1), (0, 0.5, 0.5), (0.7, 0.6, 1), (0.7, 0.7, 1), (0.7, 0.85, 0.5), (1, 0.99, 1)],
)
def test_the_learning_rate_schedule(decay_from, progress, decay):
    recipe = replace(RECIPES[RecipeName.MODERN], decay_from=decay_from)
    expected = decay * recipe.generator_lr, decay * recipe.discriminator_lr
    assert learning_rate_schedule(recipe, progress) == pytest.approx(expected)
    halves = learning_rate_schedule(recipe, progress, scale=0.5)
    assert halves == pytest.approx([rate / 2 for rate in expected])


def test_the_recipe_can_be_given(home, tiny_data):
    recipe = replace(RECIPES[RecipeName.MODERN], log_every=3, ema_images=0)
    run = start(home, tiny_data, preview_every=1000)
    assert [report.step for report in train(run, recipe=recipe)] == [3, 6, 9, 10, 12]
    assert [line["step"] for line in run.metrics()] == [3, 6, 9, 12]
    assert Run.open(run.folder).recipe["ema_images"] == 0


def test_a_missing_device_is_refused(home, tiny_data):
    device = "mps" if torch.cuda.is_available() else "cuda"
    with pytest.raises(UsageError, match=f"--device {device}"):
        finish(start(home, tiny_data, device=device))
    assert not home.exists()


def test_both_precisions_train(home, tiny_data):
    for precision in ("fp32", "bf16"):
        run = start(home, tiny_data, precision, precision=precision, steps=3)
        finish(run)
        assert all(np.isfinite(line["generator_loss"]) for line in run.metrics())


def test_a_finished_run_resumes_with_a_larger_budget(home, tiny_data):
    run = start(home, tiny_data)
    finish(run)
    assert run.is_complete()
    run = Run.open(run.folder)
    run.config = replace(run.config, steps=15)
    assert not run.is_complete()
    finish(run)
    assert json.loads((run.folder / "run.json").read_text())["progress"]["step"] == 15


def test_the_label_is_learned(home, tiny_data):
    """Lines across and lines down are told apart by which way a picture is constant."""
    run = start(home, tiny_data, steps=250, preview_every=250, batch=32)
    preview = finish(run)[-1].preview.astype(float)
    along = preview.std(axis=3).mean(axis=2), preview.std(axis=2).mean(axis=2)
    is_across = along[0] < along[1]
    assert is_across[0].mean() >= 0.8
    assert is_across[1].mean() <= 0.2


def assert_same_outcome(one, two):
    """Two runs ended with the same weights, averages, optimizers and metrics, to the bit."""
    first, second = (load_file(run.latest_checkpoint()) for run in (one, two))
    assert first.keys() == second.keys()
    parts = {name.partition(".")[0] for name in first}
    assert parts == {
        "generator",
        "generator_ema",
        "discriminator",
        "generator_optimizer",
        "discriminator_optimizer",
    }
    assert [name for name in first if not torch.equal(first[name], second[name])] == []
    clock = ("seconds", "images_per_second")
    metrics = [
        [{name: value for name, value in line.items() if name not in clock} for line in lines]
        for lines in (one.metrics(), two.metrics())
    ]
    assert metrics[0]
    assert metrics[0] == metrics[1]
    headers = [read_checkpoint_header(run.latest_checkpoint()) for run in (one, two)]
    assert headers[0].code_map == headers[1].code_map
    assert headers[0].network == headers[1].network


@pytest.mark.slow
def test_the_classic_recipe_resumed_equals_straight(home, small_data, monkeypatch):
    monkeypatch.setattr(Recorder, "preview", lambda self: None)
    monkeypatch.setattr(Recorder, "curves", lambda self: None)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    options = {"recipe": "classic", "steps": 2, "batch": 4, "preview_every": 1}
    straight = start(home, small_data, "straight", **options)
    finish(straight)
    parts = start(home, small_data, "parts", **options)
    finish(parts, should_stop=stop_after(1))
    parts = Run.open(parts.folder)
    assert (parts.status, parts.progress.step) == ("stopped", 1)
    finish(parts)
    assert_same_outcome(straight, parts)
    path = parts.latest_checkpoint()
    with open_checkpoint(path, framework="pt") as (header, file):
        wanted = build_generator(header.network).state_dict()
        one, two = (read_tensors(file, p, wanted, path) for p in ("generator", "generator_ema"))
    assert all(torch.equal(one[name], two[name]) for name in wanted)
    sampler = Sampler.load(parts.latest_checkpoint())
    assert sampler.header.network.latent is Latent.UNIFORM
    plan = SamplePlan((one_hot(0, sampler.header.classes),), [0])
    assert sampler.draw(plan).shape == (1, 1, 28, 28)


@pytest.mark.parametrize("model", values(Model))
def test_every_model_takes_a_step_with_the_classic_recipe(home, small_data, monkeypatch, model):
    for written in ("preview", "curves"):
        monkeypatch.setattr(Recorder, written, lambda self: None)
    monkeypatch.setattr(Recorder, "checkpoint", lambda self, status: None)
    run = start(home, small_data, model=model, recipe="classic", steps=1, batch=4)
    (report,) = finish(run)
    assert report.step == 1
    assert np.isfinite(list(report.losses.values())).all()


@pytest.mark.parametrize(("model", "rows"), [("gan", 10), ("infogan", 2)])
def test_the_rows_of_a_preview(home, tiny_data, model, rows):
    preview = finish(start(home, tiny_data, model=model, steps=2))[-1].preview
    assert preview.shape == (rows, 10, 8, 8)
    if model == "gan":
        assert len({image.tobytes() for row in preview for image in row}) == 100


def test_each_checkpoint_has_the_code_map_of_its_own_weights(home, tiny_data):
    run = start(home, tiny_data, model="infogan")
    finish(run, should_stop=stop_after(11))
    paths = run.checkpoints()
    assert len(paths) == 2
    for path in paths:
        discriminator, header = load_discriminator(path)
        assert header.code_map == learn_code_map(discriminator, data.load(str(tiny_data)))


def test_learning_the_code_map_does_not_change_the_run(home, tiny_data):
    often, once = (
        start(home, tiny_data, f"every{every}", model="infogan", steps=3, checkpoint_every=every)
        for every in (1, 3)
    )
    for run in (often, once):
        finish(run)
    assert_same_outcome(often, once)


def test_the_discriminator_sees_noise_that_fades(home, tmp_path, monkeypatch):
    np.savez(tmp_path / "x.npz", images=np.zeros((8, 8, 8), np.uint8), labels=np.arange(8) % 2)
    seen = []

    class Watched(GAN):
        def discriminator_loss(self, discriminator, inputs):
            seen.append(inputs)
            return super().discriminator_loss(discriminator, inputs)

        def generator_loss(self, discriminator, inputs):
            assert torch.equal(inputs.fake, seen[-1].fake)
            assert inputs.fake.requires_grad
            return super().generator_loss(discriminator, inputs)

    monkeypatch.setitem(OBJECTIVES, Model.GAN, Watched())
    finish(start(home, tmp_path / "x.npz", model="gan", steps=10, batch=64))
    spread = [inputs.real.add(1).std().item() for inputs in seen]
    # Full until half of the budget is spent, and gone at nine tenths.
    expected = [0.5] * 6 + [0.375, 0.25, 0.125, 0.0]
    assert spread == pytest.approx(expected, abs=0.02)
    assert not any(inputs.fake.requires_grad for inputs in seen)


def test_only_gan_trains_with_noise():
    noisy = [model for model in Model if recipe_for(RecipeName.MODERN, model).noise]
    assert noisy == [Model.GAN]
    assert not any(recipe_for(RecipeName.CLASSIC, model).noise for model in Model)
