"""Pictures as a page has them inside: exact where that is small, else good enough to look at."""

from __future__ import annotations

import io

from PIL import Image

from ganctl.pictures.images import Images

LONGEST_SIDE = 1600
"""Pixels; no page shows more of a picture."""
QUALITY = 80
"""Of WebP, from 0 to 100."""


def encoded(image: Images, most: int) -> tuple[bytes, str]:
    """Return a picture and its media type: PNG if that is small enough, else WebP.

    Args:
        image: uint8 [H, W] or [H, W, 3]; a longer side than ``LONGEST_SIDE`` is shrunk to that.
        most: bytes that a PNG may take.
    """
    picture = Image.fromarray(image)
    if max(picture.size) > LONGEST_SIDE:
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.BOX)
    content = _saved(picture, "PNG")
    if len(content) <= most:
        return content, "image/png"
    return _saved(picture, "WEBP", quality=QUALITY, method=4), "image/webp"


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
