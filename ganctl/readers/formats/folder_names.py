"""What folders are for, by the names that people usually give them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree
from ganctl.readers.remarks import on_alike

_ROLES = {
    "train": "train", "training": "train", "trn": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "tst": "test", "eval": "test", "evaluation": "test",
    "holdout": "test", "hold-out": "test", "hold_out": "test",
}  # fmt: skip
_SPLIT_NAME = re.compile(rf"({'|'.join(_ROLES)})([-_ ]?(set|data|images|imgs|\d{{4}}))?")
_IMAGES_NAME = re.compile(
    r"(jpeg)?(image|img|picture|photo)s?([-_ ].*|\d*)|labell?ed|data|dataset|all|raw|png|jpe?g"
)
_COMPANIONS = {
    "mask", "masks", "label", "labels", "annotation", "annotations", "gt", "ground_truth",
    "groundtruth", "segmentation", "segmentations", "segmentationclass", "segmentationobject",
}  # fmt: skip
_UNLABELLED = {"unlabeled", "unlabelled"}
_OF_OMNIGLOT = {"background": "train"}
_ALBUM = re.compile(
    r"(19|20)\d\d([-_. ]?\d\d?){0,2}"
    r"|(part|batch|album|session|set|folder)s?([-_ .]?(\d+|[a-z]))?"
    r"|(day|week|month|year|scan|take|shoot|roll|page|volume|vol|sequence|seq|video|clip|burst|"
    r"series|group|camera|cam|subject|person|user|dir)[-_ .]?(\d+|[a-z])"
    r"|more|extras?|old|new|misc|others?|best"
    r"|jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?"
    r"|oct(ober)?|nov(ember)?|dec(ember)?"
)
_CODE = re.compile(r"[^\W\d_]|\d+|[^\W\d_]+[-_ ]?\d+")
_MOST_VERSIONS = 4


def split_role(name: str) -> str | None:
    """Return "train", "validation" or "test" if a folder or file is named as such a split."""
    found = _SPLIT_NAME.fullmatch(name.casefold())
    return _ROLES[found[1]] if found else None


def is_images_name(name: str) -> bool:
    """Return whether a folder's name says that images lie in it, and not which."""
    return bool(_IMAGES_NAME.fullmatch(name.casefold()))


def is_companion(name: str) -> bool:
    """Return whether a folder's name says that masks or boxes of images lie in it."""
    return name.casefold() in _COMPANIONS or is_unlabelled(name)


def is_unlabelled(name: str) -> bool:
    """Return whether a folder's name says that its images have no labels."""
    return name.casefold() in _UNLABELLED


def has_split_word(name: str) -> bool:
    """Return whether a folder's name has a word of a split in it, such as ``seg_train``."""
    return split_role(name) is not None or _split_word(name) is not None


def split_folders(names: Iterable[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Return the folders of each split, and the others.

    Where none is called train, folders are splits too whose names differ by the word of a split
    alone, such as ``seg_train`` and ``seg_test``, if they are more than the others.
    """
    every = list(names)
    role_of = {name: role for name in every if (role := split_role(name))}
    if "train" not in role_of.values():
        alike: dict[tuple[str, ...], dict[str, str]] = {}
        for name in every:
            if name not in role_of and (found := _split_word(name)):
                alike.setdefault(found[1], {})[name] = found[0]
        pairs = [group for group in alike.values() if len(set(group.values())) > 1]
        if 2 * sum(map(len, pairs)) > len(every) - len(role_of):
            for group in pairs:
                role_of |= group
    roles: dict[str, list[str]] = {}
    for name, role in role_of.items():
        roles.setdefault(role, []).append(name)
    return roles, [name for name in every if name not in role_of]


def _split_word(name: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the split that one of the words of a name says, and its other words."""
    words = re.split(r"[-_. ]+", name.casefold())
    roles = [split_role(word) or _OF_OMNIGLOT.get(word) for word in words]
    found = [place for place, role in enumerate(roles) if role]
    if len(words) < 2 or len(found) != 1:
        return None
    place = found[0]
    return str(roles[place]), (*words[:place], *words[place + 1 :])


def shared_classes(folders: Mapping[str, Collection[str]]) -> list[str]:
    """Return the names that most of several folders have inside, if these may be classes.

    They may if two are words and no names of albums, such as 2023 or part1; letters, numbers and
    words with numbers may only if there are more of them than folders, and four folders at most.

    Args:
        folders: the names of the folders inside each.
    """
    counts = Counter(name for inside in folders.values() for name in set(inside))
    classes = [name for name in counts if not _is_album(name)]
    shared = sorted(name for name in classes if 2 * counts[name] > len(folders))
    if len(folders) < 2 or 2 * len(shared) <= len(classes):
        return []
    words = [name for name in shared if not _CODE.fullmatch(name)]
    are_more = len(folders) <= _MOST_VERSIONS and len(shared) > len(folders)
    return shared if len(words) > 1 or are_more else []


def _is_album(name: str) -> bool:
    return (
        bool(_ALBUM.fullmatch(name.casefold()))
        or is_images_name(name)
        or is_companion(name)
        or has_split_word(name)
    )


def remarks_on_names(
    tree: Tree, prefix: tuple[str, ...], folders: Mapping[str, Sequence[Entry]]
) -> list[str]:
    """Return sentences about class folders that are empty, or are called as others are.

    Args:
        tree: where they lie.
        prefix: the names of the folders above them.
        folders: their images.
    """
    depth, remarks = len(prefix), []
    empty = [
        folder[depth]
        for folder in tree.folders
        if len(folder) == depth + 1 and folder[:depth] == prefix and folder[depth] not in folders
    ]
    empty = [name for name in empty if not (split_role(name) or is_companion(name))]
    if empty:
        remarks.append(f"Folders that hold no images: {listed(empty)}.")
    twice = [
        name for name, inside in folders.items() if not name.isascii() and _is_twice(inside, depth)
    ]
    if twice:
        remarks.append(f"Folders of equal names in Unicode are one class: {listed(twice)}.")
    remarks += on_alike(folders)
    return remarks


def _is_twice(entries: Sequence[Entry], depth: int) -> bool:
    """Return whether a folder is two, whose names are written in other characters for the same."""

    def raw(entry: Entry) -> str:
        names = [part for part in re.split(r"[\\/]", entry.key) if part not in ("", ".")]
        return names[len(names) - len(entry.parts) + depth]

    return len({raw(entry) for entry in entries}) > 1


def are_shards(folders: Mapping[str, Sequence[Entry]]) -> bool:
    """Return whether folders are 00000, 00001, … of img00000000.png, as StyleGAN's tool writes."""
    return all(
        name == f"{number:05d}" and folders[name][0].name.startswith("img")
        for number, name in enumerate(sorted(folders))
    )


def role_of_word(text: str) -> str | None:
    """Return the split that a word in a table means, which may be in more words than folders'."""
    return split_role(text) or _WORDS_OF_TABLES.get(re.sub(r"[\W_]+", "", text.casefold()))


_WORDS_OF_TABLES = {
    "validate": "validation", "publictest": "validation", "heldout": "test", "privatetest": "test",
}  # fmt: skip
