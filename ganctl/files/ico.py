"""Icons of Windows (``.ico``), whose frames are unpacked as large as each claims to be."""

from __future__ import annotations

import struct
from typing import IO

from ganctl.files.limits import ICON_FRAMES, ICON_SIDE

_ICON = b"\0\0\1\0"
_PNG = b"\x89PNG"


def icon_problem(stream: IO[bytes]) -> str | None:
    """Say why a file is an icon that is not to be opened; None if it is none, or may be.

    Args:
        stream: the file, at its start, where it is left again.
    """
    head = stream.read(6)
    count = int.from_bytes(head[4:], "little") if head.startswith(_ICON) else 0
    problem = f"an icon of over {ICON_FRAMES} frames" if count > ICON_FRAMES else None
    entries = b"" if problem else stream.read(16 * count)
    for (offset,) in struct.iter_unpack("<12xI", entries[: len(entries) // 16 * 16]):
        stream.seek(offset)
        if max(map(abs, _sides(stream.read(24).ljust(24, b"\0")))) > ICON_SIDE:
            problem = f"an icon with a side of over {ICON_SIDE:,}"
            break
    stream.seek(0)
    return problem


def _sides(frame: bytes) -> tuple[int, int]:
    """Return the width and height that a frame begins with, which is a PNG or a bitmap."""
    layout, place = (">II", 16) if frame.startswith(_PNG) else ("<ii", 4)
    width, height = struct.unpack_from(layout, frame, place)
    return width, height
