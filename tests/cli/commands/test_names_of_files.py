"""Default file names say what makes a picture another one, and ``--json`` says what was drawn."""

import json
from itertools import combinations
from pathlib import Path

import pytest

SHEETS = [
    (),
    ("--seed", "4"),
    ("--cols", "4"),
    ("--scale", "1"),
    ("--no-names",),
    ("--rows", "hair"),
    ("--rows", "eyes"),
    ("--columns", "hair"),
    ("--columns", "eyes"),
    ("--rows", "hair", "--columns", "eyes"),
    ("--rows", "eyes", "--columns", "hair"),
    ("--set", "hair=blond"),
    ("--set", "hair=red"),
    ("--set", "angle=3"),
    ("--set", "angle=-3"),
    ("--set", "hair=blond:0.25,red:0.75"),
    ("--set", "hair=blond:0.75,red:0.25"),
    ("--rows", "hair", "--set", "eyes=blue"),
]
MORPHS = [
    (),
    ("--path", "hair=blond,hair=red"),
    ("--path", "hair=red,hair=blond"),
    ("--set", "eyes=blue"),
    ("--fps", "7.5"),
    ("--seed", "3"),
    ("--no-names",),
    ("--frames", "3"),
    ("--scale", "1"),
]


@pytest.mark.parametrize(
    ("command", "calls"), [(("montage",), SHEETS), (("gif", "--mode", "morph"), MORPHS)]
)
def test_two_different_pictures_never_meet(ganctl, faces, command, calls):
    names = {}
    for options in calls:
        result = ganctl(command[0], faces, *command[1:], *options)
        assert result.code == 0, result.err
        names[options] = result.out
    for one, other in combinations(calls, 2):
        assert names[one] != names[other], (one, other)


def test_classes_are_in_the_name(ganctl, trained):
    assert ganctl("montage").out == "montage-lines.png\n"
    assert ganctl("montage", "--digit", "1").out == "montage-lines-1.png\n"
    assert ganctl("montage", "--class", "down,across").out == "montage-lines-down-across.png\n"
    assert ganctl("montage", "--class", "0:0.3,1:0.7").out == "montage-lines-0x0.3-1x0.7.png\n"


def of_json(ganctl, *words):
    result = ganctl(*words, "--json")
    assert result.code == 0
    said = json.loads(result.out)
    assert Path(said["path"]).exists()
    return said


def test_a_montage_says_in_json_what_it_shows(ganctl, faces, talker, trained):
    name = f"montage-{Path(faces).stem}-hair-eyes-seed-4.png"
    assert of_json(
        ganctl, "montage", faces, "--rows", "hair", "--columns", "eyes", "--seed", "4"
    ) == {
        "run": of_json(ganctl, "sample", faces, "--out", "a.png")["run"],
        "path": name,
        "paths": [name],
        "set": [],
        "rows": ["blond", "light brown", "red"],
        "columns": ["blue", "green"],
        "seeds": [4],
    }
    said = of_json(ganctl, "montage", faces, "--set", "hair=red", "--cols", "2")
    assert (said["set"], said["seeds"]) == (["hair=red"], [0, 1])
    said = of_json(ganctl, "montage", talker, "--text", "red hair", "--cols", "2")
    assert (said["text"], said["rows"], said["columns"]) == (["red hair"], ["red hair"], ["0", "1"])
    said = of_json(ganctl, "montage", "--digit", "1", "--cols", "3")
    assert (said["labels"], said["seeds"]) == (["down"], [0, 1, 2])


def test_a_sweep_of_all_says_each_of_its_sheets(ganctl, trained_infogan):
    said = of_json(ganctl, "montage", "--sweep", "all", "--cols", "3")
    assert said["paths"] == [f"montage-coded-cols-3-{code}.png" for code in ("c1", "c2")]
    assert said["path"] == said["paths"][0]
    assert said["columns"] == ["-2", "0", "2"]


def test_an_animation_says_in_json_what_moves(ganctl, faces, trained):
    said = of_json(ganctl, "gif", faces, "--mode", "morph", *MORPHS[1])
    assert said["path"] == f"morph-{Path(faces).stem}-hair-blond-hair-red.gif"
    assert said["stops"] == ["hair=blond", "hair=red"]
    assert (said["mode"], said["frames"], said["fps"]) == ("morph", 9, 5)
    said = of_json(ganctl, "gif", "lines", "--fps", "4")
    assert said["run"] == of_json(ganctl, "sample", "lines", "--digit", "1")["run"]
    assert (said["path"], said["stops"]) == ("training-lines-fps-4.gif", [])
