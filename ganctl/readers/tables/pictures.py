"""The images that tables name, each with its class, or with what else they say of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files.text import listed, printable
from ganctl.files.tree import Entry, Tree
from ganctl.readers.class_folders import Part, assembled
from ganctl.readers.describing import Column, describe
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.formats.table import Table
from ganctl.readers.labelled import ANY, Described, PictureFile, Pictures, Split
from ganctl.readers.remarks import on_alike
from ganctl.readers.tables.columns import Columns, column_name
from ganctl.readers.tables.file_names import Rows, misplaced
from ganctl.readers.tables.missing import is_missing, is_no_class, known, remarks_on_missing
from ganctl.readers.tables.splits import ROLES, Splits, role_in_name
from ganctl.readers.tables.values import (
    class_names,
    commas_are_of_thousands,
    numbers_of,
)
from ganctl.requests.conditions.words import words_of

Cells = tuple["str | None", ...]
"""What a row says in each column that matters; None where it says nothing."""


@dataclass(frozen=True)
class Used:
    """A table whose rows are about images, the columns that say what they are, and its splits.

    ``remarks`` are sentences about the columns that are not used.
    """

    entry: Entry
    rows: Rows
    columns: Columns
    splits: Splits
    remarks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its file."""
        return self.rows.table.name

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of the columns that matter."""
        header = self.rows.table.header
        return tuple(header[i] for i in self.columns.all if i is not None)


@dataclass
class _Named:
    """What the tables say of images, by their keys, as far as it was read.

    ``cells`` and ``roles`` are of the images that are used, ``aside`` says why others are not.
    """

    cells: dict[str, Cells] = field(default_factory=dict)
    roles: dict[str, str] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    aside: dict[str, str] = field(default_factory=dict)


def pictures_of(tree: Tree, images: Sequence[Entry], chosen: Sequence[Used]) -> Pictures:
    """Return the images that tables name, as what they say.

    Args:
        tree: where the images lie.
        images: the files of images.
        chosen: the tables; what one says of an image, no other says otherwise.

    Raises:
        DataError: an image is said to be two things, or no image is left to train on.
    """
    names = listed(sorted({one.name for one in chosen}))
    remarks = [*chosen[0].remarks]
    named = _Named()
    for one in chosen:
        remarks += [*one.rows.table.remarks, *one.splits.remarks]
        _take(one, _role_of_name(one, len(chosen)), named, remarks)
    left_out = Counter(reason for key, reason in named.aside.items() if key not in named.cells)
    rest = sum(image.key not in named.cells and image.key not in named.aside for image in images)
    if rest:
        left_out[f"not in {names}"] += rest
    first = chosen[0]
    layout, labels = f"images with {names}", dict.fromkeys(named.cells, ANY)
    if first.columns.classes is not None:
        layout += f", {column_name(first.rows.table, first.columns.classes)}"
        labels = {key: str(label) for key, (label,) in named.cells.items()}
        remarks += on_alike(set(labels.values()))
        remarks += misplaced(names, {named.entries[key]: name for key, name in labels.items()})
    parts: dict[str, Part] = {}
    for key in sorted(labels, key=lambda key: named.entries[key].parts):
        part = parts.setdefault(named.roles[key], Part(layout, [], True))
        part.files.append(PictureFile(named.entries[key], labels[key]))
    if "train" not in parts:
        raise _nothing_to_train_on(names, chosen, parts)
    pictures = assembled(tree, parts, left_out, remarks)
    if first.columns.classes is not None:
        return pictures
    return _with_described(pictures, chosen[0], named.cells)


def _with_described(pictures: Pictures, first: Used, cells: Mapping[str, Cells]) -> Pictures:
    remarks = list(pictures.remarks)
    of_parts = {
        split: [cells[picture.entry.key] for picture in part]
        for split, part in pictures.parts.items()
    }
    described = describe_cells(first.name, first.columns, first.headers, of_parts, remarks)
    return replace(pictures, described=described, remarks=tuple(remarks))


def describe_cells(
    source: str,
    columns: Columns,
    headers: Sequence[str],
    cells: Mapping[Split, Sequence[Cells]],
    remarks: list[str],
) -> dict[Split, Described]:
    """Say in numbers what the cells of each image's row do.

    Args:
        source: what messages call the table.
        columns: those that matter; not of classes.
        headers: their names.
        cells: for each image of a split its values in these columns.
        remarks: sentences about what is odd.

    Raises:
        DataError: a column says nothing, a value may be no name, or a caption is too long.
    """
    made = [
        Column(name, source, {split: [row[i] for row in rows] for split, rows in cells.items()})
        for i, name in enumerate(headers)
    ]
    attributes, quantities = len(columns.attributes), len(columns.quantities)
    captions = made[attributes + quantities :]
    return describe(
        made[:attributes],
        made[attributes : attributes + quantities],
        captions[0] if captions else None,
        remarks,
    )


def cells_of(table: Table, columns: Columns, remarks: list[str]) -> list[Cells]:
    """Return what each row of a table says in the columns that matter."""
    said: list[Mapping[str, str | None]] = []
    if columns.classes is not None:
        said.append(class_names(table, columns.classes, remarks))
    for i in columns.attributes:
        said.append({} if i is None else class_names(table, i, remarks, is_missing))
    for i in columns.quantities:
        values = set() if i is None else known(table.column(i))
        said.append({value: repr(number) for value, number in numbers_of(values).items()})
        if commas_are_of_thousands(values):
            name = column_name(table, i or 0)
            remarks.append(f"Commas in the numbers of {name} are read as those of thousands.")
    for i in columns.captions:
        values = set() if i is None else known(table.column(i))
        said.append({value: value for value in values if words_of(value)})
    remarks += _on_missing(table, columns)
    places = [0 if i is None else i for i in columns.all]
    return [
        tuple(names.get(row[i]) for i, names in zip(places, said, strict=True))
        for row in table.rows
    ]


def _on_missing(table: Table, columns: Columns) -> list[str]:
    says_nothing = is_missing if columns.classes is None else is_no_class
    missing, values = Counter[str](), Counter[str]()
    for i in columns.all:
        for cell, count in Counter([] if i is None else table.column(i)).items():
            (missing if says_nothing(cell) else values)[cell] += count
    return remarks_on_missing(table.name, missing, values)


def _nothing_to_train_on(
    names: str, chosen: Sequence[Used], parts: Mapping[str, Part]
) -> DataError:
    for one in chosen:
        if parts and one.splits.columns:
            where = listed(column_name(one.rows.table, i) for i in one.splits.columns)
            return DataError(
                f"{names} has no image to train on: its {where} says {listed(sorted(parts))} "
                "alone.",
                "Write train there for the images to train on.",
            )
    columns = chosen[0].columns
    what = "class" if columns.classes is not None else "caption"
    column = next(i for i in (columns.classes, *columns.captions, *columns.all) if i is not None)
    return DataError(
        f"{names} has no {what} of an image to train on.",
        f"Fill the {column_name(chosen[0].rows.table, column)}, or give --condition COLUMN.",
    )


def _role_of_name(used: Used, tables: int) -> str | None:
    """Return the split that a table's name means; a word of it does where there are several."""
    stem = Path(used.name).stem
    return split_role(stem) or (role_in_name(stem) if tables > 1 else None)


