"""What folders are for, by the names that people usually give them."""

from __future__ import annotations

import re

_ROLES = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
_SPLIT_NAME = re.compile(rf"({'|'.join(_ROLES)})([-_ ]?(set|images|imgs|\d{{4}}))?")
_IMAGES_NAME = re.compile(
    r"(jpeg)?(image|img|picture|photo)s?([-_ ].*|\d*)|data|dataset|all|raw|png|jpe?g"
)
_COMPANIONS = {
    "mask", "masks", "label", "labels", "annotation", "annotations", "gt", "ground_truth",
    "groundtruth", "segmentation", "segmentations", "segmentationclass", "segmentationobject",
}  # fmt: skip


def split_role(name: str) -> str | None:
    """Return "train", "validation" or "test" if a folder or file is named as such a split."""
    found = _SPLIT_NAME.fullmatch(name.casefold())
    return _ROLES[found[1]] if found else None


def is_images_name(name: str) -> bool:
    """Return whether a folder's name says that images lie in it, and not which."""
    return bool(_IMAGES_NAME.fullmatch(name.casefold()))


def is_companion(name: str) -> bool:
    """Return whether a folder's name says that masks or boxes of images lie in it."""
    return name.casefold() in _COMPANIONS


def role_of_word(text: str) -> str | None:
    """Return the split that a word in a table means, which may be in more words than folders'."""
    return split_role(text) or _WORDS_OF_TABLES.get(re.sub(r"[\W_]+", "", text.casefold()))


_WORDS_OF_TABLES = {
    "trn": "train",
    "validate": "validation", "publictest": "validation",
    "tst": "test", "eval": "test", "evaluation": "test", "holdout": "test", "heldout": "test",
    "privatetest": "test",
}  # fmt: skip
