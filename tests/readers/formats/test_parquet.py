"""Parquet files of images, as Hugging Face writes them, are read where pyarrow is installed."""

import io
import json
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganctl.errors import DataError
from ganctl.files.tree import open_tree
from ganctl.readers.decoding import read_pictures
from ganctl.readers.formats.parquet import open_parquet
from ganctl.readers.labelled import ANY
from ganctl.requests.data import ReadOptions

X = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype=np.uint8)
Y = np.arange(12) % 3


@pytest.fixture
def pa():
    """Pyarrow, which is an extra."""
    return pytest.importorskip("pyarrow")


def png(pixels):
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def structs(images=X):
    return [{"bytes": png(image), "path": None} for image in images]


def write(path, columns, names=None, groups=5):
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table(columns)
    if names is not None:
        features = {"label": {"names": names, "_type": "ClassLabel"}}
        about = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": about})
    pq.write_table(table, path, row_group_size=groups)


def opened(path):
    tree = open_tree(path)
    return open_parquet(tree, tree.entries)


def read(path):
    return read_pictures(opened(path), ReadOptions(), None)


def shown(part):
    return [part.classes[index] for index in part.labels]


@pytest.mark.parametrize(
    ("labels", "names", "meant"),
    [
        (Y.tolist(), None, [str(y) for y in Y]),
        (Y.tolist(), ["sock", "hat", "bag"], [["sock", "hat", "bag"][y] for y in Y]),
        (["cafe\u0301", "dog", "7"] * 4, None, ["caf\u00e9", "dog", "7"] * 4),
        (Y.astype(float).tolist(), None, [str(y) for y in Y]),
        ((Y > 0).tolist(), None, [str(int(y > 0)) for y in Y]),
    ],
)
@pytest.mark.parametrize("kind", ["struct", "binary"])
def test_known_pixels_and_labels_come_back(pa, tmp_path, labels, names, meant, kind):
    images = structs() if kind == "struct" else [png(image) for image in X]
    write(tmp_path / "a.parquet", {"image": images, "label": labels}, names)
    part = read(tmp_path).parts["train"]
    assert np.array_equal(part.images, X)
    assert shown(part) == meant


def test_splits_and_shards_are_known_by_name(pa, tmp_path):
    rows_of = {
        "train-00000-of-00002": slice(0, 7),
        "train-00001-of-00002": slice(7, 12),
        "test-00000-of-00001": slice(0, 4),
        "validation-x": slice(0, 3),
    }
    for name, rows in rows_of.items():
        columns = {"image": structs(X[rows]), "label": Y[rows].tolist()}
        write(tmp_path / f"{name}.parquet", columns)
    found = read(tmp_path)
    assert np.array_equal(found.parts["train"].images, X)
    assert np.array_equal(found.parts["test"].images, X[:4])
    assert found.left_out == {"validation split": 3}
    (tmp_path / "test-00000-of-00001.parquet").unlink()
    found = read(tmp_path)
    assert len(found.parts["test"].images) == 3
    assert found.remarks[0] == "There is no test split: the validation split is held against."
    for shard in tmp_path.glob("train*"):
        shard.unlink()
    write(tmp_path / "test.parquet", {"image": structs(), "label": Y.tolist()})
    with pytest.raises(DataError, match="no parquet file to train on"):
        opened(tmp_path)


def test_rows_without_a_label_are_counted(pa, tmp_path):
    labels = [None, *Y[1:].tolist()]
    write(tmp_path / "a.parquet", {"image": structs(), "label": labels})
    found = read(tmp_path)
    assert found.left_out == {"no label": 1}
    assert np.array_equal(found.parts["train"].images, X[1:])


def test_without_a_column_of_labels_they_are_unlabelled(pa, tmp_path):
    write(tmp_path / "a.parquet", {"img": structs()})
    assert {picture.label for picture in opened(tmp_path).parts["train"]} == {ANY}


def test_of_two_columns_of_labels_one_is_chosen_and_said(pa, tmp_path):
    write(tmp_path / "a.parquet", {"image": structs(), "target": [9] * 12, "label": Y.tolist()})
    found = opened(tmp_path)
    assert found.remarks == ("Labels are the column label, not target.",)
    assert {picture.label for picture in found.parts["train"]} == {"0", "1", "2"}


def test_a_file_in_a_zip(pa, tmp_path):
    write(tmp_path / "a.parquet", {"image": structs(), "label": Y.tolist()})
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / "a.parquet", "data/a.parquet")
    assert np.array_equal(read(tmp_path / "a.zip").parts["train"].images, X)


def test_a_row_without_bytes_is_unreadable(pa, tmp_path):
    images = structs()
    images[3] = {"bytes": None, "path": "elsewhere.png"}
    write(tmp_path / "a.parquet", {"image": images, "label": Y.tolist()})
    with pytest.raises(DataError, match=r"row 3 .*only the name of a file elsewhere"):
        read(tmp_path)


def test_the_column_is_read_a_group_at_a_time(pa, tmp_path):
    write(tmp_path / "a.parquet", {"image": structs(), "label": Y.tolist()}, groups=2)
    found = opened(tmp_path)
    rows = found.tree.open_key.__self__
    for picture in found.parts["train"]:
        found.tree.read(picture.entry, 10_000)
        assert len(rows.kept) <= 2


@pytest.mark.parametrize(
    ("columns", "names", "message"),
    [
        ({"x": [1, 2], "label": [0, 1]}, None, "no column of images; it has x int64"),
        ({"image": [b"", b""], "label": [0.5, 1.0]}, None, "a label is 0.5, not a whole number"),
        ({"image": [b"", b""], "label": [0, 2]}, ["a", "b"], "label is 2, and there are 2 class"),
    ],
)
def test_what_cannot_be_meant(pa, tmp_path, columns, names, message):
    write(tmp_path / "a.parquet", columns, names)
    with pytest.raises(DataError, match=message) as raised:
        opened(tmp_path)
    assert raised.value.hint


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + bytes(20) + b"PAR1"])
def test_garbage_is_refused(pa, tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        opened(tmp_path)


def test_every_truncation_and_odd_metadata_are_refused_or_read(pa, tmp_path):
    write(tmp_path / "a.parquet", {"image": structs(X[:2]), "label": [0, 1]}, ["a", "b"])
    content = (tmp_path / "a.parquet").read_bytes()
    for cut in range(0, len(content), 97):
        (tmp_path / "a.parquet").write_bytes(content[:cut])
        with pytest.raises(DataError):
            opened(tmp_path)
    (tmp_path / "a.parquet").write_bytes(content.replace(b'"info"', b'"inof"'))
    try:
        opened(tmp_path)
    except DataError as error:
        assert error.hint


def test_large_groups_are_refused_by_what_they_claim(pa, tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.readers.formats.parquet.ARCHIVED_ARRAYS_BYTES", 100)
    write(tmp_path / "a.parquet", {"image": structs(), "label": Y.tolist()})
    with pytest.raises(DataError, match="a group of rows of over 100 bytes") as raised:
        opened(tmp_path)
    assert "row_group_size" in (raised.value.hint or "")


def test_without_pyarrow_the_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="needs pyarrow") as raised:
        opened(tmp_path)
    assert raised.value.hint == "Install it: pip install 'ganctl[parquet]'"
