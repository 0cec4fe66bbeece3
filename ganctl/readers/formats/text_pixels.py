"""Tables with an image in one column: its pixels as numbers with spaces between, as FER-2013's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from ganctl.errors import DataError
from ganctl.files.limits import DATA_BYTES, FILES
from ganctl.files.text import printable
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.folder_names import role_of_word
from ganctl.readers.formats.table import delimited_rows
from ganctl.readers.labelled import VALIDATION_HELD, ArrayPair, Arrays, OnProgress, Split
from ganctl.readers.values.shapes import row_axes

_LEAST_PIXELS = 64
_LABELS = ("emotion", "label", "labels", "class", "target", "y", "category", "digit")
_SPLITS = ("usage", "split")
_HINT = "A line must have whole numbers from 0 to 255, as many as the first: 0 12 255 …"


@dataclass(frozen=True)
class _Columns:
    pixels: int
    label: int | None
    split: int | None
    count: int


def is_text_pixels(tree: Tree, entry: Entry) -> bool:
    """Return whether a ``.csv`` has a header, and a square of numbers in one of its columns."""
    return _columns(tree, entry) is not None


def open_text_pixels(tree: Tree, entry: Entry) -> Arrays:
    """Find the splits of a table for which ``is_text_pixels``, by its column ``Usage``.

    Raises:
        DataError: it is damaged or too large, or has no image to train on.
    """
    columns = _columns(tree, entry)
    assert columns is not None
    name = tree.describe(entry)
    counts = Counter(_role(row, columns) for row in _rows(tree, entry, columns))
    if "train" not in counts:
        raise DataError(f"{name} has no image to train on.", "Its column Usage must say Training.")
    remarks = []
    held = next((role for role in ("test", "validation") if role in counts), "")
    if held == "validation":
        remarks.append(VALIDATION_HELD)
    left_out = {
        "validation split" if role == "validation" else role: count
        for role, count in counts.items()
        if role not in ("train", held)
    }
    roles: dict[str, Split] = {"train": "train", held: "test"} if held else {"train": "train"}

    def load(on_progress: OnProgress | None) -> dict[Split, ArrayPair]:
        return _read(tree, entry, columns, roles, on_progress)

    return Arrays(
        layout=".csv of pixels",
        files=(entry,),
        load=load,
        source=name,
        left_out=left_out,
        remarks=tuple(remarks),
    )


def _columns(tree: Tree, entry: Entry) -> _Columns | None:
    try:
        first = list(islice(delimited_rows(tree, entry, DATA_BYTES), 2))
    except (DataError, UnicodeDecodeError):
        return None
    if len(first) < 2 or len(first[0]) != len(first[1]):
        return None
    counts = [len(cell.split()) if _are_pixels(cell) else 0 for cell in first[1]]
    squares = [i for i, n in enumerate(counts) if n >= _LEAST_PIXELS and row_axes(n)]
    if len(squares) != 1:
        return None
    header = [cell.strip().casefold() for cell in first[0]]
    split = next((i for i, cell in enumerate(header) if cell in _SPLITS), None)
    others = [i for i in range(len(header)) if i not in (squares[0], split)]
    named = [i for i in others if header[i] in _LABELS]
    label = named[0] if named else others[0] if len(others) == 1 else None
    return _Columns(squares[0], label, split, counts[squares[0]])


def _are_pixels(cell: str) -> bool:
    return all(number.isascii() and number.isdecimal() for number in cell.split())


def _rows(tree: Tree, entry: Entry, columns: _Columns) -> Iterator[list[str]]:
    """Yield the rows after the header, which are not empty."""
    wide = max(columns.pixels, columns.label or 0, columns.split or 0)
    rows = islice(delimited_rows(tree, entry, DATA_BYTES), 1, None)
    try:
        for number, row in enumerate(rows, 2):
            if number > FILES:
                raise DataError(f"{tree.describe(entry)} has over {FILES:,} rows.", "Give fewer.")
            if not any(row):
                continue
            if len(row) <= wide:
                raise DataError(
                    f"{tree.describe(entry)}, row {number:,}: {len(row)} columns.",
                    "Mend or remove the row.",
                )
            yield row
    except UnicodeDecodeError as error:
        raise DataError(
            f"{tree.describe(entry)} cannot be read: {error}.", "Give a table in UTF-8."
        ) from error


def _role(row: list[str], columns: _Columns) -> str:
    if columns.split is None:
        return "train"
    said = row[columns.split].strip()
    return role_of_word(said) or (f"split {printable(said[:40])}" if said else "no split")


def _read(
    tree: Tree,
    entry: Entry,
    columns: _Columns,
    roles: dict[str, Split],
    on_progress: OnProgress | None,
) -> dict[Split, ArrayPair]:
    pixels: dict[Split, list[bytes]] = {split: [] for split in roles.values()}
    labels: dict[Split, list[str]] = {split: [] for split in roles.values()}
    done = 0
    for row in _rows(tree, entry, columns):
        if (split := roles.get(_role(row, columns))) is None:
            continue
        done += 1
        pixels[split].append(_parsed(row[columns.pixels], columns.count, done, tree, entry))
        if columns.label is not None:
            labels[split].append(row[columns.label].strip())
        if done * columns.count > DATA_BYTES:
            raise DataError(f"{tree.describe(entry)} holds over 8 GiB of pixels.", "Give fewer.")
        if on_progress is not None and done % 1000 == 0:
            on_progress(f"reading {entry.name}", done, None)
    return {
        split: ArrayPair(
            np.frombuffer(b"".join(images), np.uint8).reshape(len(images), columns.count),
            None if columns.label is None else np.array(labels[split], np.str_),
        )
        for split, images in pixels.items()
    }


def _parsed(cell: str, count: int, number: int, tree: Tree, entry: Entry) -> bytes:
    try:
        values = bytes(map(int, cell.split()))
    except ValueError as error:
        raise DataError(
            f"{tree.describe(entry)}, image {number:,}: {printable(cell[:40])!r} are no pixels.",
            _HINT,
        ) from error
    if len(values) != count:
        raise DataError(
            f"{tree.describe(entry)}, image {number:,}: {len(values):,} pixels, and {count:,} in "
            "the first.",
            _HINT,
        )
    return values
