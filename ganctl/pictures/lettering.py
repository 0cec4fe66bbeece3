"""Names beside the rows of a sheet and above its columns, and titles above frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from math import ceil
from pathlib import Path
from typing import TypeVar

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from ganctl.pictures.images import Images, check_enlarged

PAPER, INK = 255, 64
SMALLEST, LARGEST = 9, 24
"""Heights of a letter in pixels; a cell has about five of them."""
LARGEST_TITLE = 16
"""Of a title, the height of a letter in pixels."""
TITLES_A_WIDTH = 24
"""A sheet is about so many letters of a title wide."""
MARGIN = 6
INDENT = 3
"""How far from the left edge a title begins."""
SPREAD = 0.5
"""The part of the sheet's width that names of several lines take before a line grows longer."""

Name = TypeVar("Name")


@dataclass(frozen=True)
class Names:
    """What stands around a sheet, as far as it has names.

    ``rows`` and ``columns`` have a name for each, from the top and from the left. ``groups`` stand
    above the columns, each over an equal share of them; between two groups the sheet has ``gap``
    pixels more than between two columns.
    """

    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    groups: Sequence[str] = ()
    gap: int = 0


def beside(sheet: Images, names: Names) -> Images:
    """Return a sheet with a name at the left of each row, and above each column and group.

    Names are dark on white, and none is cut off: long ones go on in a line below where there is
    space, and names above stand upright where a word is wider than its column. Where rows or
    columns are narrower than a line of the smallest letters, every second, third, … is named.

    Args:
        sheet: uint8 [H, W] or [H, W, 3], as large as it is shown; its rows and its columns are of
            one height and width each.
        names: what to write.

    Returns:
        uint8 [H + above, W + left] or [H + above, W + left, 3].

    Raises:
        UsageError: it would be too large for ganctl to read.
    """
    height, width = sheet.shape[:2]
    left, above = _bands(height, width, names)
    shape = height + len(above), width + left.shape[1], *sheet.shape[2:]
    check_enlarged(shape[0], shape[1], 1)
    whole = np.full(shape, PAPER, np.uint8)
    whole[len(above) :, left.shape[1] :] = sheet
    for band, place in ((left, np.s_[len(above) :, : left.shape[1]]),
                        (above, np.s_[: len(above), left.shape[1] :])):  # fmt: skip
        whole[place] = band if sheet.ndim == 2 else band[..., None]
    return whole


