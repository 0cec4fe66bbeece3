"""Data in the box, MNIST and avatars: unpacked and checked at first use, then memory-mapped."""

from __future__ import annotations

import csv
import hashlib
import lzma
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ganctl.errors import DataError, FileError, UsageError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.pictures.images import Images
from ganctl.readers.describing import with_rows
from ganctl.readers.formats.table import Table
from ganctl.readers.labelled import ANY, Labelled, OnProgress, Split
from ganctl.readers.tables.columns import choose_columns
from ganctl.readers.tables.file_names import Rows
from ganctl.readers.tables.pictures import cells_of, describe_cells
from ganctl.readers.values.labels import natural

CHECKSUMS = {
    "mnist/train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "mnist/train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "mnist/t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "mnist/t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
    "avatars/faces": "eb56116a8979c6503849ed1caaef1678",
    "avatars/labels.csv": "c0841380b0af112c306ce9574f68adf8",
}
"""The md5 of the unpacked files. Sources and licences: ``ganctl/assets/README.md``."""
_SPLITS: tuple[Split, ...] = ("train", "test")
_AVATARS = 24_000
_COLOURS_A_FACE = 15


def load_bundled(
    name: str, conditions: Sequence[str], on_progress: OnProgress | None, *, keep: bool = True
) -> dict[Split, Labelled]:
    """Return the training and the test split; the network is not needed.

    Args:
        name: ``mnist``, or ``avatars``, whose table has six attributes and captions.
        conditions: the columns of the table that matter; of none, the attributes do.
        on_progress: told of the unpacking.
        keep: whether unpacked copies may be kept in the cache folder.

    Raises:
        DataError: the bundled files are damaged, or the table has no such column.
        UsageError: columns are asked for, and there is no table.
    """
    if name == "avatars":
        return _avatars(conditions, on_progress, keep=keep)
    if conditions:
        raise UsageError(
            f"--condition {conditions[0]} is for images with a table beside them, and {name} has "
            "none.",
            "Leave it out.",
        )
    return {split: _mnist(split, on_progress, keep=keep) for split in _SPLITS}


def _mnist(split: Split, on_progress: OnProgress | None, *, keep: bool) -> Labelled:
    prefix, count = ("train", 60_000) if split == "train" else ("t10k", 10_000)

    def values(kind: str, shape: tuple[int, ...]) -> Images:
        name = f"mnist/{prefix}-{kind}-ubyte"
        header = 4 + 4 * len(shape)
        return _kept(name, lambda: _unpacked(name), header, shape, on_progress, keep=keep)

    images = values("images-idx3", (count, 28, 28))
    labels = values("labels-idx1", (count,))
    return Labelled(images, labels.astype(np.int64), tuple("0123456789"))


def _avatars(
    conditions: Sequence[str], on_progress: OnProgress | None, *, keep: bool
) -> dict[Split, Labelled]:
    shape = (_AVATARS, 32, 32, 3)
    images = _kept("avatars/images", _faces, 0, shape, on_progress, keep=keep)
    header, *lines = csv.reader(_unpacked("avatars/labels.csv").decode().splitlines())
    table = Table("avatars", tuple(header), [tuple(line) for line in lines])
    splits = table.column(header.index("split"))
    columns = choose_columns(Rows(table, -1, ()), [header.index("split")], conditions)
    cells = cells_of(table, columns, [])
    places = {split: [i for i, said in enumerate(splits) if said == split] for split in _SPLITS}
    # The splits lie one after the other, so that both can stay on the disk.
    own = {split: images[found[0] : found[-1] + 1] for split, found in places.items()}
    if columns.classes is not None:
        names = tuple(sorted({str(name) for (name,) in cells}, key=natural))
        labels = np.array([names.index(str(name)) for (name,) in cells], np.int64)
        return {split: Labelled(own[split], labels[places[split]], names) for split in _SPLITS}
    headers = [header[i] for i in columns.all if i is not None]
    of_splits = {split: [cells[i] for i in found] for split, found in places.items()}
    described = describe_cells("avatars", columns, headers, of_splits, [])
    return with_rows({
        split: Labelled(own[split], np.zeros(len(found), np.int64), (ANY,), described[split])
        for split, found in places.items()
    })  # fmt: skip


def _faces() -> bytes:
    """Return images uint8 [24000, 32, 32, 3]; ``scripts/make_avatars.py`` says how they lie.

    The design has half as many pixels a side. There are all colours first, then which of them each
    face has, then which of these each pixel has.
    """
    raw = np.frombuffer(_unpacked("avatars/faces"), np.uint8)
    colours, of_faces, pixels = np.split(raw, np.cumsum([256 * 3, _AVATARS * _COLOURS_A_FACE]))
    chosen = np.take_along_axis(
        of_faces.reshape(_AVATARS, -1), pixels.reshape(_AVATARS, -1), axis=1
    )
    small = colours.reshape(256, 3)[chosen].reshape(_AVATARS, 16, 16, 3)
    return small.repeat(2, axis=1).repeat(2, axis=2).tobytes()


def _kept(
    name: str,
    make: Callable[[], bytes],
    header: int,
    shape: tuple[int, ...],
    on_progress: OnProgress | None,
    *,
    keep: bool,
) -> Images:
    """Return values after a header from the copy in the cache, which is made at first use."""
    size = header + int(np.prod(shape))
    cached = paths.cache() / name
    if not (cached.is_file() and cached.stat().st_size == size):
        if on_progress is not None:
            on_progress(f"unpacking {Path(name).name}", 0, None)
        raw = make()
        if not (keep and _is_written(cached, raw)):
            return np.frombuffer(bytearray(raw), np.uint8, offset=header).reshape(shape)
    # Copy-on-write maps the file like read-only mode does, but torch takes it without a warning.
    return np.memmap(cached, np.uint8, mode="c", offset=header, shape=shape)


def _is_written(cached: Path, raw: bytes) -> bool:
    """Return whether a copy was kept; a cache that cannot be written costs a second each time."""
    try:
        write_atomically(cached, raw)
    except FileError:
        return False
    return True


def _unpacked(name: str) -> bytes:
    packed = paths.ASSETS / f"{name}.xz"
    try:
        raw = lzma.decompress(packed.read_bytes())
    except (OSError, lzma.LZMAError) as error:
        raise DataError(
            f"The bundled {packed.name} cannot be read: {error}.", "Install ganctl again."
        ) from error
    if hashlib.md5(raw, usedforsecurity=False).hexdigest() != CHECKSUMS[name]:
        raise DataError(f"The bundled {packed.name} is damaged.", "Install ganctl again.")
    return raw
