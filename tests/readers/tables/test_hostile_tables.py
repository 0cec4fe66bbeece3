"""Whatever lies in a table beside images, they are read, or an error says what is wrong."""

import csv
import io
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from ganctl.errors import DataError, GanctlError
from ganctl.readers.reading import line, read
from ganctl.requests.data import ReadOptions

COUNT = 8
FILES = [f"{i}.png" for i in range(COUNT)]
MEBIBYTE = 2**20


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder of images, into which each test puts tables."""
    folder = tmp_path_factory.mktemp("data")
    for i, name in enumerate(FILES):
        picture = io.BytesIO()
        Image.fromarray(np.full((8, 8), 20 * i, np.uint8)).save(picture, "png")
        (folder / name).write_bytes(picture.getvalue())
    np.savez(folder.parent / "images.npz", images=np.zeros((COUNT, 8, 8), np.uint8))
    return folder


def read_with(folder, name, content, **options):
    """Read images with a table, and say in one line what was read."""
    path = folder / name
    path.write_bytes(content)
    try:
        found = read(folder, ReadOptions(**options), keep=False)
    finally:
        path.unlink()
    for part in found.parts.values():
        assert len(part.images) == len(part.labels)
        if part.described is not None:
            assert len(part.described.values) == len(part.described.words) == len(part.images)
            known = part.described.values[~np.isnan(part.described.values)]
            assert np.isfinite(known).all()
    assert "\x1b" not in line(found) + "".join(found.remarks)
    return found


ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "latin-1",
    "cp1252",
)
NAMES = st.sampled_from([
    "file", "label", "hair", "Hair", "angle", "caption", "split", "is_train", "fold", "", "class",
    "x" * 300, "a\x1b[2J", "=1+1", "-", "__class__", "0",
])  # fmt: skip
CELLS = st.sampled_from([
    "", "red", "Red ", "1", "-1", "0", "01", "1.0", "1e400", "nan", "inf", "-inf", "NA", "None",
    "?", "train", "test", "1,5", "1.234,5", "a cat on a mat", "\x1b[31m", "\u202e", '"',
    "'", ";", "\ufeff", "é", "名", "🙂", "../../etc/passwd", "9" * 400, "word " * 30, *FILES[:3],
])  # fmt: skip
CONDITIONS = st.lists(st.sampled_from(["hair", "angle", "caption", "label", "nose"]), max_size=3)


@st.composite
def tables(draw):
    """Draw a table of a few values in each column, with a fault at times, and columns to ask for.

    Most can be read, or nothing but the first fault would be found.
    """
    names = ["file", *draw(st.lists(NAMES, min_size=1, max_size=4))]
    pools = [draw(st.lists(CELLS, min_size=1, max_size=3)) for _ in names[1:]]
    columns = [draw(several(st.sampled_from(pool))) for pool in pools]
    text = io.StringIO()
    writer = csv.writer(text, delimiter=draw(st.sampled_from(",;\t")))
    writer.writerows([names, *zip(FILES, *columns, strict=True)])
    encoded = text.getvalue().encode(draw(st.sampled_from(("utf-8",) * 9 + ENCODINGS)), "replace")
    fault = draw(st.sampled_from((b"",) * 9 + (b"\x00", b"\xff", b'"', b"\n", b",")))
    place = draw(st.integers(0, len(encoded)))
    asked = draw(st.lists(st.sampled_from([*names[1:], "nose"]), max_size=2))
    return encoded[:place] + fault + encoded[place:], [name for name in asked if name]


def several(strategy):
    return st.lists(strategy, min_size=COUNT, max_size=COUNT)


TABLE_NAMES = st.sampled_from([
    "labels.csv", "labels.tsv", "metadata.jsonl", "dataset.json", "list_attr_celeba.txt",
])  # fmt: skip


@given(tables() | st.tuples(st.binary(max_size=200), CONDITIONS), TABLE_NAMES, st.booleans())
@example((b'file,label\n0.png,"red\n1.png,blue\n', []), "labels.csv", True)
@example((b"file,hair,Hair\n0.png,a,b\n1.png,b,a\n", ["hair", "Hair"]), "labels.csv", True)
@example((b"\xef\xbb\xbf", ["hair"]), "labels.csv", True)
@example((b"\xff\xfe", []), "labels.csv", True)
@example((b"", []), "dataset.json", False)
@example((b'{"labels": [[[], 1]]}', []), "dataset.json", True)
@example((b'{"labels": {"0.png": [1e999]}}', []), "dataset.json", True)
def test_any_table_is_read_or_refused(data, drawn, name, needs_labels):
    content, asked = drawn
    with suppress(GanctlError):
        read_with(data, name, content, condition=tuple(asked), needs_labels=needs_labels)


@given(tables())
def test_any_table_beside_an_array_is_read_or_refused(data, tmp_path_factory, drawn):
    content, asked = drawn
    folder = tmp_path_factory.mktemp("array")
    (folder / "images.npz").write_bytes((data.parent / "images.npz").read_bytes())
    with suppress(GanctlError):
        read_with(folder, "labels.csv", content, condition=tuple(asked))


def table(header, rows):
    return "\n".join([",".join(header), *(",".join(row) for row in rows)]).encode()


def each(*values):
    return [values[i % len(values)] for i in range(COUNT)]


def with_columns(names, cells):
    return table(["file", *names], [[name, *cells] for name in FILES])


BITS = np.random.default_rng(0).integers(0, 2, (COUNT, 10_000)).tolist()
MANY = [f"c{i}" for i in range(10_000)]
HEADER = ["file", "caption"]
LARGE = {
    "a caption of a megabyte": (
        table(HEADER, [[f, "a cat " * (160_000 if f == "3.png" else 9)] for f in FILES]),
        "cannot be read as a table",
    ),
    "a quote that is never closed": (
        table(HEADER, [["0.png", '"red'], *[[f, "red" * 20_000] for f in FILES[1:]]]),
        "cannot be read as a table",
    ),
    "10,000 columns": (with_columns(MANY, ["1"] * 10_000), "c0 with 1"),
    "a header of 140,000 characters": (
        with_columns([f"a long name {i % 9}" for i in range(11_000)], ["1"] * 9),
        "a long name 0 with 1",
    ),
    "10,000 attributes": (
        table(["file", *MANY], [[f, *map(str, BITS[n])] for n, f in enumerate(FILES)]),
        "several columns that may name classes",
    ),
    "90 columns of one name": (
        table(["file", *["c"] * 90], [[f, *map(str, BITS[n][:90])] for n, f in enumerate(FILES)]),
        "two columns of the same name",
    ),
    "a line without an end": (b"file,label\n" + b"x" * (3 * MEBIBYTE), "a line of over"),
    "a header without an end": (b"file" + b";x" * (3 * MEBIBYTE), "a line of over"),
    "a line of commas": (b"file,label\n0.png," + b"," * (MEBIBYTE - 20), "no class of an image"),
}


@pytest.mark.parametrize("what", LARGE)
def test_large_tables_are_refused_in_little_memory(data, what):
    content, said = LARGE[what]
    tracemalloc.start()
    try:
        with pytest.raises(DataError) as caught:
            read_with(data, "labels.csv", content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert said in str(caught.value)
    assert len(str(caught.value)) + len(caught.value.hint) < 2000
    assert peak < 40 * MEBIBYTE + 12 * len(content)


@pytest.mark.parametrize("count", ["7", "9", "0", "99999999999999999999", "-3", "8 8", ""])
def test_a_list_of_celebas_whose_count_is_wrong(data, count):
    said = zip(FILES, each(1, -1), each(1, 1, -1), strict=True)
    lines = [count, "Smiling Male", *(" ".join(map(str, row)) for row in said)]
    try:
        found = read_with(data, "list_attr_celeba.txt", "\n".join(lines).encode())
    except DataError as error:
        assert not count.isdigit()
        assert len(error.hint) > 10
    else:
        assert len(found.parts["train"].images) == COUNT
        remark = f"list_attr_celeba.txt says that it has {count} rows, and has 8."
        assert (remark in found.remarks) == count.isdigit()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_plain_table_in_any_encoding_says_the_same(data, encoding, mark):
    rows = [[f, each("Bär", "Ameise")[i]] for i, f in enumerate(FILES)]
    content = "\r\n".join(mark.join(row) for row in [["file", "label"], *rows]).encode(encoding)
    try:
        found = read_with(data, "labels.csv", content)
    except DataError as error:  # Without its mark it could be anything.
        assert encoding in ("utf-16-le", "utf-16-be", "utf-32")
        assert len(error.hint) > 10
    else:
        assert found.parts["train"].classes == ("Ameise", "Bär")
