"""Tables of pixels, with a header or without, are images; a damaged row is named by its line."""

import gzip
import io
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import DataError
from ganctl.files.limits import TABLE_LINE_BYTES
from ganctl.files.tree import open_tree
from ganctl.readers.arrays import read_arrays
from ganctl.readers.formats.csv import open_csv
from ganctl.requests.data import ReadOptions

X = np.random.default_rng(0).integers(0, 256, (12, 8, 8), dtype=np.uint8)
Y = np.arange(12) % 3
HEADER = ["label", *(f"pixel{i}" for i in range(64))]


def table(images=X, labels=Y, header=HEADER, delimiter=",", last=False, newline="\n"):
    rows = [] if header is None else [header]
    for row, label in zip(images.reshape(len(images), -1).tolist(), labels, strict=True):
        rows.append([*row, label] if last else [label, *row])
    return "".join(delimiter.join(map(str, row)) + newline for row in rows)


def put(folder, **tables):
    for name, text in tables.items():
        content = text if isinstance(text, bytes) else text.encode()
        (folder / f"{name}.csv").write_bytes(content)
    return opened(folder)


def opened(path):
    tree = open_tree(path)
    return open_csv(tree, tree.entries)


def read(found, **options):
    return read_arrays(found, ReadOptions(**options), None)


def refused(call, message, hint):
    with pytest.raises(DataError, match=message) as raised:
        call()
    assert hint in (raised.value.hint or "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("csv")


@given(
    header=st.booleans(),
    delimiter=st.sampled_from(",;\t"),
    newline=st.sampled_from(["\n", "\r\n"]),
    packed=st.booleans(),
    marked=st.booleans(),
    ends=st.booleans(),
    kind=st.sampled_from(["whole", "float", "0 to 1", "mixed"]),
    names=st.sampled_from(["number", "text", "float", "quoted"]),
)
def test_round_trip(folder, header, delimiter, newline, packed, marked, ends, kind, names):
    images = {
        "whole": X, "float": X.astype(float), "0 to 1": X / 255,
        "mixed": np.where(np.arange(64).reshape(8, 8) == 9, X + 0.25, X),
    }[kind]  # fmt: skip
    words: list[object] = {
        "number": list(Y), "float": list(Y.astype(float)), "quoted": [f'"{y}"' for y in Y],
        "text": [("cat", "dog", "caf\u00e9")[y] for y in Y],
    }[names]  # fmt: skip
    text = table(images, words, HEADER if header else None, delimiter, newline=newline)
    content = ("\ufeff" * marked + (text if ends else text.rstrip())).encode()
    for old in folder.iterdir():
        old.unlink()
    name = "a.csv.gz" if packed else "a.csv"
    (folder / name).write_bytes(gzip.compress(content) if packed else content)
    found = read(opened(folder))
    assert np.array_equal(found.parts["train"].images, X)
    shown = [found.parts["train"].classes[index] for index in found.parts["train"].labels]
    meant = [str(y) for y in words] if names == "text" else [str(y) for y in Y]
    assert shown == meant
    said = "a.csv has no header; its first column was read as labels."
    assert found.remarks == (() if header else (said.replace("a.csv", name),))


@pytest.mark.parametrize(
    ("header", "last"),
    [
        (HEADER, False),
        ([*HEADER[1:], "class"], True),
        ([*HEADER[1:], "what"], True),
        (["label", *(f"{i}x{j}" for i in range(8) for j in range(8))], False),
        (["label", *map(str, range(64))], False),
        ([*map(str, range(65))], False),
        (["y", *(f"px_{i}" for i in range(64))], False),
    ],
)
def test_labels_are_found_by_the_header(tmp_path, header, last):
    part = read(put(tmp_path, a=table(header=header, last=last))).parts["train"]
    assert np.array_equal(part.images, X)
    assert np.array_equal(part.labels, Y)


def test_columns_of_ids_are_no_pixels(tmp_path):
    lines = table().splitlines()
    text = "\n".join(["id," + lines[0], *(f"{i},{line}" for i, line in enumerate(lines[1:]))])
    assert np.array_equal(read(put(tmp_path, a=text)).parts["train"].images, X)


def test_rows_of_colour_are_three_planes(tmp_path):
    colour = np.random.default_rng(1).integers(0, 256, (12, 8, 8, 3), dtype=np.uint8)
    text = table(colour.transpose(0, 3, 1, 2), header=None)
    assert np.array_equal(read(put(tmp_path, a=text)).parts["train"].images, colour)


def test_a_missing_label_is_counted(tmp_path):
    found = read(put(tmp_path, a=table(labels=["", *Y[1:]])))
    assert found.left_out == {"no label": 1}
    assert found.parts["train"].classes == ("0", "1", "2")


def test_two_splits(tmp_path):
    parts = read(put(tmp_path, mnist_train=table(), mnist_test=table(X[:6], Y[:6]))).parts
    assert np.array_equal(parts["test"].images, X[:6])
    assert len(parts["train"].images) == 12


def test_kaggles_test_has_no_labels_and_its_sample_no_pixels(tmp_path):
    lines = [line.split(",", 1)[1] for line in table().splitlines()]
    found = put(
        tmp_path, train=table(), test="\n".join(lines), sample_submission="ImageId,Label\n1,0\n"
    )
    assert list(read(found).parts) == ["train"]
    assert found.remarks == ("test.csv has no labels, and is not read.",)
    assert found.left_out == {"tables of other things": 1, "tables without labels": 1}


def test_a_table_without_labels_alone(tmp_path):
    text = "\n".join(line.split(",", 1)[1] for line in table().splitlines())
    found = put(tmp_path, test=text)
    refused(lambda: read(found), "no labels", "--model gan")
    assert np.array_equal(read(found, needs_labels=False).parts["train"].images, X)


def test_validation_tables(tmp_path):
    found = put(tmp_path, train=table(), valid=table(X[:6], Y[:6]))
    assert len(read(found).parts["test"].images) == 6
    assert "validation split is held against" in found.remarks[0]
    found = put(tmp_path, test=table())
    assert found.left_out == {"tables of a validation split": 1}


def test_a_table_in_a_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", table())
    assert np.array_equal(read(opened(tmp_path / "a.zip")).parts["train"].images, X)


def changed(line, text, lines=None):
    lines = (lines or table()).splitlines()
    lines[line - 1] = text(lines[line - 1])
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed(5, lambda line: line + ",1"), r"line 5: 66 columns, and 65 above it"),
        (changed(5, lambda line: line[:40]), r"line 5: \d+ columns, and 65 above"),
        (changed(13, lambda line: line.rsplit(",", 1)[0] + ",x7"), r"line 13: 'x7' is no number"),
        (changed(3, lambda line: line.rsplit(",", 1)[0] + ","), r"line 3: '' is no number"),
    ],
)
def test_a_damaged_row_is_named_by_its_line(tmp_path, text, message):
    refused(lambda: read(put(tmp_path, a=text)), message, "Mend or remove the line")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("name,size\na,1\n", "is no table of pixels", "label,pixel0"),
        ("", "is no table of pixels", "label,pixel0"),
        (b"\xff\xfe" + b"1," * 64, "cannot be read", "UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x80", "cannot be read", "UTF-8"),
        (",".join(HEADER) + "\n", "has no lines of pixels", "label,pixel0"),
        ("\n".join(["5" + ",7" * 64] * 12), "has 5 in the first column of every", "pixel0"),
        (table().encode() + b"\xff", "cannot be read", "UTF-8"),
    ],
)
def test_other_files_are_refused(tmp_path, text, message, hint):
    refused(lambda: read(put(tmp_path, a=text)), message, hint)


