"""What lies where in a run's folder, and whose a name in it is. No torch.

::

    run.json       what the run is and how far it got (``header``)
    metrics.jsonl  one line for each log interval (``metrics``)
    checkpoints/   step00001000.safetensors, …, and best.safetensors
    previews/      step00000100.png, …: the same latents each time
    loss.png       the curves
    metrics.csv, tensorboard/   the same figures for others, where ``--log`` asks for them
    evaluation.*   what ``ganctl evaluate`` found last: .json for programs, .txt for people
    lock           held by the process that trains it; it says which process that is, or was
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from ganctl.errors import FileError, RunError
from ganctl.files.atomic import explained, temporary_for

LOCK = "lock"
_FOLDERS = ("checkpoints", "previews", "tensorboard")
_STEP = re.compile(r"step(\d+)\.(?:safetensors|png)")
_WRITTEN_BY_TRAIN = {
    "run.json",
    "metrics.jsonl",
    "metrics.csv",
    "loss.png",
    "best.safetensors",
}


def checkpoint_path(folder: Path, step: int) -> Path:
    """Return where the checkpoint of ``step`` belongs."""
    return folder / "checkpoints" / f"step{step:08d}.safetensors"


def preview_path(folder: Path, step: int) -> Path:
    """Return where the preview of ``step`` belongs."""
    return folder / "previews" / f"step{step:08d}.png"


def step_of(path: Path) -> int:
    """Return the step in the name of a checkpoint or preview."""
    match = _STEP.fullmatch(path.name)
    if not match:
        raise ValueError(f"{path.name} names no step")
    return int(match[1])


def by_step(folder: Path, suffix: str) -> list[Path]:
    """Return the files of a folder whose names have a step and end in ``suffix``, in order."""
    found = [path for path in folder.glob(f"step*{suffix}") if _STEP.fullmatch(path.name)]
    return sorted(found, key=step_of)


def size(folder: Path) -> int:
    """Return the bytes of all files below ``folder``."""
    sizes = 0
    for place, _, names in os.walk(folder):
        for name in names:
            # A process that trains the run may replace or remove it at this moment.
            with contextlib.suppress(OSError):
                sizes += (Path(place) / name).stat().st_size
    return sizes


def is_written_by_train(name: str) -> bool:
    """Return whether ``ganctl train`` writes a file of that name, and no other command does."""
    return name in _WRITTEN_BY_TRAIN or bool(_STEP.fullmatch(name))


def numbered(folder: Path) -> Iterator[Path]:
    """Yield ``folder``, and then ``folder-2``, ``folder-3``, …"""
    yield folder
    for number in count(2):
        yield folder.with_name(f"{folder.name}-{number}")


def make_folder(folder: Path) -> Path:
    """Make ``folder``, or the first of ``numbered(folder)`` that nobody else has made.

    Raises:
        FileError: it cannot be made.
    """
    with explained(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
    return next(path for path in numbered(folder) if _is_made(path))


def _is_made(folder: Path) -> bool:
    """Make a folder; return whether nobody else had."""
    with explained(folder):
        try:
            folder.mkdir()
        except FileExistsError:
            return False
    return True


def check_free(folder: Path) -> None:
    """Raise ``FileError`` if there is more than what a run leaves that was killed as it began."""
    with explained(folder):
        if not folder.exists():
            return
        if not folder.is_dir() or any(
            path.name != LOCK and not _is_leftover(path) for path in folder.iterdir()
        ):
            raise FileError(
                f"{folder} already exists.",
                "Give another --name or --out, or resume that run: --resume RUN.",
            )


def _is_leftover(path: Path) -> bool:
    name = temporary_for(path)
    return name is not None and is_written_by_train(name)


def check_links(folder: Path) -> None:
    """Raise ``RunError`` if files of the run would lie elsewhere: a link must not lead us out."""
    with explained(folder):
        home = folder.resolve()
        for name in _FOLDERS:
            # A folder that is not there yet leads nowhere; links in a circle stay where they are.
            if (folder / name).exists() and not (folder / name).resolve().is_relative_to(home):
                raise RunError(
                    f"{folder / name} is a link that leads out of the run.",
                    "Put a folder in its place, or move and link the whole run instead.",
                )
