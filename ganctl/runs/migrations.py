"""What earlier versions of ganctl wrote, made into what this one reads. No torch.

Each table has, for a former format version, what makes the next one of it; a
file goes through all that it lacks. None of them is ever removed or changed:
what is on somebody's disk does not change either.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Header = dict[str, Any]
Migration = Callable[[Header], Header]


def migrated(header: Header, version: int, migrations: Mapping[int, Migration]) -> Header:
    """Return a header of format ``version`` as the newest one.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is not of that version.
    """
    while version in migrations:
        header = migrations[version](header)
        version += 1
    return header


def _run_of_two(header: Header) -> Header:
    """Add what runs began to hold one after the other: the best, alarms, lr_scale, the recipe.

    Those from before there was a best had one recipe less, and called
    ``modern`` what is now ``quick``.
    """
    config = {"lr_scale": 1.0, **header["config"]}
    if "best" not in header and config["recipe"] == "modern":
        config["recipe"] = "quick"
    return {"best": {}, "alarms": [], "recipe": {}, **header, "config": config}


def _checkpoint_of_two(header: Header) -> Header:
    """Add what networks began to have: another latent, codes and their map, a classifier.

    Those from before there was a classifier called ``modern`` what is now ``quick``.
    """
    network = {"latent": "normal", "categories": 0, "continuous": 0, **header["network"]}
    if "classifier" in network:
        return {"code_map": None, **header, "network": network}
    network["classifier"] = False
    recipe = header["recipe"]
    if network["name"] == "modern":
        network["name"] = "quick"
    return {
        "code_map": None,
        **header,
        "network": network,
        "recipe": "quick" if recipe == "modern" else recipe,
    }


RUN_MIGRATIONS: dict[int, Migration] = {1: _run_of_two}
CHECKPOINT_MIGRATIONS: dict[int, Migration] = {1: _checkpoint_of_two}
