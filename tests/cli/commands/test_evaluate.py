"""``ganctl evaluate``: one run or several, in the terminal, as JSON, and kept in the run."""

import json
import shutil

import numpy as np
import pytest

from ganctl.engine.evaluation import evaluate as engine
from ganctl.errors import FileError
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.run import Run
from tests.conftest import tiny_images


def test_it_prints_tables_and_keeps_them(ganctl, trained):
    result = ganctl("evaluate", "lines", "--details")
    assert result.code == 0
    assert result.err == ""
    for words in ("label accuracy", "feature distance", "density", "coverage", "By judge",
                  "By class", "across", "Asked for (down), taken for (across)"):  # fmt: skip
        assert words in result.out
    assert result.out.index("label accuracy") > result.out.index("By class")
    kept = trained.evaluation()
    assert kept.n == 10
    assert kept.step == trained.best["step"]
    assert kept.split.startswith("one image in 6")
    page = trained.evaluation_path.with_suffix(".txt").read_text(encoding="utf-8")
    assert page.startswith(f"lines, step {kept.step}: 10 images")
    facts = json.loads(ganctl("info", "lines", "--json").out)
    assert facts["evaluation"]["coverage"] == kept.figures()["coverage"].samples
    assert "evaluation" in ganctl("info", "lines").out


def test_without_details_the_summary_stands_alone(ganctl, trained):
    result = ganctl("evaluate", "lines")
    assert "By judge" not in result.out
    assert len(result.out.strip().splitlines()) <= 8
    assert "--details shows each judge" in result.err
    assert "multiples of the floor" not in result.err


def test_a_number_of_images_that_was_chosen_is_said_with_the_floor(ganctl, trained):
    result = ganctl("evaluate", "lines", "--n", "10")
    assert "multiples of the floor are those of 10 images" in result.err


def test_details_are_of_one_run(ganctl, trained):
    failed = ganctl("evaluate", "--compare", "lines", "pretrained/mnist", "--details")
    assert failed.code == 2
    assert "--details are of one run" in failed.err


def test_json_is_one_object_with_the_promised_keys(ganctl, trained):
    result = ganctl("evaluate", "lines", "--json", "--cas")
    plain = json.loads(result.out)
    assert {"label_accuracy", "feature_distance", "density", "coverage", "cas", "cas_real", "n",
            "judges", "split", "seconds"} <= set(plain)  # fmt: skip
    assert set(plain["label_accuracy"]) == {"overall", "per_class", "confusion"}
    assert set(plain["label_accuracy"]["per_class"]) == {"across", "down"}
    assert plain["cas_real"] == 1
    assert 0 <= plain["cas"] <= 1
    assert Evaluation.from_json(plain) == trained.evaluation()


def test_a_checkpoint_may_be_chosen(ganctl, trained):
    plain = json.loads(ganctl("evaluate", "lines@40", "--json").out)
    assert (plain["run"], plain["step"]) == ("lines@40", 40)
    assert (
        trained.evaluation() is None
    )  # What is kept is of the checkpoint that the run is used by.


def test_a_file_is_judged_and_nothing_is_kept(ganctl, trained):
    before = sorted(trained.folder.rglob("*"))
    result = ganctl("evaluate", trained.latest_checkpoint(), "--json")
    assert json.loads(result.out)["step"] == 40
    assert sorted(trained.folder.rglob("*")) == before


def test_several_stand_side_by_side(ganctl, trained, trained_gan, monkeypatch):
    result = ganctl("evaluate", "--compare", "lines", "free", "lines@40")
    assert result.code == 0
    head, *rows = [line for line in result.out.splitlines() if line.strip()]
    assert head.split() == ["lines", "free", "lines@40"]
    assert all("*" in row for row in rows[2:])
    assert "images" in rows[1]
    assert "–" in next(row for row in rows if "label accuracy" in row)
    # What is known already is not measured again.
    monkeypatch.setattr(engine, "judges", None)
    assert len(json.loads(ganctl("evaluate", "--compare", "lines", "free", "--json").out)) == 2
    assert ganctl("evaluate", "--compare", "lines", "free", "--n", "9").code != 0


def test_models_with_codes_are_asked_by_their_map(ganctl, trained_infogan):
    plain = json.loads(ganctl("evaluate", "coded", "--json").out)
    assert set(plain["label_accuracy"]["per_class"]) == {"across", "down"}
    assert plain["step"] == 40


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (["--n", "0"], "--n 0", "from 1"),
        (["--n", "11"], "--n 11", "10 to 10"),
        (["--compare"], "--compare needs several", "two or more"),
        (["--set", "hair=red"], "this generator knows none", "trained on attributes"),
        (["lines", "lines"], "judges one run", "--compare"),
        (["nobody"], "no run 'nobody'", "lines"),
    ],
)
def test_what_cannot_be_asked(ganctl, trained, options, message, hint):
    result = ganctl("evaluate", *options)
    assert result.code in (1, 2)
    assert message in result.err
    assert hint in result.err
    assert trained.evaluation() is None


