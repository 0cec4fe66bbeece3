"""Decoded copies are found again, and never stand for data that are others now."""

import os

import numpy as np
import pytest
from PIL import Image

from ganctl.files import paths
from ganctl.readers import reading
from ganctl.readers.reading import read
from ganctl.requests.data import Colour, ReadOptions


@pytest.fixture(autouse=True)
def every_reading_is_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(reading, "WORTH_KEEPING_SECONDS", -1)


def write(folder, value):
    """Write flat images, whose files have one size and one time whatever their value."""
    for kind in ("a", "b"):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        path = folder / kind / "0.bmp"
        Image.new("L", (8, 8), value).save(path)
        os.utime(path, (1, 1))
    return folder


def first_value(folder, **options):
    return int(read(folder, ReadOptions(**options)).parts["train"].images.flat[0])


def test_a_copy_is_found_and_says_the_same(tmp_path, monkeypatch):
    folder = write(tmp_path / "data", 7)
    first = read(folder, ReadOptions())
    monkeypatch.setattr(reading, "read_pictures", None)
    again = read(folder, ReadOptions())
    assert np.array_equal(first.parts["train"].images, again.parts["train"].images)
    assert reading.line(first) == reading.line(again)
    assert first.remarks == again.remarks


def test_other_options_are_another_reading(tmp_path):
    folder = write(tmp_path / "data", 7)
    read(folder, ReadOptions())
    assert read(folder, ReadOptions(colour=Colour.RGB)).parts["train"].images.shape[3:] == (3,)


def test_files_that_changed_are_read_anew_though_size_and_time_are_equal(tmp_path):
    assert first_value(write(tmp_path / "data", 7)) == 7
    assert first_value(write(tmp_path / "data", 9)) == 9


def test_another_folder_of_equal_names_sizes_and_times_is_other_data(tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.files.tree._stamp", lambda _status: 1)
    assert first_value(write(tmp_path / "one", 7)) == 7
    assert first_value(write(tmp_path / "two", 9)) == 9


def test_a_damaged_copy_is_made_again(tmp_path):
    folder = write(tmp_path / "data", 7)
    read(folder, ReadOptions())
    (copy,) = (paths.cache() / "decoded").iterdir()
    copy.write_bytes(copy.read_bytes()[:100])
    assert first_value(folder) == 7


def test_nothing_is_kept_unless_asked(tmp_path):
    read(write(tmp_path / "data", 7), ReadOptions(), keep=False)
    assert not (paths.cache() / "decoded").exists()


def test_a_copy_keeps_what_a_table_says(tmp_path, monkeypatch):
    folder = write(tmp_path / "data", 7)
    for index in range(6):
        Image.new("L", (8, 8), index).save(folder / f"a/{index}.png")
    said = [f"a/{i}.png,{'xy'[i % 2]},{i / 2},A hat number {i}" for i in range(5)]
    table = "\n".join(["file,kind,size,caption", *said, "a/5.png,,,a hat"])
    (folder / "labels.csv").write_text(table)
    asked = [ReadOptions(condition=c) for c in (("kind", "size"), ("caption",))]
    first = [read(folder, options) for options in asked]
    monkeypatch.setattr(reading, "read_pictures", None)
    for options, before in zip(asked, first, strict=True):
        again = read(folder, options).parts["train"].described
        expected = before.parts["train"].described
        assert again is not None
        assert expected is not None
        assert again.schema == expected.schema
        assert np.array_equal(again.values, expected.values, equal_nan=True)
        assert np.array_equal(again.words, expected.words)


def test_a_table_that_changed_is_read_anew(tmp_path):
    folder = write(tmp_path / "data", 7)
    for index in range(6):
        Image.new("L", (8, 8), index).save(folder / f"a/{index}.png")
    for shift in (0, 1):
        rows = [f"a/{i}.png,{'xy'[(i + shift) % 2]},{i // 3}" for i in range(6)]
        (folder / "labels.csv").write_text("\n".join(["file,sort,size", *rows]))
        said = read(folder, ReadOptions()).parts["train"].described
        assert said is not None
        assert said.values[0].tolist() == [shift, 0]
