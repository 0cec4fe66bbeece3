"""``ganctl find``, and what starts from what it found."""

import json
import re
import sys

import numpy as np
import pytest

from ganctl.cli.app import run
from ganctl.pictures.images import png_bytes, read_image, read_metadata

QUICK = ("--steps", "3")


@pytest.fixture
def drawing(tmp_path):
    """A line across, dark on light."""
    image = np.full((8, 8), 255, np.uint8)
    image[3] = 0
    path = tmp_path / "work" / "line.png"
    path.write_bytes(png_bytes(image, {}))
    return path


def test_a_strip_and_what_was_found(ganctl, trained, drawing, tmp_path):
    result = ganctl("find", "line.png", *QUICK)
    assert (result.code, result.out) == (0, "find-lines-line-steps-3.png\n")
    assert re.search(r"^(across|down): 0\.\d+ away; 0 is the same image", result.err, re.M)
    assert "the image was inverted" in result.err
    assert re.search(r"^nearer than to \d+ of 10 training images \(median 0\.", result.err, re.M)
    assert re.search(r"^nearest of 64 training images: 0\.\d+ away, class across", result.err, re.M)
    path = tmp_path / "work" / "find-lines-line-steps-3.png"
    assert f"hint: go on from there: ganctl sample lines --from {path.name}" in result.err
    # Three pictures with titles above.
    height, width = read_image(path).shape
    assert width >= 3 * 192
    assert height > 192
    command = read_metadata(path)["command"]
    assert command == "ganctl find line.png lines --steps 3 --out FILE.png"
    assert ganctl("find", "line.png", "lines", "--steps", "3", "--out", path).code == 0


def test_the_picture_on_stdout(trained, drawing, tmp_path, capfdbinary):
    assert run(["find", "line.png", *QUICK, "--out", "-"]) == 0
    written = capfdbinary.readouterr().out
    (tmp_path / "work" / "x.png").write_bytes(written)
    assert read_metadata(tmp_path / "work" / "x.png")["command"].startswith("ganctl find line.png")


def test_info_shows_what_was_found(ganctl, trained, drawing):
    ganctl("find", "line.png", *QUICK, "-c", "across", "--out", "x.png")
    shown = ganctl("info", "x.png").out
    assert re.search(r"^command +ganctl find line.png lines --digit across --steps 3", shown, re.M)
    assert re.search(r"^latent +64 numbers$", shown, re.M)
    assert re.search(r"^found labels +across$", shown, re.M)


def test_json(ganctl, trained, drawing):
    result = ganctl("find", "line.png", "-c", "across", *QUICK, "--json", "--out", "x.png")
    facts = json.loads(result.out)
    assert facts["path"] == "x.png"
    assert facts["run"] == "lines"
    assert facts["labels"] == ["across"]
    assert facts["distances"].keys() == {"across"}
    assert 0 <= facts["distance"] <= 1
    assert facts["inverted"] is True
    assert len(facts["latent"]) == 64
    assert facts["nearest_training_image"] == {"distance": 0.0, "label": "across"}
    assert facts["real_images"]["split"] == "training"
    assert len(facts["real_images"]["distances"]) == 10
    assert result.err == ""


def test_without_the_data_it_says_so(ganctl, trained, drawing, tmp_path):
    assert ganctl("export", "lines", "--format", "safetensors").code == 0
    result = ganctl("find", "line.png", "lines.safetensors", *QUICK)
    assert result.code == 0
    assert "note: nothing is held against training images: " in result.err
    assert "nearest of" not in result.err
    moved = ganctl("find", "line.png", "lines.safetensors", *QUICK, "--data", "nowhere", "--force")
    assert moved.code == 2


