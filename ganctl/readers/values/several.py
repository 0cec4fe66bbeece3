"""Labels of several columns: attributes by number, or of which an image has some, or -1 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import ATTRIBUTE_VALUES
from ganctl.files.text import printable
from ganctl.readers.describing import Column
from ganctl.readers.labelled import ArrayPair, Arrays, Split

Matrix = NDArray[Any]


def attributes_of(arrays: Arrays, pairs: Mapping[Split, ArrayPair]) -> list[Column]:
    """Return the attributes that labels [N, K] say; none if they say one class an image.

    They do where their columns have names of their own, or where an image may have several of K
    classes. Numbers below 0 and NaN are not known, unless all are -1 and 1.

    Args:
        arrays: what the labels are from.
        pairs: the arrays by split.

    Raises:
        DataError: they are no numbers of values, or other ones in another split.
    """
    train = pairs["train"].labels
    if train is None or not _say_several(arrays, train):
        return []
    names = _names(arrays, train.shape[1])
    labels = {s: pair.labels for s, pair in pairs.items() if pair.labels is not None}
    for part in labels.values():
        if part.shape[1:] != train.shape[1:]:
            raise DataError(
                f"{arrays.source}: the labels of the splits are {list(train.shape)} and "
                f"{list(part.shape)}.",
                "Both splits must have the same attributes.",
            )
    return [
        Column(
            name,
            arrays.source,
            _texts(arrays, name, place, {split: part[:, place] for split, part in labels.items()}),
        )
        for place, name in enumerate(names)
    ]


def _say_several(arrays: Arrays, labels: Matrix) -> bool:
    if labels.ndim != 2 or len(labels) < 2 or labels.dtype.kind not in "buif":
        return False
    if arrays.attributes and labels.shape[1] == len(arrays.attributes):
        return True
    if labels.shape[1] < 2:
        return False
    if _are_signs(labels):
        return True
    known = labels[~np.isnan(labels)] if labels.dtype.kind == "f" else labels
    return bool(((known == 0) | (known == 1)).all() and ((labels == 1).sum(1) > 1).any())


def _are_signs(labels: Matrix) -> bool:
    return bool((np.abs(labels.astype(np.float64)) == 1).all() and (labels == -1).any())


def _names(arrays: Arrays, count: int) -> list[str]:
    for names in (arrays.attributes, arrays.class_names):
        if len(names) == count:
            return list(names)
    return [str(place) for place in range(count)]


def _texts(
    arrays: Arrays, name: str, place: int, labels: Mapping[Split, Matrix]
) -> dict[Split, list[str | None]]:
    """Return what the values of a column are called; None for one that is not known."""
    numbers = {split: part.astype(np.float64) for split, part in labels.items()}
    found = np.unique(np.concatenate([*numbers.values()]))
    found = found[~np.isnan(found)]
    if len(found) > ATTRIBUTE_VALUES or not (found == np.rint(found)).all():
        raise DataError(
            f"{arrays.source}: the attribute {printable(name)} has {len(found):,} values, or "
            "fractions.",
            f"Give whole numbers of up to {ATTRIBUTE_VALUES:,} values.",
        )
    signs = set(found.tolist()) <= {-1.0, 1.0} and -1.0 in found
    given = arrays.values[place] if len(arrays.values) > place else ()
    named: dict[float, str | None]
    if given:
        named = dict(enumerate(given))
        if strange := [int(value) for value in found if value >= len(given)]:
            raise DataError(
                f"{arrays.source} has the value {strange[0]} of the attribute {printable(name)}, "
                f"and {len(given)} names of its values.",
                "Number the values from 0, and give every one a name.",
            )
    elif signs or (not arrays.attributes and set(found.tolist()) <= {0.0, 1.0}):
        named = {-1.0: f"not {name}", 0.0: f"not {name}", 1.0: name}
    else:
        named = {value: str(int(value)) for value in found.tolist() if value >= 0}
    return {
        split: [named.get(number) for number in part.tolist()] for split, part in numbers.items()
    }
