"""The trash below the home, from which a removed run can be taken back.

::

    runs/.trash/20261126-081500/demo/   the run demo, removed at that time

The folder between has one run, so that two of the same name do not meet. A run is moved there and
back in one step, and is whole at every moment, in one place or the other.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ganctl.errors import FileError, RunError, RunNotFound, nearest
from ganctl.files import paths
from ganctl.files.atomic import explained
from ganctl.runs import layout
from ganctl.runs.tidying.holding import move, untrained

_FOLDER = ".trash"
_MOMENT = re.compile(r"\d{8}-\d{6}(?:-\d+)?", re.ASCII)
"""The name of the folder that a removed run lies in; whatever else is there is nobody's run."""
_DOOMED = "deleting-"
"""How the names begin of what is being deleted, of which a kill may leave a part."""


@dataclass(frozen=True)
class Removed:
    """A run in the trash, by its folder there."""

    folder: Path

    @property
    def name(self) -> str:
        """What the run was called."""
        return self.folder.name

    @property
    def reference(self) -> str:
        """What a user types to mean this one among those of the same name."""
        return f"{self.folder.parent.name}/{self.name}"

    def size(self) -> int:
        """Return the bytes of all its files."""
        return layout.size(self.folder)


def contents() -> list[Removed]:
    """Return the runs in the trash, those removed first before the others."""
    found = []
    for path in sorted(_trash().glob("*/*")):
        # A link would lead out of the trash.
        is_own = not path.is_symlink() and not path.parent.is_symlink() and path.is_dir()
        if is_own and _MOMENT.fullmatch(path.parent.name):
            found.append(Removed(path))
    return sorted(found, key=lambda removed: _order(removed.folder.parent.name))


def find_removed(reference: str) -> list[Removed]:
    """Return the runs in the trash by that name, or the one by its time and name.

    Raises:
        RunNotFound: there is none; the hint lists the nearest names.
    """
    everything = contents()
    found = [removed for removed in everything if reference in (removed.name, removed.reference)]
    if not everything:
        raise RunNotFound(
            f"There is no {reference!r} in the trash.", "The trash is empty: see ganctl runs."
        )
    if not found:
        names = dict.fromkeys(removed.name for removed in everything)
        raise RunNotFound(
            f"There is no {reference!r} in the trash.", f"{nearest(reference, names)}."
        )
    return found


def check_removable(folder: Path) -> None:
    """Refuse a run that the trash is no place for.

    Raises:
        RunError: it is a link, or lies outside of the home.
    """
    if folder.is_symlink():
        raise RunError(
            f"The run {folder.name} is a link to {folder.resolve()}.",
            "Remove the link, and that folder if you wish, by hand.",
        )
    if folder.parent.resolve() != paths.runs_folder().resolve():
        raise RunError(
            f"The run {folder.name} lies outside of the home, where the trash is.",
            f"Remove its folder by hand: {folder}",
        )


def remove(folders: Sequence[Path]) -> list[Removed]:
    """Move runs to the trash, all of them or, where one is refused, none.

    Raises:
        RunError: one of them is a link, lies outside of the home, or is being trained.
        FileError: one cannot be moved; those before it are in the trash.
    """
    for folder in folders:
        check_removable(folder)
    with untrained(folders):
        return [_remove(folder) for folder in folders]


def restore(removed: Removed) -> Path:
    """Take a run back from the trash, and return its folder.

    Raises:
        RunError: another run has its name by now.
        FileError: it cannot be moved; it is where it was.
    """
    target = paths.runs_folder() / removed.name
    if paths.exists(target) or target.is_symlink():
        raise RunError(
            f"There is a run {removed.name} again.",
            f"Call it something else first: ganctl runs rename {removed.name} NAME",
        )
    move(removed.folder, target)
    with contextlib.suppress(OSError):  # Something else may have been put there.
        removed.folder.parent.rmdir()
    return target


def delete(several: Sequence[Removed]) -> None:
    """Delete runs in the trash for good, and what an earlier deletion left when it was killed.

    Raises:
        FileError: something cannot be deleted; no run is left in part.
    """
    for removed in several:
        # First it is no run any more, so that what a kill leaves is not taken for one.
        doomed = _new_folder(_DOOMED)
        move(removed.folder, doomed / removed.name)
        with contextlib.suppress(OSError):
            removed.folder.parent.rmdir()
    for doomed in _trash().glob(f"{_DOOMED}*"):
        # Another process may be deleting it.
        with explained(doomed), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(doomed)


def _remove(folder: Path) -> Removed:
    place = _new_folder()
    try:
        move(folder, place / folder.name)
    except FileError:
        with contextlib.suppress(OSError):
            place.rmdir()
        raise
    return Removed(place / folder.name)


def _new_folder(prefix: str = "") -> Path:
    """Make a folder in the trash, named by the time."""
    return layout.make_folder(_trash() / f"{prefix}{datetime.now():%Y%m%d-%H%M%S}")


def _trash() -> Path:
    """Return the trash, which lies among the runs: a run can be moved there in one step.

    Raises:
        FileError: it is a link, which could lead anywhere.
    """
    trash = paths.runs_folder() / _FOLDER
    if trash.is_symlink():
        raise FileError(f"{trash} is a link.", "Remove it: the trash is a folder of ganctl's own.")
    return trash


def _order(place: str) -> tuple[str, int]:
    """Return what sorts the folders of the same second, demo-10 after demo-2, by their number."""
    stem, number = place[:15], place[16:]
    return stem, int(number) if number.isdecimal() else 1
