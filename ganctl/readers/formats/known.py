"""Class names that come with well-known data sets whose files number their classes.

A set is known by the checksum of its labels, whatever its files are called, or by the names that
EMNIST gives its files. The names are torchvision's, as for the sets that ganctl downloads.
"""

from __future__ import annotations

import hashlib
import string
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

_FASHION = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot",
)  # fmt: skip
_KMNIST = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
NAMES = {"FashionMNIST": _FASHION, "KMNIST": _KMNIST}
"""By what torchvision calls the set."""
_BY_LABELS = {"3236f6424fc25388b2834cb19942cf7e": _FASHION}
"""By the MD5 of the training labels as bytes."""
_BY_PACKED_FILE = {
    "e144d726b3acfaa3e44228e80efcd344": _KMNIST,
    "7320c461ea6c1c855c0b718fb2a4b134": _KMNIST,
}
"""By the MD5 of a file of labels as it was downloaded, in ``.gz``."""
_MERGED = "cijklmopsuvwxyz"
"""The small letters that EMNIST does not tell from capitals where it merges."""
_ALL = string.digits + string.ascii_uppercase + string.ascii_lowercase
_EMNIST = {
    "byclass": tuple(_ALL),
    "bymerge": tuple(c for c in _ALL if c not in _MERGED),
    "balanced": tuple(c for c in _ALL if c not in _MERGED),
    "letters": ("N/A", *string.ascii_uppercase),
    "digits": tuple(string.digits),
    "mnist": tuple(string.digits),
}
PACKED_LABELS_BYTES = 1 << 20
"""No known file of labels is larger."""


def names_of_labels(labels: NDArray[Any]) -> tuple[str, ...]:
    """Return the class names of a known set by its training labels, whole numbers; else none."""
    if labels.dtype.kind not in "iu" or labels.min(initial=0) < 0 or labels.max(initial=0) > 255:
        return ()
    return _BY_LABELS.get(_md5(labels.astype(np.uint8).tobytes()), ())


def class_names(prefix: str, read_labels: Callable[[], bytes]) -> tuple[str, ...]:
    """Return the class names of a known set by its files; empty if it is none.

    Args:
        prefix: how the names of its IDX files begin, such as ``emnist-letters-``.
        read_labels: returns the bytes of its file of labels as it lies there.
    """
    for kind, names in _EMNIST.items():
        if prefix == f"emnist-{kind}-":
            return names
    return _BY_PACKED_FILE.get(_md5(read_labels()), ())


def lies_on_its_side(prefix: str) -> bool:
    """Return whether the names of IDX files say that they are EMNIST's, which is transposed."""
    return any(prefix == f"emnist-{kind}-" for kind in _EMNIST)


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
