"""``Generator.export``."""

import pytest

import ganctl
from ganctl.errors import FileError, GanctlError, UsageError


@pytest.fixture
def digits():
    return ganctl.load("pretrained/mnist")


def test_the_ending_chooses_the_format_and_the_path_is_returned(digits, tmp_path):
    path = digits.export(tmp_path / "digits.safetensors")
    assert path == tmp_path / "digits.safetensors"
    again = ganctl.load(path)
    assert (again.sample("7") == digits.sample("7")).all()
    page = digits.export(str(tmp_path / "digits.html"), "html")
    assert page.read_bytes().startswith(b"<!doctype html>")


def test_nothing_is_overwritten_unasked(digits, tmp_path):
    path = tmp_path / "digits.safetensors"
    path.write_text("mine")
    with pytest.raises(FileError, match="already exists"):
        digits.export(path)
    assert path.read_text() == "mine"
    digits.export(path, half=True, force=True)
    assert ganctl.load(path).classes == digits.classes


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("",), "is not a path"),
        ((3,), "is not a path"),
        (("digits.jpg",), "export needs a format"),
        (("digits.html", "onnx"), "does not match"),
        (("digits.html", "pdf"), "no format 'pdf'"),
    ],
)
def test_errors_speak_of_arguments(digits, arguments, message):
    with pytest.raises(UsageError, match=message) as caught:
        digits.export(*arguments)
    assert "--" not in f"{caught.value} {caught.value.hint}"


def test_an_option_of_another_format_is_refused(digits):
    with pytest.raises(GanctlError, match="half is for"):
        digits.export("digits.html", half=True)
