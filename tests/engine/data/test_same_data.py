"""Data are known again by what they are, wherever they lie."""

from dataclasses import replace

import pytest
import torch

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.same_data import differences, under_known_names

IMAGES = torch.arange(4 * 64, dtype=torch.uint8).reshape(4, 1, 8, 8)
DATASET = Dataset("here", IMAGES, torch.tensor([0, 1, 0, 1]), ("Bag", "Caf\u00e9"))
KNOWN = DATASET.describe()


def test_the_same_data_elsewhere_do_not_differ():
    assert [*differences(replace(DATASET, name="there"), KNOWN)] == []


@pytest.mark.parametrize("names", [("0", "1"), ("Bag", "Cafe\u0301")])
def test_a_run_keeps_its_own_names_where_pixels_and_labels_agree(names):
    known = replace(DATASET, classes=names, test=None).describe()
    found = under_known_names(replace(DATASET, test=DATASET), known)
    assert found.test is not None
    assert found.classes == found.test.classes == names
    assert [*differences(found, known)] == []


@pytest.mark.parametrize("names", [("Bag", "Shoe"), ("0", "1", "2"), ("1", "2")])
def test_other_names_are_other_data(names):
    known = replace(DATASET, classes=names).describe()
    assert under_known_names(DATASET, known) == DATASET
    (difference,) = differences(under_known_names(DATASET, known), known)
    assert difference.startswith(f"the data's classes were {len(names)} (")
    assert difference.endswith(", not 2 (Bag, Caf\u00e9)")


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"images": IMAGES[:3], "labels": DATASET.labels[:3]}, ["the data's count was 4, not 3"]),
        ({"images": 255 - IMAGES}, ["the data's pixels or labels are others"]),
        ({"labels": 1 - DATASET.labels}, ["the data's pixels or labels are others"]),
        (
            {"images": IMAGES.expand(4, 3, 8, 8)[:3], "labels": DATASET.labels[:3]},
            ["the data's count was 4, not 3", "the data's images were 8×8 grey, not 8×8 colour"],
        ),
    ],
)
def test_what_differs_is_said(other, words):
    assert [*differences(replace(DATASET, **other), KNOWN)] == words


def test_of_many_classes_the_first_are_shown():
    many = replace(DATASET, classes=tuple(f"c{i}" for i in range(1000)))
    (difference,) = differences(many, KNOWN)
    assert difference.endswith("not 1,000 (c0, c1, c2, c3, c4 and 995 more)")


def test_what_is_not_known_does_not_differ():
    assert [*differences(DATASET, {"shape": [1, 8, 8]})] == []
