"""``--out -``: the file itself on stdout, for another program."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganctl.cli import console

DIGITS = ("--digit", "all", "--n", "2")


@pytest.fixture
def piped(ganctl, monkeypatch):
    """Run a command line, and return what it writes to stdout as bytes."""

    def call(*arguments):
        written: list[bytes] = []
        with monkeypatch.context() as patch:
            patch.setattr(console, "write_bytes", written.append)
            result = ganctl(*arguments)
        assert (result.code, result.out, result.err) == (0, "", "")
        assert list(Path().iterdir()) == []
        (content,) = written
        return content

    return call


@pytest.mark.parametrize("kind", [(), ("--format", "png")])
def test_samples_are_one_sheet(piped, ganctl, trained, kind):
    content = piped("sample", *DIGITS, *kind, "--out", "-")
    ganctl("sample", *DIGITS, "--out", "a.png")
    assert content == Path("a.png").read_bytes()


def test_samples_as_arrays(piped, ganctl, trained):
    content = piped("sample", *DIGITS, "--format", "npz", "-o", "-")
    ganctl("sample", *DIGITS, "--out", "a.npz")
    assert content == Path("a.npz").read_bytes()
    with np.load(io.BytesIO(content)) as arrays:
        assert len(arrays["images"]) == 4


@pytest.mark.parametrize(
    ("command", "kind"),
    [
        (("montage",), "PNG"),
        (("gif",), "GIF"),
        (("gif", "--mode", "morph", "--frames", "2"), "GIF"),
    ],
)
def test_sheets_and_animations_too(piped, trained, command, kind):
    with Image.open(io.BytesIO(piped(*command, "--out", "-"))) as picture:
        assert picture.format == kind


@pytest.mark.parametrize(
    ("command", "message", "hint"),
    [
        (("sample", *DIGITS, "--format", "idx"), "several files", "--format npz"),
        (("sample", *DIGITS, "--json"), "both write to stdout", "one of them"),
        (("montage", "--json"), "both write to stdout", "one of them"),
        (("gif", "--json"), "both write to stdout", "one of them"),
    ],
)
def test_what_does_not_fit_into_stdout(ganctl, trained, command, message, hint):
    result = ganctl(*command, "--out", "-")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert hint in result.err
    assert list(Path().iterdir()) == []


def test_several_sheets_do_not_fit_into_stdout(ganctl, trained_infogan):
    result = ganctl("montage", "--sweep", "all", "--out", "-")
    assert result.code == 2
    assert "several sheets" in result.err


@pytest.mark.parametrize("command", [("sample", "--digit", "0"), ("montage",), ("gif",)])
def test_a_terminal_gets_no_image_file(ganctl, trained, monkeypatch, command):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    result = ganctl(*command, "--out", "-")
    assert (result.code, result.out) == (2, "")
    assert "to the terminal" in result.err
    assert "> FILE" in result.err


def test_a_folder_called_dash_can_be_named(ganctl, trained):
    assert ganctl("sample", "--digit", "0", "--out", "./-").code == 0
    assert Path("-/across/seed0000.png").is_file()


@pytest.mark.process
def test_a_pipe_gets_the_bytes(trained):
    command = [sys.executable, "-m", "ganctl", "sample", "lines", "--digit", "0", "--out", "-"]
    out = subprocess.run(command, check=True, capture_output=True).stdout
    with Image.open(io.BytesIO(out)) as picture:
        assert picture.size == (8, 8)
