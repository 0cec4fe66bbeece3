"""Everything that ganctl raises on purpose.

::

    GanctlError             something is wrong; the command line exits with 1
    ├── UsageError          a name, number or combination that was asked for; exits with 2
    │   └── UnknownName     a name that is in no table; lists the nearest ones
    ├── RunNotFound         no run, checkpoint or picture by that name
    ├── RunError            a run's folder that cannot be read or resumed
    ├── PluginError         a package that adds to ganctl is missing, broken, or adds nonsense
    ├── CheckpointError     a weights file that is truncated, foreign or of another version
    ├── DataError           a data set that cannot be read or downloaded
    ├── Diverged            a run whose losses or weights became NaN or infinite
    ├── ProcessLost         another process of a run that several train has ended
    ├── FileError           a path that cannot be read or written, or is already taken
    └── Stopped             the user stopped a run, which is saved; exits with 130,
                            or with 128 and the number of the signal that asked

Each error is one sentence that says what is wrong (``str(error)``) and one
that says what to do about it (``error.hint``).

``GanctlWarning`` goes to Python's ``warnings`` where the work continues.
"""

from __future__ import annotations

from collections.abc import Iterable


class GanctlError(Exception):
    """The root of the tree: what is wrong, and a ``hint`` that says what to do."""

    exit_code = 1

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(GanctlError):
    """What was asked for makes no sense: a bad value, or options that exclude each other."""

    exit_code = 2


class UnknownName(UsageError):
    """A name that is in no table, such as ``--model cgna``."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        names = list(known)
        super().__init__(f"There is no {kind} {name!r}.", f"{nearest(name, names)}.")


class RunNotFound(GanctlError):
    """No run, checkpoint or picture by that name."""


class RunError(GanctlError):
    """A run's folder that cannot be read or resumed."""


class PluginError(GanctlError):
    """A package that adds to ganctl, and is not installed or not what ganctl asks for."""


class CheckpointError(GanctlError):
    """A weights file that is truncated, foreign, a pickle, or of another format version."""


class DataError(GanctlError):
    """A data set that cannot be read or downloaded."""


class Diverged(GanctlError):
    """A run whose losses or weights became NaN or infinite; the last checkpoint is finite."""


class ProcessLost(GanctlError):
    """Another process of a run that several train has ended; the last checkpoint is whole."""


class FileError(GanctlError):
    """A path that cannot be read or written, or that is already taken."""


class Stopped(GanctlError):
    """The user stopped the run; everything up to that step is saved."""

    exit_code = 130

    def __init__(self, message: str, hint: str, exit_code: int = 130) -> None:
        super().__init__(message, hint)
        self.exit_code = exit_code


class GanctlWarning(UserWarning):
    """Something that a run can do without went wrong; the run continues."""


MAX_NAMES = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """Return "Did you mean a, b?" if some names look alike, else all of them."""
    from difflib import get_close_matches

    names = list(known)
    alike = get_close_matches(str(name).lower(), names, n=3, cutoff=0.5)
    shown = names if len(names) <= MAX_NAMES else [*names[:MAX_NAMES], "…"]
    valid = f"Choose from: {', '.join(shown)}" if names else "There are none yet"
    return f"Did you mean {' or '.join(alike)}? {valid}" if alike else valid