def test_several_tables_of_a_split_are_refused(tmp_path):
    refused(lambda: put(tmp_path, a=table(), b=table()), "several tables", "Name one of them")
    (tmp_path / "a.csv").rename(tmp_path / "test.csv")
    (tmp_path / "b.csv").rename(tmp_path / "val.csv")
    refused(lambda: opened(tmp_path), "none to train on", "train.csv")


def test_a_damaged_gzip_is_refused(tmp_path):
    packed = gzip.compress(table().encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[:-12])
    refused(lambda: read(opened(tmp_path)), "cannot be read", "UTF-8")


@pytest.mark.parametrize("start", ["", table()])
def test_an_endless_line_costs_bounded_memory(tmp_path, start):
    file = io.BytesIO()
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1) as packed:
        packed.write(start.encode())
        for _ in range(40):
            packed.write(b"1," * 2**19)
    (tmp_path / "a.csv.gz").write_bytes(file.getvalue())
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as raised:
            read(opened(tmp_path))
        assert tracemalloc.get_traced_memory()[1] < 30 * TABLE_LINE_BYTES
    finally:
        tracemalloc.stop()
    assert "a line of over 1,048,576" in str(raised.value) or "no table" in str(raised.value)


def test_many_blocks_keep_their_order_and_numbers(tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.readers.formats.csv._BLOCK", 300)
    told = []
    found = put(tmp_path, a=table())
    assert np.array_equal(found.load(lambda *a: told.append(a))["train"].images, X.reshape(12, 64))
    assert told[-1] == ("reading a.csv", 12, None)
    found = put(tmp_path, a=changed(11, lambda line: line + ",1"))
    refused(lambda: read(found), "line 11: 66 columns", "Mend")
