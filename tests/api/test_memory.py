"""Data from memory: kept once for the same content, and read as any ``.npz`` is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from ganctl.api import memory
from ganctl.errors import DataError
from ganctl.readers.labelled import Labelled
from ganctl.readers.reading import read
from ganctl.requests.data import ReadOptions
from tests.conftest import tiny_images

IMAGES, LABELS = tiny_images(16)
NAMES = ["across", "down"]


def as_read(data: object, **options: Any) -> Labelled:
    return read(memory.keep(data).path, ReadOptions(**options), keep=False).parts["train"]


class Pictures(torch.utils.data.Dataset[tuple[Any, Any]]):
    """Pairs as torchvision has them."""

    def __init__(self, images: Any, labels: Any, classes: Any = NAMES) -> None:
        self._images, self._labels, self.classes = images, labels, classes

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return self._images[index], self._labels[index]


FLOATS = torch.tensor(IMAGES)[:, None] / 255
PILLOW = [Image.fromarray(image) for image in IMAGES]
COLOUR = np.stack([IMAGES, 255 - IMAGES, IMAGES], axis=-1)


@pytest.mark.parametrize(
    ("data", "names"),
    [
        ((IMAGES, LABELS), ["0", "1"]),
        ((IMAGES, LABELS, NAMES), NAMES),
        ((IMAGES[..., None], list(LABELS), NAMES), NAMES),
        ((FLOATS, torch.tensor(LABELS)), ["0", "1"]),
        ((FLOATS.bfloat16(), torch.eye(2)[LABELS]), ["0", "1"]),
        ((IMAGES / 255, [NAMES[label] for label in LABELS]), NAMES),
        ((2 * FLOATS - 1, LABELS, NAMES), NAMES),
        ({"x_train": IMAGES, "y_train": LABELS, "class_names": NAMES}, NAMES),
        (list(zip(PILLOW, LABELS, strict=True)), ["0", "1"]),
        (zip(IMAGES, LABELS, strict=True), ["0", "1"]),
        (Pictures(PILLOW, LABELS.tolist()), NAMES),
        (Pictures(FLOATS, torch.tensor(LABELS)), NAMES),
        (torch.utils.data.Subset(Pictures(PILLOW, LABELS), range(16)), NAMES),
        (torch.utils.data.TensorDataset(FLOATS, torch.tensor(LABELS)), ["0", "1"]),
        (Pictures([image.convert("1") for image in PILLOW], LABELS), NAMES),
    ],
)
def test_every_form_is_read_as_the_same_images(data, names):
    found = as_read(data)
    assert np.array_equal(found.images, IMAGES)
    assert np.array_equal(found.labels, LABELS)
    assert list(found.classes) == names


@pytest.mark.parametrize("images", [COLOUR, COLOUR.transpose(0, 3, 1, 2), COLOUR / 255])
def test_colour_stands_last_or_first(images):
    assert np.array_equal(as_read((images, LABELS)).images, COLOUR)


def test_colour_of_pillow_is_made_alike():
    pictures = [Image.fromarray(image).convert("P") for image in COLOUR]
    assert as_read(Pictures(pictures, LABELS)).images.shape == (16, 8, 8, 3)


def test_images_alone_have_no_classes():
    assert as_read(IMAGES, needs_labels=False).classes == ("images",)
    with pytest.raises(DataError, match="has images but no labels"):
        as_read(IMAGES)


def test_the_same_content_is_kept_once(home):
    first, again = memory.keep((IMAGES, LABELS)), memory.keep((torch.tensor(IMAGES), LABELS))
    assert (first.path, first.is_new, again.is_new) == (again.path, True, False)
    again.forget()
    assert [first.path] == list((home / "data").glob("*/*"))
    assert memory.name_of(str(first.path)) == "data from memory"
    first.forget()
    assert list((home / "data").iterdir()) == []


@given(st.permutations(range(16)))
def test_other_content_is_kept_elsewhere(order: list[int]) -> None:
    kept = memory.keep((IMAGES[order], LABELS[order]))
    same = bool((IMAGES[order] == IMAGES).all() and (LABELS[order] == LABELS).all())
    assert (kept.path == memory.keep((IMAGES, LABELS)).path) == same


def ragged() -> list[tuple[NDArray[np.uint8], int]]:
    return [(np.zeros((8, 8), np.uint8), 0), (np.zeros((9, 8), np.uint8), 1)]


@pytest.mark.parametrize(
    ("data", "message", "hint"),
    [
        (5, "data is of type int, which is no data set", "(images, labels)"),
        ((IMAGES,), "data is a tuple of 1", "(images, labels)"),
        ((IMAGES, LABELS, NAMES, 4), "data is a tuple of 4", "(images, labels)"),
        (([[1], [1, 2]], LABELS), "images is no array", "a Dataset"),
        ((np.array([None] * 4), LABELS), "images is neither numbers nor texts", "a Dataset"),
        ([IMAGES[0], IMAGES[1]], "data[0] is a ndarray, not a pair", "a Dataset"),
        ([(IMAGES[0], 0, 1)], "data[0] is a tuple, not a pair", "a Dataset"),
        (ragged(), "data[1] has the shape [9, 8], and data[0] [8, 8]", "transform"),
        ([(IMAGES[0], 0), (IMAGES[1], [0, 1])], "data[1] has a label of another shape", "pairs"),
        ([(IMAGES[0], {})], "data[0][1] is neither numbers nor texts", "pairs"),
        ([], "data is empty", "a Dataset"),
    ],
)
def test_what_is_no_data_is_refused(home, data, message, hint):
    with pytest.raises(DataError) as caught:
        memory.keep(data)
    assert message in str(caught.value)
    assert hint in caught.value.hint
    assert not home.exists()


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(memory, "DATA_BYTES", 1000)
    for data in ((IMAGES, LABELS), list(zip(IMAGES, LABELS, strict=True))):
        with pytest.raises(DataError, match="data is over"):
            memory.keep(data)
