"""Data sets that other packages add, by entry points in the group ``ganctl.data``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ganctl.plugins import Kind, Plugin, plugin
from ganctl.readers.labelled import ArrayPair, Arrays, Split
from ganctl.requests.data import DATA_SETS

_SPLITS: tuple[Split, ...] = ("train", "test")
_NAMES = ("classes", "attributes", "values")


def added_arrays(name: str) -> Arrays:
    """Return the arrays of a plug-in's data set, which its function has made.

    The function takes nothing and returns a mapping. ``train`` and perhaps ``test`` are pairs of
    images and labels as ``readers.arrays`` takes them: uint8 [N, H, W] or [N, H, W, 3], and
    integers [N], or [N, A] for attributes; or an ``ArrayPair``, which may have captions and
    quantities. ``classes`` names label 0, 1, …; ``attributes`` the columns of labels, and
    ``values`` what the numbers of each stand for. Without names they are called by number.

    Raises:
        PluginError: the plug-in is broken, or returns something else.
        UnknownName: there is no such data set.
    """
    found = plugin(Kind.DATA, name, DATA_SETS)
    make = found.load()
    if not callable(make):
        raise found.wrong("is no function")
    try:
        made = make()
    # Whatever a stranger's function raises.
    except Exception as error:
        raise found.wrong(f"fails: {type(error).__name__}: {error}") from error
    if not isinstance(made, Mapping) or "train" not in made or made.keys() - {*_SPLITS, *_NAMES}:
        raise found.wrong(f"is no mapping with train, and perhaps {', '.join(('test', *_NAMES))}")
    pairs = {split: _pair(found, made[split]) for split in _SPLITS if split in made}
    return Arrays(
        name,
        (),
        lambda _: pairs,
        class_names=tuple(map(str, made.get("classes", ()))),
        attributes=tuple(map(str, made.get("attributes", ()))),
        values=tuple(tuple(map(str, each)) for each in made.get("values", ())),
        source=f"the data set {name} of {found.package}",
    )


def _pair(found: Plugin, pair: Any) -> ArrayPair:
    """Return the images and labels of a split as arrays."""
    if isinstance(pair, ArrayPair):
        return pair
    try:
        images, labels = pair
        return ArrayPair(np.asarray(images), None if labels is None else np.asarray(labels))
    except (TypeError, ValueError):
        raise found.wrong("has a split that is no pair of images and labels") from None
