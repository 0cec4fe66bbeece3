"""Arrays of NumPy's ``.npz``, by the keys that people give them.

A key is split into words: one may say the split, as ``train`` in Keras' ``x_train`` and in
MedMNIST's ``train_images``, and one says what it is, as ``images``, ``x``, ``labels``, ``y``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files.limits import ARCHIVED_ARRAYS_BYTES, DATA_BYTES, NAMES_BYTES, TABLE_BYTES
from ganctl.files.npz import ArrayHeader, NpzFile
from ganctl.files.text import listed, printable
from ganctl.files.tree import Entry, Tree
from ganctl.files.untrusted_json import as_shape, parse
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.labelled import VALIDATION_HELD, ArrayPair, Arrays, OnProgress, Split

NPZ = ".npz"
"""The layout's name."""
_IMAGES = ("images", "image", "imgs", "img", "x", "data", "pixels", "features", "inputs")
_LABELS = ("labels", "label", "y", "targets", "target")
_NAMES = ("class_names", "label_names", "target_names", "classes")
_ATTRIBUTES, _ATTRIBUTE_NAMES, _ATTRIBUTE_VALUES = (
    "attributes",
    "attribute_names",
    "attribute_values",
)
_QUANTITIES, _QUANTITY_NAMES, _CAPTIONS = "quantities", "quantity_names", "captions"
_OURS = (
    "seeds",
    "ganctl",
    _ATTRIBUTES,
    _ATTRIBUTE_NAMES,
    _ATTRIBUTE_VALUES,
    _QUANTITIES,
    _QUANTITY_NAMES,
    _CAPTIONS,
)
_WORD = re.compile(r"(training|train|testing|test|validation|valid|val|dev)|[a-z]+|\d+")
Headers = Mapping[str, "ArrayHeader | None"]


def open_npz(tree: Tree, entry: Entry) -> Arrays:
    """Find the images, the labels and the class names of an ``.npz``.

    Raises:
        DataError: it is damaged, or none of its arrays is known as images by its key.
    """
    source = tree.describe(entry)
    if entry.ending == ".npy":
        raise DataError(
            f"{source} is one array, and labels are another.",
            "Save both in one file: np.savez('data.npz', images=np.load("
            f"{entry.name!r}), labels=labels)",
        )
    with _opened(tree, entry) as file:
        headers = file.headers()
        names_key = _names_key(headers)
        names = _texts(file, names_key) if names_key else ()
        attributes = _texts(file, _ATTRIBUTE_NAMES) if _is_text(headers, _ATTRIBUTE_NAMES) else ()
        values = _values(file) if _is_text(headers, _ATTRIBUTE_VALUES) else ()
        quantities = _texts(file, _QUANTITY_NAMES) if _is_text(headers, _QUANTITY_NAMES) else ()
    pairs = _pairs(headers, source)
    said = headers.get(_ATTRIBUTES)
    if set(pairs) == {"train"} and said is not None and said.shape[1:] == (len(attributes),):
        pairs["train"] = (pairs["train"][0], _ATTRIBUTES)
    left_out: dict[str, int] = {}
    remarks = []
    if "validation" in pairs:
        images = headers[pairs["validation"][0]]
        if "test" in pairs:
            left_out["validation split"] = images.shape[0] if images and images.shape else 0
            del pairs["validation"]
        else:
            remarks.append(VALIDATION_HELD)
            pairs["test"] = pairs.pop("validation")
    used = {key for pair in pairs.values() for key in pair} | {names_key, *_OURS}
    if unused := [key for key in headers if key not in used and not _role(key)]:
        remarks.append(f"Arrays that are not used: {listed(unused)}.")
    more = _more(headers, quantities) if set(pairs) == {"train"} else {}
    bare = 0 if more else _bare(headers, pairs)
    keys: dict[Split, tuple[str, str | None]] = {
        split: pairs[split] for split in ("train", "test") if split in pairs
    }

    return Arrays(
        layout=NPZ,
        files=(entry,),
        load=partial(_load, tree, entry, keys, more),
        class_names=names,
        attributes=attributes,
        values=values,
        quantities=quantities,
        bare=bare,
        source=source,
        holds=_listed(headers),
        left_out=left_out,
        remarks=tuple(remarks),
    )


def _load(
    tree: Tree,
    entry: Entry,
    keys: Mapping[Split, tuple[str, str | None]],
    more: Mapping[str, str],
    on_progress: OnProgress | None,
) -> dict[Split, ArrayPair]:
    if on_progress is not None:
        on_progress(f"reading {entry.name}", 0, None)
    with _opened(tree, entry) as file:
        read = {split: _read(file, *keys[split]) for split in keys}
        found = {name: file.read(key, TABLE_BYTES) for name, key in more.items()}
    return read | ({"train": replace(read["train"], **found)} if found else {})


def _more(headers: Headers, quantities: Sequence[str]) -> dict[str, str]:
    """Return the keys of quantities and of captions, by the name of their field of a pair."""
    found = {}
    numbers, captions = headers.get(_QUANTITIES), headers.get(_CAPTIONS)
    if quantities and numbers is not None and numbers.dtype.kind in "iuf":
        found["quantities"] = _QUANTITIES
    if captions is not None and captions.dtype.kind in "US" and len(captions.shape) == 1:
        found["captions"] = _CAPTIONS
    return found


