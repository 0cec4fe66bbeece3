"""Previews in a terminal."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ganctl.cli.views.live import digits
from ganctl.cli.views.live.digits import SIZES, PreviewView, dots, half_blocks, in_characters
from tests.cli.views.live.moments import console_of, last_frame, moment


@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [
        (200, 50, 9),
        (110, 50, 14),
        (80, 24, 14),
        (60, 40, 10),
        (48, 50, 8),
        (40, 50, 0),
        (200, 12, 0),
    ],
)
def test_they_are_as_large_as_there_is_room_for(width, height, rows):
    lines = last_frame(width, height).splitlines()
    assert sum("▀" in line for line in lines) == rows


@given(width=st.integers(10, 250), height=st.integers(5, 80), count=st.integers(1, 12))
def test_whatever_the_size_they_fit(width, height, count):
    console, stream = console_of(width, height)
    preview = np.zeros((count, 10, 8, 8), np.uint8)
    drawn = in_characters(console, preview, [])
    if drawn is not None:
        console.print(drawn)
    lines = stream.getvalue().splitlines()
    assert len(lines) <= max(0, height - 10)
    assert all(line.count("▀") + 4 <= width for line in lines)


@pytest.mark.parametrize(("width", "lines"), [(180, 14 + 1), (100, 2 * (6 + 1)), (28, 0)])
def test_values_of_an_attribute_stand_above_their_images(width, lines):
    names = ("black", "blond", "blue", "a colour of quite some name", "green", "red")
    faces = moment(preview=np.zeros((6, 10, 8, 8), np.uint8), names=names)
    frame = last_frame(width, 50, moments=[faces])
    assert ("black" in frame) == ("a colour of" in frame) == bool(lines)
    assert "some name" not in frame


def test_the_latest_stay_until_the_next():
    assert "▀" in last_frame(200, moments=[moment(), moment(step=60, preview=None)])


def test_before_the_first_there_are_none():
    assert "▀" not in last_frame(200, moments=[moment(preview=None)])


def test_a_terminal_without_their_characters_gets_none():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    console = Console(file=stream, width=200, height=50, force_terminal=True)
    assert PreviewView(console).draw(np.zeros((1, 1, 8, 8), np.uint8), ()) is None


def test_half_blocks_hold_two_pixels_each():
    image = np.array([[0, 255], [255, 0]], np.uint8)
    text = half_blocks(image, 2)
    assert text.plain == "▀▀"
    assert [str(span.style) for span in text.spans] == ["#000000 on #ffffff", "#ffffff on #000000"]


def test_half_blocks_in_colour():
    image = np.zeros((4, 4, 3), np.uint8)
    image[:, :, 0] = 255
    assert "#ff0000" in str(half_blocks(image, 2).spans[0].style)


def test_dots_hold_eight_pixels_each():
    image = np.zeros((4, 4), np.uint8)
    image[0, 0] = image[3, 1] = image[1, 3] = 255
    # Dots 1 and 8 of the first character, dot 5 of the second.
    assert dots(image, 2).plain == chr(0x2800 + 0x01 + 0x80) + chr(0x2800 + 0x10)


@pytest.mark.parametrize(("grey", "share"), [(0, 0.0), (64, 0.25), (128, 0.5), (255, 1.0)])
def test_as_many_dots_are_set_as_an_image_is_bright(grey, share):
    text = dots(np.full((8, 8, 3), grey, np.uint8), 8).plain
    cells = [ord(character) - 0x2800 for character in text.replace("\n", "")]
    assert sum(cell.bit_count() for cell in cells) == pytest.approx(share * 8 * len(cells), rel=0.1)


@pytest.mark.parametrize("columns", SIZES)
def test_every_size_has_half_as_many_lines(columns):
    image = np.zeros((28, 28), np.uint8)
    for draw in (half_blocks, dots):
        lines = draw(image, columns).plain.splitlines()
        assert [len(line) for line in lines] == [columns] * (columns // 2)


class Picture:
    """What draws pixels, as textual-image does."""

    made: list[Picture]

    def __init__(self, image, width, height):
        self.size, self.lines, self.is_gone = image.size, height, False
        self.made.append(self)

    def cleanup(self):
        self.is_gone = True

    def __rich__(self):
        return f"picture of {self.size[0]}×{self.size[1]} pixels in {self.lines} lines"


@pytest.fixture
def pictures(monkeypatch):
    """The pictures that a terminal with pixels gets."""
    Picture.made = []
    monkeypatch.setattr(digits, "pixel_image", lambda _console: Picture)
    return Picture.made


def test_a_terminal_with_pixels_gets_the_whole_preview_once(pictures):
    given = moment()
    text = last_frame(100, 40, moments=[given, moment(step=60, preview=None)])
    assert "picture of 291×291 pixels in 14 lines" in text
    assert "▀" not in text
    assert len(pictures) == 1


def test_a_new_preview_takes_the_place_of_the_last(pictures):
    console, _ = console_of(100)
    view = PreviewView(console)
    for _ in range(2):
        view.draw(np.zeros((2, 3, 8, 8), np.uint8), ("a", "b"))
    assert [picture.is_gone for picture in pictures] == [True, False]


def test_pixels_need_room_too(pictures):
    console, _ = console_of(100, 12)
    assert PreviewView(console).draw(np.zeros((2, 3, 8, 8), np.uint8), ()) is None
