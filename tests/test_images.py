"""Sheets to the pixel, metadata, and animations."""

import io

import numpy as np
import pytest
from PIL import Image

from ganctl.errors import FileError, UsageError
from ganctl.images import (
    animation_bytes,
    animation_format,
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


@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng"])
@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3)])
def test_animations_have_their_frames_and_speed(ending, shape):
    frames = [np.full(shape, 40 * number, np.uint8) for number in range(5)]
    content = animation_bytes(frames, 5, animation_format(io_path(ending)))
    with Image.open(io.BytesIO(content)) as picture:
        assert picture.n_frames == 5
        assert picture.info.get("loop") == 0
        for number in range(5):
            picture.seek(number)
            picture.load()
            assert picture.info["duration"] == 200
            grey = np.asarray(picture.convert("L"))
            assert abs(int(grey[4, 4]) - 40 * number) <= 1


def test_animations_keep_every_grey():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    with Image.open(io.BytesIO(animation_bytes([ramp, ramp.T], 5, "GIF"))) as picture:
        assert np.array_equal(np.asarray(picture.convert("L")), ramp)


def io_path(ending):
    from pathlib import Path

    return Path(f"x{ending}")


@pytest.mark.parametrize("ending", [".mp4", "", ".png"])
def test_other_endings_are_refused(ending):
    with pytest.raises(UsageError) as caught:
        animation_format(io_path(ending))
    assert ".gif, .webp, .apng" in caught.value.hint
