"""Data from memory: arrays, tensors and data sets of PyTorch, kept as one ``.npz`` that is read."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.files.limits import DATA_BYTES
from ganctl.pictures.exports import npz_bytes
from ganctl.requests.data import is_named

FROM_MEMORY = "data from memory"
_TUPLE = ("images", "labels", "class_names")
_HOW = (
    "Give a name, a path, (images, labels), (images, labels, class_names), a dictionary of arrays "
    "with the names of an .npz, or a Dataset of (image, label) pairs."
)


@dataclass(frozen=True)
class Kept:
    """Where data from memory are kept; ``is_new`` unless the same were kept before."""

    path: Path
    is_new: bool

    @property
    def names(self) -> dict[str, str]:
        """What messages of a reader call them, and what Python does."""
        return {str(self.path): "data", self.path.name: "data"}

    def forget(self) -> None:
        """Remove them, unless they were kept before."""
        if self.is_new:
            with suppress(OSError):
                self.path.unlink()
                self.path.parent.rmdir()


def is_in_memory(data: object) -> bool:
    """Return whether data are given as such, and not by a name or a path."""
    return data is not None and not isinstance(data, (str, os.PathLike))


def name_of(data: str) -> str:
    """Return a short name for the data of a run."""
    if is_named(data):
        return data
    return FROM_MEMORY if Path(data).parent.parent == paths.memory_folder() else Path(data).name


def keep(data: object) -> Kept:
    """Write data from memory below the home, once for the same content, so that runs find them.

    Args:
        data: a tuple, a mapping, an array or pairs, as ``ganctl.train`` takes them.

    Raises:
        DataError: they are none of these, or over 8 GiB.
        FileError: they cannot be written.
    """
    arrays = _arrays(data)
    digest = hashlib.blake2b(digest_size=8)
    for name, array in arrays.items():
        digest.update(repr((name, array.dtype.str, array.shape)).encode())
        digest.update(array.data if array.dtype.kind in "buif" else array.tobytes())
    # The name of the file is what a run is called by that nobody named.
    path = paths.memory_folder() / digest.hexdigest() / "memory.npz"
    if path.is_file():
        return Kept(path, is_new=False)
    write_atomically(path, npz_bytes(dict(arrays)))
    return Kept(path, is_new=True)


def _arrays(data: object) -> dict[str, NDArray[Any]]:
    """Return the arrays of data by the names that the reader of ``.npz`` knows."""
    if isinstance(data, Mapping):
        named = {str(name): value for name, value in data.items()}
    elif isinstance(data, tuple):
        if not 2 <= len(data) <= 3:
            raise DataError(f"data is a tuple of {len(data)}.", _HOW)
        named = dict(zip(_TUPLE, data, strict=False))
    elif _is_array(data):
        named = {"images": data}
    elif isinstance(data, Iterable) or hasattr(data, "__getitem__"):
        named = _of_pairs(data)
    else:
        raise DataError(f"data is of type {type(data).__name__}, which is no data set.", _HOW)
    arrays = {name: _as_array(name, value) for name, value in named.items() if value is not None}
    _check_bytes(sum(array.nbytes for array in arrays.values()))
    return arrays


def _of_pairs(data: Any) -> dict[str, Any]:
    """Return the images and labels of pairs, and the names of the classes if they have some."""
    images: list[NDArray[Any]] = []
    labels: list[NDArray[Any]] = []
    total = 0
    for place, item in enumerate(_items(data)):
        if not isinstance(item, (tuple, list)) or len(item) != 2:
            kind = type(item).__name__
            raise DataError(f"data[{place}] is a {kind}, not a pair of image and label.", _HOW)
        images.append(_as_array(f"data[{place}][0]", _picture(item[0])))
        labels.append(_as_array(f"data[{place}][1]", item[1]))
        total += images[-1].nbytes
        _check_bytes(total)
        if images[-1].shape != images[0].shape:
            raise DataError(
                f"data[{place}] has the shape {list(images[-1].shape)}, and data[0] "
                f"{list(images[0].shape)}.",
                "Give images of one size and one number of channels: resize and convert them, such "
                "as by the data set's transform.",
            )
        if labels[-1].shape != labels[0].shape:
            raise DataError(f"data[{place}] has a label of another shape than data[0].", _HOW)
    if not images:
        raise DataError("data is empty.", _HOW)
    found = {"images": np.stack(images), "labels": np.stack(labels)}
    names = _class_names(data)
    return found | ({"class_names": names} if names and found["labels"].dtype.kind in "bui" else {})


def _items(data: Any) -> Iterator[Any]:
    if hasattr(data, "__len__") and hasattr(data, "__getitem__"):
        # What has no __iter__ of its own is read by number up to its length, not to an IndexError.
        return (data[index] for index in range(len(data)))
    return iter(data)


def _class_names(data: Any) -> list[str]:
    """Return the names that a data set of torchvision has, or the one that it is a part of."""
    while not hasattr(data, "classes") and hasattr(data, "dataset"):
        data = data.dataset
    names = getattr(data, "classes", ())
    return list(map(str, names)) if isinstance(names, (list, tuple)) else []


def _picture(image: Any) -> Any:
    """Return an image of Pillow's in grey or colour, and everything else as it is."""
    if hasattr(image, "getbands") and image.mode not in ("L", "RGB", "RGBA"):
        return image.convert("L" if image.mode == "1" else "RGBA" if "A" in image.mode else "RGB")
    return image


def _is_array(data: object) -> bool:
    return hasattr(data, "__array__") or hasattr(data, "detach")


def _as_array(name: str, value: Any) -> NDArray[Any]:
    """Return what NumPy makes of a value: numbers or texts, in memory that lies together."""
    if hasattr(value, "detach"):  # A tensor, whose type NumPy may not have.
        value = value.detach().cpu()
        value = (value.float() if str(value.dtype) == "torch.bfloat16" else value).numpy()
    try:
        array = np.asarray(value)
    except (TypeError, ValueError) as error:
        raise DataError(f"{name} is no array: {error}.", _HOW) from error
    if array.dtype.kind not in "buifUS":
        raise DataError(f"{name} is neither numbers nor texts.", _HOW)
    if array.dtype == np.float64:
        array = array.astype(np.float32)
    return np.ascontiguousarray(array)


def _check_bytes(count: int) -> None:
    if count > DATA_BYTES:
        raise DataError(
            f"data is over {DATA_BYTES >> 30} GiB.", "Give fewer images, or smaller ones."
        )
