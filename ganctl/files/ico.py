"""Icons of Windows (``.ico``), whose images Pillow unpacks as large as they claim to be."""

from __future__ import annotations

import io
import struct
from typing import IO

from PIL.IcoImagePlugin import IcoFile

from ganctl.files.limits import ICON_BYTES, ICON_SIDE

_ICON = b"\0\0\1\0"
_PNG = b"\x89PNG\r\n\x1a\n"


def without_icon(stream: IO[bytes], size: int) -> IO[bytes]:
    """Return what to open for a file: the largest image of an icon if that is a PNG, else all.

    Args:
        stream: the file, at its start, where one that is no icon is left again.
        size: its bytes.

    Raises:
        ValueError: it is an icon that is damaged, or too large; says so in a few words.
    """
    start = stream.read(len(_ICON))
    stream.seek(0)
    if start != _ICON:
        return stream
    if size > ICON_BYTES:
        raise ValueError(f"an icon of over {ICON_BYTES:,} bytes")
    content = stream.read(size)
    try:
        largest = content[IcoFile(io.BytesIO(content)).entry[0].offset :]
        sides = struct.unpack_from("<ii", largest, 4)
    except Exception as error:  # Pillow's readers let all kinds of errors out.
        raise ValueError("damaged") from error
    if largest.startswith(_PNG):
        return io.BytesIO(largest)
    if max(map(abs, sides)) > ICON_SIDE:
        raise ValueError(f"an icon with a side of over {ICON_SIDE:,}")
    return io.BytesIO(content)
