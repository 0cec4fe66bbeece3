"""Which column of a table names files that are there, and which file each row is about."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ganctl.files.text import listed
from ganctl.files.tree import Entry
from ganctl.readers.formats.kinds import IMAGE_ENDINGS
from ganctl.readers.formats.table import Table, with_header

_SAMPLE = 1000
_UP = re.compile(r"^\.\.[\\/]")
_Index = Mapping[str, Sequence[Entry]]


@dataclass(frozen=True)
class Rows:
    """The rows of a table and the files that they name.

    Attributes:
        table: without the column's header as a row, and with a row of data that was taken for it.
        column: where the names of the files are.
        files: for each row the files that it may mean; none if there is no such file.
    """

    table: Table
    column: int
    files: Sequence[Sequence[Entry]]


def misplaced(table: str, labels: Mapping[Entry, str]) -> list[str]:
    """Say which images lie in the folder of another class than a table says, if any do."""
    classes = set(labels.values())
    others = [
        f"{entry} ({label})"
        for entry, label in labels.items()
        if len(entry.parts) > 1 and entry.parts[-2] != label and entry.parts[-2] in classes
    ]
    if not others:
        return []
    lie = "image lies" if len(others) == 1 else "images lie"
    return [
        f"{len(others):,} {lie} in the folder of another class than {table} says: {listed(others)}."
    ]


def from_root(table: Table, base: tuple[str, ...]) -> tuple[Table, tuple[str, ...]]:
    """Resolve paths such as ``../images/0.png`` from the folder ``base`` that a table lies in.

    Returns:
        the table and ``base``; if there are such paths, with these as they are from the tree's
        root, and an empty base. A path that leaves the tree stays as it is.
    """
    if not base or not any(_UP.search(cell) for row in table.rows for cell in row):
        return table, base
    rows = [
        tuple(_resolved(cell, base) if _UP.search(cell) else cell for cell in row)
        for row in table.rows
    ]
    return replace(table, rows=rows), ()


def _resolved(cell: str, base: tuple[str, ...]) -> str:
    parts = list(base)
    for part in cell.replace("\\", "/").split("/"):
        if part == "..":
            if not parts:
                return cell
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def rows_of_files(table: Table, images: Iterable[Entry], base: int) -> Rows | None:
    """Find the column whose values are names of images, with or without folder and ending.

    Args:
        table: a table whose columns are not known.
        images: the images that it may name.
        base: how many folders above the table are left out of the names.

    Returns:
        Rows, or None if no column names any of the images.
    """
    files = list(images)
    step = max(1, len(table.rows) // _SAMPLE)
    for rows in (table.rows[::step], table.rows) if step > 1 else (table.rows,):
        best: tuple[int, int, _Index, Callable[[str], str]] = (0, 0, {}, _whole)
        for of_file, of_cell in _WAYS:
            index = _indexed(files, base, of_file)
            for column in range(len(table.header)):
                names = {of_cell(row[column]) for row in rows}
                found = {index[name][0].key for name in names if name in index}
                # A number is the start of many a file's name.
                is_chance = of_cell is not _whole and 2 * len(found) <= len(names)
                if len(found) > best[0] and not is_chance:
                    best = (len(found), column, index, of_cell)
            if best[0] == len(rows):
                break
        if best[0]:
            return _rows(table, *best[1:], base)
    return None


def _rows(
    table: Table, column: int, index: _Index, of_cell: Callable[[str], str], base: int
) -> Rows:
    if table.may_lack_header and of_cell(table.header[column]) in index:
        table = with_header(table)
    files = [_meant(row[column], index.get(of_cell(row[column]), ()), base) for row in table.rows]
    return Rows(table, column, files)


def _meant(cell: str, files: Sequence[Entry], base: int) -> Sequence[Entry]:
    """Return those of several files of one name whose folders are those of the cell."""
    if len(files) < 2:
        return files
    path = f"/{_whole(cell)}"
    ends = [file for file in files if path.endswith(f"/{_path(file, base)}")]
    return ends or files


def _indexed(files: Iterable[Entry], base: int, of_file: Callable[[str], str]) -> _Index:
    index: dict[str, list[Entry]] = {}
    for entry in files:
        index.setdefault(of_file(_path(entry, base)), []).append(entry)
    return index


def _path(entry: Entry, base: int) -> str:
    return "/".join(entry.parts[base:])


def _whole(cell: str) -> str:
    text = cell if cell.isascii() else unicodedata.normalize("NFC", cell)
    return text.replace("\\", "/").removeprefix("./").lstrip("/")


def _without_ending(path: str) -> str:
    start, ending = os.path.splitext(path)  # noqa: PTH122
    return start if ending.lower() in IMAGE_ENDINGS else path


def _last(path: str) -> str:
    return path.rpartition("/")[2]


_WAYS: tuple[tuple[Callable[[str], str], Callable[[str], str]], ...] = (
    (lambda path: path, _whole),
    (_without_ending, lambda cell: _without_ending(_whole(cell))),
    (_last, lambda cell: _last(_whole(cell))),
    (lambda path: _without_ending(_last(path)), lambda cell: _without_ending(_last(_whole(cell)))),
)
"""What of a file's path, and of a cell, has to be equal; the strictest way first."""
