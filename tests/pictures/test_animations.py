"""Animations: their frames, their speed, the last one that stays, and what they carry."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganctl.errors import FileError, UsageError
from ganctl.pictures.animations import Kind, animation_bytes, animation_kind, check_sides
from ganctl.pictures.images import read_metadata


@pytest.mark.parametrize("ending", [".gif", ".webp", ".apng"])
@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3)])
def test_animations_have_their_frames_and_speed(ending, shape):
    frames = [np.full(shape, 40 * number, np.uint8) for number in range(5)]
    content = animation_bytes(frames, 5, animation_kind(Path(f"x{ending}")))
    with Image.open(io.BytesIO(content)) as picture:
        assert len(list(ImageSequence.Iterator(picture))) == 5
        assert picture.info.get("loop") == 0
        for number in range(5):
            picture.seek(number)
            picture.load()
            assert picture.info["duration"] == (200 if number < 4 else 1500)
            grey = np.asarray(picture.convert("L"))
            assert abs(int(grey[4, 4]) - 40 * number) <= 1


def test_animations_keep_every_grey():
    ramp = np.arange(256, dtype=np.uint8).reshape(16, 16)
    with Image.open(io.BytesIO(animation_bytes([ramp, ramp.T], 5, Kind.GIF))) as picture:
        assert np.array_equal(np.asarray(picture.convert("L")), ramp)


PICTURES = [Kind.GIF, Kind.WEBP, Kind.APNG]


@pytest.mark.parametrize("kind", PICTURES)
def test_frames_that_are_alike_take_their_time_all_the_same(kind):
    dark, light = np.zeros((8, 8), np.uint8), np.full((8, 8), 200, np.uint8)
    content = animation_bytes([dark, dark, light, light, light], 10, kind)
    with Image.open(io.BytesIO(content)) as picture:
        total = 0
        for frame in ImageSequence.Iterator(picture):
            frame.load()
            total += frame.info["duration"]
    assert total == 400 + 1500


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize(("count", "fps", "last"), [(1, 5, 1500), (3, 0.5, 2000)])
def test_the_last_frame_stays(kind, count, fps, last):
    frames = [np.full((8, 8), 40 * number, np.uint8) for number in range(count)]
    with Image.open(io.BytesIO(animation_bytes(frames, fps, kind))) as picture:
        picture.seek(count - 1)
        picture.load()
        # A WebP of one frame is a picture, and stays forever.
        assert (picture.info.get("duration") or last) == last


@pytest.mark.parametrize("kind", PICTURES)
def test_it_carries_metadata(tmp_path, kind):
    said = {"ganctl": "1", "command": "ganctl gif x --out FILE.gif", "path": ["é→ж"] * 100}
    path = tmp_path / "x"
    path.write_bytes(animation_bytes([np.eye(8, dtype=np.uint8)] * 2, 5, kind, said))
    assert read_metadata(path) == said


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize("said", [None, {"Software": "x"}, {"ganctl": "1", "command": "rm -rf ~"}])
def test_what_says_nothing_of_ours_is_refused(tmp_path, kind, said):
    path = tmp_path / "x"
    path.write_bytes(animation_bytes([np.eye(8, dtype=np.uint8)] * 2, 5, kind, said))
    if kind is Kind.APNG and said == {"Software": "x"}:
        return  # A PNG has a place of its own for what we say.
    with pytest.raises(FileError, match="does not say how it was made"):
        read_metadata(path)


@pytest.mark.parametrize("comment", [b"made with love", b"{", b"3", bytes(range(128, 200))])
def test_a_comment_of_others_is_no_metadata(tmp_path, comment):
    Image.new("L", (4, 4)).save(tmp_path / "x.gif", comment=comment)
    with pytest.raises(FileError) as caught:
        read_metadata(tmp_path / "x.gif")
    assert caught.value.hint


@pytest.mark.parametrize("ending", [".avi", "", ".png"])
def test_other_endings_are_refused(ending):
    with pytest.raises(UsageError) as caught:
        animation_kind(Path(f"x{ending}"))
    assert ".gif, .webp, .apng, .mp4" in caught.value.hint


@pytest.mark.parametrize(
    ("height", "scale", "kind", "hint"),
    [
        (40_000, 2, Kind.GIF, "--scale 1 or less"),
        (5_000, 4, Kind.WEBP, "--scale 3 or less, or end --out in .apng"),
        (20_000, 1, Kind.WEBP, "End --out in .apng."),
        (4_000, 2, Kind.MP4, "--scale 1 or less"),
    ],
)
def test_sides_that_a_format_cannot_have(height, scale, kind, hint):
    with pytest.raises(UsageError, match="has at most") as caught:
        check_sides(height, 8, scale, kind)
    assert hint in caught.value.hint


def test_sides_that_a_format_can_have():
    check_sides(65_535, 8, 1, Kind.GIF)
    check_sides(16_383, 8, 1, Kind.WEBP)
    check_sides(70_000, 8, 1, Kind.APNG)
    with pytest.raises(UsageError, match="pixels") as caught:
        check_sides(70_000, 8_000, 1, Kind.APNG)
    assert "--cols" in caught.value.hint
