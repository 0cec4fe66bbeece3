"""One picture to the size that networks are built for: cropped, padded or stretched."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageColor

from ganctl.requests.data import Fit, ReadOptions

_GAP = 3.0
"""How much of a large reduction is left to the smooth filter: Pillow's for no visible loss."""


def fitted(image: Image.Image, options: ReadOptions) -> Image.Image:
    """Return an image of ``options.image_size`` pixels square, as ``options.fit`` says.

    One smooth filter reduces and enlarges. Bars are of ``options.background``, else black; those
    of floats have the image's lowest value.

    Args:
        image: of mode L, LA, RGB, RGBA or F.
        options: an ``image_size`` of None, or one that the image has, leaves it as it is.
    """
    return padded(resized(image, options), options)


def resized(image: Image.Image, options: ReadOptions) -> Image.Image:
    """Return what ``fitted`` does, without the bars of ``--fit pad``."""
    side = options.image_size
    if side is None or image.size == (side, side):
        return image
    size, box = (side, side), None
    if options.fit is Fit.CROP:
        box = _middle(*image.size)
    elif options.fit is Fit.PAD:
        left, top, right, bottom = inner_box(image.size, side)
        size = right - left, bottom - top
    small = image.resize(size, Image.Resampling.BICUBIC, box, reducing_gap=_GAP)
    if image.mode != "F":
        return small
    # Pixels of 8 bits end at black and white; floats would pass their lowest and highest.
    return Image.fromarray(np.clip(np.asarray(small), *image.getextrema()))


def padded(image: Image.Image, options: ReadOptions) -> Image.Image:
    """Return an image in the middle of bars that make it square, where it is smaller."""
    side = options.image_size
    if side is None or image.size == (side, side):
        return image
    bars: float | tuple[int, ...]
    if image.mode == "F":
        bars = float(np.asarray(image).min())
    else:
        bars = ImageColor.getcolor(options.background or "black", image.mode)
    canvas = Image.new(image.mode, (side, side), bars)
    canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return canvas


def inner_box(size: tuple[int, int], side: int) -> tuple[int, int, int, int]:
    """Return where ``--fit pad`` puts an image in its square: left, top, right, bottom."""
    longer = max(size)
    width, height = (max(1, round(length * side / longer)) for length in size)
    left, top = (side - width) // 2, (side - height) // 2
    return left, top, left + width, top + height


def _middle(width: int, height: int) -> tuple[float, float, float, float]:
    side = min(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    return left, top, left + side, top + side
