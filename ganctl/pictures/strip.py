"""A few pictures beside each other, each below its title."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import numpy as np
from PIL import Image, ImageDraw

from ganctl.pictures.images import Images, check_enlarged
from ganctl.pictures.lettering import INK, PAPER, _line_height, _of_size, _wrapped

SIZE = 14
"""The height of a letter in pixels."""
BETWEEN = 8
"""Pixels around each picture."""


def strip(frames: Sequence[Images], titles: Sequence[str]) -> Images:
    """Return frames in a row on white, each below its title, whose lines end within its width.

    Args:
        frames: uint8 [H, W] or [H, W, 3], of one size.
        titles: a text for each, no word of which is cut off.

    Raises:
        UsageError: it would be too large for ganctl to read.
    """
    font = _of_size(SIZE)
    height, width = frames[0].shape[:2]
    texts = [_wrapped(title, font, width) for title in titles]
    wide = max(width, *(ceil(font.getlength(line)) for lines in texts for line in lines))
    high = ceil(max(map(len, texts)) * _line_height(font))
    across = len(frames) * (wide + BETWEEN) + BETWEEN
    down = high + height + 3 * BETWEEN
    check_enlarged(down, across, 1)
    band = Image.new("L", (across, high + 2 * BETWEEN), PAPER)
    draw = ImageDraw.Draw(band)
    whole = np.full((down, across, *frames[0].shape[2:]), PAPER, np.uint8)
    lefts = [BETWEEN + place * (wide + BETWEEN) for place in range(len(frames))]
    for left, lines in zip(lefts, texts, strict=True):
        for number, line in enumerate(lines):
            y = BETWEEN + (number + 0.5) * _line_height(font)
            draw.text((left, y), line, fill=INK, font=font, anchor="lm")
    letters = np.asarray(band)
    whole[: len(letters)] = letters if whole.ndim == 2 else letters[..., None]
    for left, frame in zip(lefts, frames, strict=True):
        whole[len(letters) : len(letters) + height, left : left + width] = frame
    return whole
