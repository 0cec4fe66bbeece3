"""A dry run refuses what the training would refuse, in the same words, and writes nothing."""

import json
import re

import numpy as np
import pytest
import torch

from ganctl.engine.training import loop, speed
from ganctl.runs import lock
from ganctl.runs.run import Run
from tests.conftest import tiny_images
from tests.steered import write_faces

TINY = ("--steps", "2", "--batch", "4")
SEVERAL = "several columns or captions"


@pytest.fixture
def faces_data(tmp_path):
    return write_faces(tmp_path / "faces")


def refused_alike(ganctl, *options):
    """Return the error of a training, which is that of its dry run as well."""
    trained, planned, as_json = (
        ganctl("train", *options, *more) for more in ((), ("--dry-run",), ("--dry-run", "--json"))
    )
    assert (trained.code, trained.out) == (planned.code, planned.out) != (0, "")
    assert (as_json.code, as_json.out, as_json.err) == (planned.code, "", planned.err)
    said = trained.err.splitlines()[-2:]
    assert planned.err.splitlines()[-2:] == said
    assert said[0].startswith("error: ")
    return said[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--model", "infogan"), SEVERAL),
        (("--balance",), SEVERAL),
        (("--recipe", "classic"), "made for images of 28×28"),
        (("--networks", "classic"), "--networks classic is made for images of 28×28"),
        (("--preview-rows", "nose"), "no attribute 'nose'"),
        (("--model", "gan", "--preview-rows", "hair"), "this run has none"),
    ],
)
def test_what_does_not_suit_several_columns(ganctl, home, faces_data, options, said):
    assert said in refused_alike(ganctl, "--data", faces_data, *TINY, *options)
    assert not (home / "runs").exists()


@pytest.mark.parametrize("options", [("--model", "infogan"), ("--balance",)])
def test_what_does_not_suit_captions(ganctl, home, faces_data, options):
    table = faces_data / "labels.csv"
    header, *rows = table.read_text().splitlines()
    lines = [f"{row},a face with {row.split(',')[1]} hair" for row in rows]
    table.write_text("\n".join([f"{header},caption", *lines]))
    asked = ("--data", faces_data, "--condition", "caption", *TINY, *options)
    assert SEVERAL in refused_alike(ganctl, *asked)
    assert not (home / "runs").exists()


@pytest.mark.parametrize("model", ["gan-cls", "gan-int", "gan-int-cls"])
def test_a_model_of_other_labels_wants_another(ganctl, home, tmp_path, model):
    images, labels = tiny_images()
    np.savez(tmp_path / "one.npz", images=images, labels=np.zeros_like(labels))
    options = ("--data", tmp_path / "one.npz", *TINY, "--model", model)
    assert "a single class" in refused_alike(ganctl, *options)
    assert not (home / "runs").exists()


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_a_device_that_is_not_there(ganctl, home, tiny_data, device, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    said = refused_alike(ganctl, "--data", tiny_data, *TINY, "--device", device)
    assert f"--device {device}" in said
    assert not (home / "runs").exists()


def contents(run):
    return {path: path.read_bytes() for path in run.folder.rglob("*") if path.is_file()}


def test_a_resume_on_other_data(ganctl, trained, tmp_path):
    images, labels = tiny_images()
    images[0] = 255 - images[0]
    np.savez(tmp_path / "other.npz", images=images, labels=labels, class_names=["a", "b"])
    before = contents(trained)
    options = ("--resume", trained.name, "--steps", "99", "--data", tmp_path / "other.npz")
    assert "cannot be resumed on" in refused_alike(ganctl, *options)
    after = contents(trained)
    assert {path for path in after if after[path] != before.get(path)} <= {trained.folder / "lock"}


def test_a_resume_without_its_checkpoints(ganctl, trained):
    for path in trained.checkpoints():
        path.unlink()
    said = refused_alike(ganctl, "--resume", trained.name, "--steps", "99")
    assert "its checkpoints are gone" in said


def test_a_resume_of_a_run_that_is_being_trained(ganctl, trained, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    other = Run.open(trained.folder)
    other.hold()
    said = refused_alike(ganctl, "--resume", trained.name, "--steps", "99")
    other.release()
    assert f"The run {trained.name} is already being trained by process" in said
    assert ganctl("train", "--resume", trained.name, "--steps", "99", "--dry-run").code == 0


def test_what_suits_is_refused_by_neither(ganctl, home, faces_data, monkeypatch):
    """One column of several is one of classes, and every model takes it."""
    monkeypatch.setattr(loop, "train", lambda *_args, **_more: pytest.fail("it is a dry run"))
    for options in (("--model", "infogan"), ("--balance",), ("--model", "gan-int-cls")):
        asked = ("--data", faces_data, "--condition", "hair", *TINY, *options)
        assert ganctl("train", *asked, "--dry-run").code == 0
    assert not home.exists()


def test_networks_that_do_not_suit_are_refused_before_their_speed_is_measured(
    ganctl, home, tiny_data, monkeypatch
):
    monkeypatch.setattr(speed, "images_per_second", None)
    monkeypatch.setattr(loop, "images_per_second", lambda: None)
    asked = ("--data", tiny_data, "--minutes", "1", "--batch", "4", "--networks", "infogan")
    assert "--networks infogan get no labels" in refused_alike(ganctl, *asked)


def planned(ganctl, *options):
    return json.loads(ganctl("train", *options, "--dry-run", "--json").out)


def test_it_says_the_recipe_and_why(ganctl, home, tiny_data):
    epochs = planned(ganctl, "--data", tiny_data, "--epochs", "9")
    assert (epochs["recipe"], epochs["recipe_reason"]) == (
        "swift",
        "9 epochs, 576 images by swift: below 225,000",
    )
    steps = ganctl("train", "--data", tiny_data, "--steps", "8000", "--dry-run").out
    assert "thorough (8,000 steps, 256,000 images by swift: 225,000 or more)" in " ".join(
        steps.split()
    )
    asked = planned(ganctl, "--data", tiny_data, "--recipe", "quick")
    assert (asked["recipe"], asked["recipe_reason"]) == ("quick", "as asked")


def test_of_minutes_it_measures_the_speed(ganctl, home, tiny_data):
    minutes = planned(ganctl, "--data", tiny_data, "--minutes", "0.001", "--batch", "4")
    assert minutes["recipe"] == "swift"
    assert re.fullmatch(
        r"0.001 minutes, about [\d,]+ images by swift here: below 225,000", minutes["recipe_reason"]
    )