def test_a_quick_look_does_not_replace_a_thorough_one(ganctl, trained, monkeypatch):
    monkeypatch.setattr("ganctl.engine.evaluation.cas.STEPS", 3)
    ganctl("evaluate", "lines", "--cas")
    thorough = trained.evaluation()
    quick = ganctl("evaluate", "lines")
    assert quick.code == 0
    assert "note: not kept in the run, whose evaluation of 10 images says more" in quick.err
    assert trained.evaluation() == thorough


def test_a_run_that_cannot_be_written_is_judged_all_the_same(ganctl, trained, monkeypatch):
    def full_disk(*_):
        raise FileError("The disk is full.", "Free some space.")

    monkeypatch.setattr(Run, "keep_evaluation", full_disk)
    result = ganctl("evaluate", "lines")
    assert result.code == 0
    assert "coverage" in result.out
    assert "note: the result is not kept: The disk is full." in result.err


@pytest.mark.usefixtures("hasty_judges")
def test_other_images_of_the_same_shape_are_refused(ganctl, train_once, tmp_path, home):
    images, labels = tiny_images(120)
    np.savez(tmp_path / "own.npz", images=images, labels=labels)
    options = ["--steps", "4", "--batch", "8", "--name", "own", "--quiet"]
    assert ganctl("train", "--data", tmp_path / "own.npz", *options).code == 0
    np.savez(tmp_path / "own.npz", images=255 - images, labels=labels)
    for command in ("evaluate", "montage"):
        result = ganctl(command, "own", *(["--neighbours"] if command == "montage" else []))
        assert result.code == 1
        assert "not those that this generator was trained on" in result.err


@pytest.mark.usefixtures("hasty_judges")
def test_runs_on_different_data_are_told_apart(ganctl, trained, tmp_path):
    images, labels = tiny_images(120)
    np.savez(tmp_path / "own.npz", images=images, labels=labels)
    options = ["--steps", "4", "--batch", "8", "--name", "own", "--quiet"]
    ganctl("train", "--data", tmp_path / "own.npz", *options)
    ganctl("evaluate", "own")
    evaluation = Run.open(trained.folder.with_name("own")).evaluation()
    assert evaluation is not None
    assert evaluation.n == 20
    result = ganctl("evaluate", "--compare", "own", "lines", "--json")
    assert [one["n"] for one in json.loads(result.out)] == [10, 10]
    assert "trained on different data" in result.err


def test_a_score_of_labels_needs_labels(ganctl, trained_gan):
    result = ganctl("evaluate", "free", "--cas")
    assert result.code == 2
    assert "--cas needs labels" in result.err
    assert ganctl("evaluate", "free").code == 0


def test_other_data_than_the_generator_s_are_refused(ganctl, trained, tmp_path):
    data = tmp_path / "moved.npz"
    images, labels = tiny_images(120)
    np.savez(data, images=images.repeat(2, axis=1).repeat(2, axis=2), labels=labels)
    run = Run.open(shutil.copytree(trained.folder, trained.folder.with_name("other")))
    run.config = run.config.resumed(data=str(data))
    run.save()
    result = ganctl("evaluate", "other")
    assert result.code == 1
    assert "not those that this generator was trained on" in result.err


def test_the_best_checkpoint_is_kept_by_whatever_name(ganctl, trained):
    result = ganctl("evaluate", f"lines@{trained.best['step']}")
    assert trained.evaluation().step == trained.best["step"]
    assert "not kept" not in result.err
    others = {int(path.stem[4:]) for path in trained.checkpoints()} - {trained.best["step"]}
    result = ganctl("evaluate", f"lines@{max(others)}")
    assert "not kept in the run" in result.err
    assert trained.evaluation().step == trained.best["step"]


@pytest.mark.usefixtures("hasty_judges")
def test_one_image_of_a_class_is_enough_to_evaluate(ganctl, tmp_path):
    """Ten images are held out; most of these classes have none among them."""
    images = np.random.default_rng(0).integers(0, 256, (60, 8, 8), np.uint8)
    np.savez(tmp_path / "few.npz", images=images, labels=np.arange(60))
    run = ("--data", tmp_path / "few.npz", "--steps", 2, "--batch", 8, "--name", "few")
    assert ganctl("train", *run, "--quiet").code == 0
    result = ganctl("evaluate", "few", "--cas", "--details")
    assert result.code == 0, result.err
    assert "By class: the 10 worst of 60" in result.out
    assert "Mistakes" in result.out
    assert "meaningless" not in result.out
    kept = Run.open(tmp_path / "home" / "runs" / "few").evaluation()
    assert kept is not None
    assert len(kept.as_json()["label_accuracy"]["per_class"]) == 10
