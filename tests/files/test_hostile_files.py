"""Files from strangers, reader by reader: what was found once, and what is worth a try."""

import json
import lzma
import os
import struct
import tracemalloc
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import EpsImagePlugin, Image

from ganctl.errors import CheckpointError, DataError, FileError, GanctlError, RunError, UsageError
from ganctl.files import limits
from ganctl.files.idx import idx_bytes, read_idx
from ganctl.pictures.exports import _folders
from ganctl.pictures.images import png_bytes, read_image, read_metadata
from ganctl.pictures.previews import read_previews
from ganctl.pictures.provenance import is_command
from ganctl.readers.reading import read
from ganctl.requests.checks import DEVICE_NAME, check_run_name
from ganctl.requests.conditions.labels import check_class_names, one_hot
from ganctl.requests.data import ReadOptions
from ganctl.runs import locate
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run
from tests.damage import damage


def load_path(path, image_size=None):
    """Read the data at a path, and keep nothing."""
    return read(path, ReadOptions(image_size=image_size), keep=False)


def sparse(path, size, start=b""):
    """Make a large file that takes no place on the disk."""
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)
    return path


def memory_of_refusing(error, read, *arguments):
    tracemalloc.start()
    try:
        with pytest.raises(error):
            read(*arguments)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


READERS = {
    "x.safetensors": read_checkpoint_header,
    "x-idx1-ubyte": read_idx,
    "x.png": read_image,
    "run.json": lambda path: Run.open(path.parent),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("kind", ["pipe", "circle", "nowhere", "device"])
def test_what_is_no_file_is_refused_without_waiting(tmp_path, name, kind):
    path = tmp_path / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to({"circle": path, "nowhere": "none", "device": "/dev/zero"}[kind])
    with pytest.raises(GanctlError):
        READERS[name](path)


@pytest.mark.parametrize("name", ["x.safetensors", "x.png", "run.json"])
def test_a_huge_file_is_not_read_whole(tmp_path, name):
    path = sparse(tmp_path / name, 2**40, b" ")
    assert memory_of_refusing(GanctlError, READERS[name], path) < 3 * limits.JSON_BYTES


def test_the_header_of_a_checkpoint_is_limited(tmp_path):
    length = limits.HEADER_BYTES + 1
    path = sparse(tmp_path / "x.safetensors", 2**30, struct.pack("<Q", length) + b"{")
    with pytest.raises(CheckpointError, match="header claims 16,777,217 bytes"):
        read_checkpoint_header(path)


def name_of_run(reference):
    found = locate.find(reference)
    assert isinstance(found, Run)
    return found.name


def test_metrics_and_pointers_are_limited(run, home):
    sparse(run.folder / "metrics.jsonl", limits.METRICS_BYTES + 1)
    with pytest.raises(FileError, match="larger than"):
        run.metrics()
    sparse(home / "runs" / "latest", limits.POINTER_BYTES + 1)
    assert name_of_run("latest") == "demo"


@pytest.mark.parametrize(
    "changes",
    [
        {"progress": {"step": float("nan"), "images_seen": 1, "seconds": 1}},
        {"progress": {"step": 1, "images_seen": 10**400, "seconds": 1}},
        {"progress": {"step": 1, "images_seen": 1, "seconds": -1}},
        # Found by the fuzzer: a training that got somewhere, without data.
        {"progress": {"step": 1, "images_seen": 1, "seconds": 1}, "data": {}},
        {"data": {"classes": ["\x1b[2J"], "count": 1}},
        {"data": {"classes": ["a"], "count": 0}},
        {"data": {"classes": [["a"]], "count": 1}},
        {"parameters": {"generator": {"a": {"b": 1}}}},
        {"status": {"a": 1}},
        {"best": {"step": True, "feature_distance": 1}},
    ],
)
def test_what_run_json_may_not_say(run, changes):
    damage(run, **changes)
    with pytest.raises(RunError):
        Run.open(run.folder)


@pytest.mark.parametrize("part", ["checkpoints", "previews"])
def test_a_link_does_not_lead_out_of_the_run(run, tmp_path, part):
    (tmp_path / "mine").mkdir()
    (run.folder / part).symlink_to(tmp_path / "mine")
    with pytest.raises(RunError, match="leads out of the run"):
        Run.open(run.folder)


def test_metrics_are_numbers(run):
    line = {"step": 1, "a": 0.5, "b": "x", "c": [1], "d": True, "e": None}
    # The last of these was found by the fuzzer: True is a whole number to Python.
    odd = '{"step": 2, "a": NaN}\n{"step": 1e999}\n{"step": true}\n'
    (run.folder / "metrics.jsonl").write_text(f"{json.dumps(line)}\n{odd}")
    assert run.metrics() == [{"step": 1, "a": 0.5}]


@pytest.mark.parametrize("target", ["../../elsewhere", "/etc", "\0", "\x1b[2J", "x" * 300])
def test_a_pointer_to_no_run_is_not_followed(run, home, target):
    (home / "runs" / "latest").write_text(target)
    assert name_of_run("latest") == "demo"


def test_links_that_lead_nowhere_are_no_runs(run, home):
    (home / "runs" / "odd").mkdir()
    (home / "runs" / "odd" / "run.json").symlink_to("run.json")
    assert [found.name for found in locate.all_runs()] == ["demo"]
    (home / "runs" / "latest").unlink()
    assert name_of_run(None) == "demo"


def test_a_packed_file_may_not_ask_for_much_memory(tmp_path):
    path = tmp_path / "x.xz"
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 2 * limits.XZ_MEMORY}]
    path.write_bytes(lzma.compress(idx_bytes(np.eye(5, dtype=np.uint8)), filters=filters))
    with pytest.raises(DataError, match="limit"):
        read_idx(path)


