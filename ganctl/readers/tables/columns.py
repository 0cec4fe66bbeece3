"""Which column of a table names the classes, and what each of its values is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from ganctl.errors import DataError
from ganctl.files.limits import CLASSES
from ganctl.files.text import listed, printable
from ganctl.readers.formats.table import Table
from ganctl.readers.remarks import plain_number
from ganctl.readers.tables.file_names import Rows
from ganctl.readers.tables.splits import may_be_split

_CLASS_NAMES = (
    frozenset({"label", "labels", "class", "class_name", "classname", "category", "target", "y"}),
    frozenset({
        "species", "breed", "variety", "character", "letter", "digit", "emotion", "diagnosis",
        "genre", "kind",
    }),
)  # fmt: skip
_MISSING = {"", "nan", "null", "n/a"}
_BY_NUMBER = re.compile(r"column \d+")


class UnclearTable(DataError):
    """A table of images, of which no column may name the classes, or several."""


class AmbiguousTable(UnclearTable):
    """A table of most of the images, of which several columns may name the classes."""


def column_name(table: Table, column: int) -> str:
    """Return what a message calls a column, such as ``column label`` or ``column 2``."""
    name = table.header[column]
    if not name:
        return f"column {column + 1}"
    return name if _BY_NUMBER.fullmatch(name) else f"column {printable(name)}"


def class_column(rows: Rows, splits: Sequence[int], condition: str | None) -> int:
    """Return the column that names the classes.

    Raises:
        DataError: there is none of the name that was asked for.
        UnclearTable: none does, or several may.
    """
    table = rows.table
    columns = [i for i in range(len(table.header)) if i not in (rows.column, *splits)]
    if condition is not None:
        names = [table.header[i] for i in columns]
        same = [i for i in columns if table.header[i] == condition] or [
            i for i in columns if table.header[i].casefold() == condition.casefold()
        ]
        if not same:
            raise DataError(
                f"{table.name} has no column {printable(condition)}.",
                f"--condition takes one of {listed(names)}.",
            )
        return same[0]
    values = {i: set(table.column(i)) for i in columns}
    named = [
        [i for i in columns if table.header[i].casefold() in names and len(values[i]) <= CLASSES]
        for names in _CLASS_NAMES
    ]
    few = [
        i
        for i in columns
        if 2 <= len(values[i]) <= CLASSES
        and len(values[i]) < len(table.rows) / 2
        and not may_be_split(table.header[i])
    ]
    for candidates in (*named, few):
        if candidates and _say_the_same(table, candidates):
            return next((i for i in candidates if not _are_numbers(values[i])), candidates[0])
        if candidates:
            break
    counts = listed(f"{table.header[i]} with {len(values[i]):,}" for i in columns)
    if few:
        raise AmbiguousTable(
            f"{table.name} has several columns that may name classes (values: {counts}).",
            "Give --condition COLUMN.",
        )
    raise UnclearTable(
        f"{table.name} has no column that names classes (values: {counts or 'none'}).",
        "Give --condition COLUMN." if columns else "Give it a column of classes, such as label.",
    )


def _say_the_same(table: Table, columns: Sequence[int]) -> bool:
    """Return whether columns name the same classes, such as a number and a word for each."""
    together = {tuple(row[i] for i in columns) for row in table.rows}
    return all(len(set(table.column(i))) == len(together) for i in columns)


def _are_numbers(values: set[str]) -> bool:
    return all(re.fullmatch(r"[-\d.]*", value) for value in values)


def class_names(table: Table, column: int, remarks: list[str]) -> dict[str, str | None]:
    """Return what each value of the column of classes is called; None where it says nothing.

    Equal whole numbers are one class, however they are written; ``remarks`` gains that they are.
    """
    values = sorted(set(table.column(column)))
    if table.attributes and set(values) <= {"1", "-1"}:
        name = table.header[column]
        return {"1": name, "-1": f"not {name}"}
    said = [value for value in values if value.casefold() not in _MISSING]
    names: dict[str, str | None] = dict.fromkeys(values)
    names.update({value: unicodedata.normalize("NFC", value) for value in said})
    numbers = [plain_number(value) for value in said]
    if not all(number and "." not in number for number in numbers):
        return names
    writings: dict[str, list[str]] = {}
    for value, number in zip(said, numbers, strict=True):
        writings.setdefault(str(number), []).append(value)
    several = [" and ".join(found) for found in writings.values() if len(found) > 1]
    if several:
        remarks.append(f"Equal numbers of {table.name} are one class: {listed(several)}.")
    for number, found in writings.items():
        for value in found:
            names[value] = number if several else value.partition(".")[0]
    return names
