"""Sheets to the pixel, metadata, and animations."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganctl.errors import FileError
from ganctl.pictures.images import (
    GAP,
    enlarge,
    png_bytes,
    read_image,
    read_metadata,
    sheet,
)


def test_a_sheet_has_mid_grey_lines_between_and_around():
    images = np.array([[[1, 2]], [[3, 4]], [[5, 6]]], np.uint8)
    expected = [
        [128, 128, 128, 128, 128, 128, 128],
        [128, 1, 2, 128, 3, 4, 128],
        [128, 128, 128, 128, 128, 128, 128],
        [128, 5, 6, 128, 128, 128, 128],
        [128, 128, 128, 128, 128, 128, 128],
    ]
    assert sheet(images, 2).tolist() == expected


def test_groups_of_columns_stand_apart():
    images = np.arange(4, dtype=np.uint8).reshape(4, 1, 1)
    row = sheet(images, 4, group=2)[1].tolist()
    assert row == [128, 0, 128, 1, 128, *[128] * GAP, 2, 128, 3, 128]


def test_a_wide_line():
    grey = [128] * 5
    expected = [grey, grey, [128, 128, 9, 128, 128], grey, grey]
    assert sheet(np.full((1, 1, 1), 9, np.uint8), 1, line=2).tolist() == expected


@given(count=st.integers(1, 9), columns=st.integers(1, 5), line=st.integers(0, 3))
def test_every_image_is_where_it_belongs_and_the_rest_is_grey(count, columns, line):
    height, width = 2, 3
    images = np.arange(count * height * width, dtype=np.uint8).reshape(count, height, width)
    picture = sheet(images, columns, line=line).astype(int)
    rows = (count + columns - 1) // columns
    assert picture.shape == (rows * (2 + line) + line, columns * (3 + line) + line)
    for number, image in enumerate(images):
        row, column = divmod(number, columns)
        top, left = line + row * (2 + line), line + column * (3 + line)
        assert np.array_equal(picture[top : top + 2, left : left + 3], image)
        picture[top : top + 2, left : left + 3] = 128
    assert (picture == 128).all()


def test_ten_by_ten_digits_have_the_size_of_the_note():
    assert sheet(np.zeros((100, 28, 28), np.uint8), 10).shape == (291, 291)


def test_a_sheet_in_colour():
    red = np.full((1, 2, 2, 3), (255, 0, 0), np.uint8)
    picture = sheet(red, 1)
    assert picture.shape == (4, 4, 3)
    assert picture[1, 1].tolist() == [255, 0, 0]
    assert picture[0, 0].tolist() == [128, 128, 128]


def test_enlarge_repeats_pixels():
    assert enlarge(np.array([[1, 2]], np.uint8), 2).tolist() == [[1, 1, 2, 2]] * 2
    assert enlarge(np.array([[[1, 2, 3]]], np.uint8), 2).tolist() == [[[1, 2, 3]] * 2] * 2


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_png_keeps_pixels_and_metadata(tmp_path, shape):
    image = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes(image, {"seed": 3, "label": "Änne"}))
    assert np.array_equal(read_image(path), image)
    assert read_metadata(path) == {"seed": 3, "label": "Änne"}


def test_the_same_picture_gives_the_same_bytes():
    image = np.eye(9, dtype=np.uint8)
    assert png_bytes(image, {"b": 1, "a": 2}) == png_bytes(image, {"a": 2, "b": 1})


@pytest.mark.parametrize(
    "content",
    [b"", b"text", png_bytes(np.eye(9, dtype=np.uint8)), png_bytes(np.eye(9, dtype=np.uint8))[:40]],
    ids=["empty", "text", "foreign", "truncated"],
)
def test_pictures_that_say_nothing_are_refused(tmp_path, content):
    path = tmp_path / "a.png"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        read_metadata(path)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["[1]", "{", "3"])
def test_metadata_that_is_no_object_is_refused(tmp_path, text):
    from PIL import PngImagePlugin

    info = PngImagePlugin.PngInfo()
    info.add_text("ganctl", text)
    Image.new("L", (2, 2)).save(tmp_path / "a.png", pnginfo=info)
    with pytest.raises(FileError):
        read_metadata(tmp_path / "a.png")


def chunk(kind, content):
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def png(text, side=1):
    """Return a strange PNG by hand: any text, any claimed size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0))
    parts = [chunk(b"tEXt", b"ganctl\0" + text), chunk(b"IDAT", zlib.compress(b"\0\1"))]
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(parts) + chunk(b"IEND", b"")


def test_a_png_by_hand_is_read(tmp_path):
    (tmp_path / "a.png").write_bytes(png(b'{"seed": 3}'))
    assert read_metadata(tmp_path / "a.png") == {"seed": 3}
    assert read_image(tmp_path / "a.png").tolist() == [[1]]


@pytest.mark.parametrize("text", [b"[" * 100_000, b"9" * 10_000], ids=["deep", "digits"])
def test_hostile_metadata_is_refused(tmp_path, text):
    (tmp_path / "a.png").write_bytes(png(text))
    with pytest.raises(FileError):
        read_metadata(tmp_path / "a.png")


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_metadata_of_a_huge_picture_is_read_or_refused(tmp_path, side):
    """A sheet of ours at ``--scale 64`` is as large as what Pillow takes for an attack."""
    (tmp_path / "a.png").write_bytes(png(b"{}", side=side))
    try:
        assert read_metadata(tmp_path / "a.png") == {}
    except FileError as error:
        assert error.hint


@pytest.mark.parametrize(
    "content",
    [None, b"", b"text", png(b"{}", side=60_000), png_bytes(np.eye(9, dtype=np.uint8))[:50]],
    ids=["missing", "empty", "text", "bomb", "truncated"],
)
def test_pictures_that_cannot_be_read_are_refused(tmp_path, content):
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileError, match="cannot be read as a PNG"):
        read_image(path)
