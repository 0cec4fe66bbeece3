"""``ganctl export``."""

import json
from pathlib import Path

import numpy as np
import pytest

import ganctl as api
from ganctl.engine.exporting import onnx_file


def test_the_weights_alone_draw_the_same_pictures(ganctl, trained, tmp_path):
    result = ganctl("export", "lines", "--format", "safetensors")
    assert (result.code, result.out, result.err) == (0, "lines.safetensors\n", "")
    path = tmp_path / "work" / "lines.safetensors"
    assert path.stat().st_size < trained.latest_checkpoint().stat().st_size / 2
    whole, alone = (api.load(name).sample("all", 5) for name in ("lines", path))
    assert np.array_equal(whole, alone)
    # The maker's folders are nobody else's business.
    assert api.load(path).header.data == "lines.npz"
    assert ganctl("sample", path, "--digit", "0", "--out", "x.png").code == 0


def test_half_precision_is_half_the_size(ganctl, trained):
    whole = json.loads(ganctl("export", "--format", "safetensors", "--json").out)
    half = json.loads(ganctl("export", "--format", "safetensors", "--half", "--json").out)
    assert half["bytes"] < 0.6 * whole["bytes"]
    assert half["path"] == "lines-half.safetensors"
    assert half["run"] == "lines"
    assert half["step"] == whole["step"]


def test_nothing_is_overwritten_unasked(ganctl, trained, tmp_path):
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"mine")
    refused = ganctl("export", "--out", path)
    assert refused.code == 1
    assert "already exists" in refused.err
    assert "--force" in refused.err
    assert path.read_bytes() == b"mine"
    assert ganctl("export", "--out", path, "--force").code == 0
    assert ganctl("export", "--out", path).code == 0  # It holds these bytes already.


def test_a_missing_package_leaves_no_file(ganctl, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_file, "find_spec", lambda _name: None)
    result = ganctl("export", "--format", "onnx")
    assert result.code == 2
    assert "needs onnx and onnxscript and onnxruntime, not installed here" in result.err
    assert "pip install 'ganctl[onnx]'" in result.err
    assert list((tmp_path / "work").iterdir()) == []


@pytest.mark.parametrize(
    "arguments, message",
    [
        ((), "export needs a format"),
        (("--format", "onnx", "--pixels", "unit8"), "There is no pixels 'unit8'"),
        (("--format", "onnx", "--half"), "--half is for --format safetensors"),
        (("--format", "onnx", "--out", ""), "--out is empty"),
    ],
)
def test_what_is_refused(ganctl, arguments, message):
    result = ganctl("export", *arguments)
    assert result.code == 2
    assert message in result.err
    assert "hint: " in result.err


def test_a_folder_in_the_place_of_the_file_is_refused_before_the_work(ganctl, trained, monkeypatch):
    monkeypatch.setattr("ganctl.engine.exporting.formats.export", lambda *_: pytest.fail("it ran"))
    Path("a.html").mkdir()
    result = ganctl("export", "--out", "a.html", "--force")
    assert (result.code, "a.html is a folder" in result.err) == (1, True)


@pytest.mark.slow
def test_an_onnx_file(ganctl, trained, tmp_path):
    pytest.importorskip("onnxscript")
    onnxruntime = pytest.importorskip("onnxruntime")
    result = ganctl("export", "--format", "onnx", "--pixels", "uint8")
    assert (result.code, result.out) == (0, "lines-uint8.onnx\n")
    assert result.err.splitlines() == [
        "z [N, 64] float32",
        "condition [N, 2] float32",
        "images [N, 1, 8, 8] uint8",
    ]
    session = onnxruntime.InferenceSession(tmp_path / "work" / "lines-uint8.onnx")
    shown = session.get_modelmeta().custom_metadata_map
    assert json.loads(shown["classes"]) == ["across", "down"]
    assert shown["command"] == ("ganctl export lines --format onnx --pixels uint8 --out FILE.onnx")
