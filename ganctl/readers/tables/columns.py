"""Which columns of a table matter: the one that names classes, or those of attributes or captions.

``--condition`` names them; without it, a table that names classes is read so, and else every
column of few values is an attribute.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from ganctl.errors import DataError, nearest
from ganctl.files.limits import ATTRIBUTE_VALUES, ATTRIBUTES, CLASSES
from ganctl.files.text import listed, printable
from ganctl.readers.formats.table import Table
from ganctl.readers.tables.file_names import Rows
from ganctl.readers.tables.missing import known
from ganctl.readers.tables.splits import may_be_split
from ganctl.readers.tables.values import (
    CAPTION_NAMES,
    CLASS_NAMES,
    are_measured,
    are_sentences,
    numbers_of,
)

_BY_NUMBER = re.compile(r"column \d+")


class UnclearTable(DataError):
    """A table of images, of which no column may name the classes, or several."""


class AmbiguousTable(UnclearTable):
    """A table of most of the images, of which several columns may name the classes."""


@dataclass(frozen=True)
class Columns:
    """The columns that say what each image is.

    Either ``classes`` is one, and nothing else matters; or the others are. A column of None is not
    in this table, but in that of another split. ``captions`` has one column or none; the
    ``attributes`` beside it serve to judge.
    """

    classes: int | None = None
    attributes: tuple[int | None, ...] = ()
    quantities: tuple[int | None, ...] = ()
    captions: tuple[int | None, ...] = ()

    @property
    def all(self) -> tuple[int | None, ...]:
        """The attributes, the quantities, and then the captions; or the classes."""
        if self.classes is not None:
            return (self.classes,)
        return (*self.attributes, *self.quantities, *self.captions)


def column_name(table: Table, column: int) -> str:
    """Return what a message calls a column, such as ``column label`` or ``column 2``."""
    name = table.header[column]
    if not name:
        return f"column {column + 1}"
    return name if _BY_NUMBER.fullmatch(name) else f"column {printable(name)}"


def choose_columns(rows: Rows, splits: Sequence[int], conditions: Sequence[str]) -> Columns:
    """Return the columns that were asked for, else those that the table itself shows.

    Args:
        rows: of the table.
        splits: the columns that say splits.
        conditions: the names that were asked for; none leaves the choice to the table.

    Raises:
        DataError: a column that was asked for is not there, is there twice, or says nothing.
        UnclearTable: no column may be meant, or several that exclude each other.
    """
    table = rows.table
    columns = [i for i in range(len(table.header)) if i not in (rows.column, *splits)]
    if not conditions:
        return _shown(table, columns)
    asked = [_named(table, columns, name) for name in conditions]
    return _asked(table, columns, list(dict.fromkeys(asked)), rows.column)


def same_columns(rows: Rows, headers: Sequence[str], like: Columns, own: Columns) -> Columns:
    """Return the columns of a table that are called as those of another split's.

    Args:
        rows: of the table.
        headers: the names of the other table's columns that matter.
        like: what these are.
        own: what the table was read as by itself; its column of classes may have another name.

    Raises:
        DataError: the table has no classes where the other has, or a number is none.
    """
    if like.classes is not None and own.classes is not None:
        return own
    header = [name.casefold() for name in rows.table.header]
    found = iter(
        header.index(name.casefold()) if name.casefold() in header else None for name in headers
    )
    if like.classes is not None:
        classes = next(found)
        if classes is None:
            raise DataError(
                f"{rows.table.name} has no column {printable(headers[0])}, as the table to train "
                "on has.",
                "Give it one, or --labels FILE.",
            )
        return Columns(classes=classes)
    made = Columns(
        attributes=tuple(islice(found, len(like.attributes))),
        quantities=tuple(islice(found, len(like.quantities))),
        captions=tuple(found),
    )
    for column in made.quantities:
        if column is not None:
            _check_numbers(rows.table, column, rows.column)
    return made


def _named(table: Table, columns: Sequence[int], name: str) -> int:
    same = [i for i in columns if table.header[i] == name] or [
        i for i in columns if table.header[i].casefold() == name.casefold()
    ]
    if not same:
        names = [printable(table.header[i]) for i in columns if table.header[i]]
        raise DataError(
            f"{table.name} has no column {printable(name)}.",
            f"--condition takes a column of it. {nearest(name, names)}.",
        )
    if len(same) > 1:
        raise _twice(table, [table.header[same[0]]])
    return same[0]


def _twice(table: Table, names: Sequence[str]) -> DataError:
    return DataError(
        f"{table.name} has two columns of the same name: {listed(names)}.",
        "Give every column a name of its own.",
    )


def _asked(table: Table, columns: Sequence[int], asked: Sequence[int], files: int) -> Columns:
    sentences = [i for i in asked if are_sentences(table.header[i], table.column(i))]
    if sentences and len(asked) > 1:
        raise DataError(
            f"Conditions on words exclude others: {column_name(table, sentences[0])} of "
            f"{table.name} has sentences.",
            f"Give --condition {printable(table.header[sentences[0]])} alone; columns of few "
            "values then serve to judge.",
        )
    if sentences:
        others = [i for i in columns if i not in sentences]
        attributes = _of_few(table, others)[:ATTRIBUTES]
        _check_names(table, [*attributes, *sentences])
        return Columns(captions=tuple(sentences), attributes=attributes)
    if len(asked) > ATTRIBUTES:
        raise DataError(
            f"{len(asked)} columns are asked for.", f"Give --condition up to {ATTRIBUTES} times."
        )
    measured = [i for i in asked if are_measured(table.header[i], known(table.column(i)))]
    for i in measured:
        _check_numbers(table, i, files)
    for i in asked:
        _check_values(table, i, are_numbers=i in measured, is_alone=len(asked) == 1)
    if len(asked) == 1 and not measured:
        return Columns(classes=asked[0])
    _check_names(table, asked)
    return Columns(
        attributes=tuple(i for i in asked if i not in measured), quantities=tuple(measured)
    )


def _check_numbers(table: Table, column: int, files: int) -> None:
    numbers = numbers_of(known(table.column(column)))
    for number, row in enumerate(table.rows, 1):
        if math.isnan(numbers.get(row[column], 0)):
            where = f"for {printable(row[files])}" if files >= 0 else f"in row {number:,}"
            raise DataError(
                f"{table.name} has {row[column][:40]!r} among the numbers of "
                f"{column_name(table, column)}, {where}.",
                "Write a number there, or nothing where it is not known.",
            )


def _check_values(table: Table, column: int, *, are_numbers: bool, is_alone: bool) -> None:
    values = known(table.column(column))
    name = column_name(table, column)
    is_nearly_unique = 2 * len(values) > len(table.rows)
    most = CLASSES if is_alone and not is_nearly_unique else ATTRIBUTE_VALUES
    if not are_numbers and len(values) > most:
        raise DataError(
            f"{table.name} has {len(values):,} different values in its {name}: they look like ids.",
            f"Give --condition a column of up to {most:,} values, of numbers, or of sentences.",
        )


def _check_names(table: Table, columns: Sequence[int]) -> None:
    counts = Counter(table.header[i].casefold() for i in columns)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise _twice(table, twice)


def _shown(table: Table, columns: Sequence[int]) -> Columns:
    """Return the column of classes by its name, else the only one of few values, else all these."""
    values = {i: set(table.column(i)) for i in columns}
    named = [
        [i for i in columns if table.header[i].casefold() in names and len(values[i]) <= CLASSES]
        for names in CLASS_NAMES
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
            one = next((i for i in candidates if not _are_numbers(values[i])), candidates[0])
            return Columns(classes=one)
        if candidates:
            break
    counts = listed(f"{table.header[i]} with {len(values[i]):,}" for i in columns)
    if few:
        attributes = () if named[0] else _of_few(table, few)
        if len(attributes) == 1:
            return Columns(classes=attributes[0])
        if not 1 < len(attributes) <= ATTRIBUTES:
            raise AmbiguousTable(
                f"{table.name} has several columns that may name classes (values: {counts}).",
                "Give --condition COLUMN.",
            )
        _check_names(table, attributes)
        return Columns(attributes=attributes)
    captions = [i for i in columns if _are_captions(table, i)]
    if len(captions) == 1:
        return Columns(captions=tuple(captions))
    raise UnclearTable(
        f"{table.name} has no column that names classes (values: {counts or 'none'}).",
        "Give --condition COLUMN." if columns else "Give it a column of classes, such as label.",
    )


def _of_few(table: Table, columns: Sequence[int]) -> tuple[int, ...]:
    """Return the columns of few values that images are told apart by, but for measurements."""
    found = {i: known(table.column(i)) for i in columns if table.header[i]}
    return tuple(
        i
        for i, values in found.items()
        if 2 <= len(values) <= ATTRIBUTE_VALUES
        and len(values) < len(table.rows) / 2
        and not may_be_split(table.header[i])
        and not are_measured(table.header[i], values)
        and not _are_captions(table, i)
    )


def _are_captions(table: Table, column: int) -> bool:
    """Return whether a column is called as captions are, and has sentences."""
    name = table.header[column]
    return name.casefold() in CAPTION_NAMES and are_sentences(name, table.column(column))


def _say_the_same(table: Table, columns: Sequence[int]) -> bool:
    """Return whether columns name the same classes, such as a number and a word for each."""
    together = {tuple(row[i] for i in columns) for row in table.rows}
    return all(len(set(table.column(i))) == len(together) for i in columns)


def _are_numbers(values: set[str]) -> bool:
    return all(re.fullmatch(r"[-\d.]*", value) for value in values)
