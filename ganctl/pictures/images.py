"""Arrays as pictures: sheets, and PNGs with metadata. Pillow and NumPy alone."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from ganctl.errors import FileError, GanctlError, UsageError
from ganctl.files.limits import PIXELS
from ganctl.files.untrusted_json import parse
from ganctl.pictures.provenance import is_metadata

Images = NDArray[np.uint8]

MID_GREY = 128
GAP = 6
METADATA_KEY = "ganctl"
OURS = frozenset({"ganctl"})
"""The keys that all metadata have where others put texts too."""
DESCRIPTION_TAG = 0x010E
"""Of EXIF data, the description of an image."""


def sheet(images: Images, columns: int, *, line: int = 1, group: int | None = None) -> Images:
    """Lay images out in rows, with mid-grey lines of ``line`` pixels between and around them.

    Args:
        images: uint8 [N, H, W] or [N, H, W, 3], row after row; a short last row ends grey.
        columns: images in a row.
        line: the width of the lines in pixels.
        group: after so many columns there is a gap of ``GAP`` pixels more.

    Returns:
        uint8 [rows*(H+line)+line, columns*(W+line)+line] (and [..., 3] for colour), wider by
        the gaps.

    Raises:
        UsageError: it would be too large for ganctl to read.
    """
    count, height, width = images.shape[:3]
    size = check_sheet(count, columns, height, width, line=line, group=group)
    canvas = np.full((*size, *images.shape[3:]), MID_GREY, dtype=np.uint8)
    for index, image in enumerate(images):
        top = line + index // columns * (height + line)
        column = index % columns
        left = line + column * (width + line) + (0 if group is None else column // group * GAP)
        canvas[top : top + height, left : left + width] = image
    return canvas


def check_sheet(
    count: int, columns: int, height: int, width: int, *, line: int = 1, group: int | None = None
) -> tuple[int, int]:
    """Return the height and width in pixels of what ``sheet`` makes of ``count`` images.

    Raises:
        UsageError: it would be too large to be read again.
    """
    rows = -(-count // columns)
    gaps = 0 if group is None else (columns - 1) // group * GAP
    size = rows * (height + line) + line, columns * (width + line) + line + gaps
    _check_pixels(*size)
    return size


def enlarge(image: Images, scale: int) -> Images:
    """Return an image [H, W] or [H, W, 3] with each pixel ``scale`` × ``scale`` times as large.

    Raises:
        UsageError: it would be too large for ganctl to read.
    """
    check_enlarged(image.shape[0], image.shape[1], scale)
    return image.repeat(scale, axis=0).repeat(scale, axis=1)


def check_enlarged(height: int, width: int, scale: int) -> None:
    """Raise ``UsageError`` if a picture, enlarged, would be too large to be read again."""
    _check_pixels(scale * height, scale * width)


def png_bytes(image: Images, metadata: Mapping[str, Any] | None = None) -> bytes:
    """Return a PNG of uint8 [H, W] or [H, W, 3] that carries ``metadata`` as JSON text."""
    info = PngImagePlugin.PngInfo()
    if metadata is not None:
        info.add_text(METADATA_KEY, json.dumps(metadata, sort_keys=True))
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def read_metadata(path: Path) -> dict[str, Any]:
    """Return the metadata that a PNG, a GIF or a WebP by ganctl carries, without its pixels.

    Raises:
        FileError: it is no such picture, or has no metadata by ganctl.
    """
    with _opened(path, "PNG", "GIF", "WEBP") as image:
        text = image.info.get(METADATA_KEY) if image.format == "PNG" else None
        if image.format == "GIF":
            text = image.info.get("comment", b"").decode()
        elif image.format == "WEBP":
            text = image.getexif().get(DESCRIPTION_TAG)
        # In a PNG the text's own key says that it is ours.
        return checked_metadata(path, text, set() if image.format == "PNG" else OURS)


def checked_metadata(path: Path, text: object, needed: Set[str] = OURS) -> dict[str, Any]:
    """Return what a text in a file says that may be a stranger's.

    Args:
        path: the file.
        text: JSON, if ganctl wrote it.
        needed: the keys that tell ours from those of others.

    Raises:
        FileError: it is not what ganctl writes, or there is none.
    """
    try:
        metadata = parse(str(text)) if text else None
    except ValueError:  # Any other text: most GIFs have a comment.
        metadata = None
    if not isinstance(metadata, dict) or not metadata.keys() >= needed or not is_metadata(metadata):
        raise FileError(
            f"{path} does not say how it was made.",
            "Only files by ganctl do; an editor may have removed it.",
        )
    return metadata


def read_image(path: Path) -> Images:
    """Return the pixels of one of our own PNGs, uint8 [H, W] or [H, W, 3].

    Raises:
        FileError: it cannot be read.
    """
    with _opened(path, "PNG") as image:
        return np.asarray(image.convert("L" if image.mode == "L" else "RGB"))


@contextmanager
def _opened(path: Path, *formats: str) -> Iterator[Image.Image]:
    """Open a picture of some formats; whatever is wrong with it becomes a ``FileError``.

    Its size is checked before its pixels are unpacked.
    """
    try:
        if not path.is_file():
            raise OSError("not a file: reading a pipe could wait forever")
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=formats) as image:
                yield image
    except GanctlError:
        raise
    except Exception as error:  # Pillow raises errors of many kinds.
        raise FileError(
            f"{path} cannot be read as a {' or '.join(formats)}.", "Check the path."
        ) from error


def _check_pixels(height: int, width: int) -> None:
    """Raise ``UsageError`` if a picture would be too large for ganctl to read."""
    if height * width > PIXELS:
        raise UsageError(
            f"The picture would have {width:,}×{height:,} pixels.",
            f"At most {PIXELS:,} are possible: give a smaller --scale, fewer --cols, or fewer "
            "images.",
        )
