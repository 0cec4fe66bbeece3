"""IDX files are found under their usual names, and what the names say is done."""

import gzip
import lzma
import struct
import zipfile

import numpy as np
import pytest

from ganctl.errors import DataError
from ganctl.files.idx import idx_bytes
from ganctl.files.tree import open_tree
from ganctl.readers.arrays import read_arrays
from ganctl.readers.formats.idx import open_idx
from ganctl.requests.data import ReadOptions

X = np.random.default_rng(0).integers(0, 256, (30, 8, 8), dtype=np.uint8)
Y = (np.arange(30) % 3).astype(np.uint8)
T, U = X[:9], Y[:9]
IMAGES, LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def write(folder, **files):
    for name, array in files.items():
        put(folder / name, idx_bytes(array))


def put(path, content):
    if path.suffix == ".gz":
        content = gzip.compress(content)
    elif path.suffix == ".xz":
        content = lzma.compress(content)
    path.write_bytes(content)


def open_at(path):
    found = open_idx(open_tree(path))
    assert found is not None
    return found


def read(path, **options):
    return read_arrays(open_at(path), ReadOptions(**options), None)


@pytest.mark.parametrize("ending", ["", ".gz", ".xz"])
@pytest.mark.parametrize(
    ("images", "labels", "test"),
    [
        (IMAGES, LABELS, "t10k"),
        (IMAGES, LABELS, "test"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k"),
        ("TRAIN-IMAGES-IDX3-UBYTE", "Train-Labels-idx1-ubyte", "t10k"),
        ("qmnist-train-images-idx3-ubyte", "qmnist-train-labels-idx1-ubyte", "test"),
    ],
)
def test_usual_names(tmp_path, images, labels, test, ending):
    names = (images, labels)
    write(tmp_path, **{name + ending: a for name, a in zip(names, (X, Y), strict=True)})
    tested = [name.lower().replace("train", test) for name in names]
    write(tmp_path, **{name + ending: a for name, a in zip(tested, (T, U), strict=True)})
    found = read(tmp_path)
    assert np.array_equal(found.parts["train"].images, X)
    assert np.array_equal(found.parts["train"].labels, Y)
    assert np.array_equal(found.parts["test"].images, T)
    assert found.remarks == ()


def test_other_files_are_none(tmp_path):
    (tmp_path / "notes.txt").write_text("x")
    (tmp_path / "train-images.png").write_text("x")
    assert open_idx(open_tree(tmp_path)) is None


def test_a_plain_file_is_read_rather_than_its_packed_twin(tmp_path):
    write(tmp_path, **{IMAGES: X, LABELS: Y, f"{IMAGES}.gz": T, f"{LABELS}.gz": U})
    assert len(read(tmp_path).parts["train"].images) == 30


def test_a_zip_is_read_in_place(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{IMAGES}.gz", gzip.compress(idx_bytes(X)))
        archive.writestr(LABELS, idx_bytes(Y))
    assert np.array_equal(read(tmp_path / "a.zip").parts["train"].images, X)


@pytest.mark.parametrize(
    ("kind", "first"), [("letters", "A"), ("balanced", "1"), ("byclass", "1"), ("digits", "1")]
)
def test_emnist_is_turned_upright_and_named_by_its_files(tmp_path, kind, first):
    lying = np.ascontiguousarray(X.transpose(0, 2, 1))
    write(tmp_path, **{f"emnist-{kind}-{IMAGES}": lying, f"emnist-{kind}-{LABELS}": Y + 1})
    found = read(tmp_path)
    assert np.array_equal(found.parts["train"].images, X)
    assert found.parts["train"].classes[0] == first
    turned = "EMNIST's images lie on their side in its files; they were turned upright."
    assert found.remarks == (turned,)


def test_several_sets_in_one_folder_are_refused(tmp_path):
    for kind in ("letters", "digits"):
        write(tmp_path, **{f"emnist-{kind}-{IMAGES}": X, f"emnist-{kind}-{LABELS}": Y})
    with pytest.raises(DataError, match="2 sets: emnist-digits, emnist-letters") as raised:
        open_at(tmp_path)
    assert "a folder of their own" in (raised.value.hint or "")


@pytest.mark.parametrize(
    ("present", "missing"),
    [
        (IMAGES, LABELS),
        (LABELS, IMAGES),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
    ],
)
def test_the_missing_file_is_named(tmp_path, present, missing):
    write(tmp_path, **{present: X})
    with pytest.raises(DataError, match=f"has {present} and no") as raised:
        open_at(tmp_path)
    assert raised.value.hint == f"Add the file {missing}."


def test_a_test_split_alone_is_refused(tmp_path):
    write(tmp_path, **{IMAGES.replace("train", "t10k"): X, LABELS.replace("train", "t10k"): Y})
    with pytest.raises(DataError, match="no images to train on"):
        open_at(tmp_path)


def test_validation_splits(tmp_path):
    write(tmp_path, **{IMAGES: X, LABELS: Y})
    write(tmp_path, **{IMAGES.replace("train", "val"): T, LABELS.replace("train", "val"): U})
    found = read(tmp_path)
    assert len(found.parts["test"].images) == 9
    assert "validation split is held against" in found.remarks[0]
    write(tmp_path, **{IMAGES.replace("train", "t10k"): X, LABELS.replace("train", "t10k"): Y})
    found = read(tmp_path)
    assert found.left_out == {"validation split": 9}
    assert len(found.parts["test"].images) == 30


def test_names_lie_beside(tmp_path):
    write(tmp_path, **{IMAGES: X, LABELS: Y})
    (tmp_path / "class-names.txt").write_bytes("\ufeffsock\r\nhat\r\nbäg\r\n".encode())
    assert read(tmp_path).parts["train"].classes == ("sock", "hat", "bäg")
    (tmp_path / "class-names.txt").write_bytes(b"\xff")
    with pytest.raises(DataError, match="cannot be used"):
        read(tmp_path)


@pytest.mark.parametrize(("code", "dtype"), [(9, ">i1"), (11, ">i2"), (12, ">i4"), (14, ">f8")])
def test_other_types_and_colour(tmp_path, code, dtype):
    colour = np.random.default_rng(1).integers(0, 100, (30, 8, 8, 3)).astype(dtype)
    header = struct.pack(">HBB4I", 0, code, 4, *colour.shape)
    (tmp_path / "train-images-idx4-x").write_bytes(header + colour.tobytes())
    write(tmp_path, **{LABELS: Y})
    assert np.array_equal(read(tmp_path).parts["train"].images, colour.astype(np.uint8))


def test_qmnists_labels_are_the_first_of_eight_columns(tmp_path):
    write(tmp_path, **{IMAGES: X})
    table = np.repeat(Y[:, None], 8, 1).astype(">i4") + np.arange(8)
    header = struct.pack(">HBB2I", 0, 12, 2, 30, 8)
    (tmp_path / "train-labels-idx2-int").write_bytes(header + table.astype(">i4").tobytes())
    assert np.array_equal(read(tmp_path).parts["train"].labels, Y)


def test_unequal_counts_say_both(tmp_path):
    write(tmp_path, **{IMAGES: X, LABELS: Y[:-1]})
    with pytest.raises(DataError, match="30 images and 29 labels"):
        read(tmp_path)


def test_a_damaged_file_is_refused(tmp_path):
    write(tmp_path, **{IMAGES: X, LABELS: Y})
    (tmp_path / IMAGES).write_bytes(idx_bytes(X)[:-1])
    with pytest.raises(DataError, match="truncated"):
        read(tmp_path)
