"""Tables of pixels, an image a line, as Kaggle has them: with a header or without.

They are read in blocks, so that memory is needed for the numbers alone, and parsed by NumPy.
"""

from __future__ import annotations

import codecs
import gzip
import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import DATA_BYTES, TABLE_LINE_BYTES
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.formats.table import SEPARATOR
from ganctl.readers.labelled import VALIDATION_HELD, ArrayPair, Arrays, OnProgress, Split
from ganctl.readers.values.shapes import row_axes

_LABELS = ("label", "labels", "class", "classes", "y", "target", "targets", "category", "digit")
_NOT_PIXELS = {"", "id", "index", "imageid", "image_id", "unnamed: 0", "usage", "split"}
_PIXEL = re.compile(r"[a-z_]*[ _.-]?\d+([x_.-]\d+)*")
_LEAST_PIXELS = 64
_BLOCK = 1 << 22
_HINT = (
    "A line must have a label and a square of pixels, grey or colour: label,pixel0,pixel1,… with "
    "784, 1,024 or 3,072 of them."
)
_Opened = IO[bytes] | gzip.GzipFile
_WHOLE = range(256)
_DROPPED = {ord('"'): None, ord("\r"): None}


@dataclass(frozen=True)
class _Table:
    """A table of pixels, and which of its columns are what."""

    entry: Entry
    delimiter: str
    has_header: bool
    names_separator: bool
    columns: int
    pixels: Sequence[int]
    label: int | None


def open_csv(tree: Tree, entries: Sequence[Entry]) -> Arrays:
    """Find the splits among tables of pixels, ``.csv`` or ``.csv.gz``.

    A table without labels is no split, unless it is the only one; nor is a table of other things.

    Raises:
        DataError: none is a table of pixels, or a split has several.
    """
    tables = [_table(tree, entry) for entry in entries]
    found = [table for table in tables if table is not None]
    if not found:
        name = tree.describe(entries[0])
        raise DataError(f"{name} is no table of pixels.", _HINT)
    left_out: dict[str, int] = {}
    remarks = []
    if others := len(entries) - len(found):
        left_out["tables of other things"] = others
    if len(found) > 1:
        for table in [table for table in found if table.label is None]:
            remarks.append(f"{table.entry} has no labels, and is not read.")
            left_out["tables without labels"] = left_out.get("tables without labels", 0) + 1
            found.remove(table)
    splits = _by_split(found, tree)
    if "validation" in splits:
        if "test" in splits:
            left_out["tables of a validation split"] = 1
            del splits["validation"]
        else:
            remarks.append(VALIDATION_HELD)
            splits["test"] = splits.pop("validation")
    for table in splits.values():
        if not table.has_header and table.label is not None:
            place = "last" if table.label else "first"
            remarks.append(f"{table.entry} has no header; its {place} column was read as labels.")
    parts: dict[Split, _Table] = {"train": splits["train"]}
    if "test" in splits:
        parts["test"] = splits["test"]
    return Arrays(
        layout=".csv of pixels",
        files=tuple(table.entry for table in parts.values()),
        load=lambda on_progress: {s: _read(tree, parts[s], on_progress) for s in parts},
        source=tree.describe(found[0].entry) if len(parts) == 1 else str(tree.path),
        left_out=left_out,
        remarks=tuple(remarks),
    )


def _by_split(tables: Sequence[_Table], tree: Tree) -> dict[str, _Table]:
    if len(tables) == 1:
        return {"train": tables[0]}
    splits: dict[str, _Table] = {}
    for table in tables:
        words = re.split(r"[^a-z]+", table.entry.name.lower())
        split = next((role for word in words if (role := split_role(word))), "train")
        if split in splits:
            raise DataError(
                f"{tree.path} has several tables of pixels for the {split} split: "
                f"{splits[split].entry} and {table.entry}.",
                "Name one of them, or call them train.csv and test.csv.",
            )
        splits[split] = table
    if "train" not in splits:
        raise DataError(
            f"{tree.path} has tables of pixels, and none to train on.", "Call one train.csv."
        )
    return splits


