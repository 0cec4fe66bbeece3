"""Images and their classes and splits, as the tables beside them say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files.paths import user_path
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree, tree_of_file
from ganctl.readers.describing import no_difference
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.formats.kinds import DATASET_JSON, is_table
from ganctl.readers.formats.table import Table, is_pixels, read_table, with_one_hot
from ganctl.readers.labelled import Pictures
from ganctl.readers.tables.columns import (
    AmbiguousTable,
    UnclearTable,
    choose_columns,
    same_columns,
)
from ganctl.readers.tables.file_names import Rows, from_root, rows_of_files
from ganctl.readers.tables.pictures import Used, pictures_of
from ganctl.readers.tables.splits import Splits, role_in_name, splits_of
from ganctl.readers.tables.unused import remarks_on_unused
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


def read_tables(
    tree: Tree, images: Sequence[Entry], others: Sequence[Entry], options: ReadOptions
) -> Tables:
    """Say what the images of a tree are by the tables among its ``others``.

    ``options.labels`` names another table, ``options.condition`` its columns that matter.

    Raises:
        DataError: the table that was asked for cannot be used.
    """
    problems: list[DataError] = []
    used: list[Used] = []
    unclear: list[tuple[Tree, Entry, tuple[str, ...], UnclearTable]] = []
    for home, entry, base in candidates(tree, others, options):
        try:
            used += _used(home, entry, images, base, options)
        except UnclearTable as error:
            unclear.append((home, entry, base, error))
        except DataError as error:
            problems.append(error)
    for home, entry, base, problem in unclear:
        if not (columns := _columns_of_other_split(entry, used)):
            problems.append(problem)
            continue
        try:
            used += _used(home, entry, images, base, replace(options, condition=columns))
        except DataError:
            problems.append(problem)
    if not used:
        if problems and (options.labels or options.condition):
            raise problems[0]
        return Tables(None, [], problems)
    chosen = _alike(_chosen(tree, used, problems))
    pictures = pictures_of(tree, images, chosen)
    labels = {picture.label for picture in pictures.parts["train"]}
    if options.condition and not pictures.described and len(labels) < 2 and options.needs_labels:
        raise no_difference(chosen[0].name, options.condition[0], labels)
    return Tables(pictures, [one.entry for one in chosen], problems)


def candidates(
    tree: Tree, others: Sequence[Entry], options: ReadOptions
) -> list[tuple[Tree, Entry, tuple[str, ...]]]:
    """Return the tables that may be meant, each with its tree and the folder names begin in."""
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


def read_candidate(home: Tree, entry: Entry) -> Table | None:
    """Return one of ``candidates``, if it is no table of pixels."""
    is_delimited = entry.ending in (".csv", ".tsv")
    return None if is_delimited and is_pixels(home, entry) else read_table(home, entry)


def with_splits(rows: Rows, options: ReadOptions) -> tuple[Rows, Splits]:
    """Return rows whose one-hot columns are one, and the splits that other columns say."""
    splits = splits_of(rows.table, rows.column, options.condition)
    others = [i for i in range(len(rows.table.header)) if i not in (rows.column, *splits.columns)]
    return replace(rows, table=with_one_hot(rows.table, others)), splits


def _used(
    home: Tree,
    entry: Entry,
    images: Sequence[Entry],
    base: tuple[str, ...],
    options: ReadOptions,
) -> list[Used]:
    table = read_candidate(home, entry)
    if table is None:
        return []
    table, base = from_root(table, base)
    scope = [image for image in images if image.parts[: len(base)] == base]
    if not scope:
        scope, base = list(images), ()
    rows = rows_of_files(table, scope, len(base))
    if rows is None:
        raise _names_no_image(table, scope)
    rows, splits = with_splits(rows, options)
    try:
        columns = choose_columns(rows, splits.columns, options.condition)
    except AmbiguousTable as error:
        if 2 * sum(map(bool, rows.files)) < len(images):
            raise UnclearTable(str(error), error.hint) from error
        raise
    remarks: list[str] = []
    if options.needs_labels and not options.condition:
        remarks = remarks_on_unused(rows, splits.columns, columns)
    found = Used(entry, rows, columns, splits, tuple(remarks))
    return [replace(found, splits=splits.without_remarks_on(found.headers))]


def _columns_of_other_split(entry: Entry, used: Sequence[Used]) -> tuple[str, ...]:
    """Return the columns that matter in ``Train.csv`` for a ``Test.csv`` that is less clear."""
    role, home = _role_of(entry)
    for one in used:
        other, beside = _role_of(one.entry)
        if role and other and role != other and home == beside:
            return one.headers
    return ()


def _role_of(entry: Entry) -> tuple[str | None, tuple[str, ...]]:
    """Return the split that a table is of by its name or its folder, and where the splits lie."""
    if role := role_in_name(Path(entry.name).stem):
        return role, entry.parts[:-1]
    folder = entry.parts[-2:-1]
    return (split_role(folder[0]) if folder else None), entry.parts[:-2]


def _names_no_image(table: Table, images: Sequence[Entry]) -> DataError:
    first = listed([" ".join(row)[:40] for row in table.rows[:2]]) if table.rows else "no rows"
    return DataError(
        f"{table.name} names none of the images: it has {first}; the images are "
        f"{listed([str(image) for image in images[:2]])}, ….",
        "Give it a column of their file names, such as file_name.",
    )


def _chosen(tree: Tree, used: Sequence[Used], problems: list[DataError]) -> list[Used]:
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


def _alike(chosen: Sequence[Used]) -> list[Used]:
    """Return the table to train on first, and the others with the columns that it has."""
    first, *others = sorted(chosen, key=lambda one: _role_of(one.entry)[0] != "train")
    same = [same_columns(one.rows, first.headers, first.columns, one.columns) for one in others]
    return [
        first,
        *(replace(one, columns=columns) for one, columns in zip(others, same, strict=True)),
    ]