def _take(used: Used, role: str | None, named: _Named, remarks: list[str]) -> None:
    """Add what a table says of each image and its split, or why it is left out."""
    table, missing, repeated = used.rows.table, [], 0
    splits: Sequence[str | None] = used.splits.of_rows or [role] * len(table.rows)
    cells = cells_of(table, used.columns, remarks)
    for row, said, files, split in zip(table.rows, cells, used.rows.files, splits, strict=True):
        same = [f for f in files if len(files) == 1 or split in (None, _folder_role(f))]
        if not files:
            missing.append(row[used.rows.column])
            continue
        if len(same) != 1:
            raise DataError(
                f"{table.name} names {row[used.rows.column]!r}, which may be any of "
                f"{listed(map(str, files))}.",
                "Give the file names with their folders.",
            )
        entry = same[0]
        named.entries[entry.key] = entry
        lack = lacks(used.columns, said)
        if lack or (split is not None and split not in ROLES):
            named.aside[entry.key] = lack or str(split)
            continue
        repeated += entry.key in named.cells
        before = named.cells.setdefault(entry.key, said)
        named.roles.setdefault(entry.key, split or _folder_role(entry) or "train")
        _check_same(used, entry, before, said)
    if missing:
        remarks.append(
            f"Rows of {table.name} whose file is not there: {len(missing):,} ({listed(missing)})."
        )
    if repeated:
        remarks.append(f"Rows of {table.name} that name a file again: {repeated:,}.")


def lacks(columns: Columns, said: Cells) -> str:
    """Return what an image is left out for; attributes need not be known."""
    if columns.classes is not None and said[0] is None:
        return "no label"
    return "no caption" if columns.captions and said[-1] is None else ""


def _check_same(used: Used, entry: Entry, before: Cells, said: Cells) -> None:
    """Refuse rows that contradict each other; of several captions, the first is taken."""
    most = len(said) - len(used.columns.captions)
    if before[:most] == said[:most]:
        return
    differ = [i for i in range(most) if before[i] != said[i]]
    one, other = (
        " and ".join(printable(cells[i] or "not known") for i in differ) for cells in (before, said)
    )
    raise DataError(
        f"{used.name} names {entry} twice, as {one} and as {other}.",
        "Give each file one class." if most == 1 else "Give each file one row.",
    )


def _folder_role(entry: Entry) -> str | None:
    return next((role for part in entry.parts[:-1] if (role := split_role(part))), None)
