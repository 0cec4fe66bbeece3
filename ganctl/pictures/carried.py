"""What a file of any kind says of how ganctl made it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganctl.errors import DataError, FileError
from ganctl.files.limits import JSON_BYTES
from ganctl.files.npz import NpzFile
from ganctl.pictures.exports import ARRAY
from ganctl.pictures.images import checked_metadata, read_metadata
from ganctl.pictures.video import read_comment

NPZ = ".npz"


def made_by(path: Path) -> dict[str, Any]:
    """Return what a picture, an animation, a video or an ``.npz`` says of how it was made.

    Raises:
        FileError: it cannot be read, or does not say so.
    """
    ending = path.suffix.lower()
    if ending == NPZ:
        return _of_arrays(path)
    if ending == ".mp4":
        try:
            text = read_comment(path) if path.is_file() else None
        except OSError as error:
            raise FileError(f"{path} cannot be read.", "Check the path.") from error
        return checked_metadata(path, text)
    return read_metadata(path)


def _of_arrays(path: Path) -> dict[str, Any]:
    text = None
    try:
        with NpzFile(path) as file:
            if ARRAY in file:
                array = file.read(ARRAY, JSON_BYTES)
                text = str(array.item()) if array.dtype.kind == "U" and array.size == 1 else None
    except DataError as error:
        raise FileError(str(error), error.hint) from error
    return checked_metadata(path, text)