def _bare(headers: Headers, pairs: Mapping[str, tuple[str, str | None]]) -> int:
    """Return how many images have neither labels nor splits."""
    images, labels = pairs["train"]
    header = headers[images]
    is_bare = set(pairs) == {"train"} and labels is None
    return header.shape[0] if is_bare and header is not None and header.shape else 0


def _opened(tree: Tree, entry: Entry) -> NpzFile:
    if tree.path.is_dir():
        return NpzFile(tree.path / entry.key)
    return NpzFile(tree.describe(entry), io.BytesIO(tree.read(entry, ARCHIVED_ARRAYS_BYTES)))


def _read(file: NpzFile, images: str, labels: str | None) -> ArrayPair:
    pixels = file.read(images, DATA_BYTES)
    return ArrayPair(pixels, None if labels is None else file.read(labels, DATA_BYTES))


def _listed(headers: Headers) -> str:
    shown = [
        f"{printable(key)} {header or 'of objects'}" for key, header in list(headers.items())[:20]
    ]
    return ", ".join(shown) + (" and more" if len(headers) > len(shown) else "")


def _names_key(headers: Headers) -> str | None:
    return next((key for key in _NAMES if _is_text(headers, key)), None)


def _is_text(headers: Headers, key: str) -> bool:
    header = headers.get(key)
    return header is not None and header.dtype.kind in "US"


def _values(file: NpzFile) -> tuple[tuple[str, ...], ...]:
    """Return the names of each attribute's values, which are a list in JSON."""
    try:
        return tuple(
            as_shape(parse(text), tuple[str, ...]) for text in _texts(file, _ATTRIBUTE_VALUES)
        )
    except ValueError as error:
        raise DataError(
            f"{file.path} cannot be used: {_ATTRIBUTE_VALUES} are no lists of texts: {error}.",
            'Write a text such as ["blond", "red"] for each attribute.',
        ) from error


def _texts(file: NpzFile, key: str) -> tuple[str, ...]:
    texts = file.read(key, NAMES_BYTES).ravel().tolist()
    try:
        return tuple(t.decode() if isinstance(t, bytes) else str(t) for t in texts)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{file.path} cannot be used: {key} is no text: {error}.", "Write it in UTF-8."
        ) from error


def _role(key: str) -> tuple[str | None, str] | None:
    """Return the split and the role of a key, such as ``("train", "x")``; None if it has none."""
    words = [match[0] for match in _WORD.finditer(key.lower())]
    rest = [word for word in words if not split_role(word)]
    splits = [role for word in words if (role := split_role(word))]
    if len(splits) > 1 or len(rest) != 1 or rest[0] not in (*_IMAGES, *_LABELS):
        return None
    return (splits[0] if splits else None), rest[0]


def _pairs(headers: Headers, source: str) -> dict[str, tuple[str, str | None]]:
    """Return the keys of the images and the labels of each split."""
    roles = {role: key for key in headers if (role := _role(key))}
    splits: list[str | None] = ["train", "test", "validation"]
    has_splits = any(role[0] == "train" for role in roles)
    pairs: dict[str, tuple[str, str | None]] = {}
    for split in splits if has_splits else [None]:
        images = next((roles[split, word] for word in _IMAGES if (split, word) in roles), None)
        labels = next((roles[split, word] for word in _LABELS if (split, word) in roles), None)
        if images is not None:
            pairs[split or "train"] = (images, labels)
    if not pairs:
        pairs = _unnamed(headers)
    if "train" not in pairs:
        raise DataError(
            f"{source} has no array that is known as images by its name; it holds "
            f"{_listed(headers) or 'nothing'}.",
            f"Name them: a = np.load({Path(source).name!r}); "
            "np.savez('data.npz', images=a['IMAGES'], labels=a['LABELS'])",
        )
    for key in (key for pair in pairs.values() for key in pair if key is not None):
        if headers[key] is None:
            raise DataError(
                f"{source}: {printable(key)} holds Python's objects, which are never read.",
                f"Save it as numbers or texts: {key} = np.array({key}.tolist())",
            )
    return pairs


def _unnamed(headers: Headers) -> dict[str, tuple[str, str | None]]:
    """Return the images, and the labels if any, of one array or of ``arr_0`` and ``arr_1``."""
    arrays = {key: header for key, header in headers.items() if header is not None}
    by_axes = sorted(arrays, key=lambda key: -len(arrays[key].shape))
    numbers = {key for key in arrays if arrays[key].dtype.kind in "buif"}
    if (
        len(headers) == 1
        and by_axes
        and by_axes[0] in numbers
        and len(arrays[by_axes[0]].shape) > 1
    ):
        return {"train": (by_axes[0], None)}
    if set(headers) == set(arrays) == {"arr_0", "arr_1"}:
        images, labels = by_axes
        if images in numbers and len(arrays[images].shape) > len(arrays[labels].shape):
            return {"train": (images, labels)}
        if images in numbers:  # One image a row, and labels [N, 1] or one-hot: as they were saved.
            return {"train": ("arr_0", "arr_1")}
    return {}
