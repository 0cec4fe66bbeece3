"""Data that moved: a resume, an evaluation and real montages find them by ``--data``."""

import shutil

import numpy as np
import pytest

from ganctl.runs.layout import LOCK
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run
from tests.conftest import TINY_CLASSES, tiny_images


@pytest.fixture
def moved(trained, tiny_data, tmp_path):
    """A run whose data are gone from where they were, and the path where they lie now."""
    there = tmp_path / "elsewhere" / "same.npz"
    there.parent.mkdir()
    shutil.copy(tiny_data, there)
    trained.config = trained.config.resumed(data=str(tmp_path / "gone.npz"))
    trained.save()
    return there


def remembered(trained):
    return Run.open(trained.folder).config.data


@pytest.mark.parametrize(
    "command",
    [
        ["train", "--resume", "lines", "--steps", "41"],
        ["evaluate", "lines"],
        ["montage", "lines", "--real"],
        ["montage", "lines", "--neighbours"],
    ],
)
def test_a_path_that_is_gone_says_so(ganctl, trained, moved, command):
    result = ganctl(*command)
    gone = moved.parent.parent / "gone.npz"
    assert result.code == 1
    assert f"error: The data at {gone} are gone.\n" in result.err
    assert "--data PATH" in result.err


def test_a_resume_remembers_where_they_lie(ganctl, trained, moved):
    result = ganctl("train", "--resume", "lines", "--steps", "41", "--data", moved)
    assert result.code == 0, result.err
    assert remembered(trained) == str(moved)
    assert Run.open(trained.folder).data["name"] == str(moved)
    assert ganctl("train", "--resume", "lines", "--steps", "42", "-q").code == 0


@pytest.mark.parametrize("kind", ["--real", "--neighbours"])
def test_a_montage_remembers_where_they_lie(ganctl, trained, moved, kind):
    assert ganctl("montage", "lines", kind, "--cols", "2", "--data", moved).code == 0
    assert remembered(trained) == str(moved)
    assert ganctl("montage", "lines", kind, "--cols", "2", "--force").code == 0


def test_an_evaluation_remembers_where_they_lie(ganctl, trained, moved):
    result = ganctl("evaluate", "lines", "--data", moved)
    assert result.code == 0
    assert "note" not in result.err
    assert remembered(trained) == str(moved)
    assert trained.evaluation().data == str(moved)


def test_while_another_process_trains_the_run_nothing_is_remembered(
    ganctl, trained, moved, monkeypatch
):
    monkeypatch.setattr("ganctl.runs.lock.PATIENCE", 0.0)
    before = remembered(trained)
    lock = Lock(trained.folder / LOCK, "The run")
    try:
        result = ganctl("montage", "lines", "--real", "--cols", "2", "--data", moved)
    finally:
        lock.release()
    assert result.code == 0
    assert "note: where the data lie now is not remembered: The run lines is already" in result.err
    assert remembered(trained) == before


@pytest.mark.parametrize("command", [["train", "--resume"], ["evaluate"], ["montage", "--real"]])
def test_other_data_are_refused_and_not_remembered(ganctl, trained, moved, tmp_path, command):
    images, labels = tiny_images()
    other = tmp_path / "other.npz"
    np.savez(other, images=255 - images, labels=labels, class_names=np.array(TINY_CLASSES))
    before = remembered(trained)
    name = ["lines", "--steps", "41"] if command[0] == "train" else ["lines"]
    result = ganctl(*command, *name, "--data", other)
    assert (result.code, result.out) == (1, "")
    assert str(other) in result.err
    assert "the data's pixels or labels are others" in result.err
    assert remembered(trained) == before


def test_a_run_without_a_checkpoint_is_not_resumed_on_other_data(ganctl, trained, moved):
    shutil.rmtree(trained.folder / "checkpoints")
    trained.progress = type(trained.progress)(0, 0, 0.0)
    trained.best = {}
    trained.data["count"] = 3
    trained.save()
    result = ganctl("train", "--resume", "lines", "--data", moved)
    assert result.code == 1
    assert "the data's count was 3, not 64" in result.err


@pytest.mark.parametrize(
    ("command", "message", "hint"),
    [
        (["evaluate", "lines", "--data", "nope"], "There is no data set 'nope'.", "mnist"),
        (["montage", "--real", "--data", "nope"], "There is no data set 'nope'.", "mnist"),
        (["train", "--resume", "--data", "nope"], "There is no data set 'nope'.", "mnist"),
        (["montage", "--data", "mnist"], "--data says where real images lie.", "--neighbours"),
        (
            ["evaluate", "--compare", "a", "b", "--data", "mnist"],
            "--data is of one run.",
            "Leave out --compare",
        ),
    ],
)
def test_bad_requests(ganctl, trained, command, message, hint):
    result = ganctl(*command)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err