def _table(tree: Tree, entry: Entry) -> _Table | None:
    """Return what the columns of a table are; None if it is none of pixels."""
    with _opened(tree, entry) as file:
        lines = _first_lines(file, tree.describe(entry))
    names_separator = bool(SEPARATOR.match(lines[0]))
    lines = lines[names_separator:] or [""]
    start = lines[0]
    delimiter = max(",;\t", key=start.count)
    fields = [field.strip().strip('"').strip().lower() for field in start.split(delimiter)]
    numbers = [_is_number(field) for field in fields]
    is_counted = fields[1:] in ([str(i) for i in range(len(fields) - 1)], _counted(fields))
    has_header = is_counted or sum(numbers) <= len(fields) // 2
    if not has_header:
        label = _label_without_header(lines, delimiter) if _is_square(len(fields) - 1) else None
        pixels = [i for i in range(len(fields)) if i != label]
    else:
        rest = [i for i, field in enumerate(fields) if field not in _NOT_PIXELS or numbers[i]]
        named = [i for i in rest if fields[i] in _LABELS]
        odd = named or [i for i in rest if not _PIXEL.fullmatch(fields[i])]
        if not odd and not _is_square(len(rest)):
            odd = rest[:1]
        label = odd[0] if odd else None
        pixels = [i for i in rest if i != label]
    if not _is_square(len(pixels)):
        return None
    return _Table(entry, delimiter, has_header, names_separator, len(fields), pixels, label)


def _counted(fields: Sequence[str]) -> list[str]:
    return [str(i) for i in range(1, len(fields))]


def _is_square(pixels: int) -> bool:
    return pixels >= _LEAST_PIXELS and bool(row_axes(pixels))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


@contextmanager
def _opened(tree: Tree, entry: Entry) -> Iterator[_Opened]:
    with tree.open(entry) as file:
        yield gzip.GzipFile(fileobj=file) if entry.ending == ".gz" else file


def _label_without_header(lines: Sequence[str], delimiter: str) -> int:
    """Return the first column, or the last one where the first says nothing: scikit-learn's."""
    firsts = {line.partition(delimiter)[0] for line in lines}
    lasts = {line.rpartition(delimiter)[2] for line in lines}
    return lines[0].count(delimiter) if len(firsts) == 1 < len(lasts) else 0


def _first_lines(file: _Opened, name: str) -> list[str]:
    """Return the whole lines of the first megabyte; an empty one if the first is longer."""
    try:
        content = file.read(TABLE_LINE_BYTES + 1)
        if len(content) > TABLE_LINE_BYTES:
            content = content.rpartition(b"\n")[0]
        return content.decode("utf-8-sig").splitlines() or [""]
    except Exception as error:  # gzip and zipfile let out whatever they trip over.
        raise _unreadable(name, error) from error


def _read(tree: Tree, table: _Table, on_progress: OnProgress | None) -> ArrayPair:
    name = tree.describe(table.entry)
    blocks: list[NDArray[Any]] = []
    labels: list[str] = []
    done = 0
    with _opened(tree, table.entry) as file:
        for number, lines in _line_blocks(file, name, table.has_header + table.names_separator):
            rows = [(number + i, line) for i, line in enumerate(lines) if line.strip()]
            if not rows:
                continue
            blocks.append(_parsed(rows, table, name))
            if table.label is not None:
                labels += [_label(line, table) for _, line in rows]
            done += blocks[-1].nbytes
            if done > DATA_BYTES:
                raise DataError(f"{name} holds over 8 GiB of pixels.", "Give fewer of them.")
            if on_progress is not None:
                on_progress(f"reading {table.entry.name}", sum(map(len, blocks)), None)
    if not blocks:
        raise DataError(f"{name} has no lines of pixels.", _HINT)
    if not all(block.dtype == np.uint8 for block in blocks):
        blocks = [block.astype(np.float32) for block in blocks]
    pixels = np.concatenate(blocks)
    if table.label is None:
        return ArrayPair(pixels, None)
    if not table.has_header and len(set(labels)) == 1:
        raise DataError(
            f"{name} has {labels[0]} in the first column of every line, where its labels should "
            "be.",
            "If they are elsewhere, give it a header, such as pixel0,pixel1,…,label.",
        )
    if not table.has_header and table.label and np.ptp(pixels[:, 0]):
        raise DataError(
            f"{name} has no header, and labels may be in its first or in its last column.",
            "Give it a header, such as label,pixel0,pixel1,…",
        )
    return ArrayPair(pixels, _typed(labels))


