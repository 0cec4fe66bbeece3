"""Moving the folder of a run, which no process may train meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from ganctl.errors import FileError
from ganctl.runs.layout import LOCK
from ganctl.runs.lock import Lock

WINDOWS = os.name == "nt"


@contextmanager
def untrained(folders: Sequence[Path]) -> Iterator[None]:
    """Let no process train these runs, until they were moved.

    On Windows a folder with an open file cannot be moved, so that there the locks are let go at
    once; a process that trains one of the runs keeps it from being moved, by its own open file.

    Raises:
        RunError: a process trains one of them.
        FileError: one of them cannot be written to.
    """
    hint = "Wait for it, or stop it with Ctrl-C where it runs."
    with ExitStack() as held:
        for folder in folders:
            lock = Lock(folder / LOCK, f"The run {folder.name}", hint)
            held.callback(lock.release)
        if WINDOWS:
            held.close()
        yield


def move(source: Path, target: Path) -> None:
    """Move a folder within a file system, in one step.

    Raises:
        FileError: it cannot be moved; it is where it was.
    """
    try:
        source.rename(target)
    except OSError as error:
        raise FileError(
            f"{source} cannot be moved: {error.strerror}.",
            "Check that you may write to its folder, and that no other program uses its files.",
        ) from error
