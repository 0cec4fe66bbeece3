"""Names beside the rows of a sheet, and above its columns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from ganctl.pictures.images import Images, check_enlarged

PAPER, INK = 255, 64
SMALLEST, LARGEST = 9, 24
"""Heights of a letter in pixels; a cell has about five of them."""
MARGIN = 6
SPREAD = 0.5
"""The part of the sheet's width that names of several lines take before a line grows longer."""


def beside(sheet: Images, rows: Sequence[str] = (), columns: Sequence[str] = ()) -> Images:
    """Return a sheet with a name at the left of each row, and above each column.

    Names are dark on white, and none is cut off: long ones at the left go on in a line below where
    there is space, and names above stand upright where one is wider than its column.

    Args:
        sheet: uint8 [H, W] or [H, W, 3], as large as it is shown; its rows and its columns are of
            one height and width each.
        rows: a name for each row, from the top; none leaves no space.
        columns: a name for each column, or for each group of columns, from the left.

    Returns:
        uint8 [H + above, W + left] or [H + above, W + left, 3].

    Raises:
        UsageError: it would be too large for ganctl to read.
    """
    height, width = sheet.shape[:2]
    font = _font(min(height / max(len(rows), 1), width / max(len(columns), 1)))
    left = _at_left(rows, height, width, font) if rows else np.empty((height, 0), np.uint8)
    above = _above(columns, width, font) if columns else np.empty((0, width), np.uint8)
    shape = height + len(above), width + left.shape[1], *sheet.shape[2:]
    check_enlarged(shape[0], shape[1], 1)
    whole = np.full(shape, PAPER, np.uint8)
    whole[len(above) :, left.shape[1] :] = sheet
    for band, place in ((left, np.s_[len(above) :, : left.shape[1]]),
                        (above, np.s_[: len(above), left.shape[1] :])):  # fmt: skip
        whole[place] = band if sheet.ndim == 2 else band[..., None]
    return whole


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
    for index, lines in enumerate(texts):
        middle = (index + 0.5) * row - (len(lines) - 1) / 2 * _line_height(font)
        for number, line in enumerate(lines):
            y = middle + number * _line_height(font)
            draw.text((band.width - MARGIN, y), line, fill=INK, font=font, anchor="rm")
    return np.asarray(band)


def _above(names: Sequence[str], width: int, font: FreeTypeFont) -> Images:
    """Return a band [..., width] of names, each over its column, upright if one is too wide."""
    column = width / len(names)
    longest = max(_width(name, font) for name in names)
    if longest + MARGIN <= column:
        band = Image.new("L", (width, round(_line_height(font)) + MARGIN), PAPER)
        draw = ImageDraw.Draw(band)
        for index, name in enumerate(names):
            at = ((index + 0.5) * column, band.height / 2)
            draw.text(at, name, fill=INK, font=font, anchor="mm")
        return np.asarray(band)
    lying = Image.new("L", (round(longest) + 2 * MARGIN, width), PAPER)
    draw = ImageDraw.Draw(lying)
    for index, name in enumerate(names):
        at = (MARGIN, (index + 0.5) * column)
        draw.text(at, name, fill=INK, font=font, anchor="lm")
    return np.asarray(lying.transpose(Image.Transpose.ROTATE_90))


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
    return _of_size(max(min(round(cell / 4.5), LARGEST), min(SMALLEST, int(cell))))


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
