"""Images and their classes and splits, as the tables beside them say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files.paths import user_path
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree, tree_of_file
from ganctl.readers.class_folders import Part, assembled
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.formats.kinds import DATASET_JSON, is_table
from ganctl.readers.formats.table import Table, is_pixels, read_table, with_one_hot
from ganctl.readers.labelled import PictureFile, Pictures
from ganctl.readers.remarks import on_alike
from ganctl.readers.tables.columns import (
    AmbiguousTable,
    UnclearTable,
    class_column,
    class_names,
    column_name,
)
from ganctl.readers.tables.file_names import Rows, from_root, misplaced, rows_of_files
from ganctl.readers.tables.splits import ROLES, Splits, role_in_name, splits_of
from ganctl.requests.data import ReadOptions

_FIRST_NAMES = (DATASET_JSON, "labels.csv", "labels.tsv", "metadata.jsonl", "metadata.csv")
_MOST_TABLES = 20


@dataclass(frozen=True)
class Tables:
    """What the tables say.

    ``pictures`` are the images and their classes, None if no table says these; ``used`` are the
    tables that do, and ``problems`` say why each other table is not used.
    """

    pictures: Pictures | None
    used: Sequence[Entry]
    problems: Sequence[DataError]


@dataclass(frozen=True)
class _Used:
    """A table whose rows are about images, where its classes stand, and its splits."""

    entry: Entry
    rows: Rows
    classes: int
    splits: Splits

    @property
    def name(self) -> str:
        return self.rows.table.name


def read_tables(
    tree: Tree, images: Sequence[Entry], others: Sequence[Entry], options: ReadOptions
) -> Tables:
    """Say what the images of a tree are by the tables among its ``others``.

    ``options.labels`` names another table, ``options.condition`` its columns that matter.

    Raises:
        DataError: the table that was asked for cannot be used.
    """
    problems: list[DataError] = []
    used: list[_Used] = []
    unclear: list[tuple[Tree, Entry, tuple[str, ...], UnclearTable]] = []
    for home, entry, base in _tables(tree, others, options):
        try:
            used += _used(home, entry, images, base, options)
        except UnclearTable as error:
            unclear.append((home, entry, base, error))
        except DataError as error:
            problems.append(error)
    for home, entry, base, problem in unclear:
        if (column := _column_of_other_split(entry, used)) is None:
            problems.append(problem)
            continue
        try:
            used += _used(home, entry, images, base, replace(options, condition=(column,)))
        except DataError:
            problems.append(problem)
    if not used:
        if problems and (options.labels or options.condition):
            raise problems[0]
        return Tables(None, [], problems)
    chosen = _chosen(tree, used, problems)
    return Tables(_pictures(tree, images, chosen), [one.entry for one in chosen], problems)


def _tables(
    tree: Tree, others: Sequence[Entry], options: ReadOptions
) -> list[tuple[Tree, Entry, tuple[str, ...]]]:
    """Return the tables that may be meant, each with the folder that its names begin in."""
    if options.labels:
        home = tree_of_file(user_path(options.labels))
        return [(home, home.entries[0], ())]
    entries = [
        entry for entry in others if is_table(entry) and "submission" not in entry.name.lower()
    ]
    shallow = [entry for entry in entries if len(entry.parts) == 1] or [
        entry for entry in entries if len(entry.parts) == 2
    ]

    def rank(entry: Entry) -> tuple[int, str]:
        name = entry.name.lower()
        return (_FIRST_NAMES.index(name) if name in _FIRST_NAMES else len(_FIRST_NAMES), name)

    shallow.sort(key=rank)
    return [(tree, entry, entry.parts[:-1]) for entry in shallow[:_MOST_TABLES]]


def _used(
    home: Tree,
    entry: Entry,
    images: Sequence[Entry],
    base: tuple[str, ...],
    options: ReadOptions,
) -> list[_Used]:
    is_delimited = entry.ending in (".csv", ".tsv")
    table = None if is_delimited and is_pixels(home, entry) else read_table(home, entry)
    if table is None:
        return []
    table, base = from_root(table, base)
    scope = [image for image in images if image.parts[: len(base)] == base]
    if not scope:
        scope, base = list(images), ()
    rows = rows_of_files(table, scope, len(base))
    if rows is None:
        raise _names_no_image(table, scope)
    splits = splits_of(rows.table, rows.column, next(iter(options.condition), None))
    others = [i for i in range(len(rows.table.header)) if i not in (rows.column, *splits.columns)]
    rows = replace(rows, table=with_one_hot(rows.table, others))
    try:
        classes = class_column(rows, splits.columns, next(iter(options.condition), None))
    except AmbiguousTable as error:
        if 2 * sum(map(bool, rows.files)) < len(images):
            raise UnclearTable(str(error), error.hint) from error
        raise
    return [_Used(entry, rows, classes, splits.without_remark_on(rows.table.header[classes]))]


def _column_of_other_split(entry: Entry, used: Sequence[_Used]) -> str | None:
    """Return the column of classes of ``Train.csv`` for a ``Test.csv`` that is less clear."""
    role = role_in_name(Path(entry.name).stem)
    for one in used:
        other = role_in_name(Path(one.name).stem)
        if role and other and role != other and one.entry.parts[:-1] == entry.parts[:-1]:
            return one.rows.table.header[one.classes]
    return None


def _names_no_image(table: Table, images: Sequence[Entry]) -> DataError:
    first = listed([" ".join(row)[:40] for row in table.rows[:2]]) if table.rows else "no rows"
    return DataError(
        f"{table.name} names none of the images: it has {first}; the images are "
        f"{listed([str(image) for image in images[:2]])}, ….",
        "Give it a column of their file names, such as file_name.",
    )


def _chosen(tree: Tree, used: Sequence[_Used], problems: list[DataError]) -> list[_Used]:
    """Return one table, or several that are about different images or splits."""
    keys = [{files[0].key for files in one.rows.files if files} for one in used]
    roles = [role_in_name(Path(one.name).stem) for one in used]
    if len(used) == 1 or (None not in roles and len(set(roles)) == len(roles)):
        return list(used)
    if sum(map(len, keys)) == len(set().union(*keys)):
        return list(used)
    if used[0].name.lower() not in _FIRST_NAMES:
        raise DataError(
            f"{tree.path} has several tables of the images: {listed(one.name for one in used)}.",
            "Give --labels FILE.",
        )
    problems += [
        DataError(
            f"{one.name} names images that {used[0].name} names too.",
            f"Give --labels {one.name}.",
        )
        for one in used[1:]
    ]
    return [used[0]]


def _pictures(tree: Tree, images: Sequence[Entry], chosen: Sequence[_Used]) -> Pictures:
    named = listed(sorted({one.name for one in chosen}))
    column = column_name(chosen[0].rows.table, chosen[0].classes)
    layout = f"images with {named}, {column}"
    remarks: list[str] = []
    labels: dict[str, tuple[str, str]] = {}
    entries: dict[str, Entry] = {}
    aside: dict[str, str] = {}
    for one in chosen:
        remarks += [*one.rows.table.remarks, *one.splits.remarks]
        _take(one, _role_of_name(one, len(chosen)), labels, entries, aside, remarks)
    left_out = Counter(reason for key, reason in aside.items() if key not in labels)
    if rest := sum(image.key not in labels and image.key not in aside for image in images):
        left_out[f"not in {named}"] += rest
    remarks += on_alike({label for label, _ in labels.values()})
    remarks += misplaced(named, {entries[key]: label for key, (label, _) in labels.items()})
    parts: dict[str, Part] = {}
    for key in sorted(labels, key=lambda key: entries[key].parts):
        label, role = labels[key]
        part = parts.setdefault(role, Part(layout, [], True))
        part.files.append(PictureFile(entries[key], label))
    if "train" not in parts:
        raise _nothing_to_train_on(named, column, chosen, parts)
    return assembled(tree, parts, left_out, remarks)


def _nothing_to_train_on(
    named: str, column: str, chosen: Sequence[_Used], parts: Mapping[str, Part]
) -> DataError:
    for one in chosen:
        if parts and one.splits.columns:
            where = listed(column_name(one.rows.table, i) for i in one.splits.columns)
            return DataError(
                f"{named} has no image to train on: its {where} says {listed(sorted(parts))} "
                "alone.",
                "Write train there for the images to train on.",
            )
    return DataError(
        f"{named} has no class of an image to train on.",
        f"Fill the {column}, or give --condition COLUMN.",
    )


def _role_of_name(used: _Used, tables: int) -> str | None:
    """Return the split that a table's name means; a word of it does where there are several."""
    stem = Path(used.name).stem
    return split_role(stem) or (role_in_name(stem) if tables > 1 else None)


