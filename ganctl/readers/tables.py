"""Tables beside images: which columns name the files, the classes and the split."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files.limits import CLASSES
from ganctl.files.paths import user_path
from ganctl.files.text import listed, printable
from ganctl.files.tree import Entry, Tree, tree_of_file
from ganctl.readers.class_folders import Part, assembled
from ganctl.readers.formats.file_names import Rows, misplaced, rows_of_files
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.formats.kinds import DATASET_JSON, is_table
from ganctl.readers.formats.table import Table, is_pixels, read_table, with_one_hot
from ganctl.readers.labelled import PictureFile, Pictures
from ganctl.requests.data import ReadOptions

_CLASS_NAMES = (
    frozenset(["label", "labels", "class", "class_name", "classname", "category", "target", "y"]),
    frozenset(
        [
            "species",
            "breed",
            "variety",
            "character",
            "letter",
            "digit",
            "emotion",
            "diagnosis",
            "genre",
            "kind",
        ]
    ),
)
_SPLIT_COLUMNS = {"split", "partition", "subset", "set", "fold", "usage"}
_PARTITION = {"0": "train", "1": "validation", "2": "test"}
_MISSING = {"", "nan", "null", "n/a"}
_WHOLE = re.compile(r"(-?\d+)\.0+")
_FIRST_NAMES = (DATASET_JSON, "labels.csv", "labels.tsv", "metadata.jsonl", "metadata.csv")
_MOST_TABLES = 20


class AmbiguousTable(DataError):
    """A table of most of the images, of which several columns may name the classes."""


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
    """A table whose rows are about images, and where its classes and splits stand."""

    entry: Entry
    rows: Rows
    classes: int
    split: int | None

    @property
    def name(self) -> str:
        return self.rows.table.name


def read_tables(
    tree: Tree, images: Sequence[Entry], others: Sequence[Entry], options: ReadOptions
) -> Tables:
    """Say what the images of a tree are by the tables among its ``others``.

    ``options.labels`` names another table, ``options.condition`` the column of the classes.

    Raises:
        DataError: the table that was asked for cannot be used.
    """
    problems: list[DataError] = []
    used: list[_Used] = []
    for home, entry, base in _tables(tree, others, options):
        try:
            found = _used(home, entry, images, base, options)
        except DataError as error:
            problems.append(error)
        else:
            used += found
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
    scope = [image for image in images if image.parts[: len(base)] == base]
    rows = rows_of_files(table, scope, len(base))
    if rows is None:
        raise _names_no_image(table, scope)
    split = _split_column(rows)
    others = [i for i in range(len(rows.table.header)) if i not in (rows.column, split)]
    rows = replace(rows, table=with_one_hot(rows.table, others))
    try:
        classes = _class_column(rows, split, options.condition)
    except AmbiguousTable as error:
        if 2 * sum(map(bool, rows.files)) < len(images):
            raise DataError(str(error), error.hint) from error
        raise
    return [_Used(entry, rows, classes, split)]


def _names_no_image(table: Table, images: Sequence[Entry]) -> DataError:
    first = listed([" ".join(row)[:40] for row in table.rows[:2]]) if table.rows else "no rows"
    return DataError(
        f"{table.name} names none of the images: it has {first}; the images are "
        f"{listed([str(image) for image in images[:2]])}, ….",
        "Give it a column of their file names, such as file_name.",
    )


def _split_column(rows: Rows) -> int | None:
    for index, name in enumerate(rows.table.header):
        if index == rows.column:
            continue
        values = {value for value in rows.table.column(index) if value}
        if name.lower() == "partition" and values <= set(_PARTITION):
            return index
        if values and all(map(split_role, values)):
            return index
    return None


def _class_column(rows: Rows, split: int | None, condition: str | None) -> int:
    """Return the column that names the classes.

    Raises:
        DataError: none does, or several may.
    """
    table = rows.table
    columns = [i for i in range(len(table.header)) if i not in (rows.column, split)]
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
        and table.header[i].casefold() not in _SPLIT_COLUMNS
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
    raise DataError(
        f"{table.name} has no column that names classes (values: {counts or 'none'}).",
        "Give --condition COLUMN." if columns else "Give it a column of classes, such as label.",
    )


def _say_the_same(table: Table, columns: Sequence[int]) -> bool:
    """Return whether columns name the same classes, such as a number and a word for each."""
    together = {tuple(row[i] for i in columns) for row in table.rows}
    return all(len(set(table.column(i))) == len(together) for i in columns)


def _are_numbers(values: set[str]) -> bool:
    return all(re.fullmatch(r"[-\d.]*", value) for value in values)


def _chosen(tree: Tree, used: Sequence[_Used], problems: list[DataError]) -> list[_Used]:
    """Return one table, or several that are about different images or splits."""
    keys = [{files[0].key for files in one.rows.files if files} for one in used]
    roles = [split_role(Path(one.name).stem) for one in used]
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
        DataError(f"{one.name} is not used: {used[0].name} is.", f"Give --labels {one.name}.")
        for one in used[1:]
    ]
    return [used[0]]


def _pictures(tree: Tree, images: Sequence[Entry], chosen: Sequence[_Used]) -> Pictures:
    named = listed(sorted({one.name for one in chosen}))
    column = chosen[0].rows.table.header[chosen[0].classes]
    layout = f"images with {named}, column {printable(column)}"
    left_out: Counter[str] = Counter()
    remarks: list[str] = []
    labels: dict[str, tuple[str, str]] = {}
    entries: dict[str, Entry] = {}
    unlabelled: set[str] = set()
    for one in chosen:
        remarks += one.rows.table.remarks
        _take(one, labels, entries, unlabelled, remarks)
    if unlabelled:
        left_out["no label"] += len(unlabelled)
    if rest := sum(image.key not in labels and image.key not in unlabelled for image in images):
        left_out[f"not in {named}"] += rest
    remarks += misplaced(named, {entries[key]: label for key, (label, _) in labels.items()})
    parts: dict[str, Part] = {}
    for key in sorted(labels, key=lambda key: entries[key].parts):
        label, role = labels[key]
        part = parts.setdefault(role, Part(layout, [], True))
        part.files.append(PictureFile(entries[key], label))
    if "train" not in parts:
        raise DataError(
            f"{named} has no class of an image to train on.",
            f"Fill the column {printable(column)}, or give --condition COLUMN.",
        )
    return assembled(tree, parts, left_out, remarks)


def _take(
    used: _Used,
    labels: dict[str, tuple[str, str]],
    entries: dict[str, Entry],
    unlabelled: set[str],
    remarks: list[str],
) -> None:
    """Add the label and the split of each image that a table names."""
    table = used.rows.table
    named, missing, repeated = split_role(Path(used.name).stem), [], 0
    names = _class_names(used)
    for row, files in zip(table.rows, used.rows.files, strict=True):
        said = _role(row[used.split]) if used.split is not None else named
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
        if label is None:
            unlabelled.add(entry.key)
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


def _class_names(used: _Used) -> dict[str, str | None]:
    """Return what each value of the column of classes is called; None where it says nothing."""
    values = sorted(set(used.rows.table.column(used.classes)))
    if used.rows.table.attributes and set(values) <= {"1", "-1"}:
        name = used.rows.table.header[used.classes]
        return {"1": name, "-1": f"not {name}"}
    said = [value for value in values if value.casefold() not in _MISSING]
    are_whole = all(map(_WHOLE.fullmatch, said))
    names: dict[str, str | None] = dict.fromkeys(values)
    for value in said:
        names[value] = value.partition(".")[0] if are_whole else unicodedata.normalize("NFC", value)
    return names


def _role(text: str) -> str | None:
    return _PARTITION.get(text) or split_role(text)


def _folder_role(entry: Entry) -> str | None:
    return next((role for part in entry.parts[:-1] if (role := split_role(part))), None)
