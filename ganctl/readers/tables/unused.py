"""Which columns of a table nobody asked for and the table itself does not show, and why."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from ganctl.files.limits import ATTRIBUTE_VALUES
from ganctl.files.text import listed, printable
from ganctl.readers.formats.table import Table
from ganctl.readers.tables.columns import Columns
from ganctl.readers.tables.file_names import Rows
from ganctl.readers.tables.missing import known
from ganctl.readers.tables.splits import may_be_split
from ganctl.readers.tables.values import are_measured, are_sentences, numbers_of

_NAMED = 20
"""The columns that are told; of more, how many they are."""


def remarks_on_unused(rows: Rows, splits: Sequence[int], columns: Columns) -> list[str]:
    """Say which columns are left out where the table itself shows which matter.

    Args:
        rows: of the table.
        splits: the columns that say splits.
        columns: those that matter, as ``choose_columns`` found them without being asked.

    Returns:
        a remark with each column and what it has, and how to ask for one, if one can be; none where
        no column is left out but such as number the rows, or follow from the class.
    """
    table = rows.table
    told = {rows.column, *splits, *columns.all}
    left_out = [i for i, name in enumerate(table.header) if name and i not in told]
    found: dict[str, str] = {}
    asked: list[str] = []
    for i in left_out:
        name, values = table.header[i], known(table.column(i))
        if may_be_split(name) or _numbers_rows(table, i):
            continue
        if len(values) > 1 and _follows(table, i, columns.classes):
            continue
        found[name], can_be_asked_for = _what(table, name, values, i)
        if can_be_asked_for:
            asked.append(name)
    if not found:
        return []
    named = listed((f"{name} ({what})" for name, what in found.items()), _NAMED)
    remark = f"Columns of {table.name} that are not used: {named}."
    if not asked:
        return [remark]
    example = printable(shlex.quote(asked[0]))
    return [f"{remark} Name each column that matters, such as --condition {example}."]


def _what(table: Table, name: str, values: set[str], column: int) -> tuple[str, bool]:
    """Return what a column has, and whether it can be asked for."""
    if len(values) < 2:
        return ("one value" if values else "no value"), False
    if are_sentences(name, table.column(column)):
        return "sentences", True
    if are_measured(name, values):
        return "numbers", True
    is_few = len(values) <= ATTRIBUTE_VALUES and 2 * len(values) <= len(table.rows)
    return f"{len(values):,} values", is_few


def _follows(table: Table, column: int, classes: int | None) -> bool:
    """Return whether all rows of a class say the same in a column, as other names of it do."""
    if classes is None:
        return False
    pairs = {(row[classes], row[column]) for row in table.rows}
    return len(pairs) == len(set(table.column(classes)))


def _numbers_rows(table: Table, column: int) -> bool:
    """Return whether a column has a whole number for each row, in steps of one."""
    cells = table.column(column)
    numbers = sorted(numbers_of(cells).values())
    return len(numbers) == len(cells) and all(
        number == numbers[0] + place for place, number in enumerate(numbers)
    )
