"""What lies at a path: the one table of readers. No image is opened here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganctl.errors import DataError, UsageError
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree, open_tree, tree_of_file
from ganctl.readers.class_folders import grouped, is_one_class, read_folders
from ganctl.readers.formats.csv import open_csv
from ganctl.readers.formats.folder_names import is_companion, split_role
from ganctl.readers.formats.idx import CLASS_NAMES_FILE, open_idx
from ganctl.readers.formats.kinds import (
    by_ending,
    images_of,
    is_idx,
    is_image_name,
    is_table,
    is_zip,
)
from ganctl.readers.formats.npz import NPZ, open_npz
from ganctl.readers.formats.parquet import open_parquet
from ganctl.readers.formats.refused import (
    RUN_FILE,
    folder_of_a_run,
    is_refused,
    lost_files,
    refusal,
    single_image,
)
from ganctl.readers.formats.table import is_pixels
from ganctl.readers.formats.text_pixels import is_text_pixels, open_text_pixels
from ganctl.readers.labelled import ANY, Arrays, PictureFile, Pictures
from ganctl.readers.tables.by_place import with_rows_of_table
from ganctl.readers.tables.columns import AmbiguousTable
from ganctl.readers.tables.reading import read_tables
from ganctl.requests.data import ReadOptions

_MOST_CSV = 20
_PACKED_CSV = ".csv.gz"


_LIKE_LABELS = re.compile(r"(?i).*(label|class|annot|attr|categor).*\.(txt|json|jsonl|xml|ya?ml)")
_Read = tuple["Pictures | Arrays", Sequence[Entry]]
"""The data, and the files that they or their classes come from, besides images."""


@dataclass(frozen=True)
class _Found:
    """A tree from where something is in it, and which of its files are images."""

    tree: Tree
    images: Sequence[Entry]
    others: Sequence[Entry]
    options: ReadOptions


def recognise(path: Path, options: ReadOptions) -> Pictures | Arrays:
    """Say what lies at a path: files of images and their classes, or files of arrays.

    Args:
        path: a folder, a zip archive, or one file of arrays.
        options: ``labels`` and ``condition`` say which table and column; ``needs_labels`` refuses
            images without classes.

    Raises:
        DataError: it is nothing that can be read, or may be several things.
        UsageError: an option makes no sense for it.
    """
    is_file = not path.is_dir() and not is_zip(path)
    tree = tree_of_file(path) if is_file else open_tree(path)
    images = images_of(tree)
    if is_file and images:
        raise single_image(path)
    if any(entry.name == RUN_FILE for entry in tree.top_files):
        raise folder_of_a_run(path)
    if is_file and is_idx(tree.entries[0]):
        raise DataError(f"{path} is one of several IDX files.", f"Name the folder {path.parent}.")
    whole = _found(tree, images, options)
    found = _entered(whole)
    for reader in _READERS:
        if (read := reader(found)) is not None:
            data, used = read
            may_have_attributes = isinstance(data, Arrays) and data.layout.startswith(NPZ)
            has_table = isinstance(data, Arrays) and data.described is not None
            asked = options.labels or (options.condition and not may_have_attributes)
            if asked and not (found.images or has_table):
                raise _no_table(tree, options)
            return _with_left_out(data, whole, used)
    raise refusal(tree, whole.others)


def _found(tree: Tree, images: Sequence[Entry], options: ReadOptions) -> _Found:
    keys = {entry.key for entry in images}
    others = [entry for entry in tree.entries if entry.key not in keys]
    return _Found(tree, images, others, options)


def _with_left_out(
    data: Pictures | Arrays, whole: _Found, used: Sequence[Entry]
) -> Pictures | Arrays:
    """Add the files that no reader took, and what is odd about them."""
    keys = {entry.key for entry in used}
    if isinstance(data, Arrays):
        keys.update(entry.key for entry in data.files)
    unread = [*whole.others, *(whole.images if isinstance(data, Arrays) else ())]
    rest = [entry for entry in unread if entry.key not in keys]
    left_out = Counter(data.left_out)
    left_out.update(by_ending(rest))
    remarks = list(data.remarks)
    if alike := [str(entry) for entry in rest if _LIKE_LABELS.fullmatch(entry.name)]:
        remarks.append(f"Files that may say classes are not used: {listed(alike)}.")
    if lost := whole.tree.lost:
        left_out["cannot be opened"] += len(lost)
        remarks.append(f"Files that cannot be opened: {lost_files(whole.tree)}.")
    if hidden := sum(map(is_image_name, whole.tree.hidden)):
        left_out["hidden"] += hidden
    return replace(data, left_out=dict(left_out), remarks=tuple(remarks))


def _entered(found: _Found) -> _Found:
    """Walk down through folders that hold one folder of use and nothing else."""
    keys = {entry.key for entry in found.images}
    while True:
        useful = [*found.images, *filter(_is_of_use, found.others)]
        loose, folders = grouped(useful, 0)
        if loose or len(folders) != 1:
            return found
        (name,) = folders
        images = [entry for entry in found.images if entry.parts[0] == name]
        inside, _ = grouped(folders[name], 1)
        has_more = any(entry.key not in keys for entry in inside)
        is_class = bool(images) and not has_more and is_one_class(name, images, 1)
        beside = any(map(is_companion, found.tree.top_folders))  # Which hints speak of.
        if split_role(name) or is_class or beside:
            return found
        tree = found.tree.below(name)
        found = _found(tree, [e for e in tree.entries if e.key in keys], found.options)


def _is_of_use(entry: Entry) -> bool:
    return (
        entry.ending in (".npz", ".parquet")
        or entry.name.lower().endswith(_PACKED_CSV)
        or is_table(entry)
        or is_idx(entry)
        or is_refused(entry)
    )


def _idx(found: _Found) -> _Read | None:
    """Read IDX files, which may lie in folders called as they are, as Kaggle's do."""
    homes: dict[tuple[str, ...], list[Entry]] = {}
    for entry in found.others:
        if is_idx(entry):
            depth = 2 if entry.parts[-2:-1] == (entry.name,) else 1
            homes.setdefault(entry.parts[:-depth], []).append(entry)
    if len(homes) > 1:
        names = listed("/".join(home) or "the folder itself" for home in homes)
        raise DataError(
            f"{found.tree.path} has IDX files in several folders: {names}.", "Name one of them."
        )
    for home, files in homes.items():
        beside = [e for e in found.others if e.parts[:-1] == home and e not in files]
        flat = [Entry((e.name,), e.key, e.size, e.stamp) for e in [*files, *beside]]
        data = open_idx(replace(found.tree, entries=tuple(sorted(flat)), folders=()))
        class_names = [e for e in beside if e.name == CLASS_NAMES_FILE]
        return None if data is None else (data, class_names)
    return None


