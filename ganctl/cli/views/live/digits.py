"""A preview in a terminal: in half blocks, in dots where there are no colours, or in pixels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from ganctl.cli.views.live.pixels import pixel_image
from ganctl.files.text import printable
from ganctl.pictures.images import sheet

Images = NDArray[np.uint8]

MOST_IMAGES = 10
SIZES = (28, 24, 20, 18, 16, 14, 12, 10, 8)
"""Columns that an image may take, which are half as many lines."""
MOST_LINES = 14
BORDER = 4
OTHER_LINES = 10
"""Of the panel, beside the images."""
_DITHER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])
"""Thresholds in sixteenths, spread so that greys become even patterns (Bayer, 1973)."""
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])
"""What each of the 4×2 dots of a braille character adds to U+2800."""


class PreviewView:
    """Draws previews on a console, as large as it has room for.

    Where the terminal shows pixels, these are all images of the preview, else the first of each of
    its first ten rows.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._pixel_image: Callable[..., Any] | None = pixel_image(console)
        self._shown: Images | None = None
        self._picture: Any = None

    def draw(self, preview: Images, names: Sequence[str]) -> RenderableType | None:
        """Return a preview as something that rich prints; None if there is no room for it.

        Args:
            preview: uint8 [rows, columns, H, W] or [rows, columns, H, W, 3].
            names: of its rows, or none.
        """
        if not self._console.encoding.startswith("utf"):
            return None
        if self._pixel_image is not None:
            return self._in_pixels(preview, names)
        return in_characters(self._console, preview, names)

    def _in_pixels(self, preview: Images, names: Sequence[str]) -> RenderableType | None:
        lines = min(self._console.height - OTHER_LINES - bool(names), MOST_LINES)
        if lines < SIZES[-1] // 2 or self._pixel_image is None:
            return None
        if preview is not self._shown or self._picture is None:
            if self._picture is not None:
                self._picture.cleanup()
            images = preview.reshape(-1, *preview.shape[2:])
            whole = Image.fromarray(sheet(images, preview.shape[1]))
            self._picture = self._pixel_image(whole, width="auto", height=lines)
            self._shown = preview
        above = [Text(printable(" · ".join(names)), overflow="ellipsis")] if names else []
        return Group(*above, self._picture)


def in_characters(console: Console, preview: Images, names: Sequence[str]) -> RenderableType | None:
    """Return the first image of each row in characters, in one line or two of them."""
    images = preview[:MOST_IMAGES, 0]
    half = -(-len(images) // 2)
    width, most = console.width - BORDER, min(console.height - OTHER_LINES, MOST_LINES)
    found = (
        (columns, per_row)
        for columns in SIZES
        for per_row in (len(images), half)
        if per_row * (columns + 1) <= width + 1
        and -(-len(images) // per_row) * (columns // 2 + bool(names)) <= most
    )
    columns, per_row = next(found, (0, 0))
    if not columns:
        return None
    has_colours = console.color_system is not None and not console.no_color
    draw = half_blocks if has_colours else dots
    drawn = [draw(image, columns) for image in images]
    if names:
        drawn = [_below(name, one, columns) for name, one in zip(names, drawn, strict=False)]
    grid = Table.grid(padding=(0, 1, 0, 0))
    for start in range(0, len(drawn), per_row):
        grid.add_row(*drawn[start : start + per_row])
    return grid


def half_blocks(image: Images, columns: int) -> Text:
    """Return an image as text: each character is two pixels, the upper and the lower.

    Args:
        image: uint8 [H, W] or [H, W, 3], square.
        columns: the width in characters, which is also the height in half characters.
    """
    small = Image.fromarray(image).resize((columns, columns), Image.Resampling.BOX).convert("RGB")
    pixels = np.asarray(small)
    text = Text()
    for upper, lower in zip(pixels[0::2], pixels[1::2], strict=True):
        for top, bottom in zip(upper, lower, strict=True):
            text.append("▀", style=f"{_rgb(top)} on {_rgb(bottom)}")
        text.append("\n")
    text.right_crop(1)
    return text


def dots(image: Images, columns: int) -> Text:
    """Return an image as text without colours: each character is 4×2 dots, set where it is bright.

    Args:
        image: as that of ``half_blocks``.
        columns: the width in characters, which is also the height in half characters.
    """
    side = 2 * columns
    small = Image.fromarray(image).convert("L").resize((side, side), Image.Resampling.BOX)
    thresholds = np.tile(16 * _DITHER + 8, (side // 4, side // 4))
    cells = (np.asarray(small) > thresholds).reshape(side // 4, 4, columns, 2)
    codes = 0x2800 + np.einsum("rycx,yx->rc", cells.astype(int), _DOTS)
    return Text("\n".join("".join(map(chr, row)) for row in codes.tolist()))


def _below(name: str, image: Text, columns: int) -> Text:
    """Return an image below its name, which is cut to its width."""
    title = Text(printable(name))
    title.truncate(columns, overflow="ellipsis")
    return Text("\n").join([title, image])


def _rgb(pixel: NDArray[np.uint8]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*pixel)
