"""``ganctl info FILE``: the command that makes it again, of every kind of file by ganctl."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganctl.pictures.exports import npz_bytes
from ganctl.runs.layout import step_of


@pytest.mark.parametrize("ending", ["gif", "webp", "apng"])
@pytest.mark.parametrize(
    "options", [("--fps", "4", "--no-names"), ("--mode", "morph", "--path", "1,0", "--seed", "3")]
)
def test_an_animation_made_again(ganctl, trained, ending, options):
    path = Path(f"a.{ending}")
    ganctl("gif", *options, "--scale", "1", "--out", path)
    facts = json.loads(ganctl("info", path, "--json").out)
    assert facts["run"] == "lines"
    words = shlex.split(facts["command"])
    assert words[-1] == f"FILE.{ending}"
    assert ganctl("info", path).out.splitlines()[0].split(maxsplit=1)[1] == facts["command"]
    assert ganctl(*[word.replace("FILE", "again") for word in words[1:]]).code == 0
    assert Path(f"again.{ending}").read_bytes() == path.read_bytes()


def test_arrays_made_again(ganctl, trained):
    ganctl("sample", "--digit", "all", "--seeds", "3-9", "--truncation", "0.5", "--out", "a.npz")
    facts = json.loads(ganctl("info", "a.npz", "--json").out)
    assert facts["data"].endswith("a.npz")
    words = shlex.split(facts["command"])
    assert ganctl(*[word.replace("FILE", "again") for word in words[1:]]).code == 0
    assert Path("again.npz").read_bytes() == Path("a.npz").read_bytes()
    out = ganctl("info", "a.npz").out
    assert f"command   {facts['command']}\n" in out
    assert "not used" not in out


def test_arrays_of_others_are_data(ganctl, tiny_data):
    result = ganctl("info", tiny_data)
    assert result.code == 0
    assert "command" not in result.out


@pytest.mark.parametrize("name", ["x.png", "x.gif", "x.webp", "x.apng", "x.mp4"])
def test_files_of_others_say_so(ganctl, trained, name):
    missing = ganctl("info", name)
    assert (missing.code, missing.out) == (1, "")
    assert f"There is no file {name}" in missing.err
    kind = {"apng": "PNG", "mp4": "GIF"}.get(name[2:], name[2:])
    Image.fromarray(np.zeros((4, 4), np.uint8)).save(name, kind)
    result = ganctl("info", name)
    assert (result.code, result.out) == (1, "")
    assert f"{name} does not say how it was made" in result.err
    Path(name).write_bytes(b"x")
    assert ganctl("info", name).code == 1


def test_a_damaged_npz_is_damaged_data(ganctl):
    Path("x.npz").write_bytes(b"PK")
    result = ganctl("info", "x.npz")
    assert result.code == 1
    assert "x.npz" in result.err


def test_an_npz_that_says_anything_is_data(ganctl):
    images, labels = np.zeros((8, 8, 8), np.uint8), np.arange(8) % 2
    said = np.array(json.dumps({"ganctl": "1", "command": "rm -rf ~"}))
    content = npz_bytes({"images": images, "labels": labels, "ganctl": said})
    Path("x.npz").write_bytes(content)
    assert "rm -rf" not in ganctl("info", "x.npz").out


def test_a_preview_says_whether_its_command_works(ganctl, trained):
    first = trained.previews()[0]
    result = ganctl("info", first)
    assert "ganctl montage lines@0 --cols 10 --scale 1 --out FILE.png" in result.out
    assert "note: the command cannot make it again: The run lines has no checkpoint" in result.err
    kept = {step_of(path) for path in trained.checkpoints()}
    last = next(path for path in trained.previews() if step_of(path) in kept)
    result = ganctl("info", last)
    assert (result.code, result.err) == (0, "")
