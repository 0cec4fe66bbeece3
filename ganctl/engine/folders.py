"""Data sets of the user's own: ``.npz``, folders of IDX files, class folders of images."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganctl.engine.labelled import Labelled, Progress, Split
from ganctl.errors import DataError
from ganctl.idx import read_idx
from ganctl.images import Images

IMAGE_ENDINGS = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"}
MAX_BYTES = 2**33


def load_path(
    path: Path, split: Split, image_size: int | None, progress: Progress | None
) -> Labelled:
    """Read what is at a path.

    Args:
        path: an ``.npz`` file, a folder of IDX files, or a folder of class folders.
        split: which IDX files; the others have one part, which is both.
        image_size: class folders of images of several sizes need one to be resized to.
        progress: told of long readings.

    Raises:
        DataError: it is none of these, or damaged.
    """
    if path.is_file() and path.suffix == ".npz":
        return _npz(path)
    if path.is_dir() and _idx_file(path, split, "images") is not None:
        return _idx_folder(path, split)
    if path.is_dir() and any(child.is_dir() for child in path.iterdir()):
        return _image_folder(path, image_size, progress)
    raise DataError(
        f"There is no data set at {path}.",
        "Give an .npz file, a folder of IDX files, or a folder of class folders of images.",
    )


def has_test_split(path: Path) -> bool:
    """Return whether the data at a path come in two parts, as folders of IDX files may."""
    return path.is_dir() and all(_idx_file(path, "test", what) for what in ("images", "labels"))


def _npz(path: Path) -> Labelled:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_BYTES:
                raise DataError(f"{path} unpacks to over 8 GiB.", "Give a smaller file.")
        with np.load(path, allow_pickle=False) as arrays:
            images, labels = arrays["images"], arrays["labels"]
            names = [str(name) for name in arrays["class_names"]] if "class_names" in arrays else []
    except KeyError as error:
        raise DataError(
            f"{path} has no array {error}.", "It must hold images [N, H, W(, 3)] and labels [N]."
        ) from error
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Give an .npz of arrays.") from error
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
    return Labelled(images, labels.astype(np.int64), tuple(names) or _numbered(labels))


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
    names = names_file.read_text(encoding="utf-8").split("\n") if names_file.is_file() else []
    names = [name for name in names if name]
    return Labelled(pixels, classes.astype(np.int64), tuple(names) or _numbered(classes))


def _image_folder(folder: Path, image_size: int | None, progress: Progress | None) -> Labelled:
    """Read class folders of images: grey if all of them are, else colour."""
    folders = sorted(child for child in folder.iterdir() if child.is_dir())
    files = [
        (path, index)
        for index, child in enumerate(folders)
        for path in sorted(child.iterdir())
        if path.suffix.lower() in IMAGE_ENDINGS
    ]
    if not files:
        raise DataError(
            f"The folders in {folder} hold no images.",
            f"They may be {', '.join(sorted(IMAGE_ENDINGS))}.",
        )
    heads = [_image_head(path) for path, _ in files]
    mode = "L" if all(head[0] in ("1", "L") for head in heads) else "RGB"
    width, height = (image_size, image_size) if image_size else heads[0][1]
    odd = next((p for (p, _), h in zip(files, heads, strict=True) if h[1] != (width, height)), None)
    if odd is not None and image_size is None:
        raise DataError(
            f"{odd} is not {width}×{height} as the first image is.",
            "Give --image-size to bring all of them to one size.",
        )
    shape = (len(files), height, width) if mode == "L" else (len(files), height, width, 3)
    if np.prod(shape, dtype=np.float64) > MAX_BYTES:
        raise DataError(f"{folder} holds over 8 GiB of pixels.", "Give a smaller --image-size.")
    images = np.empty(shape, np.uint8)
    for row, (path, _) in enumerate(files):
        images[row] = _decoded(path, mode, (width, height))
        if progress is not None and row % 500 == 0:
            progress("reading images", row, len(files))
    labels = np.array([index for _, index in files], np.int64)
    return Labelled(images, labels, tuple(child.name for child in folders))


def _image_head(path: Path) -> tuple[str, tuple[int, int]]:
    try:
        with Image.open(path) as image:
            return image.mode, image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} is not an image: {error}.", "Remove or replace it.") from error


def _decoded(path: Path, mode: str, size: tuple[int, int]) -> Images:
    try:
        with Image.open(path) as image:
            picture = image.convert(mode)
            if picture.size != size:
                picture = picture.resize(size, Image.Resampling.BOX)
            return np.asarray(picture)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{path} cannot be read: {error}.", "Remove or replace it.") from error


def _numbered(labels: NDArray[Any]) -> tuple[str, ...]:
    """Return "0", "1", … up to the largest label."""
    largest = int(labels.max()) if len(labels) else -1
    if largest > 10_000:
        raise DataError(f"A label is {largest}.", "Number the classes from 0.")
    return tuple(str(index) for index in range(largest + 1))
