"""``ganctl train``: what it prints, what it leaves, and what it refuses."""

import json
import shlex
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from ganctl.cli.commands.train import with_resume_value
from ganctl.engine.training.recorder import Recorder
from ganctl.requests.checks import values
from ganctl.requests.recipes import Model
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run
from tests.conftest import tiny_images
from tests.steered import write_faces


@pytest.fixture
def tiny(ganctl, tiny_data):
    """Train on tiny data with a few steps."""

    def call(*options, steps=("--steps", "4")):
        return ganctl("train", "--data", tiny_data, "--batch", "8", *steps, *options)

    return call


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_path_alone_is_on_stdout_and_the_rest_on_stderr(tiny, home):
    result = tiny("--name", "demo")
    assert result.code == 0
    assert result.out == f"{home / 'runs' / 'demo'}\n"
    assert "100%  step 4/4" in result.err
    assert "ganctl montage" in result.err
    assert "━" not in result.err


def test_json_ends_with_one_object(tiny, home):
    result = tiny("--name", "demo", "--json", "--quiet")
    values = json.loads(result.out.splitlines()[-1])
    assert set(values) == {"run", "steps", "images_seen", "seconds", "images_per_second",
                           "quality", "best"}  # fmt: skip
    assert values["best"] == {**values["quality"], "floor": values["best"]["floor"]}
    assert {"step", "label_accuracy", "feature_distance"} <= set(values["quality"])
    assert (values["run"], values["steps"]) == (str(home / "runs" / "demo"), 4)
    assert values["images_seen"] == 32
    assert values["images_per_second"] > 0
    assert result.err == ""


def test_quiet_says_nothing(tiny):
    assert tiny("--quiet").err == ""


def test_out_makes_the_run_there(tiny, ganctl, tmp_path):
    result = tiny("--out", tmp_path / "mine")
    assert result.out == f"{tmp_path / 'mine'}\n"
    assert Run.open(tmp_path / "mine").status == "finished"
    assert ganctl("info", "latest", "--json").out.count(str(tmp_path / "mine")) == 1


@pytest.mark.parametrize("shape", ["text", "json"])
def test_a_dry_run_writes_nothing(tiny, home, shape):
    result = tiny("--dry-run", "--name", "demo", *(["--json"] if shape == "json" else []))
    assert result.code == 0
    if shape == "json":
        assert json.loads(result.out)["budget"] == {"unit": "steps", "amount": 4}
    else:
        assert "4 steps" in result.out
    assert str(home / "runs" / "demo") in result.out
    assert not home.exists()


def test_a_dry_run_of_going_on_changes_nothing(ganctl, trained):
    before = contents(trained.folder)
    result = ganctl("train", "--resume", "--steps", "99", "--dry-run", "--json")
    assert json.loads(result.out)["budget"] == {"unit": "steps", "amount": 99}
    assert contents(trained.folder) == before


@pytest.mark.parametrize("model", ["gan", "cgan", "infogan"])
def test_the_commands_it_prints_next_work(ganctl, tmp_path, model, monkeypatch):
    monkeypatch.setattr("webbrowser.open", lambda _address: True)
    images, labels = tiny_images()
    names = np.array(["T-shirt", "Ankle boot"])
    np.savez(tmp_path / "boots.npz", images=images, labels=labels, class_names=names)
    options = ["--model", model, "--steps", "2", "--batch", "4"]
    lines = ganctl("train", "--data", tmp_path / "boots.npz", *options).err.splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith("  ganctl ")]
    assert [command[1] for command in commands] == [
        "sample",
        "montage",
        "gif",
        "evaluate",
        "report",
    ]
    assert ("--class" in commands[0]) == (model != "gan")
    for command in commands:
        result = ganctl(*command[1:])
        assert result.code == 0
        assert "error" not in result.err and "hint" not in result.err


def test_no_judging_is_offered_where_there_is_too_little_to_judge_by(ganctl, tmp_path):
    images, labels = tiny_images(20)
    np.savez(tmp_path / "few.npz", images=images, labels=labels)
    ended = ganctl("train", "--data", tmp_path / "few.npz", "--steps", "2", "--batch", "4").err
    assert "too few images to judge by" in ended
    assert "ganctl gif" in ended and "ganctl evaluate" not in ended


