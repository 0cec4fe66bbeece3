"""Animations: which endings there are, how large they may be, and their bytes."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from ganctl.errors import UsageError
from ganctl.files.limits import ANIMATION_PIXELS
from ganctl.pictures.images import (
    DESCRIPTION_TAG,
    METADATA_KEY,
    Images,
    check_enlarged,
    check_sheet,
    sheet,
)
from ganctl.pictures.video import check_video, video_bytes
from ganctl.requests.drawing.sample import check_memory
from ganctl.requests.networks import NetworkSpec

MORPH_COLUMNS = 5
"""How many images of a morph move beside each other."""
HOLD_SECONDS = 1.5
"""How long the last frame stays at least."""


class Kind(str, Enum):
    """A format of animation, by Pillow's name where Pillow writes it."""

    GIF = "GIF"
    WEBP = "WEBP"
    APNG = "PNG"
    MP4 = "MP4"


KINDS = {".gif": Kind.GIF, ".webp": Kind.WEBP, ".apng": Kind.APNG, ".mp4": Kind.MP4}
"""The kinds by their endings."""
LONGEST_SIDES = {Kind.GIF: 65_535, Kind.WEBP: 16_383, Kind.MP4: 4_096}
"""Pixels: by the formats themselves; of a video what most players can show."""
_NAMES = {Kind.WEBP: "WebP"}


def animation_kind(path: Path) -> Kind:
    """Return the kind of animation that ``path`` ends in.

    Raises:
        UsageError: it ends in something else than .gif, .webp, .apng or .mp4, or what writes
            videos is not installed.
    """
    try:
        kind = KINDS[path.suffix.lower()]
    except KeyError:
        raise UsageError(
            f"{path.name} does not have an animation's ending.", f"--out takes {', '.join(KINDS)}."
        ) from None
    if kind is Kind.MP4:
        check_video(path.name)
    return kind


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


def check_morph(frames: int, seeds: int, network: NetworkSpec, scale: int) -> tuple[int, int]:
    """Return the height and width of a morph's frame, once it is known that all fit into memory.

    Args:
        frames: how many.
        seeds: how many images each has, ``MORPH_COLUMNS`` or fewer in a row.
        network: what draws them.
        scale: how many pixels wide each pixel becomes.

    Raises:
        UsageError: they do not.
    """
    check_memory(frames * seeds, network)
    side = network.image_size
    height, width = check_sheet(seeds, min(MORPH_COLUMNS, seeds), side, side)
    check_animation(frames, network.channels * height * width, scale)
    return height, width


def morph_frames(images: Images, frames: int) -> list[Images]:
    """Return the frames of a morph, sheets [H, W] or [H, W, 3], of all its images in order.

    Args:
        images: uint8 [frames * seeds, H, W] or [frames * seeds, H, W, 3].
        frames: how many.
    """
    by_frame = images.reshape(frames, -1, *images.shape[1:])
    return [sheet(frame, min(MORPH_COLUMNS, len(frame))) for frame in by_frame]


def check_sides(height: int, width: int, scale: int, kind: Kind) -> None:
    """Raise ``UsageError`` if a frame, enlarged, is longer than its format allows.

    Args:
        height: in pixels, before it is enlarged.
        width: the same.
        scale: how many pixels wide each pixel becomes.
        kind: of animation.
    """
    longest = LONGEST_SIDES.get(kind)
    if longest is not None and scale * max(height, width) > longest:
        raise UsageError(
            f"The frames would have {scale * width:,}×{scale * height:,} pixels, and a side in "
            f"{_NAMES.get(kind, kind.value)} has at most {longest:,}.",
            f"Give --scale {longest // max(height, width)} or less, or end --out in .apng."
            if max(height, width) <= longest
            else "End --out in .apng.",
        )
    check_enlarged(height, width, scale)


def animation_bytes(
    frames: Sequence[Images], fps: float, kind: Kind, metadata: Mapping[str, Any] | None = None
) -> bytes:
    """Return an animation that holds its last frame; all but a video repeat forever.

    Args:
        frames: one or more uint8 [H, W] or [H, W, 3], of one size.
        fps: frames a second.
        kind: of animation.
        metadata: what it carries as JSON, as a PNG by ``png_bytes`` does: a GIF as its comment, a
            WebP as the description in its EXIF data, a video as its comment.
    """
    text = None if metadata is None else json.dumps(metadata, sort_keys=True)
    if kind is Kind.MP4:
        return video_bytes(frames, fps, HOLD_SECONDS, text)
    pictures = [Image.fromarray(frame) for frame in frames]
    each = round(1000 / fps)
    durations = [each] * (len(frames) - 1) + [max(each, round(1000 * HOLD_SECONDS))]
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        kind.value,
        save_all=True,
        append_images=pictures[1:],
        duration=durations if len(frames) > 1 else durations[0],
        loop=0,
        **_options(kind, text),
    )
    return buffer.getvalue()


def _options(kind: Kind, text: str | None) -> dict[str, Any]:
    """Return what Pillow is told of a kind, and of the text that it carries."""
    if kind is Kind.GIF:
        carried = {} if text is None else {"comment": text.encode("ascii")}
        return {"optimize": False, "disposal": 1, **carried}
    if kind is Kind.WEBP:
        exif = Image.Exif()
        if text is not None:
            exif[DESCRIPTION_TAG] = text
        return {"lossless": True, **({} if text is None else {"exif": exif})}
    info = PngImagePlugin.PngInfo()
    if text is not None:
        info.add_text(METADATA_KEY, text)
    return {"pnginfo": info}
