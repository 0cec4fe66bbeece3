"""What ``ganctl info`` says of files that ganctl made: the commands that make them again."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganctl.cli import console
from ganctl.errors import DataError, FileError, GanctlError
from ganctl.files.limits import JSON_BYTES
from ganctl.runs.locate import find_source

PICTURES = (".png", ".gif", ".webp", ".apng", ".mp4")
"""The endings of files that ganctl makes to be looked at."""
NPZ = ".npz"


def made_by(path: Path) -> dict[str, Any]:
    """Return what a picture, an animation, a video or an ``.npz`` says of how it was made.

    Raises:
        FileError: it cannot be read, or does not say so.
    """
    from ganctl.pictures.images import checked_metadata, read_metadata
    from ganctl.pictures.video import read_comment

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
    from ganctl.files.npz import NpzFile
    from ganctl.pictures.exports import ARRAY
    from ganctl.pictures.images import checked_metadata

    text = None
    try:
        with NpzFile(path) as file:
            if ARRAY in file:
                array = file.read(ARRAY, JSON_BYTES)
                text = str(array.item()) if array.dtype.kind == "U" and array.size == 1 else None
    except DataError as error:
        raise FileError(str(error), error.hint) from error
    return checked_metadata(path, text)


def made_by_facts(path: Path) -> dict[str, Any]:
    """Return what a picture, an animation or a video says of itself, the command first.

    Raises:
        FileError: it is not there, or does not say so.
    """
    from ganctl.pictures.previews import is_preview

    if not path.is_file():
        raise FileError(f"There is no file {path}.", "Check the path.")
    metadata = made_by(path)
    command = {"command": metadata.pop("command")} if "command" in metadata else {}
    if command and is_preview(metadata):
        _say_if_gone(command["command"])
    return command | metadata


def _say_if_gone(command: str) -> None:
    """Say so where the checkpoint of a preview, which its command names, is not kept."""
    _, _, reference, *_ = shlex.split(command)
    try:
        find_source(reference)
    except GanctlError as error:
        console.note(f"the command cannot make it again: {error} {error.hint}")


def command_in(path: Path) -> str:
    """Return the command that made an ``.npz`` of samples; empty for any other data."""
    if path.suffix.lower() != NPZ:
        return ""
    with suppress(FileError):
        return str(made_by(path).get("command", ""))
    return ""
