"""Channels of pixels in memory: transparency, colour that is none, grey and back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from ganctl.errors import DataError
from ganctl.pictures.images import Images
from ganctl.readers.labelled import OnProgress

_BLOCK = 1000
_FAINT = 8
"""Values of 255 that nobody sees a difference of."""
VANISH_AT_MOST = 0.01
"""The share of images that a ground may make one colour."""
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def on_ground(
    parts: list[NDArray[np.uint8]],
    background: str | None,
    what: str,
    on_progress: OnProgress | None = None,
) -> tuple[list[Images], str | None]:
    """Return images without transparency, on a background that shows them.

    Args:
        parts: uint8 [N, H, W, 4] each.
        background: its colour; None takes white, or black where white hides images, as for files.
        what: how a message names the images.
        on_progress: told of long work.

    Returns:
        uint8 [N, H, W, 3] each, and a sentence about the background if there is one to see.

    Raises:
        DataError: white hides over a hundredth of the images, and black does.
    """
    if all((part[..., 3] == 255).all() for part in parts):
        return [part[..., :3] for part in parts], None
    if background is not None:
        ground = ImageColor.getrgb(background)[:3]
        return [_ground_below(part, ground, on_progress) for part in parts], None
    total = sum(map(len, parts))
    lost = []
    for ground, name in ((_WHITE, "white"), (_BLACK, "black")):
        placed = [_ground_below(part, ground, on_progress) for part in parts]
        lost.append(sum(_lost(p, c, on_progress) for p, c in zip(parts, placed, strict=True)))
        if lost[-1] <= VANISH_AT_MOST * total:
            return placed, f"Transparent pixels became {name}."
    raise visible_on_none(what, total, lost)


def visible_on_none(what: str, total: int, lost: Sequence[int]) -> DataError:
    """Return the error about images of which too many vanish on white, and too many on black."""
    become = "becomes" if lost[0] == 1 else "become"
    return DataError(
        f"{what}: of {total:,} images, {lost[0]:,} {become} one colour on white, and "
        f"{lost[1]:,} on black.",
        "Give a colour that they are visible on: --background grey.",
    )


def _blocks(count: int, on_progress: OnProgress | None = None) -> Iterator[slice]:
    for start in range(0, count, _BLOCK):
        yield slice(start, start + _BLOCK)
        if on_progress is not None:
            on_progress("placing images on a ground", min(start + _BLOCK, count), count)


def _ground_below(
    images: NDArray[np.uint8], ground: tuple[int, ...], on_progress: OnProgress | None
) -> Images:
    result = np.empty((*images.shape[:-1], 3), np.uint8)
    behind = np.array(ground, np.uint32)
    for rows in _blocks(len(images), on_progress):
        alpha = images[rows][..., 3:].astype(np.uint32)
        mixed = images[rows][..., :3] * alpha + behind * (255 - alpha)
        result[rows] = (mixed + 127) // 255
    return result


def _lost(images: NDArray[np.uint8], composed: Images, on_progress: OnProgress | None) -> int:
    """Return how many images a background makes one colour, that are not so by themselves."""
    return sum(
        int((_is_flat(composed[rows]) & ~_is_flat(images[rows])).sum())
        for rows in _blocks(len(images), on_progress)
    )


def _is_flat(images: NDArray[np.uint8]) -> NDArray[np.bool_]:
    lowest, highest = images.min((1, 2)), images.max((1, 2))
    flat: NDArray[np.bool_] = (highest - lowest <= _FAINT).all(1)
    return flat


def has_colour(images: Images) -> bool:
    """Return whether any pixel of [N, H, W, 3] is not grey."""
    return any(
        bool((block[..., 0] != block[..., 1]).any() or (block[..., 1] != block[..., 2]).any())
        for block in (images[rows] for rows in _blocks(len(images)))
    )


def to_grey(images: Images) -> Images:
    """Return [N, H, W, 3] as [N, H, W], as Pillow converts."""
    grey = np.empty(images.shape[:3], np.uint8)
    for rows in _blocks(len(images)):
        block: NDArray[Any] = np.ascontiguousarray(images[rows])
        tall = Image.fromarray(block.reshape(-1, images.shape[2], 3))
        grey[rows] = np.asarray(tall.convert("L")).reshape(block.shape[:3])
    return grey


def to_rgb(images: Images) -> Images:
    """Return [N, H, W] as [N, H, W, 3]."""
    return np.repeat(images[..., None], 3, axis=3)


def composed(ground: str, clear: Image.Image) -> Image.Image:
    """Return a transparent image as RGB on a ground of one colour."""
    colour = ImageColor.getcolor(ground, "RGB")
    return Image.alpha_composite(Image.new("RGBA", clear.size, colour), clear).convert("RGB")


def is_one_colour(image: Image.Image) -> bool:
    """Return whether nobody sees a difference between pixels."""
    extrema: Any = image.getextrema()
    return all(high - low <= _FAINT for low, high in extrema)


def is_colourless(pixels: Images) -> bool:
    """Return whether [H, W, 3] is grey."""
    red, green, blue = pixels[..., 0], pixels[..., 1], pixels[..., 2]
    return bool((red == green).all() and (green == blue).all())


def is_grey(colour: str) -> bool:
    """Return whether a colour by name or #rrggbb is grey."""
    return len(set(ImageColor.getrgb(colour)[:3])) == 1


def levelled(image: Image.Image, curve: list[int]) -> Image.Image:
    """Return an image whose values are those of a curve, its alpha apart; no curve is none."""
    if not curve:
        return image
    same = list(range(256))
    return image.point([v for band in image.getbands() for v in (same if band == "A" else curve)])
