"""Arrays as pictures: sheets, PNGs with metadata, animations. Pillow and NumPy alone."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, PngImagePlugin

from ganctl.errors import FileError, GanctlError, UsageError
from ganctl.files.limits import ANIMATION_PIXELS, PIXELS
from ganctl.files.untrusted_json import parse
from ganctl.pictures.provenance import is_command

Images = NDArray[np.uint8]

MID_GREY = 128
GAP = 6
METADATA_KEY = "ganctl"
ANIMATION_FORMATS = {".gif": "GIF", ".webp": "WEBP", ".apng": "PNG"}
LONGEST_SIDES = {"GIF": 65_535, "WEBP": 16_383}
"""Pixels, by the formats themselves."""


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
    """Return the metadata that ``png_bytes`` put into a PNG, without decoding its pixels.

    Raises:
        FileError: it is no PNG, or has no metadata by ganctl.
    """
    with _opened(path) as image:
        text = image.info.get(METADATA_KEY)
        metadata = parse(str(text)) if text else None
    if not isinstance(metadata, dict) or not _is_ours(metadata):
        raise FileError(
            f"{path} does not say how it was made.",
            "Only pictures by ganctl do; an image editor may have removed the metadata.",
        )
    return metadata


def read_images(paths: Sequence[Path], scale: int = 1) -> list[Images]:
    """Return the pixels of our own PNGs of one size, each uint8 [H, W] or [H, W, 3].

    Raises:
        FileError: one cannot be read or is of another size.
        UsageError: they would be too large together, enlarged ``scale`` times.
    """
    images: list[Images] = []
    for path in paths:
        image = read_image(path)
        if images and image.shape != images[0].shape:
            raise FileError(f"{path} and {paths[0]} differ in size.", "Remove one of them.")
        check_animation(len(paths), image.size, scale)
        images.append(image)
    return images


def check_animation(frames: int, size: int, scale: int) -> None:
    """Raise ``UsageError`` if frames would be too large together.

    Args:
        frames: how many.
        size: numbers in a frame, height times width times channels.
        scale: how many pixels wide each pixel becomes.
    """
    if frames * size * scale**2 > ANIMATION_PIXELS:
        raise UsageError(
            f"{frames:,} frames of this size are too large together.",
            "Give a smaller --scale, or fewer --frames.",
        )


def check_sides(height: int, width: int, scale: int, kind: str) -> None:
    """Raise ``UsageError`` if a frame, enlarged, is longer than its format allows.

    Args:
        height: in pixels, before it is enlarged.
        width: the same.
        scale: how many pixels wide each pixel becomes.
        kind: "GIF", "WEBP" or "PNG" (animated).
    """
    longest = LONGEST_SIDES.get(kind)
    if longest is not None and scale * max(height, width) > longest:
        raise UsageError(
            f"The frames would have {scale * width:,}×{scale * height:,} pixels, and a side in "
            f"{'WebP' if kind == 'WEBP' else kind} has at most {longest:,}.",
            f"Give --scale {longest // max(height, width)} or less, or end --out in .apng."
            if max(height, width) <= longest
            else "End --out in .apng.",
        )
    check_enlarged(height, width, scale)


def read_image(path: Path) -> Images:
    """Return the pixels of one of our own PNGs, uint8 [H, W] or [H, W, 3].

    Raises:
        FileError: it cannot be read.
    """
    with _opened(path) as image:
        return np.asarray(image.convert("L" if image.mode == "L" else "RGB"))


def _is_ours(metadata: Mapping[str, Any]) -> bool:
    """Return whether metadata are as ganctl writes them: values, lists of values, a command."""
    for value in metadata.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, (list, dict)):
                return False
    return "command" not in metadata or is_command(metadata["command"])


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open a PNG; whatever is wrong with it becomes a ``FileError``.

    Its size is checked before its pixels are unpacked.
    """
    try:
        if not path.is_file():
            raise OSError("not a file: reading a pipe could wait forever")
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=["PNG"]) as image:
                yield image
    except GanctlError:
        raise
    except Exception as error:  # Pillow raises errors of many kinds.
        raise FileError(f"{path} cannot be read as a PNG.", "Check the path.") from error


def _check_pixels(height: int, width: int) -> None:
    """Raise ``UsageError`` if a picture would be too large for ganctl to read."""
    if height * width > PIXELS:
        raise UsageError(
            f"The picture would have {width:,}×{height:,} pixels.",
            f"At most {PIXELS:,} are possible: give a smaller --scale, fewer --cols, or fewer "
            "images.",
        )


def animation_format(path: Path) -> str:
    """Return Pillow's name for the animation that ``path`` ends in.

    Raises:
        UsageError: it ends in something else than .gif, .webp or .apng.
    """
    try:
        return ANIMATION_FORMATS[path.suffix.lower()]
    except KeyError:
        endings = ", ".join(ANIMATION_FORMATS)
        raise UsageError(
            f"{path.name} does not have an animation's ending.", f"--out takes {endings}."
        ) from None


def animation_bytes(frames: Sequence[Images], fps: float, kind: str) -> bytes:
    """Return an animation that repeats forever.

    Args:
        frames: one or more uint8 [H, W] or [H, W, 3], of one size.
        fps: frames a second.
        kind: "GIF", "WEBP" or "PNG" (animated).
    """
    pictures = [Image.fromarray(frame) for frame in frames]
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {}
    if kind == "GIF":
        options = {"optimize": False, "disposal": 1}
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        kind,
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 / fps),
        loop=0,
        **options,
    )
    return buffer.getvalue()
