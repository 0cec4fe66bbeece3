"""Data sets of the user's own: ``.npz``, folders of IDX files, class folders of images."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganctl.errors import DataError, FileError, GanctlError
from ganctl.files.atomic import explained, read_file
from ganctl.files.idx import read_idx
from ganctl.files.limits import CLASSES, DATA_BYTES, NAMES_BYTES, PIXELS
from ganctl.files.npz import NpzFile
from ganctl.pictures.images import Images
from ganctl.readers.labelled import Labelled, OnProgress, Split
from ganctl.requests.labels import check_class_names

IMAGE_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
# Pillow knows more formats, and runs Ghostscript for one of them.
IMAGE_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM")


def load_path(
    path: Path, split: Split, image_size: int | None, on_progress: OnProgress | None
) -> Labelled:
    """Read what is at a path.

    Args:
        path: an ``.npz`` file, a folder of IDX files, or a folder of class folders.
        split: which IDX files; the others have one part, which is both.
        image_size: class folders of images of several sizes need one to be resized to.
        on_progress: told of long readings.

    Raises:
        DataError: it is none of these, or damaged.
    """
    try:
        with explained(path):
            if path.is_file() and path.suffix == ".npz":
                return _npz(path)
            if path.is_dir() and _idx_file(path, split, "images") is not None:
                return _idx_folder(path, split)
            if path.is_dir() and _class_folders(path):
                return _image_folder(path, image_size, on_progress)
    except FileError as error:
        raise DataError(str(error), error.hint) from error
    raise DataError(
        f"There is no data set at {path}.",
        "Give an .npz file, a folder of IDX files, or a folder of class folders of images.",
    )


def has_test_split(path: Path) -> bool:
    """Return whether the data at a path come in two parts, as folders of IDX files may."""
    return path.is_dir() and all(_idx_file(path, "test", what) for what in ("images", "labels"))


def _npz(path: Path) -> Labelled:
    with NpzFile(path) as arrays:
        images, labels = arrays.read("images", DATA_BYTES), arrays.read("labels", DATA_BYTES)
        names = arrays.read("class_names", NAMES_BYTES) if "class_names" in arrays else np.array([])
    colour = images.ndim == 4 and images.shape[-1] == 3
    if images.dtype != np.uint8 or not (images.ndim == 3 or colour):
        raise DataError(
            f"{path}: images are {images.dtype} {list(images.shape)}.",
            "They must be uint8 [N, H, W] or [N, H, W, 3].",
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(
            f"{path}: labels are {labels.dtype} {list(labels.shape)}.",
            "They must be whole numbers [N].",
        )
    classes = _named(path, lambda: [str(name) for name in names.ravel()]) or _numbered(labels)
    return Labelled(_contiguous(images), labels.astype(np.int64), classes)


def _contiguous(images: NDArray[np.generic]) -> Images:
    return np.ascontiguousarray(images, np.uint8)


def _named(path: Path, names: Callable[[], Sequence[str]]) -> tuple[str, ...]:
    """Return the class names that are read from ``path``, if classes may have them."""
    try:
        return check_class_names(names())
    except ValueError as error:  # A text in no encoding among it.
        raise DataError(
            f"{path} cannot be used: {error}.", "Give the classes other names."
        ) from error


def _idx_file(folder: Path, split: Split, what: str) -> Path | None:
    dimensions = 3 if what == "images" else 1
    for prefix in ("train",) if split == "train" else ("t10k", "test"):
        for ending in ("", ".gz", ".xz"):
            path = folder / f"{prefix}-{what}-idx{dimensions}-ubyte{ending}"
            if path.is_file():
                return path
    return None


def _idx_folder(folder: Path, split: Split) -> Labelled:
    images, labels = (_idx_file(folder, split, what) for what in ("images", "labels"))
    if images is None or labels is None:
        raise DataError(
            f"{folder} has images but no labels.", "Add the file train-labels-idx1-ubyte."
        )
    pixels, classes = read_idx(images), read_idx(labels)
    if pixels.ndim != 3 or classes.ndim != 1:
        raise DataError(
            f"{folder}: images are {list(pixels.shape)} and labels {list(classes.shape)}.",
            "They must be [N, H, W] and [N].",
        )
    names_file = folder / "class-names.txt"
    names: tuple[str, ...] = ()
    if names_file.is_file():
        text = read_file(names_file, NAMES_BYTES)
        names = _named(names_file, lambda: _lines(text))
    return Labelled(pixels, classes.astype(np.int64), names or _numbered(classes))


def _lines(text: bytes) -> list[str]:
    """Return the lines that are not empty; Windows marks the start, and the ends otherwise."""
    lines = text.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    return [line for line in lines if line]


def _image_folder(folder: Path, image_size: int | None, on_progress: OnProgress | None) -> Labelled:
    """Read class folders of images: grey if all of them are, else colour."""
    folders = _class_folders(folder)
    classes = _named(folder, lambda: [child.name for child in folders])
    files = [
        (path, index)
        for index, child in enumerate(folders)
        for path in sorted(child.iterdir())
        if path.suffix.lower() in IMAGE_ENDINGS and not _is_hidden(path)
    ]
    endings = f"They may be {', '.join(sorted(IMAGE_ENDINGS))}."
    if not files:
        raise DataError(f"The folders in {folder} hold no images.", endings)
    heads = [_image_head(path) for path, _ in files]
    if empty := set(range(len(folders))) - {index for _, index in files}:
        raise DataError(
            f"{folders[min(empty)]} is the folder of a class, and holds no images.",
            f"Remove it, or put images into it. {endings}",
        )
    mode = "L" if all(head[0] in ("1", "L", "LA") for head in heads) else "RGB"
    width, height = (image_size, image_size) if image_size else heads[0][1]
    odd = next((p for (p, _), h in zip(files, heads, strict=True) if h[1] != (width, height)), None)
    if odd is not None and image_size is None:
        raise DataError(
            f"{odd} is not {width}×{height} as the first image is.",
            "Give --image-size to resize all of them.",
        )
    shape = (len(files), height, width) if mode == "L" else (len(files), height, width, 3)
    if math.prod(shape) > DATA_BYTES:
        raise DataError(f"{folder} holds over 8 GiB of pixels.", "Give a smaller --image-size.")
    images = np.empty(shape, np.uint8)
    for row, (path, _) in enumerate(files):
        images[row] = _decoded(path, mode, (width, height))
        if on_progress is not None and row % 500 == 0:
            on_progress("reading images", row, len(files))
    labels = np.array([index for _, index in files], np.int64)
    return Labelled(images, labels, classes)


def _class_folders(folder: Path) -> list[Path]:
    return sorted(child for child in folder.iterdir() if child.is_dir() and not _is_hidden(child))


def _is_hidden(path: Path) -> bool:
    """Return whether some tool keeps its own things there, and nobody images of a class."""
    return path.name.startswith(".") or path.name == "__MACOSX"


def _image_head(path: Path) -> tuple[str, tuple[int, int]]:
    with _opened(path) as image:
        # Pillow would make everything above 255 white.
        if image.mode.startswith(("I", "F")):
            raise DataError(
                f"{path} has more than 8 bits per channel.", "Convert the images to 8 bits."
            )
        return image.mode, image.size


def _decoded(path: Path, mode: str, size: tuple[int, int]) -> Images:
    with _opened(path) as image:
        picture = _on_white(image).convert(mode)
        if picture.size != size:
            picture = picture.resize(size, Image.Resampling.BOX)
        return np.asarray(picture)


def _on_white(image: Image.Image) -> Image.Image:
    """Return an image as a viewer shows it: what lies below transparent pixels is arbitrary."""
    if not image.has_transparency_data:
        return image
    shown = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", shown.size, "white"), shown)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open an image whose size is checked before its pixels are unpacked."""
    try:
        if not path.is_file():  # A pipe would keep us waiting.
            raise DataError(f"{path} is not a file.", "Remove or replace it.")
        with warnings.catch_warnings():
            # Pillow only warns of what is refused below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            opened = Image.open(path, formats=IMAGE_FORMATS)
        with opened as image:
            if math.prod(image.size) > PIXELS:
                raise DataError(
                    f"{path} has {image.width:,}×{image.height:,} pixels.",
                    f"Up to {PIXELS:,} in all are read: replace it with a smaller one.",
                )
            yield image
    except GanctlError:
        raise
    except Exception as error:  # Pillow's readers let all kinds of errors out.
        raise DataError(f"{path} cannot be read: {error}.", "Remove or replace it.") from error


def _numbered(labels: NDArray[Any]) -> tuple[str, ...]:
    """Return "0", "1", … up to the largest label."""
    largest = int(labels.max()) if len(labels) else -1
    if largest >= CLASSES:
        raise DataError(f"A label is {largest}.", "Number the classes from 0.")
    return tuple(str(index) for index in range(largest + 1))
