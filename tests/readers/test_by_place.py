"""Images in an array, and a table beside it whose row i is about image i."""

import numpy as np
import pytest

from ganctl.errors import DataError
from ganctl.readers.labelled import VALIDATION_HELD
from ganctl.readers.reading import read
from ganctl.requests.conditions.schema import Attribute, Quantity
from ganctl.requests.data import ReadOptions
from tests.readers.layouts import folder, zipped
from tests.readers.test_recognise import npz_bytes

COUNT = 12
IMAGES = np.random.default_rng(0).integers(0, 256, (COUNT, 8, 8, 3), np.uint8)
HAIR = ["red", "blond", "red"]
EYES = ["blue", "green"]
ROWS = [[f"{i}.png", HAIR[i % 3], EYES[i % 2], i / 2] for i in range(COUNT)]
TEST = [i for i in range(COUNT) if i % 4 == 3]
TRAIN = [i for i in range(COUNT) if i % 4 != 3]


def table(rows=ROWS, header="file,hair,eyes,angle"):
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)])


def with_split(held):
    rows = [[*row, held if i in TEST else "train"] for i, row in enumerate(ROWS)]
    return table(rows, "file,hair,eyes,angle,split")


def files(text, **arrays):
    return {"images.npz": npz_bytes(images=IMAGES, **arrays), "labels.csv": text}


def read_at(path, **options):
    return read(path, ReadOptions(**options), keep=False)


@pytest.mark.parametrize("make", [folder, zipped])
def test_columns_are_attributes_of_the_images_in_their_order(tmp_path, make):
    reading = read_at(make(tmp_path / "data.zip", files(with_split("test"))))
    assert reading.layout == ".npz with labels.csv"
    assert reading.left_out == {}
    for split, places in (("train", TRAIN), ("test", TEST)):
        part = reading.parts[split]
        assert np.array_equal(part.images, IMAGES[places])
        assert part.described.schema.attributes == (
            Attribute("hair", ("blond", "red")),
            Attribute("eyes", ("blue", "green")),
        )
        said = [[("blond", "red").index(HAIR[i % 3]), i % 2] for i in places]
        assert part.described.values.tolist() == said


def test_one_column_is_classes(tmp_path):
    path = folder(tmp_path / "data", files(table()))
    reading = read_at(path, condition=("hair",))
    part = reading.parts["train"]
    assert reading.layout == ".npz with labels.csv, column hair"
    assert (part.classes, part.described) == (("blond", "red"), None)
    assert part.labels.tolist() == [("blond", "red").index(HAIR[i % 3]) for i in range(COUNT)]


def test_a_table_of_another_place_and_a_quantity(tmp_path):
    path = folder(tmp_path / "data", files(table()))
    options = {"labels": str(path / "labels.csv"), "condition": ("angle", "eyes")}
    schema = read_at(path / "images.npz", **options).parts["train"].described.schema
    assert schema.quantities == (Quantity("angle", 0, 5.5),)
    assert [one.name for one in schema.attributes] == ["eyes"]


def test_the_validation_split_is_held_where_there_is_no_test_split(tmp_path):
    reading = read_at(folder(tmp_path / "data", files(with_split("val"))))
    assert np.array_equal(reading.parts["test"].images, IMAGES[TEST])
    assert VALIDATION_HELD in reading.remarks


def test_images_without_a_class_are_left_out(tmp_path):
    rows = [[i, "" if i == 4 else row[1]] for i, row in enumerate(ROWS)]
    reading = read_at(folder(tmp_path / "other", files(table(rows, "n,hair"))))
    assert reading.left_out == {"no label": 1}
    assert np.array_equal(reading.parts["train"].images, np.delete(IMAGES, 4, axis=0))


def test_a_first_row_of_values_is_about_an_image(tmp_path):
    text = table().partition("\n")[2]
    part = read_at(folder(tmp_path / "data", files(text))).parts["train"]
    assert part.described.values[:, 0].tolist() == [HAIR[i % 3] == "red" for i in range(COUNT)]


@pytest.mark.parametrize("rows", [ROWS[:-1], ROWS[:3], [*ROWS, ROWS[0]]])
def test_another_number_of_rows_is_refused(tmp_path, rows):
    path = folder(tmp_path / "data", files(table(rows)))
    with pytest.raises(DataError, match=f"labels.csv has {len(rows)} rows") as caught:
        read_at(path)
    assert "12 images" in str(caught.value)
    assert "a row for each image, in their order" in caught.value.hint
    reading = read_at(path, needs_labels=False)  # Where no labels are needed, it is left alone.
    assert len(reading.parts["train"].images) == COUNT
    assert any("A table is not used: labels.csv has" in remark for remark in reading.remarks)


def test_a_table_without_images_to_train_on(tmp_path):
    text = with_split("test").replace("train", "test")
    with pytest.raises(DataError, match="no image to train on") as caught:
        read_at(folder(tmp_path / "data", files(text)))
    assert "Write train" in caught.value.hint


def test_a_word_among_numbers_is_shown_with_its_row(tmp_path):
    rows = [[i, "tall" if i == 4 else row[3], row[1]] for i, row in enumerate(ROWS)]
    rows += [[i, i / 2, "red"] for i in range(COUNT, 40)]
    images = np.random.default_rng(0).integers(0, 256, (40, 8, 8), np.uint8)
    data = {"images.npz": npz_bytes(images=images), "labels.csv": table(rows, "n,width,hair")}
    with pytest.raises(DataError, match="'tall' among the numbers of column width, in row 5"):
        read_at(folder(tmp_path / "data", data), condition=("width", "hair"))


def test_labels_in_the_arrays_win(tmp_path):
    reading = read_at(folder(tmp_path / "data", files(table(), labels=np.arange(COUNT) % 4)))
    assert reading.parts["train"].classes == ("0", "1", "2", "3")
    assert reading.left_out == {".csv": 1}
