"""Another name for a run."""

from __future__ import annotations

import os
from pathlib import Path

from ganctl.errors import RunError
from ganctl.requests.checks import check_run_name
from ganctl.runs import locate
from ganctl.runs.run import make_latest
from ganctl.runs.tidying.holding import move, untrained


def rename(folder: Path, name: str) -> Path:
    """Call the run in ``folder`` by another name, and return its new folder.

    ``latest`` goes on meaning the run that it meant. A run that is a link keeps its folder: the
    link gets the name.

    Raises:
        UsageError: the name cannot be a folder's.
        RunError: a process trains the run, or something has that name already.
        FileError: the folder cannot be moved; it is where it was.
    """
    target = folder.with_name(check_run_name(name, "NAME"))
    if target.name == folder.name:
        raise RunError(f"The run is called {name} already.", "Give another NAME.")
    with untrained([folder]):
        if os.path.lexists(target) and not _differ_in_case(target, folder):
            raise RunError(
                f"There is a run {name} already in {target.parent}.",
                "Give another NAME; ganctl runs list shows those that are taken.",
            )
        was_latest = locate.is_latest(folder)
        move(folder, target)
    if was_latest:
        make_latest(target)
    return target


def _differ_in_case(target: Path, folder: Path) -> bool:
    """Return whether both are one folder, on a disk where Demo is there when demo is."""
    return target.name.lower() == folder.name.lower() and target.samefile(folder)