def test_a_plain_idx_that_lies_is_known_by_its_size(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(struct.pack(">HBBII", 0, 8, 2, 2**16, 2**16) + b"x")
    assert memory_of_refusing(DataError, read_idx, path) < 2**20


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": {"b": 1}},
        {"a": [[1]]},
        {"bytes": 10**400},
        {"command": 3},
        {"command": "rm -rf ~"},
        {"command": "ganctl sample x; rm -rf ~"},
        {"command": "ganctl sample $(id) --out FILE.png"},
        {"command": "ganctl sample 'x"},
        {"command": "ganctl sample x --force --out y"},
        {"command": "ganctl sample x -fo y"},
        {"command": "ganctl train --out y"},
        {"command": "ganctl"},
    ],
    ids=str,
)
def test_what_a_picture_may_not_say(tmp_path, metadata):
    path = tmp_path / "x.png"
    path.write_bytes(png_bytes(np.zeros((4, 4), np.uint8), metadata))
    with pytest.raises(FileError):
        read_metadata(path)


@given(st.text())
def test_a_command_is_one_command(text):
    assert not is_command(f"ganctl sample {text}; id")


def test_frames_are_of_one_size_and_limited(tmp_path, monkeypatch):
    paths = [tmp_path / f"{size}.png" for size in (4, 5)]
    for path in paths:
        path.write_bytes(png_bytes(np.zeros((int(path.stem), 4), np.uint8)))
    with pytest.raises(FileError, match="differ in size"):
        read_previews(paths)
    monkeypatch.setattr("ganctl.pictures.animations.ANIMATION_PIXELS", 31)
    with pytest.raises(UsageError, match="too large together"):
        read_previews([paths[0]] * 2)


def class_folder(root, name="cat"):
    (root / name).mkdir(parents=True)
    return root / name


def test_an_image_that_is_postscript_starts_no_program(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *_, **__: started.append(1))
    Image.new("L", (8, 8)).save(class_folder(tmp_path) / "x.png", "EPS")
    with pytest.raises(DataError, match="cannot be read"):
        load_path(tmp_path)
    assert not started


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_an_image_of_too_many_pixels_is_not_unpacked(tmp_path, side):
    small = png_bytes(np.zeros((8, 8), np.uint8))
    header = b"IHDR" + struct.pack(">II", side, side) + small[24:29]
    content = small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
    (class_folder(tmp_path) / "x.png").write_bytes(content)
    assert memory_of_refusing(DataError, load_path, tmp_path, 8) < 2**20


