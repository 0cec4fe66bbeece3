"""Tables of file names: ``.csv``, ``.tsv``, ``.jsonl``, CelebA's lists, StyleGAN's JSON.

What they mean is left to ``readers.tables``. They are read line by line, and only so far.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from ganctl.errors import DataError
from ganctl.files import untrusted_json
from ganctl.files.limits import (
    DATASET_JSON_BYTES,
    FILES,
    TABLE_BYTES,
    TABLE_CELLS,
    TABLE_LINE_BYTES,
)
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.kinds import ATTRIBUTES_NAME, DATASET_JSON, first_bytes, is_image_name

PIXELS_AT_LEAST = 16
"""Columns of numbers from which a table is an image a row."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ONE_HOT = {"0": False, "0.0": False, "1": True, "1.0": True}
SEPARATOR = re.compile(r"\"?sep=([,;|\t])\"?\s*$", re.IGNORECASE)
"""A first line that Excel goes by, and that is no row."""
_HINT = "Save it again as a .csv of file names and classes in UTF-8."


@dataclass(frozen=True)
class Table:
    """The rows of a table as texts, each as long as its header.

    Attributes:
        name: the file's name.
        header: the columns' names.
        rows: their values, without spaces around them.
        remarks: whole sentences about how it was read.
        attributes: whether each column but the first says 1 for yes and -1 for no.
        may_lack_header: whether the header may be a row of data as well.
    """

    name: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    remarks: tuple[str, ...] = ()
    attributes: bool = False
    may_lack_header: bool = False

    def column(self, index: int) -> list[str]:
        """Return the values of a column."""
        return [row[index] for row in self.rows]


def with_header(table: Table) -> Table:
    """Return a table whose header is a row as well, and whose columns have numbers for names."""
    names = tuple(f"column {number}" for number in range(1, len(table.header) + 1))
    rows = [table.header, *table.rows]
    return replace(table, header=names, rows=rows, may_lack_header=False)


def with_one_hot(table: Table, columns: Sequence[int]) -> Table:
    """Return a table with a column ``class`` for columns of which one is 1 in each row.

    Args:
        table: any table.
        columns: those that may say classes; the table stays as it is if they do not so.
    """
    values = [[_ONE_HOT.get(row[i]) for i in columns] for row in table.rows]
    if len(columns) < 2 or not all(None not in row and sum(map(bool, row)) == 1 for row in values):
        return table
    names = [table.header[columns[row.index(True)]] for row in values]
    return replace(
        table,
        header=(*table.header, "class"),
        rows=[(*row, name) for row, name in zip(table.rows, names, strict=True)],
        remarks=(*table.remarks, f"{table.name} has a column of 0 and 1 for each class."),
    )


def read_table(tree: Tree, entry: Entry) -> Table | None:
    """Read a table of texts; None if it says that there are no labels.

    Raises:
        DataError: it is damaged or too large.
    """
    if entry.size > TABLE_BYTES:
        raise _bad(tree, entry, f"has over {TABLE_BYTES:,} bytes")
    if entry.name.lower().endswith(".json"):
        return _dataset_json(tree, entry)
    try:
        return _of_encoding(tree, entry, _encoding(tree, entry))
    except UnicodeDecodeError:
        try:
            table = _of_encoding(tree, entry, "latin-1")
        except UnicodeDecodeError as error:  # Not of its text: zipfile's, of a damaged name.
            raise _bad(tree, entry, f"cannot be read: {error}") from error
        said = f"{entry.name} is not in UTF-8 and was read as Latin-1."
        return replace(table, remarks=(said, *table.remarks))


def is_pixels(tree: Tree, entry: Entry) -> bool:
    """Return whether a ``.csv`` has an image a row: many columns of numbers, but for one."""
    try:
        rows = delimited_rows(tree, entry, TABLE_BYTES)
        first = next(rows, [])
        second = next(rows, first)
    except (DataError, UnicodeDecodeError):
        return False
    texts = [*islice((cell for cell in second if not _is_number(cell)), 2)]
    is_row = len(second) > PIXELS_AT_LEAST and len(texts) <= 1
    return is_row and not _names_attributes(first, second)