def test_epochs_and_minutes(tiny):
    epochs = json.loads(tiny("--json", steps=("--epochs", "2")).out)
    assert epochs["steps"] == 2 * 64 // 8
    minutes = json.loads(tiny("--json", steps=("--minutes", "0.01")).out)
    assert 0.6 <= minutes["seconds"] < 5


def test_previews_and_checkpoints_as_asked(tiny, home):
    tiny("--name", "a", "--preview-every", "2", "--checkpoint-every", "1", "--keep", "0")
    run = Run.open(home / "runs" / "a")
    assert [path.stem for path in run.previews()] == [
        "step00000000",
        "step00000002",
        "step00000004",
    ]
    assert [path.stem for path in run.checkpoints()] == ["step00000004"]


def test_image_size(tiny, home):
    tiny("--name", "a", "--image-size", "12")
    assert Run.open(home / "runs" / "a").data["shape"] == [1, 12, 12]


def test_resume_without_a_name_goes_on_with_the_latest(tiny, ganctl, home):
    tiny("--name", "a")
    result = ganctl("train", "--resume", "--steps", "6", "--json")
    assert result.code == 0
    assert json.loads(result.out)["steps"] == 6
    assert Run.open(home / "runs" / "a").progress.step == 6


def test_resume_by_name_with_the_same_options(tiny, home):
    tiny("--name", "a")
    assert tiny("--resume", "a", steps=("--steps", "5")).code == 0
    assert Run.open(home / "runs" / "a").progress.step == 5


@pytest.mark.parametrize(
    ("options", "budget"),
    [
        ([], "40 steps"),
        (["--steps", "40"], "40 steps"),
        (["--steps", "3"], "3 steps"),
        (["--epochs", "10"], "10 epochs"),
    ],
)
def test_a_finished_run_wants_a_larger_budget(ganctl, trained, options, budget):
    before = contents(trained.folder)
    result = ganctl("train", "--resume", *options)
    assert result.code == 2
    assert f"has spent its budget of {budget}" in result.err
    assert "give a larger" in result.err
    assert contents(trained.folder) == before


@pytest.mark.parametrize(
    ("options", "difference"),
    [
        (["--batch", "8"], "batch was 16, not 8"),
        (["--seed", "3"], "seed was 0, not 3"),
        (["--image-size", "16"], "image_size was auto, not 16"),
        (["--model", "gan"], "model was rpgan, not gan"),
        (["--recipe", "classic"], "recipe was swift, not classic"),
    ],
)
def test_resuming_as_another_training_is_refused(ganctl, trained, options, difference):
    before = contents(trained.folder)
    result = ganctl("train", "--resume", "latest", "--steps", "99", *options)
    assert result.code == 2
    assert difference in result.err
    assert contents(trained.folder) == before


def test_all_differences_are_listed_at_once(ganctl, trained):
    result = ganctl("train", "--resume", "--steps", "99", "--seed", "3", "--batch", "8")
    listed = result.err.splitlines()[0].removesuffix(".").partition("with other options: ")[2]
    assert set(listed.split("; ")) == {"seed was 0, not 3", "batch was 16, not 8"}


def test_what_may_change_when_resuming(ganctl, trained):
    options: dict[str, object]
    options = {"steps": 42, "preview-every": 7, "checkpoint-every": 9, "keep": 5}
    options |= {"device": "cpu", "precision": "fp32", "lr-scale": 0.5}
    given = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    assert ganctl("train", "--resume", *given).code == 0
    changed = {name.replace("-", "_"): value for name, value in options.items()}
    assert Run.open(trained.folder).config == replace(trained.config, **changed)


@pytest.mark.parametrize(
    ("name", "hint"), [("linse", "Did you mean lines"), ("x", "latest, lines")]
)
def test_resuming_an_unknown_run_lists_the_nearest(ganctl, trained, name, hint):
    result = ganctl("train", "--resume", name)
    assert result.code == 1
    assert f"There is no run '{name}'" in result.err
    assert hint in result.err


