"""What ``export`` takes."""

from pathlib import Path

import pytest

from ganctl.errors import UnknownName, UsageError
from ganctl.requests.generators.exports import ExportFormat, ExportRequest, Pixels, choose_format

ONNX, SAFETENSORS = ExportFormat.ONNX, ExportFormat.SAFETENSORS


@pytest.mark.parametrize(
    "options, name",
    [
        ({"format": ONNX}, "demo.onnx"),
        ({"format": ONNX, "pixels": Pixels.UINT8}, "demo-uint8.onnx"),
        ({"format": SAFETENSORS}, "demo.safetensors"),
        ({"format": SAFETENSORS, "half": True}, "demo-half.safetensors"),
    ],
)
def test_a_file_is_named_after_what_it_is(options, name):
    request = ExportRequest(**options)
    assert request.file_name("demo") == name
    assert request.options["format"] == request.format.value


@pytest.mark.parametrize(
    "options, flag",
    [
        ({"format": SAFETENSORS, "pixels": Pixels.UINT8}, "--pixels"),
        ({"format": ONNX, "half": True}, "--half"),
    ],
)
def test_a_format_takes_what_it_needs_alone(options, flag):
    with pytest.raises(UsageError, match=f"{flag} is for --format") as caught:
        ExportRequest(**options)
    assert flag in caught.value.hint


@pytest.mark.parametrize(
    "wanted, out, chosen",
    [
        ("onnx", None, ONNX),
        ("onnx", "x.ONNX", ONNX),
        (None, "a/x.safetensors", SAFETENSORS),
        (None, "x.html", ExportFormat.HTML),
    ],
)
def test_the_format_is_named_or_the_ending_says_it(wanted, out, chosen):
    assert choose_format(wanted, out and Path(out)) is chosen


@pytest.mark.parametrize(
    "wanted, out, error, hint",
    [
        (None, None, "needs a format", "html, onnx"),
        (None, "x.pt", "needs a format", "--format"),
        ("onnx", "x.safetensors", "does not match x.safetensors", "End --out in .onnx"),
        ("onnx", "folder", "does not match folder", ".onnx"),
    ],
)
def test_what_is_refused(wanted, out, error, hint):
    with pytest.raises(UsageError, match=error) as caught:
        choose_format(wanted, out and Path(out))
    assert hint in caught.value.hint


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(UnknownName) as caught:
        choose_format("onx", None)
    assert "Did you mean onnx?" in caught.value.hint