def test_sample_starts_from_there(ganctl, trained, drawing, tmp_path):
    ganctl("find", "line.png", *QUICK, "--out", "found.png")
    found = read_metadata(tmp_path / "work" / "found.png")
    result = ganctl("sample", "--from", "found.png", "--out", "same.png")
    assert (result.code, result.err) == (0, "")
    metadata = read_metadata(tmp_path / "work" / "same.png")
    assert metadata["labels"] == found["found_labels"]
    assert metadata["command"].endswith("--from found.png --out FILE.png")
    # All classes at this latent, and neighbours of it.
    assert ganctl("sample", "--from", "found.png", "-c", "all", "--n", "3").out == (
        "samples/lines-from-found\n"
    )
    folder = tmp_path / "work" / "samples" / "lines-from-found"
    label = found["found_labels"][0]
    seeds = [read_image(folder / label / f"seed000{seed}.png") for seed in range(3)]
    assert np.array_equal(seeds[0], read_image(tmp_path / "work" / "same.png"))
    away = [np.abs(image.astype(int) - seeds[0]).mean() for image in seeds[1:]]
    assert all(0 < each < 100 for each in away)


def test_another_generator_is_noticed(ganctl, trained, trained_gan, drawing):
    ganctl("find", "line.png", "lines", *QUICK, "--out", "found.png")
    other = ganctl("sample", "lines@20", "--from", "found.png", "--out", "x.png")
    assert other.code == 0
    assert "note: found.png was found with lines, and lines@20 draws something else" in other.err
    result = ganctl("sample", "pretrained/mnist", "--from", "line.png", "-c", "1")
    assert result.code == 1
    assert "line.png has no latent" in result.err


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("nothing.png",), "nothing.png cannot be read"),
        (("line.png", "--steps", "0"), "--steps 0 is out of range"),
        (("line.png", "--fit", "crip"), "There is no fit 'crip'"),
        (("line.png", "-c", "sideways"), "sideways"),
        (("line.png", "--set", "hair=red"), "--set cannot steer this generator"),
        (("line.png", "--out", "x.jpg"), "x.jpg does not end in .png"),
        (("work.txt",), "work.txt cannot be read as an image"),
    ],
)
def test_what_is_refused(ganctl, trained, drawing, tmp_path, arguments, message):
    (tmp_path / "work" / "work.txt").write_text("no image")
    result = ganctl("find", *arguments)
    assert result.code in (1, 2)
    assert message in result.err
    assert "hint: " in result.err
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["line.png", "work.txt"]


def test_nothing_is_overwritten_unasked(ganctl, trained, drawing, tmp_path):
    (tmp_path / "work" / "x.png").write_bytes(b"mine")
    result = ganctl("find", "line.png", *QUICK, "--out", "x.png")
    assert result.code == 1
    assert "--force" in result.err
    assert ganctl("find", "line.png", *QUICK, "--out", "x.png", "--force").code == 0


def test_a_taken_place_is_refused_before_the_search(
    ganctl, trained, drawing, tmp_path, monkeypatch
):
    ganctl("find", "line.png", *QUICK, "--out", "x.png")
    monkeypatch.setattr("ganctl.cli.commands.find._found", lambda *_: pytest.fail("it searched"))
    other = ganctl("find", "line.png", "--steps", "4", "--out", "x.png")
    assert (other.code, "x.png already exists" in other.err) == (1, True)
    (tmp_path / "work" / "folder.png").mkdir()
    for force in ([], ["--force"]):
        result = ganctl("find", "line.png", *QUICK, "--out", "folder.png", *force)
        assert (result.code, "folder.png is a folder" in result.err) == (1, True)


def test_titles_have_two_lines_at_most(ganctl, trained, drawing, tmp_path):
    ganctl("find", "line.png", *QUICK, "--out", "x.png")
    height, _ = read_image(tmp_path / "work" / "x.png").shape
    images_and_lines = 256 + 2 * 32
    assert height - images_and_lines < 70


def test_commands_that_are_printed_are_of_this_program(ganctl, trained, drawing, monkeypatch):
    monkeypatch.setattr("sys.argv", ["/somewhere/ganctl/__main__.py"])
    said = ganctl("find", "line.png", *QUICK, "--out", "x.png").err
    assert f"go on from there: {sys.executable} -m ganctl sample lines --from x.png" in said