def delimited_rows(tree: Tree, entry: Entry, most: int) -> Iterator[list[str]]:
    """Yield the rows of a ``.csv`` of at most ``most`` characters, the header first.

    Raises:
        DataError: it is damaged or too large.
        UnicodeDecodeError: it is not in the encoding that it seems to be in.
    """
    return _delimited(_lines(tree, entry, _encoding(tree, entry), most), entry)


def _names_attributes(first: list[str], second: list[str]) -> bool:
    """Return whether rows begin with the name of an image, or are as CelebA's: 1 or -1 each."""
    is_text = not _is_number(second[0])
    return (
        len(first) > 1 and is_text and (is_image_name(second[0]) or set(second[1:]) <= {"1", "-1"})
    )


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _encoding(tree: Tree, entry: Entry) -> str:
    start = first_bytes(tree, entry)
    return next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")


def _bad(tree: Tree, entry: Entry, what: str) -> DataError:
    return DataError(f"{tree.describe(entry)} {what}.", _HINT)


def _lines(tree: Tree, entry: Entry, encoding: str, most: int) -> Iterator[str]:
    """Yield the lines of a text file, of which none is long and all are not too much."""
    total = 0
    try:
        with tree.open(entry) as file, io.TextIOWrapper(file, encoding, newline="") as text:
            while line := text.readline(TABLE_LINE_BYTES + 1):
                total += len(line)
                if len(line) > TABLE_LINE_BYTES:
                    raise _bad(tree, entry, f"has a line of over {TABLE_LINE_BYTES:,} characters")
                if total > most:
                    raise _bad(tree, entry, f"has over {most:,} bytes")
                if "\0" in line:
                    raise _bad(tree, entry, "has NUL bytes, and is no text")
                yield line
    except (DataError, UnicodeDecodeError, GeneratorExit):
        raise
    except Exception as error:  # zipfile lets out whatever it trips over in a damaged file.
        raise _bad(tree, entry, f"cannot be read: {error or type(error).__name__}") from error


def _of_encoding(tree: Tree, entry: Entry, encoding: str) -> Table:
    lines = _lines(tree, entry, encoding, TABLE_BYTES)
    if entry.ending == ".jsonl":
        return _table(tree, entry, _json_rows(tree, entry, lines))
    if ATTRIBUTES_NAME.fullmatch(entry.name):
        return _attribute_list(tree, entry, lines)
    table = _table(tree, entry, _delimited(lines, entry))
    values = {value for row in table.rows for value in row[1:]}
    attributes = len(table.header) > 1 and bool(values) and values <= {"1", "-1"}
    return replace(table, attributes=attributes, may_lack_header=True)


def _table(tree: Tree, entry: Entry, rows: Iterator[list[str]]) -> Table:
    """Make rows equally long, and share equal texts: most values of a table come again."""
    header = tuple(cell.strip() for cell in next(rows, []))
    shared: dict[str, str] = {}
    made: list[tuple[str, ...]] = []
    for row in rows:
        cells = [cell.strip() for cell in row[: len(header)]]
        if not any(cells):
            continue
        cells += [""] * (len(header) - len(cells))
        made.append(tuple(shared.setdefault(cell, cell) for cell in cells))
        if len(made) > FILES or len(made) * len(header) > TABLE_CELLS:
            raise _bad(tree, entry, f"has over {FILES:,} rows or {TABLE_CELLS:,} values")
    return Table(entry.name, header, made)


