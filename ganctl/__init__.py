"""Train, steer and judge conditional GANs.

The Python side of the command line::

    import ganctl

    run = ganctl.train(minutes=3, seed=1)
    digits = run.load().sample(7, n=100)  # uint8 [100, 28, 28]

Importing this is cheap; torch is imported when something is trained or loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganctl._version import __version__

if TYPE_CHECKING:
    from ganctl.api.evaluation import Evaluation
    from ganctl.api.generator import Generator
    from ganctl.api.loading import load
    from ganctl.api.run import Run
    from ganctl.api.training import train
    from ganctl.engine.training.loop import StepReport
    from ganctl.errors import GanctlError

__all__ = [
    "Evaluation",
    "GanctlError",
    "Generator",
    "Run",
    "StepReport",
    "__version__",
    "load",
    "train",
]

_HOMES = {
    "Evaluation": "ganctl.api.evaluation",
    "GanctlError": "ganctl.errors",
    "Generator": "ganctl.api.generator",
    "Run": "ganctl.api.run",
    "StepReport": "ganctl.engine.training.loop",
    "load": "ganctl.api.loading",
    "train": "ganctl.api.training",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'ganctl' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
