"""``ganctl info``: runs, weights, pictures."""

import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganctl.pictures.images import read_image
from tests.steered import write_faces


def test_a_run_in_words(ganctl, trained):
    result = ganctl("info")
    assert result.code == 0
    for fact in ("lines", "finished", "rpgan", "swift", "40 steps", "across, down", "640", "MB"):
        assert fact in result.out
    assert result.err == ""


def test_a_run_as_json(ganctl, trained):
    facts = json.loads(ganctl("info", "lines", "--json").out)
    assert facts["folder"] == str(trained.folder)
    assert (facts["step"], facts["images_seen"]) == (40, 640)
    assert facts["parameters"]["generator"] > 0
    assert facts["checkpoints"] == [path.name for path in trained.checkpoints()]
    assert facts["bytes"] == sum(p.stat().st_size for p in trained.folder.rglob("*") if p.is_file())


def test_weights(ganctl, trained):
    facts = json.loads(ganctl("info", trained.latest_checkpoint(), "--json").out)
    assert (facts["model"], facts["recipe"], facts["step"]) == ("rpgan", "swift", 40)
    assert facts["network"]["image_size"] == 8


def test_a_picture(ganctl, trained):
    ganctl("sample", "--digit", "down", "--seeds", "3", "--out", "a.png")
    expected = "ganctl sample lines --digit down --seeds 3 --out FILE.png"
    assert expected in ganctl("info", "a.png").out
    assert json.loads(ganctl("info", "a.png", "--json").out)["command"] == expected


def test_the_command_of_a_picture_makes_it_again_from_anywhere(
    ganctl, trained, tmp_path, monkeypatch
):
    shutil.copytree(trained.folder, "my run")
    path = Path("first.png").absolute()
    ganctl("sample", "my run", "--digit", "0:0.3,1:0.7", "--n", "10", "--out", path)
    command = shlex.split(json.loads(ganctl("info", path, "--json").out)["command"])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = ganctl(*[word.replace("FILE", "again") for word in command[1:]])
    assert (result.code, result.out) == (0, "again.png\n")
    assert np.array_equal(read_image(Path("again.png")), read_image(path))


def test_a_preview(ganctl, trained):
    facts = json.loads(ganctl("info", trained.previews()[0], "--json").out)
    assert (facts["run"], facts["step"]) == ("lines", 0)


def test_foreign_and_missing_pictures(ganctl):
    Image.fromarray(np.zeros((2, 2), np.uint8)).save("foreign.png")
    foreign, missing = ganctl("info", "foreign.png"), ganctl("info", "missing.png")
    assert (foreign.code, missing.code) == (1, 1)
    assert "does not say how it was made" in foreign.err
    assert "There is no file missing.png" in missing.err


