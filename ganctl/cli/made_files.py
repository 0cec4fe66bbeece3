"""What ``ganctl info`` says of files that ganctl made: the commands that make them again."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganctl.cli import console
from ganctl.errors import FileError, GanctlError
from ganctl.runs.locate import find_source

PICTURES = (".png", ".gif", ".webp", ".apng", ".mp4")
"""The endings of files that ganctl makes to be looked at."""


def made_by_facts(path: Path) -> dict[str, Any]:
    """Return what a picture, an animation or a video says of itself, the command first.

    Raises:
        FileError: it is not there, or does not say so.
    """
    from ganctl.pictures.carried import made_by
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
    from ganctl.pictures.carried import NPZ, made_by

    if path.suffix.lower() != NPZ:
        return ""
    with suppress(FileError):
        return str(made_by(path).get("command", ""))
    return ""