@pytest.mark.parametrize(
    ("given", "completed"),
    [
        (["train", "--resume"], ["train", "--resume", "latest"]),
        (["train", "--resume", "--steps", "9"], ["train", "--resume", "latest", "--steps", "9"]),
        (["train", "--resume", "demo"], ["train", "--resume", "demo"]),
        (["train", "--resume=demo"], ["train", "--resume=demo"]),
        (["info"], ["info"]),
    ],
)
def test_resume_takes_an_optional_value(given, completed):
    assert with_resume_value(given) == completed


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (["--data", "mnits"], "There is no data set 'mnits'", "Did you mean mnist"),
        (["--model", "cgam"], "There is no model 'cgam'", "Did you mean cgan"),
        (["--recipe", "modrn"], "There is no recipe 'modrn'", "Did you mean modern"),
        (["--device", "gpu"], "There is no device 'gpu'", "auto, cpu, cuda, mps"),
        (["--precision", "half"], "There is no precision 'half'", "auto, fp32, bf16"),
        (["--steps", "3", "--epochs", "1"], "--epochs and --steps exclude each other", "one"),
        (["--steps", "0"], "--steps 0 is not a length", "above 0"),
        (["--minutes", "-1"], "--minutes -1 is not a length", "above 0"),
        (["--epochs", "nan"], "--epochs nan is not a length", "above 0"),
        (["--batch", "0"], "--batch 0 is out of range", "whole number"),
        (["--batch", "65537"], "--batch 65537 is out of range", "from 2 to 65,536"),
        (["--seed", "-4"], "--seed -4 is out of range", "from 0"),
        (["--image-size", "27"], "--image-size 27", "multiple of 4"),
        (["--keep", "-1"], "--keep -1 is out of range", "from 0"),
        (["--lr-scale", "0"], "--lr-scale 0 is out of range", "from 0.001 to 1000"),
        (["--lr-scale", "nan"], "--lr-scale nan is out of range", "from 0.001 to 1000"),
        (["--preview-every", "0"], "--preview-every 0", "from 1"),
        (["--checkpoint-every", "0"], "--checkpoint-every 0", "from 1"),
        (["--name", "../x"], "cannot be the name of a run", "letters"),
        (["--name", "a", "--out", "b"], "--name and --out exclude each other", "one"),
        (["--resume", "nope", "--name", "x"], "where it is", "Leave out"),
        (["--steps", "x"], "--steps", "--help"),
        (["--stepz", "3"], "No such option: --stepz", "--help"),
        (["extra"], "extra", "--help"),
    ],
)
def test_bad_options_write_nothing(ganctl, home, tmp_path, options, message, hint):
    before = files(tmp_path)
    result = ganctl("train", *options)
    assert result.code == 2
    error, advice = result.err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert advice.startswith("hint: ")
    assert hint in advice
    assert result.out == ""
    assert files(tmp_path) == before


