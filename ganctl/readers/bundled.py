"""MNIST, bundled: unpacked and checked at its first use, memory-mapped from then on."""

from __future__ import annotations

import hashlib
import lzma
from pathlib import Path

import numpy as np

from ganctl.errors import DataError, FileError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.pictures.images import Images
from ganctl.readers.labelled import Labelled, OnProgress, Split

MNIST_FILES = {
    "train-images-idx3-ubyte": ("6bbc9ace898e44ae57da46a324031adb", (60_000, 28, 28)),
    "train-labels-idx1-ubyte": ("a25bea736e30d166cdddb491f175f624", (60_000,)),
    "t10k-images-idx3-ubyte": ("2646ac647ad5339dbf082846283269ea", (10_000, 28, 28)),
    "t10k-labels-idx1-ubyte": ("27ae3e4e09519cfbb04c329615203637", (10_000,)),
}
"""The raw files' md5 and shape. Source and licence: ``ganctl/assets/README.md``."""


def load_mnist(split: Split, on_progress: OnProgress | None, *, keep: bool = True) -> Labelled:
    """Return the 60,000 training or the 10,000 test digits; the network is not needed.

    Args:
        split: which part.
        on_progress: told of the unpacking.
        keep: whether an unpacked copy may be kept in the cache folder.

    Raises:
        DataError: the bundled files are damaged.
    """
    prefix = "train" if split == "train" else "t10k"
    images = _mnist_file(f"{prefix}-images-idx3-ubyte", on_progress, keep=keep)
    labels = _mnist_file(f"{prefix}-labels-idx1-ubyte", on_progress, keep=keep)
    return Labelled(images, labels.astype(np.int64), tuple("0123456789"))


def _mnist_file(name: str, on_progress: OnProgress | None, *, keep: bool) -> Images:
    """Return a file's values from the decoded copy in the cache, which is made at first use."""
    _, shape = MNIST_FILES[name]
    header = 4 + 4 * len(shape)
    size = header + int(np.prod(shape))
    cached = paths.cache() / "mnist" / name
    if not (cached.is_file() and cached.stat().st_size == size):
        if on_progress is not None:
            on_progress(f"unpacking {name}", 0, None)
        raw = _unpacked_mnist(name)
        if not (keep and _kept(cached, raw)):
            return np.frombuffer(bytearray(raw), np.uint8, offset=header).reshape(shape)
    # Copy-on-write maps the file like read-only mode does, but torch takes it without a warning.
    return np.memmap(cached, np.uint8, mode="c", offset=header, shape=shape)


def _kept(cached: Path, raw: bytes) -> bool:
    """Return whether a copy was kept; a cache that cannot be written costs a second each time."""
    try:
        write_atomically(cached, raw)
    except FileError:
        return False
    return True


def _unpacked_mnist(name: str) -> bytes:
    packed = paths.ASSETS / "mnist" / f"{name}.xz"
    try:
        raw = lzma.decompress(packed.read_bytes())
    except (OSError, lzma.LZMAError) as error:
        raise DataError(
            f"The bundled {packed.name} cannot be read: {error}.", "Install ganctl again."
        ) from error
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != MNIST_FILES[name][0]:
        raise DataError(f"The bundled {packed.name} is damaged.", "Install ganctl again.")
    return raw