def _line_blocks(file: _Opened, name: str, above: int) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of a first line and it with those that follow, some megabytes at a time."""
    rest, number = b"", 1
    while True:
        try:
            piece = file.read(_BLOCK)
        except Exception as error:  # As above.
            raise _unreadable(name, error) from error
        content, newline, rest = (rest + piece).rpartition(b"\n")
        if not piece:
            content, rest = content + newline + rest, b""
        if number == 1:
            content = content.removeprefix(codecs.BOM_UTF8)
        try:
            lines = content.decode().translate(_DROPPED).split("\n")
        except UnicodeDecodeError as error:
            raise _unreadable(name, error) from error
        longest = max(len(rest), *map(len, lines))
        if longest > TABLE_LINE_BYTES:
            raise DataError(
                f"{name} has a line of over {TABLE_LINE_BYTES:,} bytes after line {number:,}.",
                _HINT,
            )
        if content:
            skipped = above if number == 1 else 0
            yield number + skipped, lines[skipped:]
            number += len(lines)
        if not piece:
            return


def _parsed(rows: Sequence[tuple[int, str]], table: _Table, name: str) -> NDArray[Any]:
    """Return the pixels of lines, uint8 if they are whole numbers to 255, else float32."""
    for number, line in rows:
        columns = line.count(table.delimiter) + 1
        if columns != table.columns:
            raise DataError(
                f"{name}, line {number:,}: {columns:,} columns, and {table.columns:,} above it.",
                "Mend or remove the line.",
            )
    lines = [line for _, line in rows]
    try:
        values = _numbers(lines, table)
    except ValueError as error:
        bad, found = _damaged(rows, table)
        raise DataError(
            f"{name}, line {bad:,}: {found!r} is no number.", "Mend or remove the line."
        ) from error
    if values.dtype.kind == "i" and values.min() >= _WHOLE[0] and values.max() <= _WHOLE[-1]:
        return values.astype(np.uint8)
    return values.astype(np.float32)


def _numbers(lines: Sequence[str], table: _Table) -> NDArray[Any]:
    """Parse whole numbers, which is eight times as fast, and floats where there are some."""
    options: dict[str, Any] = {
        "delimiter": table.delimiter, "usecols": table.pixels, "comments": None, "ndmin": 2,
    }  # fmt: skip
    if "." not in lines[0]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", DeprecationWarning)  # A float among whole numbers.
                return np.loadtxt(lines, dtype=np.int64, **options)
        except (ValueError, DeprecationWarning):
            pass
    return np.loadtxt(lines, dtype=np.float64, **options)


def _damaged(rows: Sequence[tuple[int, str]], table: _Table) -> tuple[int, str]:
    """Return the number of the first line with a field that is no number, and the field."""
    for number, line in rows:
        fields = line.split(table.delimiter)
        for column in table.pixels:
            if not _is_number(fields[column]):
                return number, fields[column].strip()[:40]
    return rows[0][0], rows[0][1][:40]


def _label(line: str, table: _Table) -> str:
    if table.label == table.columns - 1:
        return line.rpartition(table.delimiter)[2].strip()
    assert table.label is not None
    return line.split(table.delimiter, table.label + 1)[table.label].strip()


def _typed(labels: Sequence[str]) -> NDArray[Any]:
    """Return labels as numbers if all that are given are some, else as texts."""
    texts = np.array(labels, dtype=np.str_)
    filled = np.where(texts == "", "nan", texts)
    for kind in (np.int64, np.float64):
        try:
            return filled.astype(kind)
        except (ValueError, OverflowError):
            continue
    return texts


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError(
        f"{name} cannot be read: {error or type(error).__name__}.", "Give a table in UTF-8."
    )