def test_a_missing_device_writes_nothing(tiny, home, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    result = tiny("--device", "cuda")
    assert result.code == 2
    assert "--device cuda: this machine, or this build of torch, has none" in result.err
    assert not home.exists()


@pytest.mark.parametrize("option", ["--name", "--out"])
def test_a_taken_place_is_left_alone(tiny, trained, home, option):
    before = contents(home)
    result = tiny(option, trained.name if option == "--name" else trained.folder)
    assert result.code == 1
    assert "already exists" in result.err
    assert "--resume" in result.err
    assert contents(home) == before


@pytest.mark.parametrize("taken", ["mine", "mine/notes.txt"])
def test_what_is_no_run_is_left_alone_too(tiny, tmp_path, home, taken):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    result = tiny("--out", tmp_path / taken)
    assert result.code == 1
    assert f"{taken} already exists" in result.err
    assert files(tmp_path / "mine") == ["notes.txt"]
    assert (tmp_path / "mine" / "notes.txt").read_text() == "mine"
    assert not home.exists()


def test_a_place_that_cannot_be_written(tiny, tmp_path, monkeypatch, home):
    (tmp_path / "file").write_text("")
    result = tiny("--out", tmp_path / "file" / "run")
    assert result.code == 1
    assert "Not a directory" in result.err
    monkeypatch.setenv("GANCTL_HOME", str(tmp_path / "file"))
    assert tiny().code == 1
    assert not home.exists()


def test_broken_data_leave_no_run(ganctl, tmp_path, home):
    (tmp_path / "broken.npz").write_text("no zip")
    result = ganctl("train", "--data", tmp_path / "broken.npz", "--steps", "2")
    assert result.code == 1
    assert "cannot be read" in result.err
    assert not home.exists()


def test_a_full_disk_stops_with_an_error_and_keeps_the_last_checkpoint(tiny, home, monkeypatch):
    import errno
    import os

    real = os.fsync
    written = []

    def fill_up(descriptor):
        written.append(descriptor)
        if len(written) > 12:  # Each file is flushed, and its folder.
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fill_up)
    result = tiny("--name", "a", "--checkpoint-every", "1", "--preview-every", "99")
    assert result.code == 1
    assert "No space left on device" in result.err
    assert "The disk is full" in result.err
    monkeypatch.undo()
    run = Run.open(home / "runs" / "a")
    assert run.checkpoints()
    assert not list(run.folder.rglob("*.tmp"))


def test_a_damaged_checkpoint_is_not_gone_on_with(tiny, ganctl, home):
    tiny("--name", "a")
    path = Run.open(home / "runs" / "a").latest_checkpoint()
    path.write_bytes(path.read_bytes()[:5000])
    result = ganctl("train", "--resume", "--steps", "9")
    assert result.code == 1
    assert "truncated or damaged" in result.err


LABELLED = ("cgan", "cgan-ac", "rpgan", "gan-cls", "gan-int", "gan-int-cls")


@pytest.mark.parametrize(
    ("model", "precision"),
    [*((model, "fp32") for model in values(Model)), ("gan-int-cls", "bf16"), ("infogan", "bf16")],
)
def test_every_model_trains(tiny, home, monkeypatch, model, precision):
    monkeypatch.setattr(Recorder, "curves", lambda self: None)
    options = ["--model", model, "--precision", precision, "--name", "a"]
    assert tiny(*options, steps=("--steps", "2")).code == 0
    run = Run.open(home / "runs" / "a")
    assert (run.status, run.config.model) == ("finished", model)
    losses = [value for line in run.metrics() for name, value in line.items() if "loss" in name]
    assert losses
    assert np.isfinite(losses).all()
    header = read_checkpoint_header(run.latest_checkpoint())
    assert header.model == model
    assert header.network.classes == (2 if model in LABELLED else 0)
    assert header.network.categories == (2 if model == "infogan" else 0)
    assert header.classes == (() if model == "gan" else ("across", "down"))
    assert (header.code_map is not None) == (model == "infogan")


@pytest.mark.parametrize("model", values(Model))
def test_the_classic_recipe_wants_its_size(tiny, home, tmp_path, model):
    result = tiny("--recipe", "classic", "--model", model)
    assert (result.code, result.out) == (2, "")
    assert "made for images of 28×28, not 8×8" in result.err
    assert "Give --image-size 28" in result.err
    assert not home.exists()
    assert files(tmp_path) == ["work"]


@pytest.mark.parametrize("model", ["gan-cls", "gan-int", "gan-int-cls"])
def test_a_model_of_wrong_labels_wants_two_classes(ganctl, single_class, home, model):
    result = ganctl("train", "--data", single_class, "--model", model, "--steps", "2")
    assert (result.code, result.out) == (1, "")
    *_, error, hint = result.err.splitlines()
    assert "a single class" in error
    assert "two classes or more" in hint
    assert not home.exists()