def _take(
    used: _Used,
    named: str | None,
    labels: dict[str, tuple[str, str]],
    entries: dict[str, Entry],
    aside: dict[str, str],
    remarks: list[str],
) -> None:
    """Add the label and the split of each image that a table names, or why it is left out."""
    table, missing, repeated = used.rows.table, [], 0
    names = class_names(table, used.classes, remarks)
    splits: Sequence[str | None] = used.splits.of_rows or [named] * len(table.rows)
    for row, files, said in zip(table.rows, used.rows.files, splits, strict=True):
        same = [f for f in files if len(files) == 1 or said in (None, _folder_role(f))]
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
        label = names[row[used.classes]]
        entries[entry.key] = entry
        if label is None or (said is not None and said not in ROLES):
            aside[entry.key] = "no label" if label is None else str(said)
            continue
        repeated += entry.key in labels
        before = labels.setdefault(entry.key, (label, said or _folder_role(entry) or "train"))
        if before[0] != label:
            raise DataError(
                f"{table.name} names {entry} twice, as {before[0]} and as {label}.",
                "Give each file one class.",
            )
    if missing:
        remarks.append(
            f"Rows of {table.name} whose file is not there: {len(missing):,} ({listed(missing)})."
        )
    if repeated:
        remarks.append(f"Rows of {table.name} that name a file again: {repeated:,}.")


def _folder_role(entry: Entry) -> str | None:
    return next((role for part in entry.parts[:-1] if (role := split_role(part))), None)