def test_links_in_class_folders(tmp_path):
    folder = class_folder(tmp_path)
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "self").symlink_to(tmp_path)
    (folder / "x.png").symlink_to("x.png")
    with pytest.raises(DataError, match="has no files"):
        load_path(tmp_path)


@pytest.mark.parametrize("name", ["\x1b[2J", "a\nb", os.fsdecode(b"\xff"), "\u202ex"], ids=ascii)
def test_class_folders_whose_names_would_act_on_a_terminal(tmp_path, name):
    Image.new("L", (8, 8)).save(class_folder(tmp_path, name) / "x.png")
    with pytest.raises(DataError, match=r"control characters|is not UTF-8") as caught:
        load_path(tmp_path)
    str(caught.value).encode()


@pytest.mark.parametrize("content", [b"\xff", b"\x1b[2J\n", b"x" * 201, bytes(2**22 + 1)], ids=len)
def test_class_names_that_are_refused(tmp_path, content):
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(np.zeros((2, 8, 8), np.uint8)))
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.zeros(2, np.uint8)))
    (tmp_path / "class-names.txt").write_bytes(content)
    with pytest.raises(DataError):
        load_path(tmp_path)


def test_there_are_not_too_many_classes():
    with pytest.raises(ValueError, match="more than 10,000"):
        check_class_names(map(str, range(limits.CLASSES + 1)))


def folders_of(classes):
    labels = [one_hot(index, classes) for index in range(len(classes))]
    return list(_folders(labels, classes).values())


@given(st.lists(st.text(min_size=1, max_size=100), min_size=1, max_size=6, unique=True))
def test_folders_of_any_classes_are_safe_and_apart(classes):
    folders = folders_of(tuple(classes))
    assert len({name.casefold() for name in folders}) == len(folders)
    for name in folders:
        assert len(name.encode()) < 256
        assert not set(name) & set('/\\:*?"<>|\0')
        assert name == name.strip(". -") and name.isprintable()
        assert not DEVICE_NAME.fullmatch(name)


@pytest.mark.parametrize(
    "classes",
    [
        ("É", "E\u0301"),
        ("Å", "\u212b"),
        ("a", "A", "a-0", "A-1"),
        ("a/b", "a-b", "a-b-0"),
        ("x" * 100, "x" * 101),
        ("ﬁ", "fi"),
        ("straße", "strasse"),
    ],
    ids=str,
)
def test_folders_of_names_that_are_one_somewhere(classes):
    folders = folders_of(classes)
    assert len({name.casefold() for name in folders}) == len(classes)


@pytest.mark.parametrize("name", ["COM\u00b9", "CON", "nul.txt", "aux ", "LPT9.", "CON."])
def test_folders_are_never_devices(name):
    (folder,) = folders_of((name,))
    assert not DEVICE_NAME.fullmatch(folder)


@given(st.text(max_size=12))
def test_any_name_of_a_run_is_safe_or_refused(name):
    try:
        check_run_name(name)
    except UsageError:
        return
    assert name.isascii() and name == name.strip(". ") and not set(name) & set('/\\:*?"<>|')
    assert not DEVICE_NAME.fullmatch(name)


def test_words_reach_the_terminal_without_escapes(ganctl, run):
    damage(run, created="\x1b]0;owned\x07\n\u202e")
    shown = ganctl("info", "demo")
    assert shown.code == 0
    assert "\x1b" not in shown.out
    assert "\\x1b]0;owned\\x07\\n\\u202e" in shown.out
    refused = ganctl("info", "\x1b[2J" + "x" * 9000)
    assert refused.code != 0
    assert "\x1b" not in refused.err
    assert len(refused.err) < 9000
