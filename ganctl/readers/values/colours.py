"""Channels of pixels in memory: transparency, colour that is none, grey and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from ganctl.errors import DataError
from ganctl.pictures.images import Images

_BLOCK = 1000
_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)


def on_ground(
    parts: list[NDArray[np.uint8]], background: str | None, what: str
) -> tuple[list[Images], str | None]:
    """Return images without transparency, on a background that shows them.

    Args:
        parts: uint8 [N, H, W, 4] each.
        background: its colour; None takes white, or black where white hides an image.
        what: how a message names the images.

    Returns:
        uint8 [N, H, W, 3] each, and a sentence about the background if there is one to see.

    Raises:
        DataError: white hides some of the images and black others.
    """
    if all((part[..., 3] == 255).all() for part in parts):
        return [part[..., :3] for part in parts], None
    if background is not None:
        ground = ImageColor.getrgb(background)[:3]
        return [_composed(part, ground) for part in parts], None
    for ground, name in ((_WHITE, "white"), (_BLACK, "black")):
        composed = [_composed(part, ground) for part in parts]
        if not any(_hidden(p, c) for p, c in zip(parts, composed, strict=True)):
            return composed, f"Transparent pixels became {name}; --background chooses another."
    raise DataError(
        f"{what} are transparent, and on white as on black some of them are of one colour.",
        "Give --background a colour that shows all of them, such as grey.",
    )


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, count, _BLOCK))


def _composed(images: NDArray[np.uint8], ground: tuple[int, ...]) -> Images:
    result = np.empty((*images.shape[:-1], 3), np.uint8)
    behind = np.array(ground, np.uint32)
    for rows in _blocks(len(images)):
        alpha = images[rows][..., 3:].astype(np.uint32)
        mixed = images[rows][..., :3] * alpha + behind * (255 - alpha)
        result[rows] = (mixed + 127) // 255
    return result


def _hidden(images: NDArray[np.uint8], composed: Images) -> bool:
    """Return whether a background makes one colour of an image that is not all the same."""
    for rows in _blocks(len(images)):
        seen = composed[rows].reshape(len(composed[rows]), -1, 3)
        had = images[rows].reshape(len(seen), -1, 4)
        is_flat = (seen == seen[:, :1]).all((1, 2))
        if (is_flat & (had != had[:, :1]).any((1, 2))).any():
            return True
    return False


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