def titled(frames: Sequence[Images], titles: Sequence[str]) -> list[Images]:
    """Return frames of one size, each below its title, which begins at the left edge.

    Args:
        frames: uint8 [H, W] or [H, W, 3], as large as they are shown.
        titles: a text for each.

    Returns:
        frames of one size, as high as the title of most lines needs it.
    """
    height, width = frames[0].shape[:2]
    font = _of_size(_within(width // TITLES_A_WIDTH, LARGEST_TITLE))
    texts = [_wrapped(title, font, width - 2 * INDENT) for title in titles]
    longest = max(_width(line, font) for lines in texts for line in lines)
    wide = max(width, ceil(longest) + 2 * INDENT)
    high = ceil(max(map(len, texts)) * _line_height(font)) + MARGIN
    check_enlarged(high + height, wide, 1)
    whole = []
    for frame, lines in zip(frames, texts, strict=True):
        band = Image.new("L", (wide, high), PAPER)
        draw = ImageDraw.Draw(band)
        for number, line in enumerate(lines):
            y = MARGIN / 2 + (number + 0.5) * _line_height(font)
            draw.text((INDENT, y), line, fill=INK, font=font, anchor="lm")
        canvas = np.full((high + height, wide, *frame.shape[2:]), PAPER, np.uint8)
        canvas[:high] = np.asarray(band) if frame.ndim == 2 else np.asarray(band)[..., None]
        canvas[high:, :width] = frame
        whole.append(canvas)
    return whole


def _bands(height: int, width: int, names: Names) -> tuple[Images, Images]:
    """Return what stands at the left, [height, …], and above, […, width]; empty without names."""
    inner = width - names.gap * max(0, len(names.groups) - 1)
    column = inner / max(len(names.columns), 1)
    font = _font(min(height / max(len(names.rows), 1), column))
    left = np.empty((height, 0), np.uint8)
    if any(names.rows):
        left = _at_left(names.rows, height, width, font)
    above = np.empty((0, width), np.uint8)
    if any(names.columns):
        each = len(names.columns) // max(len(names.groups), 1)
        centres = [
            (index + 0.5) * column + index // each * names.gap
            for index in range(len(names.columns))
        ]
        above = _above(names.columns, centres, column, width, font)
    if any(names.groups):
        share = inner / len(names.groups)
        centres = [(index + 0.5) * share + index * names.gap for index in range(len(names.groups))]
        above = np.concatenate([_above(names.groups, centres, share, width, font), above])
    return left, above


def _at_left(names: Sequence[str], height: int, width: int, font: FreeTypeFont) -> Images:
    """Return a band [height, …] of names, each level with its row."""
    row = height / len(names)
    wide = max(_width(word, font) for name in names for word in name.split() or [name])
    longest = max(_width(name, font) for name in names)
    room = max(1, int(row / _line_height(font)))
    for limit in (max(wide, SPREAD * width), max(wide, width), longest):
        texts = [_wrapped(name, font, limit) for name in names]
        if max(map(len, texts)) <= room:
            break
    band = Image.new(
        "L",
        (round(max(_width(line, font) for lines in texts for line in lines)) + 2 * MARGIN, height),
        PAPER,
    )
    draw = ImageDraw.Draw(band)
    for index, lines in _with_room(texts, row, font):
        middle = (index + 0.5) * row - (len(lines) - 1) / 2 * _line_height(font)
        for number, line in enumerate(lines):
            y = middle + number * _line_height(font)
            draw.text((band.width - MARGIN, y), line, fill=INK, font=font, anchor="rm")
    return np.asarray(band)


def _above(
    names: Sequence[str], centres: Sequence[float], column: float, width: int, font: FreeTypeFont
) -> Images:
    """Return a band [..., width] of names, each over its column, upright if a word is too wide.

    Args:
        names: of the columns.
        centres: where the middle of each lies.
        column: the width of one.
        width: of the band.
        font: to write with.
    """
    words = [name.split() or [name] for name in names]
    if max(_width(word, font) for each in words for word in each) + 2 > column:
        return _upright(names, centres, column, width, font)
    texts = [_wrapped(name, font, column - MARGIN) for name in names]
    line_height = _line_height(font)
    lines = max(map(len, texts))
    band = Image.new("L", (width, round(lines * line_height) + MARGIN), PAPER)
    draw = ImageDraw.Draw(band)
    for centre, text in zip(centres, texts, strict=True):
        for number, line in enumerate(reversed(text)):
            at = (centre, band.height - MARGIN / 2 - (number + 0.5) * line_height)
            draw.text(at, line, fill=INK, font=font, anchor="mm")
    return np.asarray(band)


def _upright(
    names: Sequence[str], centres: Sequence[float], column: float, width: int, font: FreeTypeFont
) -> Images:
    longest = max(_width(name, font) for name in names)
    lying = Image.new("L", (round(longest) + 2 * MARGIN, width), PAPER)
    draw = ImageDraw.Draw(lying)
    for index, name in _with_room(names, column, font):
        draw.text((MARGIN, centres[index]), name, fill=INK, font=font, anchor="lm")
    return np.asarray(lying.transpose(Image.Transpose.ROTATE_90))


def _with_room(names: Sequence[Name], room: float, font: FreeTypeFont) -> list[tuple[int, Name]]:
    """Return the names that stand a line apart at least, each with its place."""
    every = ceil(_line_height(font) / room) if room < font.size + 1 else 1
    return [(index, name) for index, name in enumerate(names) if index % every == 0]


@cache
def _of_size(size: int) -> FreeTypeFont:
    """Return DejaVu Sans, which matplotlib ships: Pillow's own font has no é and no ж."""
    found = find_spec("matplotlib")
    folder = Path(found.origin).parent if found and found.origin else Path()
    try:
        return ImageFont.truetype(folder / "mpl-data/fonts/ttf/DejaVuSans.ttf", size)
    except OSError:  # A distribution may keep fonts elsewhere.
        return ImageFont.load_default(size)  # type: ignore[return-value]


def _font(cell: float) -> FreeTypeFont:
    return _of_size(_within(round(cell / 4.5), LARGEST))


def _within(size: int, largest: int) -> int:
    return max(SMALLEST, min(size, largest))


def _width(text: str, font: FreeTypeFont) -> float:
    return font.getlength(text)


def _line_height(font: FreeTypeFont) -> float:
    return 1.25 * font.size


def _wrapped(name: str, font: FreeTypeFont, limit: float) -> list[str]:
    """Return lines of words that are no wider than ``limit`` pixels, if each word is not."""
    lines: list[str] = []
    for word in name.split() or [name]:
        if lines and _width(f"{lines[-1]} {word}", font) <= limit:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