def _arrays(found: _Found) -> _Read | None:
    """Read the files of arrays, if they are the larger part beside images."""
    npz = [entry for entry in found.others if entry.ending == ".npz"]
    parquet = [entry for entry in found.others if entry.ending == ".parquet"]
    tables = [e for e in found.others if e.ending in (".csv", ".tsv")][:_MOST_CSV]
    packed = [entry for entry in found.others if entry.name.lower().endswith(_PACKED_CSV)]
    pixels = [entry for entry in tables if is_pixels(found.tree, entry)] or packed
    texts = [] if pixels else [entry for entry in tables if is_text_pixels(found.tree, entry)]
    files = npz or parquet or pixels or texts
    if sum(e.size for e in files) <= sum(e.size for e in found.images):
        return None
    if npz:
        if len(npz) > 1:
            raise _several(found.tree, npz)
        arrays = open_npz(found.tree, npz[0])
        beside = [entry for entry in found.others if entry.parts[:-1] == npz[0].parts[:-1]]
        arrays, used = with_rows_of_table(arrays, found.tree, beside, found.options)
        return arrays, [*npz, *used]
    if len({entry.parts[:-1] for entry in files}) > 1 or len(texts) > 1:
        raise _several(found.tree, files)
    if parquet:
        return open_parquet(found.tree, parquet), parquet
    if texts:
        return open_text_pixels(found.tree, texts[0]), texts
    return open_csv(found.tree, pixels), pixels


def _several(tree: Tree, entries: Sequence[Entry]) -> DataError:
    return DataError(
        f"{tree.path} has several data sets: {listed(map(str, entries))}.",
        "Name one of them, such as "
        + str(tree.path / entries[0].key if tree.path.is_dir() else entries[0])
        + ".",
    )


def _images(found: _Found) -> _Read | None:
    """Read files of images, whose classes a table says, else their folders."""
    if not found.images:
        return None
    tree, options = found.tree, found.options
    said = read_tables(tree, found.images, found.others, options)
    asked = options.labels or options.condition
    remarks = [f"A table is not used: {problem}" for problem in said.problems]
    if said.pictures is not None and (asked or not _is_minor(said.pictures, found.images)):
        data = said.pictures
        return replace(data, remarks=(*data.remarks, *remarks)), said.used
    if asked:
        raise _no_table(tree, options)
    ambiguous = [problem for problem in said.problems if isinstance(problem, AmbiguousTable)]
    if ambiguous and options.needs_labels:
        raise ambiguous[0]
    data = read_folders(tree, found.images, options.needs_labels and not said.problems)
    if ambiguous:
        data = _without_classes(data)
    has_no_classes = all(picture.label == ANY for picture in data.parts["train"])
    if options.needs_labels and said.problems and has_no_classes:
        raise said.problems[0]
    if said.pictures is not None:
        names = listed(map(str, said.used))
        remarks.append(f"Tables that name few of the images are not used: {names}.")
    return replace(data, remarks=(*data.remarks, *remarks)), []


def _without_classes(data: Pictures) -> Pictures:
    """Return images whose folders may be anything beside a table that may say the classes."""
    parts = {
        split: [PictureFile(picture.entry, ANY) for picture in part]
        for split, part in data.parts.items()
    }
    return replace(data, layout="images without classes", parts=parts)


def _is_minor(pictures: Pictures, images: Sequence[Entry]) -> bool:
    """Return whether a table names few of the images, whose folders name two classes or more."""
    _, folders = grouped(images, 0)
    return len(folders) > 1 and 2 * len(pictures.files) < len(images)


def _no_table(tree: Tree, options: ReadOptions) -> UsageError:
    flag = (
        f"--condition {options.condition[0]}" if options.condition else f"--labels {options.labels}"
    )
    return UsageError(
        f"{flag} is for images with a table beside them, and {tree.path} has none.",
        "Leave it out, or put a labels.csv of file names and classes beside the images.",
    )


_READERS: tuple[Callable[[_Found], _Read | None], ...] = (_idx, _arrays, _images)
"""Each takes what it knows, the first one first."""
