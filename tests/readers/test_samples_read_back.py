"""What ``sample`` writes is read back: by ganctl as the same images and labels, and by others."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ganctl.files.idx import read_idx
from ganctl.readers.labelled import Labelled
from ganctl.readers.reading import read
from ganctl.requests.data import ReadOptions

SAMPLE = ("sample", "pretrained/mnist", "--digit", "all", "--n", "3")


@pytest.fixture
def arrays(ganctl: Callable[..., Any]) -> tuple[Any, Any]:
    """Images and labels as ``--format npz`` has them."""
    assert ganctl(*SAMPLE, "--out", "drawn.npz").code == 0
    with np.load("drawn.npz") as found:
        return found["images"], found["labels"]


def train_part(path: str) -> Labelled:
    reading = read(Path(path).absolute(), ReadOptions(), None, keep=False)
    assert set(reading.parts) == {"train"}
    return reading.parts["train"]


def by_label(images: Any, labels: Any) -> list[tuple[int, bytes]]:
    """Return images with their labels in an order that every format shares."""
    return sorted(
        (int(label), image.tobytes()) for image, label in zip(images, labels, strict=True)
    )


@pytest.mark.parametrize("path", ["folders", "again.npz", "idx"])
def test_each_format_is_read_back_to_the_pixel(
    path: str, ganctl: Callable[..., Any], arrays: tuple[Any, Any]
) -> None:
    options = ["--format", "idx"] if path == "idx" else []
    assert ganctl(*SAMPLE, *options, "--out", path).code == 0
    part = train_part(path)
    assert part.classes == tuple("0123456789")
    assert by_label(part.images, part.labels) == by_label(*arrays)


def test_a_sheet_of_samples_is_refused(ganctl: Callable[..., Any]) -> None:
    from ganctl.errors import DataError

    ganctl(*SAMPLE, "--out", "sheet.png")
    with pytest.raises(DataError, match="single image"):
        read(Path("sheet.png").absolute(), ReadOptions(), None, keep=False)


def test_names_that_are_hard_survive_the_way_to_files_and_back(
    ganctl: Callable[..., Any], trained: Any
) -> None:
    assert ganctl("sample", "--digit", "all", "--n", "2", "--out", "lines").code == 0
    assert train_part("lines").classes == ("across", "down")


@pytest.mark.slow
def test_torchvision_loads_the_folders(ganctl: Callable[..., Any], arrays: tuple[Any, Any]) -> None:
    from ganctl.engine.data import torchvision_door

    ganctl(*SAMPLE, "--out", "folders")
    found = torchvision_door.datasets().ImageFolder("folders")
    assert found.classes == list("0123456789")
    images = [np.asarray(image.convert("L")) for image, _ in found]
    assert by_label(images, found.targets) == by_label(*arrays)


def test_the_idioms_of_keras_and_numpy_load_the_rest(
    ganctl: Callable[..., Any], arrays: tuple[Any, Any]
) -> None:
    ganctl(*SAMPLE, "--out", "folders")
    folders = sorted(path.name for path in Path("folders").iterdir() if path.is_dir())
    pairs = [
        (np.array(Image.open(path)), folders.index(folder))
        for folder in folders
        for path in sorted(Path("folders", folder).glob("*.png"))
    ]
    assert by_label(*zip(*pairs, strict=True)) == by_label(*arrays)

    ganctl(*SAMPLE, "--format", "idx", "--out", "idx")
    with Path("idx", "train-images-idx3-ubyte").open("rb") as file:  # As every tutorial does.
        _, count, rows, columns = struct.unpack(">IIII", file.read(16))
        images = np.frombuffer(file.read(), np.uint8).reshape(count, rows, columns)
    labels = read_idx(Path("idx", "train-labels-idx1-ubyte"))
    assert by_label(images, labels) == by_label(*arrays)
