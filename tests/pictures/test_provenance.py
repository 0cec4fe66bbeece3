"""A picture's metadata is the command that makes it again."""

import json
import shlex

from hypothesis import given
from hypothesis import strategies as st

from ganctl import __version__
from ganctl.pictures.provenance import Origin


def test_the_command_names_only_what_matters():
    metadata = Origin("my run", 12).metadata(
        "montage",
        labels=["3:0.5,8:0.5", "T-shirt/top"],
        options={"cols": 4, "truncation": None, "real": True, "quiet": False},
    )
    assert metadata["command"] == (
        "ganctl montage 'my run' --digit 3:0.5,8:0.5 --digit T-shirt/top "
        "--cols 4 --real --out FILE.png"
    )
    assert (metadata["ganctl"], metadata["run"], metadata["step"]) == (__version__, "my run", 12)
    assert "truncation" not in metadata


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(reference=words, labels=st.lists(words, max_size=3), value=words)
def test_a_shell_reads_the_command_as_it_was_meant(reference, labels, value):
    metadata = Origin(reference, 1).metadata("sample", labels=labels, options={"seeds": value})
    expected = ["ganctl", "sample", reference]
    for label in labels:
        expected += ["--digit", label]
    assert shlex.split(metadata["command"]) == [*expected, "--seeds", value, "--out", "FILE.png"]
    assert json.loads(json.dumps(metadata)) == metadata


def test_zero_is_not_nothing():
    metadata = Origin("demo", 1).metadata("sample", options={"seed": 0}, out="a b.png")
    assert metadata["command"] == "ganctl sample demo --seed 0 --out 'a b.png'"
    assert metadata["seed"] == 0


@given(values=st.lists(words, min_size=1, max_size=4))
def test_a_list_is_an_option_given_more_than_once(values):
    metadata = Origin("demo", 1).metadata("sample", options={"code": values, "scale": 2})
    expected = [word for value in values for word in ("--code", value)]
    assert shlex.split(metadata["command"]) == [
        *["ganctl", "sample", "demo"],
        *expected,
        *["--scale", "2", "--out", "FILE.png"],
    ]
    assert metadata["code"] == values


def test_an_empty_list_is_an_option_not_given():
    metadata = Origin("demo", 1).metadata("sample", options={"code": []})
    assert metadata["command"] == "ganctl sample demo --out FILE.png"
