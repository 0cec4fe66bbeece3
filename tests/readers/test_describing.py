"""Texts of tables become numbers, learned from the training images alone."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import DataError
from ganctl.files.limits import CAPTION_LENGTH
from ganctl.readers import describing
from ganctl.readers.describing import Column, describe, with_rows
from ganctl.readers.labelled import ANY, Described, Labelled, Split
from ganctl.requests.conditions.schema import Attribute, Quantity


def column(name, *train, test=None):
    texts: dict[Split, list[str | None]] = {"train": list(train)}
    if test is not None:
        texts["test"] = list(test)
    return Column(name, "labels.csv", texts)


def parts_of(described, split="train"):
    said = described[split]
    count = len(said.values)
    images = np.zeros((count, 8, 8), np.uint8)
    return {split: Labelled(images, np.zeros(count, np.int64), (ANY,), said)}


def test_attributes_are_numbered_in_the_order_of_their_names():
    hair = column("hair", "red", None, "blond", "red", test=["blond", "pink", None])
    size = column("size", "10", "9", "9", None, test=["10", "9", "9"])
    remarks: list[str] = []
    said = describe([hair, size], [], None, remarks)
    assert said["train"].schema.attributes == (
        Attribute("hair", ("blond", "red")),
        Attribute("size", ("9", "10")),
    )
    expected = [[1, 1], [math.nan, 0], [0, 0], [1, math.nan]]
    assert np.array_equal(said["train"].values, np.array(expected), equal_nan=True)
    assert np.array_equal(said["test"].values[:, 0], [0, math.nan, math.nan], equal_nan=True)
    assert remarks == [
        "Test images whose hair no training image has count as not known: pink 1."
    ]  # fmt: skip
    assert said["train"].words.shape == (4, 0)


def test_yes_and_no_have_their_order():
    said = describe([column("Young", "Young", "not Young")], [], None, [])
    assert said["train"].schema.attributes[0].values == ("not Young", "Young")


def test_quantities_are_scaled_by_the_training_images_and_clipped():
    remarks: list[str] = []
    angle = column("angle", "-90", "90", None, "0", "45", test=["180", "-90", None])
    said = describe([], [angle], None, remarks)
    assert said["train"].schema.quantities == (Quantity("angle", -90, 90),)
    train = said["train"].values[:, 0]
    assert np.array_equal(train, [-1, 1, math.nan, 0, 0.5], equal_nan=True)
    assert np.array_equal(said["test"].values[:, 0], [1, -1, math.nan], equal_nan=True)
    (remark,) = remarks
    assert remark.endswith("is beyond the training images' count as at its end: 1.")


def test_captions_have_the_words_of_the_training_images():
    captions = column("text", "a red hat", "a hat", test=["a blue hat"])
    said = describe([], [], captions, [])
    assert said["train"].words.tolist() == [[2, 4, 3], [2, 3, 0]]
    assert said["test"].words.tolist() == [[2, 1, 3]]
    assert said["train"].words.dtype == np.int32
    assert said["train"].values.shape == (2, 0)


@pytest.mark.parametrize(
    ("attributes", "quantities", "captions", "message"),
    [
        ([column("hair", "red", "red", None)], [], None, "have red alone in the column hair"),
        ([column("hair", None)], [], None, "have no value in the column hair"),
        ([], [column("x", "1.5", "1.5")], None, "have one number in the column x"),
        ([], [column("x", None)], None, "have no number in the column x"),
        (
            [],
            [column("x", "-1e308", "1e308")],
            None,
            "from -1e+308 to 1e+308 in the column x, which are too far apart",
        ),
        ([column("hair", "red", "a\x1b[2J")], [], None, "has control characters"),
        ([column("hair", "red", "x" * 201)], [], None, "is not a text of 1 to 200"),
        ([], [], column("text", "x " * CAPTION_LENGTH), "a caption of 20,000 characters"),
    ],
)
def test_columns_that_say_nothing_are_refused(attributes, quantities, captions, message):
    with pytest.raises(DataError) as caught:
        describe(attributes, quantities, captions, [])
    assert message in str(caught.value)
    assert caught.value.hint.startswith("Give")


def test_rows_are_those_of_the_training_images_the_most_frequent_first():
    hair = column("hair", "red", "blond", "red", None, "red", "blond")
    angle = column("angle", "0", "3", "0", None, "0", "1")
    said = describe([hair], [angle], None, [])
    train = with_rows(parts_of(said))["train"].described
    assert train is not None
    assert train.schema.rows == ((1, -1.0), (None, None), (0, -0.3333), (0, 1.0))
    assert train.schema.counts == (3, 1, 1, 1)


def test_of_very_many_rows_some_are_kept_the_same_each_time(monkeypatch):
    monkeypatch.setattr(describing, "SCHEMA_ROWS", 50)
    rng = np.random.default_rng(0)
    angles = column("angle", *map(str, rng.random(500)))
    said = describe([], [angles], None, [])
    first, again = (with_rows(parts_of(said))["train"].described for _ in range(2))
    assert first is not None
    assert again is not None
    assert len(first.schema.rows) <= 50
    assert sum(first.schema.counts) == 50
    assert first.schema == again.schema


def test_classes_alone_have_no_rows():
    part = Labelled(np.zeros((2, 8, 8), np.uint8), np.zeros(2, np.int64), ("a",))
    assert with_rows({"train": part}) == {"train": part}


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y", None])),
        min_size=2,
        max_size=40,
    )
)
def test_rows_and_counts_are_a_count_of_the_images(rows):
    columns = [column(name, *(row[i] for row in rows)) for i, name in enumerate("pq")]
    try:
        said = describe(columns, [], None, [])
    except DataError:
        assert any(len({*one.train} - {None}) < 2 for one in columns)
        return
    train = with_rows(parts_of(said))["train"].described
    assert isinstance(train, Described)
    named = [
        tuple(
            None if index is None else attribute.values[int(index)]
            for attribute, index in zip(train.schema.attributes, row, strict=True)
        )
        for row in train.schema.rows
    ]
    assert dict(zip(named, train.schema.counts, strict=True)) == {
        row: rows.count(row) for row in set(rows)
    }
