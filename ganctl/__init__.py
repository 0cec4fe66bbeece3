"""Train, steer and judge conditional GANs.

The Python side of the command line::

    import ganctl

    run = ganctl.train(minutes=3, seed=1)
    digits = ganctl.load("latest").sample(7, n=100)  # uint8 [100, 28, 28]

Importing this is cheap; torch is imported when something is trained or loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganctl._version import __version__

if TYPE_CHECKING:
    from ganctl.api import Generator, load, train
    from ganctl.errors import GanctlError
    from ganctl.runs.run import Run

__all__ = ["GanctlError", "Generator", "Run", "__version__", "load", "train"]

_HOMES = {
    "GanctlError": "ganctl.errors",
    "Generator": "ganctl.api",
    "Run": "ganctl.runs.run",
    "load": "ganctl.api",
    "train": "ganctl.api",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ganctl' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
