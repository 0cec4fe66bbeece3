"""Data sets with a name whose files lie where a download of them belongs, whoever put them there.

They lie as torchvision puts them, so that what it has downloaded is found too; their names may
be any that IDX files have.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files import paths
from ganctl.files.tree import open_tree
from ganctl.readers.formats.idx import open_idx
from ganctl.readers.formats.known import NAMES
from ganctl.readers.labelled import Arrays

_IDX_FILES = tuple(
    f"{split}-{kind}-ubyte.gz"
    for split in ("train", "t10k")
    for kind in ("images-idx3", "labels-idx1")
)
_EMNIST = "emnist-"
_LETTERS = f"{_EMNIST}letters-"


def downloads() -> Path:
    """Return the folder of everything that torchvision downloads."""
    return paths.cache() / "torchvision"


def where_files_belong(class_name: str) -> tuple[Path, tuple[str, ...]]:
    """Return the folder in which torchvision looks for a data set, and the files it wants there."""
    if class_name == "CIFAR10":
        return downloads(), ("cifar-10-python.tar.gz",)
    names = _IDX_FILES
    if class_name == "EMNIST":
        names = tuple(f"{_LETTERS}{name.replace('t10k', 'test')}" for name in names)
    return downloads() / class_name / "raw", names


def find_placed(class_name: str) -> Arrays | None:
    """Find the files of the data set that torchvision calls ``class_name``; no network.

    Returns:
        its training and its test split; None where files are missing, or are not IDX files.
    """
    raw, names = where_files_belong(class_name)
    if names[0].endswith(".tar.gz"):
        return None
    for folder in (raw, raw.parent):
        found = _complete_set(folder)
        if found is not None:
            return replace(found, class_names=found.class_names or NAMES.get(class_name, ()))
    return None


def _complete_set(folder: Path) -> Arrays | None:
    """Return the one set of IDX files in a folder; of EMNIST, that of the letters."""
    if not folder.is_dir():
        return None
    try:
        tree = open_tree(folder)
        entries = [e for e in tree.entries if not _is_of_another_set(e.name.lower())]
        found = open_idx(replace(tree, entries=tuple(entries)))
    except DataError:  # Such as half of a download.
        return None
    return found if found is not None and len(found.files) == len(_IDX_FILES) else None


def _is_of_another_set(name: str) -> bool:
    return name.startswith(_EMNIST) and not name.startswith(_LETTERS)
