"""An .npz is read by the keys that people give its arrays."""

import io
import zipfile

import numpy as np
import pytest

from ganctl.errors import DataError
from ganctl.files.tree import open_tree
from ganctl.readers.arrays import read_arrays
from ganctl.readers.formats.npz import open_npz
from ganctl.requests.data import ReadOptions

X = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
Y = np.arange(30) % 3
T, U = X[:9], Y[:9]


def opened(folder, save=np.savez, **arrays):
    save(folder / "a.npz", **arrays)
    return open_one(folder)


def open_one(path):
    tree = open_tree(path)
    return open_npz(tree, tree.entries[0])


def read(found, **options):
    return read_arrays(found, ReadOptions(**options), None)


@pytest.mark.parametrize(
    "keys",
    [
        ("images", "labels"),
        ("image", "label"),
        ("x", "y"),
        ("X", "y"),
        ("data", "target"),
        ("features", "targets"),
        ("x_train", "y_train"),
        ("X_train", "Y_train"),
        ("train_images", "train_labels"),
        ("trainX", "trainy"),
        ("arr_0", "arr_1"),
    ],
)
def test_usual_keys(tmp_path, keys):
    found = read(opened(tmp_path, **dict(zip(keys, (X, Y), strict=True))))
    assert np.array_equal(found.parts["train"].images, X)
    assert np.array_equal(found.parts["train"].labels, Y)
    assert list(found.parts) == ["train"]
    assert found.remarks == ()


@pytest.mark.parametrize(
    "keys",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("train_images", "train_labels", "test_images", "test_labels"),
    ],
)
@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_two_splits(tmp_path, keys, save):
    parts = read(opened(tmp_path, save, **dict(zip(keys, (X, Y, T, U), strict=True)))).parts
    assert np.array_equal(parts["test"].images, T)
    assert np.array_equal(parts["test"].labels, U)
    assert parts["train"].classes == parts["test"].classes


def test_a_validation_split_is_counted_and_never_trained_on(tmp_path):
    found = opened(
        tmp_path, train_images=X, train_labels=Y[:, None], val_images=X[:5], val_labels=Y[:5, None],
        test_images=T, test_labels=U[:, None],
    )  # fmt: skip
    assert found.left_out == {"validation split": 5}
    assert [len(part.images) for part in read(found).parts.values()] == [30, 9]


def test_a_validation_split_is_held_against_where_there_is_no_test(tmp_path):
    found = read(opened(tmp_path, x_train=X, y_train=Y, x_val=T, y_val=U))
    assert len(found.parts["test"].images) == 9
    assert found.remarks == ("There is no test split: the validation split is held against.",)


def test_what_ganctl_wrote_is_read_back(tmp_path):
    names = np.array(["sock", "hat", "bag"])
    found = read(opened(tmp_path, images=X, labels=Y, seeds=np.arange(30), class_names=names))
    assert found.parts["train"].classes == ("sock", "hat", "bag")
    assert found.remarks == ()


def test_digits_of_scikit_learn(tmp_path):
    """They are floats to 16, as images and as rows; ``target_names`` are numbers."""
    found = opened(
        tmp_path, data=X.reshape(30, 64) / 16, target=Y, images=X / 16, target_names=np.arange(3)
    )
    assert np.array_equal(read(found, levels=(0.0, 255 / 16)).parts["train"].images, X)


def test_images_alone_are_without_labels(tmp_path):
    found = opened(tmp_path, photos=X)
    with pytest.raises(DataError, match="no labels"):
        read(found)
    assert np.array_equal(read(found, needs_labels=False).parts["train"].images, X)


def test_other_arrays_are_named(tmp_path):
    remarks = read(opened(tmp_path, images=X, labels=Y, embedding=X[:, 0])).remarks
    assert remarks == ("Arrays that are not used: embedding.",)


@pytest.mark.parametrize(
    ("arrays", "message", "hint"),
    [
        ({"a": X, "b": Y}, r"it holds a uint8 \[30, 8, 8\], b int64 \[30\]", "np.savez('data.npz'"),
        ({"x_test": X, "y_test": Y}, "no array that is known as images", "np.savez('data.npz'"),
        ({"labels": Y}, "no array that is known as images", "np.savez"),
        ({}, "it holds nothing", "np.savez"),
        (
            {"images": X, "labels": np.array(["a", None] * 15, object)},
            "labels holds Python's objects",
            "labels = np.array(labels.tolist())",
        ),
        ({"images": X, "labels": Y, "class_names": np.array([b"\xff"])}, "no text", "UTF-8"),
    ],
)
def test_what_cannot_be_meant(tmp_path, arrays, message, hint):
    with pytest.raises(DataError, match=message) as raised:
        opened(tmp_path, **arrays)
    assert hint in (raised.value.hint or "")


def test_one_array_of_npy_is_refused_with_the_line_that_adds_labels(tmp_path):
    np.save(tmp_path / "x.npy", X)
    with pytest.raises(DataError, match="is one array") as raised:
        open_one(tmp_path)
    assert "images=np.load('x.npy')" in (raised.value.hint or "")


def test_an_npz_in_a_zip_is_read_in_place(tmp_path):
    content = io.BytesIO()
    np.savez(content, images=X, labels=Y)
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/a.npz", content.getvalue())
    found = open_one(tmp_path / "all.zip")
    assert "a.npz in " in found.source
    assert np.array_equal(read(found).parts["train"].images, X)


def test_a_damaged_file_is_refused(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\3\4 and no more")
    with pytest.raises(DataError, match="cannot be read"):
        open_one(tmp_path)


def test_progress_is_told(tmp_path):
    told = []
    opened(tmp_path, images=X, labels=Y).load(lambda *about: told.append(about))
    assert told == [("reading a.npz", 0, None)]
