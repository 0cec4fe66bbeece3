"""IDX files under the names that MNIST and its relatives have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganctl.errors import DataError
from ganctl.files.idx import read_idx_shape, read_open_idx
from ganctl.files.limits import NAMES_BYTES
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.formats.known import PACKED_LABELS_BYTES, class_names, lies_on_its_side
from ganctl.readers.labelled import VALIDATION_HELD, ArrayPair, Arrays, OnProgress, Split

_NAME = re.compile(
    r"(?P<prefix>.*?)(?P<split>training|train|t10k|testing|test|validation|valid|val)"
    r"[-_.](?P<what>images|labels)[-_.]idx(?P<dimensions>\d)(?:[-_.](?P<type>[a-z]+))?"
    r"(?P<packed>\.gz|\.xz)?",
    re.ASCII,
)
CLASS_NAMES_FILE = "class-names.txt"
_T10K = "test"
"""MNIST's own word."""
_QMNIST_COLUMNS = 8
_UPRIGHT = "EMNIST's images lie on their side in its files; they were turned upright."
Parts = dict[str, tuple[Entry, Entry]]


@dataclass(frozen=True)
class _Found:
    """A file whose name is one of an IDX file's."""

    entry: Entry
    prefix: str
    split: str
    what: str


def open_idx(tree: Tree) -> Arrays | None:
    """Find IDX files at the root of a tree.

    Returns:
        the arrays; None if no name there is that of an IDX file.

    Raises:
        DataError: labels or training images are missing, there are several sets, or the class
            names beside them are none.
    """
    found = _found(tree)
    if not found:
        return None
    prefixes = sorted({file.prefix for file in found})
    if len(prefixes) > 1:
        names = listed(prefix.rstrip("-_.") or "one without a prefix" for prefix in prefixes)
        raise DataError(
            f"{tree.path} holds the IDX files of {len(prefixes)} sets: {names}.",
            "Put the files of one of them into a folder of their own.",
        )
    parts = _parts(found, tree)
    prefix = prefixes[0]
    left_out: dict[str, int] = {}
    remarks = []
    if "validation" in parts:
        if "test" in parts:
            left_out["validation split"] = _count(tree, parts.pop("validation")[0])
        else:
            remarks.append(VALIDATION_HELD)
            parts["test"] = parts.pop("validation")
    if lies_on_its_side(prefix):
        remarks.append(_UPRIGHT)
    pairs: dict[Split, tuple[Entry, Entry]] = {"train": parts["train"]}
    if "test" in parts:
        pairs["test"] = parts["test"]
    return Arrays(
        layout="IDX files",
        files=tuple(entry for pair in pairs.values() for entry in pair),
        load=lambda on_progress: _load(tree, pairs, prefix, on_progress),
        class_names=_names(tree, prefix, parts["train"][1]),
        source=str(tree.path),
        left_out=left_out,
        remarks=tuple(remarks),
    )


def _found(tree: Tree) -> list[_Found]:
    """Return the files, a plain one before one that is packed."""
    found: dict[tuple[str, ...], _Found] = {}
    order = {"": 0, ".gz": 1, ".xz": 2}
    for entry in sorted(tree.top_files, key=lambda entry: order.get(entry.ending, 0)):
        match = _NAME.fullmatch(entry.name.lower())
        if match is not None:
            file = _Found(
                entry, match["prefix"], split_role(match["split"]) or _T10K, match["what"]
            )
            found.setdefault((file.prefix, file.split, file.what), file)
    return list(found.values())


def _parts(found: Sequence[_Found], tree: Tree) -> Parts:
    files = {(file.split, file.what): file.entry for file in found}
    parts = {}
    for split in dict.fromkeys(file.split for file in found):
        other = {"images": "labels", "labels": "images"}
        for what, missing in other.items():
            if (split, what) in files and (split, missing) not in files:
                raise DataError(
                    f"{tree.path} has {files[split, what].name} and no {missing} beside it.",
                    f"Add the file {_counterpart(files[split, what].name, what, missing)}.",
                )
        parts[split] = (files[split, "images"], files[split, "labels"])
    if "train" not in parts:
        name = next(iter(parts.values()))[0].name
        raise DataError(
            f"{tree.path} has {name} and no images to train on.",
            "Add train-images-idx3-ubyte and train-labels-idx1-ubyte.",
        )
    return parts


def _counterpart(name: str, what: str, missing: str) -> str:
    """Return the usual name of the file that goes with one of images or labels."""
    dimensions = {"images": "idx3", "labels": "idx1"}
    name = re.sub(what, missing, name, count=1, flags=re.IGNORECASE)
    return re.sub(r"idx\d", dimensions[missing], name, count=1, flags=re.IGNORECASE)


def _count(tree: Tree, images: Entry) -> int:
    with tree.open(images) as file:
        return read_idx_shape(file, tree.describe(images), images.ending)[0]


def _load(
    tree: Tree,
    pairs: Mapping[Split, tuple[Entry, Entry]],
    prefix: str,
    on_progress: OnProgress | None,
) -> dict[Split, ArrayPair]:
    loaded: dict[Split, ArrayPair] = {}
    for split, entries in pairs.items():
        arrays = []
        for entry in entries:
            if on_progress is not None:
                on_progress(f"reading {entry.name}", 0, None)
            with tree.open(entry) as file:
                name = tree.describe(entry)
                arrays.append(read_open_idx(file, name, entry.ending, entry.size))
        images, labels = arrays
        if lies_on_its_side(prefix) and images.ndim == 3:
            images = images.swapaxes(1, 2)
        if labels.ndim == 2 and labels.shape[1] == _QMNIST_COLUMNS and labels.dtype.kind == "i":
            labels = labels[:, 0]  # The others say who wrote it.
        loaded[split] = ArrayPair(images, labels)
    return loaded


def _names(tree: Tree, prefix: str, labels: Entry) -> tuple[str, ...]:
    """Return the names of ``class-names.txt``, else those that are known to belong to the files."""
    for entry in tree.top_files:
        if entry.name == CLASS_NAMES_FILE:
            return _lines(tree.read(entry, NAMES_BYTES), tree.describe(entry))

    def read_labels() -> bytes:
        small = labels.size <= PACKED_LABELS_BYTES
        return tree.read(labels, PACKED_LABELS_BYTES) if small else b""

    return class_names(prefix, read_labels)


def _lines(content: bytes, name: str) -> tuple[str, ...]:
    """Return the lines that are not empty; Windows marks the start, and the ends otherwise."""
    try:
        lines = content.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name} cannot be used: {error}.", "Write the names in UTF-8, one a line."
        ) from error
    return tuple(line for line in lines if line)