def test_all_runs(ganctl, trained, tiny_data):
    ganctl("train", "--data", tiny_data, "--steps", "2", "--batch", "4", "--name", "second")
    result = ganctl("info", "--all")
    lines = result.out.splitlines()
    assert lines[0].split()[:3] == ["run", "status", "model"]
    assert {line.split()[0] for line in lines[1:]} == {"lines", "second"}
    runs = json.loads(ganctl("info", "--all", "--json").out)
    assert {facts["run"] for facts in runs} == {"lines", "second"}


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_json_is_valid_for_a_training_that_diverged(ganctl, trained, options):
    lost = {"generator_loss": float("nan"), "discriminator_loss": float("inf")}
    trained.append_metrics({"step": 40, "images_per_second": 1.0, **lost})
    out = ganctl("info", *options, "--json").out
    json.loads(out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def test_all_of_none(ganctl, home):
    result = ganctl("info", "--all")
    assert (result.code, result.out) == (0, "")
    assert "no run yet" in result.err
    assert json.loads(ganctl("info", "--all", "--json").out) == []
    assert not home.exists()


def test_all_and_one_exclude_each_other(ganctl, trained):
    assert ganctl("info", "--all", "lines").code == 2


def test_a_damaged_run(ganctl, trained):
    (trained.folder / "run.json").write_text("{")
    result = ganctl("info")
    assert result.code == 1
    assert "run.json cannot be read" in result.err


def test_a_damaged_run_beside_others_is_left_out_with_a_word(ganctl, trained, home):
    (home / "runs" / "broken").mkdir()
    (home / "runs" / "broken" / "run.json").write_text("{")
    result = ganctl("info", "--all", "--json")
    assert result.code == 0
    assert [facts["run"] for facts in json.loads(result.out)] == ["lines"]
    assert "left out: " in result.err
    assert "broken" in result.err


def test_a_run_with_too_many_metrics_does_not_hide_the_others(ganctl, trained, monkeypatch):
    shutil.copytree(trained.folder, trained.folder.parent / "longer")
    with (trained.folder.parent / "longer" / "metrics.jsonl").open("a") as file:
        file.write(" " * 10_000)
    monkeypatch.setattr("ganctl.runs.metrics.METRICS_BYTES", 10_000)
    result = ganctl("info", "--all", "--json")
    assert [facts["run"] for facts in json.loads(result.out)] == ["lines"]
    assert "left out: " in result.err


def test_asking_changes_nothing(ganctl, trained, home):
    before = {path: path.stat().st_mtime_ns for path in home.rglob("*")}
    ganctl("info")
    ganctl("info", "--all")
    assert {path: path.stat().st_mtime_ns for path in home.rglob("*")} == before
    assert list(Path().iterdir()) == []


def test_what_categories_mean(ganctl, trained_infogan):
    for reference in ("coded", trained_infogan.latest_checkpoint()):
        facts = json.loads(ganctl("info", reference, "--json").out)
        assert facts["code_map"] == {"category_of_class": [1, 0], "error": 0.25}
        (line,) = [
            x for x in ganctl("info", reference).out.splitlines() if x.startswith("code map")
        ]
        assert line.split(maxsplit=2)[2] == "category_of_class 1, 0, error 0.25"


@pytest.mark.parametrize("run", ["trained", "trained_gan"])
def test_where_there_are_no_categories_nothing_is_said_of_them(ganctl, request, run):
    request.getfixturevalue(run)
    assert json.loads(ganctl("info", "--json").out)["code_map"] is None
    assert "code map" not in ganctl("info").out


def test_weights_in_words(ganctl, trained_infogan):
    out = ganctl("info", trained_infogan.latest_checkpoint()).out
    assert "latent uniform, categories 2, continuous 2" in out
    assert "Latent." not in out


def test_the_codes_of_a_picture(ganctl, trained_infogan):
    ganctl("sample", "--digit", "0", "--code", "c1=2", "--code", "c2=-1", "--out", "a.png")
    facts = json.loads(ganctl("info", "a.png", "--json").out)
    assert facts["code"] == ["c1=2", "c2=-1"]
    assert "--code c1=2 --code c2=-1" in ganctl("info", "a.png").out


@pytest.mark.parametrize("options", [[], ["--all"]])
def test_a_damaged_checkpoint_does_not_hide_the_run(ganctl, trained_infogan, options):
    path = trained_infogan.latest_checkpoint()
    path.write_bytes(path.read_bytes()[:1000])
    result = ganctl("info", *options)
    assert (result.code, result.err) == (0, "")
    assert "coded" in result.out


def test_what_a_generator_of_attributes_or_words_knows(ganctl, faces, talker):
    facts = json.loads(ganctl("info", faces, "--json").out)
    assert facts["attributes"]["eyes"] == ["blue", "green"]
    assert facts["quantities"] == {"angle": "-90 to 90"}
    assert "rows" not in facts
    out = ganctl("info", faces).out
    assert "attributes      hair: blond, light brown, red; eyes: blue, green\n" in out
    assert "\nclasses" not in out
    assert "captions        5 words (caption)\n" in ganctl("info", talker).out


def test_a_run_of_attributes(ganctl, home, tmp_path):
    data = write_faces(tmp_path / "faces")
    ganctl("train", "--data", data, "--steps", "1", "--batch", "4", "--name", "people")
    facts = json.loads(ganctl("info", "people", "--json").out)
    assert facts["attributes"] == {
        "hair": ["blond", "light brown", "red"],
        "eyes": ["blue", "green"],
    }
    assert "classes" not in facts
