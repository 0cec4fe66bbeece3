"""Where ganctl keeps things. Nothing is created here: who writes, creates."""

from __future__ import annotations

import os
from pathlib import Path

ASSETS = Path(__file__).parents[1] / "assets"
PRETRAINED = ASSETS / "pretrained"


def home() -> Path:
    """Return the folder of the user's runs: ``$GANCTL_HOME``, else the user data folder."""
    import platformdirs

    return _from_environment("GANCTL_HOME") or platformdirs.user_data_path(
        "ganctl", appauthor=False
    )


def runs_folder() -> Path:
    """Return the folder that holds one folder for each run."""
    return home() / "runs"


def memory_folder() -> Path:
    """Return the folder that holds data from memory, which Python trained on."""
    return home() / "data"


def cache() -> Path:
    """Return the folder of data that can be made again: ``$GANCTL_CACHE``, else the user cache."""
    import platformdirs

    return _from_environment("GANCTL_CACHE") or platformdirs.user_cache_path(
        "ganctl", appauthor=False
    )


def user_path(text: str) -> Path:
    """Return a path that a user typed, with ``~`` as the home folder where that is known."""
    try:
        return Path(text).expanduser()
    except RuntimeError:  # ~somebody who is not there
        return Path(text)


def exists(path: Path) -> bool:
    """Return whether something can be found at ``path``, whatever the path looks like."""
    try:
        return path.exists()
    except (OSError, ValueError):  # A name too long, a folder that may not be read, a null byte.
        return False


def _from_environment(variable: str) -> Path | None:
    value = os.environ.get(variable)
    return user_path(value).absolute() if value else None