def _delimited(lines: Iterator[str], entry: Entry) -> Iterator[list[str]]:
    first = next(lines, "")
    delimiters = "\t,;" if entry.ending == ".tsv" else ",;\t"
    if said := SEPARATOR.match(first):
        first, delimiters = next(lines, ""), said[1]
    delimiter = max(delimiters, key=lambda mark: _columns(first, mark))

    def all_lines() -> Iterator[str]:
        yield first
        yield from lines

    try:
        yield from csv.reader(all_lines(), delimiter=delimiter)
    except csv.Error as error:
        raise DataError(f"{entry.name} cannot be read as a table: {error}.", _HINT) from error


def _columns(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:  # Without its delimiter a long line is a field that is too long.
        return 0


def _attribute_list(tree: Tree, entry: Entry, lines: Iterator[str]) -> Table:
    """Read CelebA's list: how many rows there are, the attributes, a file and 1 or -1 each."""
    rows = (line.split() for line in lines)
    first = next(rows, [])
    is_count = len(first) == 1 and first[0].isdigit()
    header = next(rows, []) if is_count else first
    table = _table(tree, entry, _with_header(["file", *header], rows))
    remarks = []
    if is_count and first[0].lstrip("0") != str(len(table.rows)):
        said = first[0] if len(first[0]) <= 20 else f"{first[0][:20]}…"
        remarks.append(f"{entry.name} says that it has {said} rows, and has {len(table.rows):,}.")
    return replace(table, attributes=True, remarks=tuple(remarks))


def _with_header(header: list[str], rows: Iterator[list[str]]) -> Iterator[list[str]]:
    yield header
    yield from rows


def _json_rows(tree: Tree, entry: Entry, lines: Iterator[str]) -> Iterator[list[str]]:
    header: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = untrusted_json.parse(line)
        except ValueError as error:
            raise _bad(tree, entry, f"is no JSON in line {number}: {error}") from error
        if not isinstance(row, dict):
            raise _bad(tree, entry, f"has no object in line {number}")
        if not header:
            header = [name for name, value in row.items() if not isinstance(value, (list, dict))]
            yield header
        yield [_text(row.get(name)) for name in header]


def _text(value: Any) -> str:
    if value is None or isinstance(value, (list, dict)):
        return ""
    return value if isinstance(value, str) else json.dumps(value)


def _dataset_json(tree: Tree, entry: Entry) -> Table | None:
    """Read StyleGAN's: ``{"labels": [[name, k], …]}``, or of names to numbers, or null.

    In the place of k there may be a list, which has as many numbers for each name.
    """
    content = tree.read(entry, DATASET_JSON_BYTES)
    try:
        value = untrusted_json.parse(content)
    except ValueError as error:
        raise _bad(tree, entry, f"is no JSON: {error}") from error
    labels = value.get("labels") if isinstance(value, dict) else value
    if labels is None:
        return None
    pairs = list(labels.items()) if isinstance(labels, dict) else labels
    if not isinstance(pairs, list) or not _are_pairs(pairs):
        raise DataError(
            f"{tree.describe(entry)} is not as StyleGAN writes it.",
            f'{DATASET_JSON} has {{"labels": [["00000/img00000000.png", 3], …]}}, a class each.',
        )
    rows = [(name, *(label if isinstance(label, list) else [label])) for name, label in pairs]
    size = len(rows[0]) - 1 if rows else 1
    header = ("label",) if size == 1 else tuple(f"label {place}" for place in range(size))
    texts = [(row[0], *(_text(label).strip() for label in row[1:])) for row in rows]
    return Table(entry.name, ("file", *header), texts)


def _are_pairs(pairs: Sequence[Any]) -> bool:
    """Return whether each has a name and a label, or as many numbers as the others."""
    if not all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[0], str)
        for pair in pairs
    ):
        return False
    labels = [pair[1] for pair in pairs]
    if all(isinstance(label, (str, int)) for label in labels):
        return True
    return len({len(label) if isinstance(label, list) else 0 for label in labels}) == 1 and all(
        label and all(isinstance(number, (int, float)) for number in label) for label in labels
    )
