"""Labels of any kind as classes: numbers, texts, one-hot rows, with gaps or from 1."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import CLASSES
from ganctl.requests.conditions.labels import check_class_names


@dataclass(frozen=True)
class Keys:
    """One label an image: ``values`` int64 or text [N], and ``known`` bool [N], False for none."""

    values: NDArray[Any]
    known: NDArray[np.bool_]


@dataclass(frozen=True)
class Classes:
    """The labels that occur, in order, and what they are called."""

    values: NDArray[Any]
    names: tuple[str, ...]

    def indices(self, keys: Keys) -> NDArray[np.int64]:
        """Return the class of each label, int64 [N]; -1 for one of no class."""
        if self.values.dtype.kind != keys.values.dtype.kind:
            return np.full(len(keys.values), -1, np.int64)
        order = np.argsort(self.values, kind="stable")
        place = np.searchsorted(self.values, keys.values, sorter=order)
        found = order[np.minimum(place, len(order) - 1)]
        fits = (self.values[found] == keys.values) & keys.known
        return np.where(fits, found, -1).astype(np.int64)


def label_count(labels: NDArray[Any]) -> int:
    """Return how many images an array labels."""
    is_row = labels.ndim == 2 and labels.shape[0] == 1  # MATLAB's.
    return int(labels.shape[1]) if is_row else len(labels) if labels.ndim else 1


def to_keys(labels: NDArray[Any], what: str) -> Keys:
    """Return one label an image.

    Args:
        labels: [N], [N, 1], or one-hot [N, K]; integers, whole floats, booleans or texts.
        what: how a message names the file.

    Raises:
        DataError: they are several labels an image, or no classes at all.
    """
    if labels.ndim == 2 and labels.shape[0] == 1:
        labels = labels[0]
    if labels.ndim > 1 and labels.size == len(labels):
        labels = labels.reshape(-1)
    if labels.ndim == 2 and labels.size and labels.dtype.kind in "buif":
        labels = _from_one_hot(labels, what)
    if labels.ndim != 1 or labels.dtype.kind not in "buifUS":
        raise DataError(
            f"{what}: labels are {labels.dtype} {list(labels.shape)}.",
            "They must be one class an image, [N]; for the first of several columns: "
            "labels = labels[:, 0]",
        )
    if labels.dtype.kind in "US":
        return _text_keys(labels, what)
    known = ~np.isnan(labels) if labels.dtype.kind == "f" else np.ones(len(labels), np.bool_)
    if labels.dtype.kind == "f":
        whole = np.where(known, labels, 0)
        if not (np.isfinite(whole).all() and (whole == np.rint(whole)).all()):
            raise _no_classes(f"{what}: labels are not whole numbers")
        labels = whole
    if labels.size and not -(2**53) <= labels.min() <= labels.max() <= 2**53:
        raise _no_classes(f"{what}: labels go up to {labels.max()}")
    return Keys(labels.astype(np.int64), known)


def _from_one_hot(labels: NDArray[Any], what: str) -> NDArray[Any]:
    ones: NDArray[np.bool_] = labels == 1
    if not (ones | (labels == 0)).all():
        return labels
    marked = ones.sum(1)
    if (marked <= 1).all():
        chosen: NDArray[np.float64] = ones.argmax(1).astype(np.float64)
        chosen[marked == 0] = np.nan
        return chosen
    raise DataError(
        f"{what}: labels are {labels.dtype} {list(labels.shape)}, up to {marked.max()} for an "
        "image, and classes are one an image.",
        "Make one class of what goes together, or choose a column: labels = labels[:, 0]",
    )


def _text_keys(labels: NDArray[Any], what: str) -> Keys:
    try:
        texts = [
            unicodedata.normalize("NFC", text.decode() if isinstance(text, bytes) else text)
            for text in labels.tolist()
        ]
    except UnicodeDecodeError as error:
        raise DataError(
            f"{what}: a label is no text: {error}.", "Write the labels in UTF-8."
        ) from error
    values = np.array(texts, dtype=np.str_)
    return Keys(values, values != "")


def to_classes(keys: Keys, given: Sequence[str], what: str) -> Classes:
    """Return the classes of the labels that images are trained on.

    Args:
        keys: the labels.
        given: what label 0, 1, … is called; empty if each is called by its number.
        what: how a message names the file.

    Raises:
        DataError: there are none, over ``limits.CLASSES``, more than names, or a name is none.
    """
    values = np.unique(keys.values[keys.known])
    if not len(values):
        raise DataError(f"{what} has no labels.", "Give every image one, or --model gan.")
    if len(values) > CLASSES:
        raise _no_classes(f"{what} has {len(values):,} different labels")
    if values.dtype.kind == "U":
        values = np.array(sorted(values.tolist(), key=natural), values.dtype)
        names = [str(value) for value in values]
    elif given:
        if values[0] < 0 or values[-1] >= len(given):
            raise DataError(
                f"{what} has labels from {values[0]} to {values[-1]} for {len(given):,} "
                f"class name{'s' if len(given) > 1 else ''}.",
                "Number the classes from 0, and give every one a name.",
            )
        names = [unicodedata.normalize("NFC", given[value]) for value in values]
    else:
        names = [str(value) for value in values]
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        stand = "name stands" if len(twice) == 1 else "names stand"
        raise DataError(
            f"{what} cannot be used: {len(twice):,} {stand} for several classes, such as "
            f"{twice[0]!r}.",
            "Give the classes other names.",
        )
    try:
        return Classes(values, check_class_names(names))
    except ValueError as error:
        raise DataError(
            f"{what} cannot be used: {error}.", "Give the classes other names."
        ) from error


def natural(name: str) -> tuple[bool, int, str, str]:
    """Return what names are sorted by: numbers first, as numbers, then texts."""
    if not (name.isascii() and name.isdigit()):
        return (True, 0, name, name)
    digits = name.lstrip("0")
    return (False, len(digits), digits, name)


def _no_classes(found: str) -> DataError:
    return DataError(
        f"{found}: they look like measurements or ids, not classes.",
        f"Give whole numbers or names of up to {CLASSES:,} classes, such as "
        "labels = np.digitize(labels, [10, 20, 30]); or --model gan, which needs none.",
    )
