"""A table beside an array of images: its row i is about image i."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ganctl.errors import DataError
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.kinds import is_image_name
from ganctl.readers.formats.table import Table, with_header
from ganctl.readers.labelled import VALIDATION_HELD, ArrayPair, Arrays, OnProgress, Split
from ganctl.readers.tables.columns import Columns, choose_columns, column_name
from ganctl.readers.tables.file_names import Rows
from ganctl.readers.tables.pictures import Cells, cells_of, describe_cells, lacks
from ganctl.readers.tables.reading import candidates, read_candidate, with_splits
from ganctl.readers.tables.splits import ROLES, Splits
from ganctl.readers.tables.unused import remarks_on_unused
from ganctl.requests.data import ReadOptions

_NO_COLUMN = -1


@dataclass(frozen=True)
class _Said:
    """A table, the columns of it that matter, its splits, and what each row says."""

    entry: Entry
    table: Table
    columns: Columns
    splits: Splits
    cells: Sequence[Cells]
    remarks: Sequence[str]


def with_rows_of_table(
    arrays: Arrays, tree: Tree, others: Sequence[Entry], options: ReadOptions
) -> tuple[Arrays, list[Entry]]:
    """Say what images without labels are by a table that has as many rows.

    Args:
        arrays: they stay as they are unless ``arrays.bare`` counts them.
        tree: where they lie.
        others: the files beside them, of which some may be tables.
        options: ``labels`` names another table, ``condition`` its columns that matter.

    Returns:
        the arrays, and the tables that are used.

    Raises:
        DataError: a table cannot be used, and without it nobody knows what the images are.
    """
    if not arrays.bare:
        return arrays, []
    problems: list[DataError] = []
    for home, entry, _ in candidates(tree, others, options):
        try:
            said = _said(home, entry, arrays, options)
        except DataError as error:
            problems.append(error)
            continue
        if said is not None:
            return _told(arrays, said), [entry]
    if problems and (options.labels or options.condition or options.needs_labels):
        raise problems[0]
    remarks = [f"A table is not used: {problem}" for problem in problems]
    return replace(arrays, remarks=(*arrays.remarks, *remarks)), []


def _said(home: Tree, entry: Entry, arrays: Arrays, options: ReadOptions) -> _Said | None:
    table = read_candidate(home, entry)
    if table is None:
        return None
    if _lacks_header(table) and len(table.rows) + 1 == arrays.bare:
        table = with_header(table)
    if len(table.rows) != arrays.bare:
        raise DataError(
            f"{entry.name} has {len(table.rows):,} rows, and {arrays.source} has {arrays.bare:,} "
            "images.",
            "Give a row for each image, in their order, or put labels into the arrays.",
        )
    rows, splits = with_splits(Rows(table, _column_of_files(table), ()), options)
    table = rows.table
    chosen = choose_columns(rows, splits.columns, options.condition)
    headers = [table.header[i] for i in chosen.all if i is not None]
    remarks: list[str] = []
    if options.needs_labels and not options.condition:
        remarks += remarks_on_unused(rows, splits.columns, chosen)
    cells = cells_of(table, chosen, remarks)
    return _Said(entry, table, chosen, splits.without_remarks_on(headers), cells, remarks)


def _lacks_header(table: Table) -> bool:
    """Return whether a header says what rows do: the name of an image, or a value that they have.

    That one row is missing says too little, for then every value would be another image's.
    """
    return table.may_lack_header and any(
        is_image_name(name) or name in table.column(i) for i, name in enumerate(table.header)
    )


def _column_of_files(table: Table) -> int:
    columns = range(len(table.header))
    return next((i for i in columns if all(map(is_image_name, table.column(i)))), _NO_COLUMN)


def _told(arrays: Arrays, said: _Said) -> Arrays:
    name, columns = said.entry.name, said.columns
    remarks = [*arrays.remarks, *said.table.remarks, *said.splits.remarks, *said.remarks]
    left_out = Counter(arrays.left_out)
    of_roles: dict[str, list[int]] = {}
    for place, cells in enumerate(said.cells):
        role = said.splits.of_rows[place] if said.splits.of_rows else "train"
        if (lack := lacks(columns, cells)) or role not in ROLES:
            left_out[lack or role] += 1
        else:
            of_roles.setdefault(role, []).append(place)
    places = _of_splits(name, of_roles, left_out, remarks)
    of_splits = {split: [said.cells[i] for i in found] for split, found in places.items()}
    layout = f"{arrays.layout} with {name}"
    labels = None
    described = {}
    if columns.classes is not None:
        layout += f", {column_name(said.table, columns.classes)}"
        labels = {
            split: np.array([label for (label,) in cells]) for split, cells in of_splits.items()
        }
    else:
        headers = [said.table.header[i] for i in columns.all if i is not None]
        described = describe_cells(name, columns, headers, of_splits, remarks)

    def load(on_progress: OnProgress | None) -> dict[Split, ArrayPair]:
        images = arrays.load(on_progress)["train"].images
        return {
            split: ArrayPair(
                images if len(found) == len(images) else images[found],
                None if labels is None else labels[split],
            )
            for split, found in places.items()
        }

    return replace(
        arrays,
        layout=layout,
        files=(*arrays.files, said.entry),
        load=load,
        described=described,
        left_out=dict(left_out),
        remarks=tuple(remarks),
    )


def _of_splits(
    name: str, of_roles: dict[str, list[int]], left_out: Counter[str], remarks: list[str]
) -> dict[Split, list[int]]:
    """Return the images to train on and those to hold against: the test split, else validation."""
    if "train" not in of_roles:
        roles = listed(sorted(of_roles)) or "nothing that is known"
        raise DataError(
            f"{name} has no image to train on: its rows say {roles}.",
            "Write train for the images to train on, or give --condition COLUMN.",
        )
    places: dict[Split, list[int]] = {"train": of_roles["train"]}
    for role in ("test", "validation"):
        if role not in of_roles:
            continue
        if "test" in places:
            left_out[f"{role} split"] += len(of_roles[role])
            continue
        places["test"] = of_roles[role]
        if role == "validation":
            remarks.append(VALIDATION_HELD)
    return places
