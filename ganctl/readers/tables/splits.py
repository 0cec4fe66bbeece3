"""Which columns of a table say the split of each row, in words or as yes and no."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ganctl.errors import DataError
from ganctl.files.text import listed, printable
from ganctl.readers.formats.folder_names import role_of_word
from ganctl.readers.formats.table import Table, with_one_hot

ROLES = ("train", "validation", "test")
_SPLIT = re.compile(r"(data|dataset)?split(name|type)?")
_MAY_BE_SPLIT = {
    "set", "subset", "partition", "phase", "usage", "dataset", "mode", "datasubset",
    "evaluationstatus",
}  # fmt: skip
_FOLD = re.compile(r"(k|cv)?folds?(id|\d+)?")
_FLAG = re.compile(r"(is|in)?(.+)")
_YES = {"1", "1.0", "true", "yes", "t", "y"}
_NO = {"0", "0.0", "false", "no", "f", "n"}
_PARTITION = {"0": "train", "1": "validation", "2": "test"}
_MOST_REASONS = 5


@dataclass(frozen=True)
class Splits:
    """What a table says of splits.

    Attributes:
        columns: those that say it; none if the table does not.
        of_rows: for each row one of ``ROLES``, or why the row is left out.
        remarks: whole sentences about rows that are left out, and columns that are not used.
    """

    columns: tuple[int, ...] = ()
    of_rows: Sequence[str] = ()
    remarks: tuple[str, ...] = ()

    def without_remarks_on(self, headers: Sequence[str]) -> Splits:
        """Return the same without the remarks that columns are no splits: they say other things."""
        unsaid = {_not_used(header) for header in headers}
        return replace(self, remarks=tuple(said for said in self.remarks if said not in unsaid))


def role_in_name(stem: str) -> str | None:
    """Return the split that a word of a file's name means, such as of ``train_labels``."""
    roles = {role for word in re.split(r"[\W_]+", stem) if (role := role_of_word(word))}
    return roles.pop() if len(roles) == 1 else None


def may_be_split(header: str) -> bool:
    """Return whether a column is called as those of splits or folds, and not as classes are."""
    name = _letters(header)
    is_split = bool(_SPLIT.fullmatch(name) or _FOLD.fullmatch(name))
    return is_split or name in {"set", "subset", "partition", "usage"}


def splits_of(table: Table, files: int, conditions: Sequence[str]) -> Splits:
    """Find the columns that say splits.

    Args:
        table: its rows are about files.
        files: the column of their names.
        conditions: the columns that were asked for, which say other things.

    Raises:
        DataError: a column is called split and no word in it is known.
    """
    asked = {condition.casefold() for condition in conditions}
    columns = [
        i for i, name in enumerate(table.header) if i != files and name.casefold() not in asked
    ]
    if (words := _column_of_words(table, columns)) is not None:
        splits = _by_words(table, words)
    else:
        splits = _by_flags(table, columns)
    unused = [
        _not_used(table.header[i])
        for i in columns
        if i not in splits.columns and (_is_named(table.header[i]) or _is_fold(table.header[i]))
    ]
    return Splits(splits.columns, splits.of_rows, (*splits.remarks, *unused))


def _not_used(header: str) -> str:
    return f"The column {printable(header)} is not used as a split."


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _is_named(header: str) -> bool:
    name = _letters(header)
    return bool(_SPLIT.fullmatch(name)) or name in _MAY_BE_SPLIT


def _is_fold(header: str) -> bool:
    return bool(_FOLD.fullmatch(_letters(header)))


def _roles(table: Table, column: int) -> dict[str, str | None]:
    """Return what each value of a column means; CelebA numbers its splits."""
    values = {value for value in table.column(column) if value}
    if _letters(table.header[column]) == "partition" and values <= set(_PARTITION):
        return {value: _PARTITION[value] for value in values}
    return {value: role_of_word(value) for value in values}


def _column_of_words(table: Table, columns: Sequence[int]) -> int | None:
    """Return the column that says splits: by its name and a value, else by all its values."""
    named = [i for i in columns if _is_named(table.header[i])]
    named.sort(key=lambda i: not _SPLIT.fullmatch(_letters(table.header[i])))
    for i in named:
        roles = _roles(table, i)
        if any(roles.values()):
            return i
        if roles and _SPLIT.fullmatch(_letters(table.header[i])):
            raise DataError(
                f"{table.name} has a column {printable(table.header[i])} whose values name no "
                f"split: {listed(sorted(roles))}.",
                "Write train, validation or test there, or call the column otherwise.",
            )
    for i in columns:
        roles = _roles(table, i)
        if roles and all(roles.values()):
            return i
    return None


def _by_words(table: Table, column: int) -> Splits:
    roles = _roles(table, column)
    # Where a column marks what is held out alone, the rest trains.
    empty = "no split" if "train" in roles.values() else "train"
    unknown = sorted(value for value, role in roles.items() if role is None)
    reasons = {value: f"split {printable(value)}" for value in unknown}
    if len(unknown) > _MOST_REASONS:
        reasons = dict.fromkeys(unknown, "unknown split")
    said = {"": empty} | reasons | {value: role for value, role in roles.items() if role}
    of_rows = [said[value] for value in table.column(column)]
    remarks = []
    if unknown:
        count = sum(map(Counter(table.column(column)).__getitem__, unknown))
        remarks.append(
            f"Rows of {table.name} whose {printable(table.header[column])} is unknown are left "
            f"out: {count:,} ({listed(unknown)})."
        )
    return Splits((column,), of_rows, tuple(remarks))


def _by_flags(table: Table, columns: Sequence[int]) -> Splits:
    """Read columns such as ``is_train`` of 0 and 1."""
    flags: dict[int, str] = {}
    plain = set()
    for i in columns:
        found = _FLAG.fullmatch(_letters(table.header[i]))
        role = role_of_word(found[2]) if found else None
        values = {value.casefold() for value in table.column(i)}
        if found and role and values <= _YES | _NO | {""} and values & (_YES | _NO):
            flags[i] = role
            if not found[1]:
                plain.add(i)
    if plain and len(flags) < len(columns):
        others = [i for i in columns if i not in flags or i in plain]
        if with_one_hot(table, others) is not table:  # A class of vehicles.
            flags = {i: role for i, role in flags.items() if i not in plain}
    if not flags:
        return Splits()
    of_rows = [_flagged({r: row[i].casefold() for i, r in flags.items()}) for row in table.rows]
    return Splits(tuple(flags), of_rows)


def _flagged(said: dict[str, str]) -> str:
    for role in ("test", "validation", "train"):
        if said.get(role) in _YES:
            return role
    if "" in said.values():
        return "no split"
    if "train" not in said:
        return "train"
    others = [role for role in ("test", "validation") if role not in said]
    return others[0] if others else "no split"
