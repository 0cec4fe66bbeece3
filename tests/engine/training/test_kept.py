"""What a run keeps: moments only where a resume needs them, and no checkpoint twice."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from ganctl.engine.models import weights
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training import checkpoint
from ganctl.engine.training.loop import train
from ganctl.engine.training.recorder import Recorder
from ganctl.engine.training.state import new_state
from ganctl.errors import CheckpointError
from ganctl.requests.recipes import recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import find_source
from ganctl.runs.run import Run


@pytest.fixture
def start(home, tiny_data):
    """A function that returns a new run of 12 steps, with a checkpoint every 4."""

    def call(name="run", **options):
        usual = {"steps": 12, "batch": 8, "preview_every": 4, "checkpoint_every": 4}
        return Run.new(home / "runs" / name, TrainRequest(data=str(tiny_data), **usual | options))

    return call


def finish(run, should_stop=lambda: False):
    for _ in train(run, should_stop=should_stop):
        pass
    return Run.open(run.folder)


def stop_after(steps):
    asked = iter(range(10**6))
    return lambda: next(asked) >= steps


def prefixes(path):
    return {name.partition(".")[0] for name in load_file(path)}


def names(run):
    return sorted(path.name for path in (run.folder / "checkpoints").iterdir())


def loaded(path, run):
    state = new_state(
        read_checkpoint_header(path).network,
        recipe_for(run.config.recipe, run.config.model),
        99,
        torch.device("cpu"),
    )
    checkpoint.load_state(state, path)
    return state


def test_a_finished_run_keeps_the_latest_and_the_best(start):
    run = finish(start())
    of_the_best = run.checkpoint_path(run.best["step"]).name
    latest = "step00000012.safetensors"
    assert names(run) == sorted({latest, latest if of_the_best == latest else "best.safetensors"})
    assert run.best["floor"] > 0


def test_others_that_are_kept_can_be_sampled_from(start):
    run = finish(start(keep=5))
    *older, latest = run.checkpoints()
    assert [path.stem for path in older] == ["step00000004", "step00000008"]
    for path in older:
        assert prefixes(path) == {"generator_ema"}
    assert len(prefixes(latest)) == 5
    sizes = [path.stat().st_size for path in run.checkpoints()]
    assert sizes[0] < sizes[2] / 5
    for which in ("4", "8", "12", "best", "latest"):
        Sampler.load(find_source(f"run@{which}").checkpoint)
    assert run.best_path.exists() != run.checkpoint_path(run.best["step"]).exists()


def test_until_it_has_finished_the_one_before_the_latest_is_whole_too(start):
    run = finish(start(steps=40, keep=2), stop_after(17))
    assert run.status == "stopped"
    found = {path.stem: len(prefixes(path)) for path in run.checkpoints()}
    assert found == {"step00000012": 1, "step00000016": 5, "step00000017": 5}
    run.checkpoint_path(17).write_bytes(b"damaged")
    run.checkpoint_path(17).unlink()
    assert finish(run).progress.step == 40


def test_the_best_is_there_while_its_run_goes_on(start):
    """It was shared with the latest, which is removed in the end."""
    run = finish(start())
    run.best = {"step": 12, "feature_distance": 0.0, "floor": 0.0}
    run.share_best()
    run.save()
    run.config = run.config.resumed(steps=21)
    best = Sampler.load(run.best_checkpoint()).header
    for _ in train(run):
        assert read_checkpoint_header(find_source("run").checkpoint) == best
    assert names(run) == ["best.safetensors", "step00000021.safetensors"]
    assert prefixes(run.best_path) == {"generator_ema"}


def test_packed_numbers_are_the_same_to_the_bit(trained):
    """A run resumed from them ends as one resumed from plain numbers."""
    packed = trained
    path = packed.latest_checkpoint()
    assert sum(name.endswith(".packed") for name in load_file(path)) == 4
    plain = Run.open(Path(shutil.copytree(packed.folder, packed.folder.with_name("plain"))))
    header = read_checkpoint_header(path)
    checkpoint.save_state(loaded(path, packed), header, plain.latest_checkpoint())
    assert plain.latest_checkpoint().stat().st_size > 1.1 * path.stat().st_size
    for run in (packed, plain):
        run.config = run.config.resumed(steps=42)
        finish(run)
    one, two = (load_file(run.latest_checkpoint()) for run in (packed, plain))
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_discriminator_is_read_from_packed_numbers(trained):
    path = trained.latest_checkpoint()
    discriminator, _ = weights.load_discriminator(path)
    expected = loaded(path, trained).discriminator.state_dict()
    assert all(torch.equal(v, expected[k]) for k, v in discriminator.state_dict().items())


@pytest.mark.parametrize(
    "change",
    [
        lambda packed: packed[:-1],
        lambda packed: packed[:10],
        lambda packed: packed.float(),
        lambda packed: packed.to(torch.bfloat16),
        lambda packed: torch.cat([packed, packed]),
        lambda packed: packed[None],
    ],
)
def test_packed_numbers_that_do_not_fit_are_refused(trained, change):
    path = trained.latest_checkpoint()
    tensors, header = load_file(path), read_checkpoint_header(path)
    tensors["discriminator_optimizer.packed"] = change(tensors["discriminator_optimizer.packed"])
    save_file(tensors, path, header.as_metadata())
    with pytest.raises(CheckpointError, match="damaged"):
        loaded(path, trained)


def test_a_run_is_not_resumed_from_a_generator_alone(trained):
    trained.latest_checkpoint().unlink()
    trained.config = trained.config.resumed(steps=50)
    with pytest.raises(CheckpointError, match=r"step00000030.*a generator alone") as caught:
        finish(trained)
    assert "Restore" in caught.value.hint


def test_a_kill_before_the_old_checkpoints_go_loses_nothing(start, monkeypatch):
    run = start(steps=9)

    def killed(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "_tidy", killed)
        with pytest.raises(KeyboardInterrupt):
            finish(run)
    run = Run.open(run.folder)
    assert (run.status, run.progress.step) == ("running", 4)
    assert finish(run).progress.step == 9
    assert len(names(run)) <= 2


def test_a_damaged_one_that_is_kept_does_not_stop_the_run(start):
    run = finish(start(keep=2, steps=30), stop_after(9))
    run.checkpoint_path(4).write_bytes(b"damaged")
    run.checkpoint_path(8).write_bytes(b"damaged")
    assert finish(run).progress.step == 30
    assert np.all([path.stat().st_size > 100 for path in run.checkpoints()])
