"""Which checkpoints stay, which hold the generator alone, and which is the best."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from ganctl.errors import CheckpointError
from ganctl.requests.budget import Progress
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header
from ganctl.runs.checkpoints import find_best, rewind_best, share_best, write_generator_alone

SPEC = NetworkSpec("modern", 28, 1, 2, 64)
BEST = {"step": 2, "feature_distance": 1.0}


def header(step):
    progress = Progress(step, 1, 1.0)
    return CheckpointHeader("0.1", "cgan", "modern", "mnist", ("a", "b"), SPEC, progress)


def save(path, step, *others):
    """Write a checkpoint with a generator of one number, and other tensors."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {"generator_ema.x": np.array([step], np.float32)}
    tensors |= {name: np.zeros(9, np.float32) for name in others}
    save_file(tensors, path, header(step).as_metadata())


def save_whole(path, step):
    save(path, step, "generator.x", "discriminator.x", "generator_optimizer.0.exp_avg")


def test_a_generator_alone_is_what_it_was(run):
    whole, alone = run.checkpoint_path(2), run.best_path
    save_whole(whole, 2)
    write_generator_alone(whole, alone)
    assert load_file(alone) == {"generator_ema.x": [2]}
    assert read_checkpoint_header(alone) == header(2)
    assert len(load_file(whole)) == 4
    write_generator_alone(whole, whole)
    assert load_file(whole) == load_file(alone)
    assert read_checkpoint_header(whole) == header(2)


def test_one_that_is_alone_already_is_not_written_again(run):
    path = run.checkpoint_path(2)
    save(path, 2)
    before = path.stat()
    write_generator_alone(path, path)
    assert path.stat() == before


def test_a_damaged_one_stays_as_it_is(run):
    path = run.checkpoint_path(2)
    path.parent.mkdir()
    path.write_bytes(b"damaged")
    with pytest.raises(CheckpointError):
        write_generator_alone(path, path)
    assert path.read_bytes() == b"damaged"


def test_the_best_is_the_numbered_one_of_its_step(run):
    run.best = dict(BEST)
    save_whole(run.checkpoint_path(2), 2)
    save_whole(run.checkpoint_path(4), 4)
    assert run.best_checkpoint() == run.checkpoint_path(2)
    save(run.best_path, 2)
    assert run.best_checkpoint() == run.best_path
    run.share_best()
    assert not run.best_path.exists()
    assert run.best_checkpoint() == run.checkpoint_path(2)


def test_the_best_has_its_own_file_where_no_numbered_one_is_of_its_step(run):
    save(run.best_path, 2)
    save_whole(run.checkpoint_path(4), 4)
    share_best(run.folder, BEST)
    assert find_best(run.folder, BEST) == run.best_path
    assert find_best(run.folder, {}) is None


def test_a_resume_gives_the_best_its_own_file_again(run):
    """The numbered one goes when there are newer ones."""
    save_whole(run.checkpoint_path(2), 2)
    assert rewind_best(run.folder, BEST, 2)
    assert load_file(run.best_path) == {"generator_ema.x": [2]}
    run.checkpoint_path(2).unlink()
    assert find_best(run.folder, BEST) == run.best_path


@pytest.mark.parametrize(("saved", "step"), [(2, 1), (3, 4), (None, 4)])
def test_a_best_that_does_not_hold_is_forgotten(run, saved, step):
    """It is newer than the checkpoint to resume from, not the one that was noted, or gone."""
    if saved is not None:
        save(run.best_path, saved)
    assert not rewind_best(run.folder, BEST, step)
    assert not run.best_path.exists()