@pytest.mark.parametrize("model", ["gan", "cgan", "infogan"])
def test_the_other_models_are_content_with_one_class(ganctl, single_class, monkeypatch, model):
    monkeypatch.setattr(Recorder, "curves", lambda self: None)
    options = ["--model", model, "--steps", "1", "--batch", "4"]
    assert ganctl("train", "--data", single_class, *options).code == 0
    montage = ganctl("montage", "--out", "a.png")
    assert (montage.code, montage.err) == (0, "")


@pytest.mark.parametrize(
    ("options", "plan"),
    [
        (["--model", "infogan"], {"batch": 128, "budget": {"unit": "epochs", "amount": 5}}),
        (["--recipe", "classic"], {"batch": 100, "budget": {"unit": "steps", "amount": 60000}}),
    ],
)
def test_a_plan_has_the_numbers_of_its_model_and_recipe(ganctl, options, plan):
    said = json.loads(ganctl("train", *options, "--dry-run", "--json").out)
    assert {name: said[name] for name in plan} == plan


def test_a_run_whose_checkpoints_are_gone_does_not_begin_anew(ganctl, trained):
    shutil.rmtree(trained.folder / "checkpoints")
    before = (trained.folder / "metrics.jsonl").read_bytes()
    result = ganctl("train", "--resume", trained.name, "--steps", "99")
    assert result.code == 1
    assert "and its checkpoints are gone." in result.err
    assert (trained.folder / "metrics.jsonl").read_bytes() == before


def test_a_bundled_generator_is_no_run(ganctl):
    result = ganctl("train", "--resume", "pretrained/mnist")
    assert result.code == 1
    assert "error: pretrained/mnist is a generator alone, not a run." in result.err


@pytest.mark.process
def test_a_training_that_nobody_listens_to_any_more_goes_on(tiny_data, home):
    """As ``ganctl train 2>&1 | head -1`` makes it."""
    command = [sys.executable, "-m", "ganctl", "train", "--data", str(tiny_data), "--batch", "8"]
    command += ["--name", "unheard", "--steps", "30"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.close()
        assert process.wait(timeout=120) in (0, 1)
    assert Run.open(home / "runs" / "unheard").status == "finished"


def test_leftovers_of_a_torchrun_are_told(ganctl, tiny_data, home, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    result = ganctl("train", "--data", tiny_data, "--steps", "2", "--batch", "4")
    assert result.code == 2
    assert "unset WORLD_SIZE" in result.err
    assert not list(home.rglob("run.json"))


def test_a_run_elsewhere_needs_no_home(ganctl, tiny_data, home, tmp_path):
    home.write_text("in the way")
    options = ("--data", tiny_data, "--steps", "2", "--batch", "4", "--out", tmp_path / "here")
    result = ganctl("train", *options)
    assert result.code == 0
    assert "latest does not mean this run" in result.err
    assert Run.open(tmp_path / "here").status == "finished"


def rows_of_previews(ganctl, *options):
    """Return what a dry run says of conditions and of the rows of previews."""
    result = ganctl("train", "--dry-run", *options)
    assert result.code == 0
    facts = dict(line.split(None, 1) for line in result.out.splitlines() if "  " in line)
    return facts["condition"], facts["preview_rows"]


def test_a_dry_run_says_conditions_and_rows_in_words(ganctl, home, tmp_path, tiny_data):
    data = ["--data", write_faces(tmp_path / "faces")]
    two = ["--condition", "hair", "--condition", "angle"]
    assert rows_of_previews(ganctl, *data) == ("auto", "hair")
    assert rows_of_previews(ganctl, *data, "--preview-rows", "Eyes") == ("auto", "eyes")
    assert rows_of_previews(ganctl, *data, *two) == ("hair, angle", "hair")
    assert rows_of_previews(ganctl, *data, "--condition", "hair") == ("hair", "classes")
    assert rows_of_previews(ganctl, *data, "--model", "gan") == ("auto", "samples")
    result = ganctl("train", "--dry-run", *data, "--preview-rows", "nose")
    assert (result.code, "no attribute 'nose'" in result.err) == (2, True)
    result = ganctl("train", "--dry-run", "--data", tiny_data, "--preview-rows", "nose")
    assert (result.code, "this run has none" in result.err) == (2, True)
