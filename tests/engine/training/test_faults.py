"""A training survives its disk; ``benchmarks/safety/faults.py`` tries every call, this some."""

import errno

import pytest

from benchmarks.safety.faults import Fault, FaultyDisk, attempt, contents, judge_result
from ganctl.errors import FileError


@pytest.fixture(scope="module")
def straight(tiny_data, tmp_path_factory):
    """What an undisturbed training comes to; it also fills the cache."""
    folder = tmp_path_factory.mktemp("straight") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCTL_HOME", str(folder.parent))
        assert attempt(folder, tiny_data).error is None
    return contents(folder)


@pytest.fixture
def faulty(tmp_path, tiny_data, straight):
    """A function that trains on a disk with a fault; it returns the outcome and what is wrong."""

    def train(kind, path, **how):
        folder = tmp_path / "run"
        with FaultyDisk(folder, Fault(kind, path, **how)).at_work() as disk:
            outcome = attempt(folder, tiny_data)
        assert disk.failed
        return outcome, judge_result(folder, tiny_data, outcome, straight)

    return train


CHECKPOINT = "checkpoints/step00000008.safetensors"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("write", errno.ENOSPC),
        ("fsync", errno.EIO),
        ("rename", errno.EROFS),
    ],
)
def test_a_checkpoint_that_fails_twice_ends_the_training(faulty, tmp_path, kind, error):
    outcome, wrong = faulty(kind, CHECKPOINT, error=error, stays=True)
    assert "The run has stopped at step 8; the checkpoint of step 4 is whole." in str(outcome.error)
    resume = f"Then resume with: ganctl train --resume {tmp_path / 'run'}"
    assert outcome.error.hint.endswith(resume)
    assert wrong == []


def test_a_checkpoint_that_fails_once_is_written(faulty):
    outcome, wrong = faulty("write", CHECKPOINT)
    assert (outcome.error, outcome.said, wrong) == (None, [], [])


@pytest.mark.parametrize(
    ("kind", "path", "what"),
    [
        ("write", "previews/step00000005.png", "this preview"),
        ("write", "metrics.jsonl", "the latest metrics"),
        ("unlink", "checkpoints/step*.safetensors", "the removal of old checkpoints"),
        ("rename", "loss.png", "loss.png"),
    ],
)
def test_what_a_training_can_do_without_is_said(faulty, kind, path, what):
    outcome, wrong = faulty(kind, path)
    assert (outcome.error, wrong) == (None, [])
    (said,) = outcome.said
    assert f"Input/output error. The run continues without {what}. Check the path" in said


def test_it_is_said_once_and_through_the_view(ganctl, tiny_data, monkeypatch, home):
    full = fail_with(FileError("The disk is full.", "Free some space."))
    monkeypatch.setattr("ganctl.engine.training.recorder.write_atomically", full)
    options = ("--data", tiny_data, "--batch", "8", "--steps", "4", "--preview-every", "1")
    result = ganctl("train", *options, "--quiet")
    assert result.code == 0
    first, second = result.err.splitlines()
    advice = "Free some space."
    assert first == f"note: The disk is full. The run continues without this preview. {advice}"
    assert second == f"note: The disk is full. The run continues without loss.png. {advice}"


def fail_with(error):
    def fail(*_):
        raise error

    return fail
