"""A training survives its disk; ``benchmarks/safety/faults.py`` tries every call, this some."""

import errno

import numpy as np
import pytest

from benchmarks.safety.faults import FaultyDisk, attempt, contents, judge_result
from ganctl.errors import FileError
from ganctl.pictures.images import png_bytes


@pytest.fixture(scope="module")
def straight(tiny_data, tmp_path_factory, shared_cache):
    """What an undisturbed training comes to; it also fills the cache, whose writes would count."""
    folder = tmp_path_factory.mktemp("straight") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCTL_HOME", str(folder.parent))
        patch.setenv("GANCTL_CACHE", str(shared_cache))
        assert attempt(folder, tiny_data).error is None
    return contents(folder)


@pytest.fixture
def faulty(tmp_path, tiny_data, straight, monkeypatch):
    """A function that trains on a disk with a fault; it returns the outcome and what is wrong."""
    picture = png_bytes(np.zeros((1, 1), np.uint8), {})
    monkeypatch.setattr("ganctl.pictures.plots.loss_plot", lambda *_: picture)

    def train(kind, fail_at, error=errno.EIO, stays=False):
        folder = tmp_path / "run"
        with FaultyDisk(folder, kind, fail_at, error, stays).at_work() as disk:
            outcome = attempt(folder, tiny_data)
        assert disk.counts[kind] >= fail_at
        return outcome, judge_result(folder, tiny_data, outcome, straight)

    return train


# Which call it is that writes the checkpoint of step 8.
CHECKPOINT = {"write": 10, "fsync": 17, "rename": 8}


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("write", errno.ENOSPC),
        ("fsync", errno.EIO),
        ("rename", errno.EROFS),
    ],
)
def test_a_checkpoint_that_fails_twice_ends_the_training(faulty, tmp_path, kind, error):
    outcome, wrong = faulty(kind, CHECKPOINT[kind], error, True)
    assert "The training has stopped at step 8; the checkpoint of step 4 is whole." in str(
        outcome.error
    )
    assert outcome.error.hint.endswith(f"Then go on with: ganctl train --resume {tmp_path / 'run'}")
    assert wrong == []


def test_a_checkpoint_that_fails_once_is_written(faulty):
    outcome, wrong = faulty("write", CHECKPOINT["write"])
    assert (outcome.error, outcome.said, wrong) == (None, [], [])


@pytest.mark.parametrize(
    ("kind", "fail_at", "what"),
    [
        ("write", 8, "this preview"),
        ("write", 9, "the latest metrics"),
        ("unlink", 1, "the removal of old checkpoints"),
        ("rename", 19, "loss.png"),
    ],
)
def test_what_a_training_can_do_without_is_said(faulty, kind, fail_at, what):
    outcome, wrong = faulty(kind, fail_at)
    assert (outcome.error, wrong) == (None, [])
    (said,) = outcome.said
    assert f"Input/output error. The training goes on without {what}. Check the path" in said


def test_it_is_said_once_and_through_the_view(ganctl, tiny_data, monkeypatch, home):
    full = fail_with(FileError("The disk is full.", "Free some space."))
    monkeypatch.setattr("ganctl.engine.training.recorder.write_atomically", full)
    options = ("--data", tiny_data, "--batch", "8", "--steps", "4", "--preview-every", "1")
    result = ganctl("train", *options, "--quiet")
    assert result.code == 0
    first, second = result.err.splitlines()
    advice = "Free some space."
    assert first == f"note: The disk is full. The training goes on without this preview. {advice}"
    assert second == f"note: The disk is full. The training goes on without loss.png. {advice}"


def fail_with(error):
    def fail(*_):
        raise error

    return fail
