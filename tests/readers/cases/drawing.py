"""Images that show their class, and the files that hold them."""

from __future__ import annotations

import csv
import gzip
import lzma
import struct
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
Size: TypeAlias = "int | tuple[int, int]"
NAMES = ("ant", "bee", "cow")
COLOURS = ((230, 40, 40), (40, 230, 40), (40, 40, 230), (230, 230, 40))


def figure(kind: int, seed: int, size: Size = 8, *, colour: bool = False) -> Pixels:
    """Draw a bright quarter on dark noise: of kind 0 the upper left, 1 upper right, 2 lower left.

    ``size`` is (width, height). In colour, the quarter is red, green, blue or yellow too.
    """
    width, height = size if isinstance(size, tuple) else (size, size)
    rng = np.random.default_rng([kind, seed])
    image = rng.integers(10, 40, (height, width, 3), dtype=np.uint8)
    below, right = divmod(kind % 4, 2)
    rows = slice(height // 2, height) if below else slice(0, height // 2)
    columns = slice(width // 2, width) if right else slice(0, width // 2)
    quarter = image[rows, columns]
    light = np.array(COLOURS[kind % 4]) if colour else np.full(3, 220)
    quarter[:] = light - rng.integers(0, 20, (*quarter.shape[:2], 1))
    return image if colour else np.ascontiguousarray(image[..., 0])


def kind_seen(image: Pixels) -> int:
    """Return which kind of figure an image shows, by its bright quarter and that one's colour."""
    values = image.astype(float)
    grey = values if values.ndim == 2 else values.max(axis=-1)
    half = len(grey) // 2
    quarters = [grey[:half, :half], grey[:half, half:], grey[half:, :half], grey[half:, half:]]
    kind = int(np.argmax([quarter.mean() for quarter in quarters]))
    if values.ndim == 3:
        below, right = divmod(kind, 2)
        rows = slice(half, None) if below else slice(0, half)
        columns = slice(half, None) if right else slice(0, half)
        mean = values[rows, columns].mean(axis=(0, 1))
        if np.ptp(mean) > 60:
            of_colours = [float(np.abs(mean - np.array(c)).sum()) for c in COLOURS]
            assert int(np.argmin(of_colours)) == kind, f"{mean} is not the colour of kind {kind}"
    return kind


def picture(kind: int, seed: int, size: Size = 8, *, mode: str = "L") -> Image.Image:
    """Return a figure as Pillow's image of a mode."""
    return Image.fromarray(figure(kind, seed, size, colour=mode not in "L1")).convert(mode)


def save(path: Path, kind: int, seed: int, size: Size = 8, **options: Any) -> None:
    """Draw one figure into a file, whose format its ending says; ``mode`` is Pillow's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = options.pop("mode", "L")
    picture(kind, seed, size, mode=mode).save(path, **options)


def class_folders(
    folder: Path,
    each: int = 4,
    size: Size = 8,
    *,
    names: Sequence[str] = NAMES,
    ending: str = ".png",
    seed: int = 0,
    **options: Any,
) -> Path:
    """Draw a folder a class of so many images each."""
    for kind, name in enumerate(names):
        for number in range(each):
            save(folder / name / f"{number}{ending}", kind, seed + number, size, **options)
    return folder


def flat(
    folder: Path, each: int = 4, *, names: Sequence[str] = NAMES, seed: int = 0, **options: Any
) -> Path:
    """Draw all images into one folder, called after their classes."""
    for kind, name in enumerate(names):
        for number in range(each):
            save(folder / f"{name}{number}.png", kind, seed + number, **options)
    return folder


def arrays(
    count: int = 12, size: Size = 8, *, colour: bool = False, seed: int = 0
) -> tuple[Pixels, NDArray[np.int64]]:
    """Return images and their labels 0, 1, 2, 0, …"""
    labels = np.arange(count) % 3
    drawn = [figure(int(k), seed + i, size, colour=colour) for i, k in enumerate(labels)]
    return np.stack(drawn), labels


def rows_of(each: int = 4, names: Sequence[str] = NAMES) -> list[tuple[str, str]]:
    """Return the file names of ``flat`` with their classes."""
    return [(f"{name}{number}.png", name) for name in names for number in range(each)]


def table(
    path: Path,
    header: Sequence[Any] | None,
    rows: Iterable[Sequence[Any]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Path:
    """Write a table as the csv module does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerows([*([header] if header else []), *rows])
    return path


def idx(path: Path, array: NDArray[Any]) -> None:
    """Write an IDX file of bytes or of four-byte integers, packed as the ending says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    code, array = (8, array) if array.dtype == np.uint8 else (12, array.astype(">i4"))
    content = struct.pack(f">HBB{array.ndim}I", 0, code, array.ndim, *array.shape) + array.tobytes()
    if path.suffix == ".gz":
        content = gzip.compress(content)
    elif path.suffix == ".xz":
        content = lzma.compress(content)
    path.write_bytes(content)


def idx_pair(folder: Path, images: str, labels: str, count: int = 12, **options: Any) -> None:
    """Write images and labels of these file names."""
    x, y = arrays(count, **options)
    idx(folder / images, x)
    idx(folder / labels, y.astype(np.uint8))


def zipped(folder: Path, target: Path, *, top: str = "", junk: bool = False) -> Path:
    """Pack the files of a folder, below ``top`` if it has a name; ``junk`` adds a Mac's."""
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = f"{top}{path.relative_to(folder).as_posix()}"
            archive.write(path, name)
            if junk:
                archive.writestr(f"__MACOSX/{name}", b"\0\5\x16\7")
    return target
