"""Tables beside images: which columns are found, and what is refused."""

import json
import tracemalloc

import pytest

from ganctl.errors import DataError, UsageError
from ganctl.readers.formats import table
from ganctl.readers.labelled import ANY
from ganctl.requests.conditions.schema import Attribute
from tests.readers.layouts import counts, folder, of_classes, pictures_at, said, zipped

FLAT = {f"{i}.png": b"x" * 100 for i in range(6)}
ROWS = [(f"{i}.png", "cat" if i < 4 else "dog") for i in range(6)]
CAT_AND_DOG = {"cat": 4, "dog": 2}


def csv_of(rows, header="file_name,label", delimiter=","):
    lines = [header.replace(",", delimiter), *(delimiter.join(map(str, row)) for row in rows)]
    return "\r\n".join(lines) + "\r\n"


def read(tmp_path, files, **options):
    """Read a layout as a folder and as a zip, which say the same."""
    found = pictures_at(folder(tmp_path / "data", files), **options)
    assert said(pictures_at(zipped(tmp_path / "data.zip", files), **options)) == said(found)
    return found


def refused(tmp_path, files, error=DataError, **options):
    with pytest.raises(error) as caught:
        pictures_at(folder(tmp_path / "data", files), **options)
    return f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("name", ["labels.csv", "metadata.csv", "anything.csv", "Labels.CSV"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_beside_images(tmp_path, name, delimiter):
    found = read(tmp_path, FLAT | {name: csv_of(ROWS, delimiter=delimiter)})
    assert counts(found) == CAT_AND_DOG
    assert found.layout == f"images with {name}, column label"
    assert (found.left_out, found.remarks) == ({}, ())


def test_a_tsv_and_a_jsonl(tmp_path):
    tsv = csv_of([(*row, "a, b") for row in ROWS], "file,label,text", "\t")
    assert counts(read(tmp_path, FLAT | {"labels.tsv": tsv})) == CAT_AND_DOG
    rows = [{"file_name": name, "label": label, "box": [1, 2]} for name, label in ROWS]
    jsonl = "\n".join([*map(json.dumps, rows), ""])
    files = FLAT | {"metadata.jsonl": jsonl}
    assert counts(pictures_at(folder(tmp_path / "jsonl", files))) == CAT_AND_DOG


@pytest.mark.parametrize("line", ["{", "[1]", '{"file_name": NaN}'])
def test_a_jsonl_that_is_none(tmp_path, line):
    message = refused(tmp_path, FLAT | {"metadata.jsonl": '{"file_name": "1.png"}\n' + line})
    assert "line 2" in message
    assert "Save it again" in message


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-marked", "utf-16-be-marked"]
)
def test_encodings_by_their_marks(tmp_path, encoding):
    text = csv_of([(name, "é" + label) for name, label in ROWS])
    if encoding.endswith("marked"):
        content = ("\ufeff" + text).encode(encoding.removesuffix("-marked"))
    else:
        content = text.encode(encoding)
    found = read(tmp_path, FLAT | {"labels.csv": content})
    assert counts(found) == {"écat": 4, "édog": 2}
    assert found.remarks == ()


def test_another_encoding_is_latin_1_and_this_is_said(tmp_path):
    text = csv_of([(name, "é" + label) for name, label in ROWS])
    found = read(tmp_path, FLAT | {"labels.csv": text.encode("latin-1")})
    assert counts(found) == {"écat": 4, "édog": 2}
    assert found.remarks == ("labels.csv is not in UTF-8 and was read as Latin-1.",)


@pytest.mark.parametrize(
    "named", ["{}.png", "{}", "./{}.png", "photos/{}.png", "a\\photos\\{}.png", "old/{}.jpg"]
)
def test_names_with_or_without_folder_and_ending(tmp_path, named):
    files = {f"photos/{name}": content for name, content in FLAT.items()}
    rows = [(named.format(i), label) for i, (_, label) in enumerate(ROWS)]
    assert counts(read(tmp_path, files | {"labels.csv": csv_of(rows)})) == CAT_AND_DOG


def test_a_column_of_small_numbers_is_not_taken_for_the_files(tmp_path):
    files = {f"{i}.png": b"" for i in range(20)}
    rows = [(i % 3, f"{i}") for i in range(20)]
    found = read(tmp_path, files | {"labels.csv": csv_of(rows, "label,id")})
    assert counts(found) == {"0": 7, "1": 7, "2": 6}


def test_a_table_without_header(tmp_path):
    text = "\n".join(",".join(row) for row in ROWS)
    found = read(tmp_path, FLAT | {"labels.csv": text})
    assert counts(found) == CAT_AND_DOG
    assert found.layout == "images with labels.csv, column 2"


@pytest.mark.parametrize("name", ["Species", "breed", "category", "Y", "class"])
def test_the_class_column_by_its_usual_names(tmp_path, name):
    rows = [(*row, i % 2) for i, row in enumerate(ROWS)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, f"file,{name},odd")})
    assert counts(found) == CAT_AND_DOG


def test_the_only_column_of_few_values_is_the_class(tmp_path):
    rows = [(*row, i) for i, row in enumerate(ROWS)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,animal,weight")})
    assert found.layout == "images with labels.csv, column animal"


def test_a_number_and_a_word_for_each_class_are_the_word(tmp_path):
    rows = [(name, 0 if label == "cat" else 1, label) for name, label in ROWS]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,label,class_name")})
    assert counts(found) == CAT_AND_DOG


SEVERAL = csv_of([(*row, i % 2) for i, row in enumerate(ROWS)], "file,animal,odd")
LABEL_AND_CLASS = SEVERAL.replace("animal,odd", "label,class")


def schema_of(found):
    """Return what a table says beside classes, of which the splits know the same."""
    first, *others = (said.schema for said in found.described.values())
    assert all(schema == first for schema in others)
    return first


def test_several_columns_of_few_values_are_attributes(tmp_path):
    found = read(tmp_path, FLAT | {"labels.csv": SEVERAL})
    assert counts(found) == {ANY: 6}
    assert found.layout == "images with labels.csv"
    schema = schema_of(found)
    assert schema.attributes == (
        Attribute("animal", ("cat", "dog")),
        Attribute("odd", ("0", "1")),
    )
    assert found.described["train"].values.tolist() == [[i >= 4, i % 2] for i in range(6)]


def test_two_columns_of_labels_that_differ_are_listed(tmp_path):
    message = refused(tmp_path, FLAT | {"labels.csv": LABEL_AND_CLASS})
    assert "several columns that may name classes (values: label with 2, class with 2)" in message
    assert "--condition COLUMN" in message


@pytest.mark.parametrize("name", ["odd", "ODD"])
def test_the_column_that_is_asked_for(tmp_path, name):
    found = read(tmp_path, FLAT | {"labels.csv": SEVERAL}, condition=(name,))
    assert counts(found) == {"0": 3, "1": 3}


def test_a_column_that_is_not_there(tmp_path):
    message = refused(tmp_path, FLAT | {"labels.csv": SEVERAL}, condition=("size",))
    assert (
        "labels.csv has no column size. --condition takes a column of it. Choose from: animal"
        in message
    )


def test_a_model_without_classes_needs_no_column(tmp_path):
    found = read(tmp_path, FLAT | {"labels.csv": LABEL_AND_CLASS}, needs_labels=False)
    assert counts(found) == {ANY: 6}
    assert found.left_out == {".csv": 1}
    assert found.remarks[0].startswith("A table is not used: labels.csv has several columns")


def test_no_column_of_classes(tmp_path):
    rows = [(name, f"number{i}") for i, (name, _) in enumerate(ROWS)]
    message = refused(tmp_path, FLAT | {"metadata.csv": csv_of(rows, "file_name,text")})
    assert "no column that names classes (values: text with 6)" in message


@pytest.mark.parametrize("options", [{"condition": ("label",)}, {"labels": "labels.csv"}])
def test_a_column_without_a_table(tmp_path, options):
    if "labels" in options:
        options = {"labels": str(tmp_path / "gone.csv")}
        assert "cannot be read" in refused(tmp_path, of_classes(), **options)
        return
    message = refused(tmp_path, of_classes(), UsageError, **options)
    assert "--condition label is for images with a table beside them" in message


def test_a_table_elsewhere(tmp_path):
    labels = tmp_path / "elsewhere.csv"
    labels.write_text(csv_of(ROWS))
    found = read(tmp_path, FLAT, labels=str(labels))
    assert counts(found) == CAT_AND_DOG
    assert found.layout == "images with elsewhere.csv, column label"


def test_splits_by_a_column(tmp_path):
    rows = [(*row, split) for row, split in zip(ROWS, ["train", "test", "val"] * 2, strict=True)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,label,split")})
    assert (counts(found), counts(found, "test")) == ({"cat": 2}, {"cat": 1})
    assert found.left_out == {"classes not in train": 1, "validation split": 2}


def test_splits_by_celebas_numbers(tmp_path):
    rows = [(*row, i % 2 * 2) for i, row in enumerate(ROWS)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,label,partition")})
    assert counts(found) == {"cat": 2, "dog": 1}
    assert counts(found, "test") == {"cat": 2, "dog": 1}


def test_splits_by_the_folders_of_the_files(tmp_path):
    files = {f"{part}/{name}": b"" for part in ("train", "test") for name in FLAT}
    rows = [(f"{part}/{name}", label) for part in ("train", "test") for name, label in ROWS]
    found = read(tmp_path, files | {"labels.csv": csv_of(rows)})
    assert counts(found) == counts(found, "test") == CAT_AND_DOG


def test_a_table_for_each_split(tmp_path):
    files = {f"{part}/{name}": b"" for part in ("train", "test") for name in FLAT}
    beside = {f"{part}.csv": csv_of(ROWS) for part in ("train", "test")}
    found = read(tmp_path, files | beside | {"sample_submission.csv": csv_of(ROWS)})
    assert counts(found) == counts(found, "test") == CAT_AND_DOG
    assert found.left_out == {".csv": 1}
    inside = {f"{part}/metadata.csv": csv_of(ROWS) for part in ("train", "test")}
    found = pictures_at(folder(tmp_path / "inside", files | inside))
    assert counts(found) == counts(found, "test") == CAT_AND_DOG


def test_a_name_that_several_files_have(tmp_path):
    files = {f"{part}/{name}": b"" for part in ("a", "b") for name in FLAT}
    message = refused(tmp_path, files | {"labels.csv": csv_of(ROWS)}, condition=("label",))
    assert "names '0.png', which may be any of a/0.png, b/0.png" in message
    assert "with their folders" in message


def test_several_tables(tmp_path):
    one = csv_of(ROWS)
    message = refused(tmp_path, FLAT | {"one.csv": one, "two.csv": one})
    assert "several tables of the images: one.csv, two.csv" in message
    assert "--labels FILE" in message
    found = pictures_at(folder(tmp_path / "data", {"labels.csv": one}))
    assert found.layout == "images with labels.csv, column label"
    assert any(
        "one.csv names images that labels.csv names too." in remark for remark in found.remarks
    )


def test_rows_and_files_without_each_other_are_said(tmp_path):
    rows = [*ROWS[:4], ("gone.png", "cat"), ROWS[0], ("4.png", "NaN")]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows)})
    assert counts(found) == {"cat": 4}
    assert found.left_out == {"no label": 1, "not in labels.csv": 1}
    assert found.remarks == (
        "Cells of labels.csv that count as not known: 'NaN' 1.",
        "Rows of labels.csv whose file is not there: 1 (gone.png).",
        "Rows of labels.csv that name a file again: 1.",
    )


def test_a_file_of_two_classes(tmp_path):
    message = refused(tmp_path, FLAT | {"labels.csv": csv_of([*ROWS, ("0.png", "dog")])})
    assert "names 0.png twice, as cat and as dog" in message


def test_no_label_at_all(tmp_path):
    text = csv_of([(name, "") for name, _ in ROWS])
    message = refused(tmp_path, FLAT | {"labels.csv": text})
    assert "labels.csv has no class of an image to train on" in message


def test_names_that_match_nothing_show_both_sides(tmp_path):
    text = csv_of([("x" + name, label) for name, label in ROWS])
    message = refused(tmp_path, FLAT | {"labels.csv": text})
    assert "it has x0.png cat, x1.png cat; the images are 0.png, 1.png" in message
    assert "file_name" in message


def test_numbers_that_are_whole_are_written_so(tmp_path):
    text = csv_of([(name, f"{i % 2}.0") for i, (name, _) in enumerate(ROWS)])
    assert counts(read(tmp_path, FLAT | {"labels.csv": text})) == {"0": 3, "1": 3}


ATTRIBUTES = "6\nRound Smiling\n" + "".join(
    f"{i}.png  {1 if i < 2 else -1:2} {1 if i % 2 else -1:2}\n" for i in range(6)
)


@pytest.mark.parametrize("form", ["txt", "csv"])
def test_celebas_attributes(tmp_path, form):
    text = ATTRIBUTES
    if form == "csv":
        lines = ["image_id Round Smiling", *ATTRIBUTES.splitlines()[2:]]
        text = "\n".join(",".join(line.split()) for line in lines)
    files = {f"img_align_celeba/{name}": b"" for name in FLAT} | {f"list_attr_celeba.{form}": text}
    found = read(tmp_path, files)
    assert schema_of(found).attributes == (
        Attribute("Round", ("not Round", "Round")),
        Attribute("Smiling", ("not Smiling", "Smiling")),
    )
    assert found.described["train"].values.tolist() == [[i < 2, i % 2] for i in range(6)]
    one = read(tmp_path, files, condition=("Round",))
    assert counts(one) == {"Round": 2, "not Round": 4}


SHARDS = {f"{i // 3:05d}/img{i:08d}.png": b"" for i in range(6)}


@pytest.mark.parametrize("form", [list, dict])
def test_stylegans_json(tmp_path, form):
    labels = form((name, i % 2) for i, name in enumerate(SHARDS))
    content = json.dumps({"labels": labels})
    found = read(tmp_path, SHARDS | {"dataset.json": content})
    assert counts(found) == {"0": 3, "1": 3}
    assert found.layout == "images with dataset.json, column label"


def test_stylegans_json_without_labels(tmp_path):
    files = SHARDS | {"dataset.json": '{"labels": null}'}
    assert counts(read(tmp_path, files, needs_labels=False)) == {ANY: 6}
    assert "6 images without classes" in refused(tmp_path, files)


@pytest.mark.parametrize(
    "content", ["{", '{"labels": 3}', '{"labels": [["a", [0, 1]], ["b", [0]]]}', "[" * 99]
)
def test_a_json_that_is_not_stylegans(tmp_path, content):
    message = refused(tmp_path, SHARDS | {"dataset.json": content})
    assert "dataset.json" in message


def test_a_table_wins_over_folders_that_it_names_most_files_of(tmp_path):
    files = {f"part_{i % 2}/{name}": b"" for i, name in enumerate(FLAT)}
    assert counts(read(tmp_path, files | {"labels.csv": csv_of(ROWS)})) == CAT_AND_DOG
    few = csv_of([ROWS[0], ROWS[5]])
    found = pictures_at(folder(tmp_path / "few", files | {"notes.csv": few}))
    assert counts(found) == {"part_0": 3, "part_1": 3}
    assert found.remarks == ("Tables that name few of the images are not used: notes.csv.",)


def test_a_table_of_something_else_beside_class_folders_is_said(tmp_path):
    found = read(tmp_path, of_classes() | {"prices.csv": "what,price\nbread,3\nmilk,1\n"})
    assert counts(found) == {"disc": 3, "square": 3, "triangle": 3}
    assert found.left_out == {".csv": 1}
    assert found.remarks[0].startswith("A table is not used: prices.csv names none of the images")


def test_nul_bytes_are_refused(tmp_path):
    message = refused(tmp_path, FLAT | {"labels.csv": csv_of(ROWS) + "a\0b,c\n"})
    assert "has NUL bytes, and is no text" in message


def test_an_open_quote_is_refused_before_it_takes_the_file(tmp_path):
    text = csv_of(ROWS) + '6.png,"' + "x\n" * 100_000
    assert "cannot be read as a table: field larger" in refused(
        tmp_path, FLAT | {"labels.csv": text}
    )


def test_a_line_without_end_takes_bounded_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "TABLE_LINE_BYTES", 2**16)
    data = folder(tmp_path / "data", FLAT)
    with (data / "labels.csv").open("wb") as file:
        file.write(b"file,label\n" + b"x" * 2**22)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="a line of over 65,536 characters"):
            pictures_at(data)
        assert tracemalloc.get_traced_memory()[1] < 2**21
    finally:
        tracemalloc.stop()


def test_a_table_of_a_gigabyte_is_not_opened(tmp_path):
    data = folder(tmp_path / "data", FLAT)
    with (data / "labels.csv").open("wb") as file:
        file.truncate(2**30)
    assert "has over 268,435,456 bytes" in refused(tmp_path, {})


@pytest.mark.parametrize(("limit", "value"), [("FILES", 5), ("TABLE_CELLS", 11)])
def test_rows_without_end(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(table, limit, value)
    message = refused(tmp_path, FLAT | {"labels.csv": csv_of(ROWS)})
    assert "has over" in message
    assert "rows or" in message


def test_an_unpacked_table_is_bounded_too(tmp_path, monkeypatch):
    monkeypatch.setattr(table, "TABLE_BYTES", 50)
    path = zipped(tmp_path / "data.zip", FLAT | {"labels.csv": csv_of(ROWS)})
    content = bytearray(path.read_bytes())
    claim = len(csv_of(ROWS)).to_bytes(4, "little")
    content = content.replace(claim, (9).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(DataError):
        pictures_at(path)


def test_folders_beside_an_ambiguous_table_are_not_taken_for_classes(tmp_path):
    """HAM10000 has its images in two parts, and a table of ages and places beside them."""
    parts = {f"part_{1 + i % 2}/{name}": FLAT[name] for i, (name, _) in enumerate(ROWS)}
    files = parts | {"HAM_metadata.csv": LABEL_AND_CLASS}
    message = refused(tmp_path, files)
    assert "HAM_metadata.csv has several columns that may name classes" in message
    assert counts(read(tmp_path, files, needs_labels=False)) == {ANY: 6}
    assert counts(read(tmp_path, parts | {"HAM_metadata.csv": SEVERAL})) == {ANY: 6}
    found = read(tmp_path, parts | {"HAM_metadata.csv": SEVERAL}, condition=("animal",))
    assert counts(found) == CAT_AND_DOG


def test_an_ambiguous_table_of_a_few_images_leaves_the_folders_their_classes(tmp_path):
    files = of_classes(count=20)
    names = [str(name) for name in files][:6]
    rows = [(name, "xy"[i % 2], i // 3) for i, name in enumerate(names)]
    found = read(tmp_path, files | {"some.csv": csv_of(rows, "file,mood,odd")})
    assert counts(found) == dict.fromkeys(("disc", "square", "triangle"), 20)
    assert found.remarks == ("Tables that name few of the images are not used: some.csv.",)


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("is_train", "11111100"),
        ("train", "TTTTTTFF"),
        ("is_test", "00000011"),
        ("test", ["no"] * 6 + ["yes"] * 2),
        ("Split", ["Training"] * 6 + ["PrivateTest", "evaluation"]),
        ("usage", ["trn"] * 6 + ["hold-out", "tst"]),
        ("dataset", ["train_set"] * 6 + ["test_set"] * 2),
        ("anything", ["Train"] * 6 + ["eval"] * 2),
        ("subset", [""] * 6 + ["test"] * 2),
    ],
)
def test_rows_of_a_test_split_are_not_trained_on(tmp_path, header, values):
    names = [f"{i}.png" for i in range(8)]
    rows = [(name, "ab"[i % 2], values[i]) for i, name in enumerate(names)]
    files = dict.fromkeys(names, b"x") | {"labels.csv": csv_of(rows, f"file,label,{header}")}
    found = read(tmp_path, files)
    assert (counts(found), counts(found, "test")) == ({"a": 3, "b": 3}, {"a": 1, "b": 1})
    assert found.remarks == ()


def test_flags_of_each_split(tmp_path):
    rows = [(*row, *(int(i % 3 == j) for j in range(3))) for i, row in enumerate(ROWS)]
    found = read(tmp_path, FLAT | {"a.csv": csv_of(rows, "file,label,is_train,is_val,is_test")})
    assert (counts(found), counts(found, "test")) == ({"cat": 2}, {"cat": 1})
    assert found.left_out == {"classes not in train": 1, "validation split": 2}


def test_a_class_that_is_called_train_is_no_flag(tmp_path):
    rows = [(name, int(i < 2), int(i >= 2)) for i, (name, _) in enumerate(ROWS)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,car,train")})
    assert counts(found) == {"car": 2, "train": 4}


def test_a_column_that_may_be_a_split_and_is_not_names_classes(tmp_path):
    rows = [(name, "larva" if i < 4 else "pupa") for i, (name, _) in enumerate(ROWS)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,phase")})
    assert counts(found) == {"larva": 4, "pupa": 2}
    assert found.remarks == ()


def test_splits_of_which_none_trains(tmp_path):
    rows = [(*row, "test") for row in ROWS]
    message = refused(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,label,split")})
    assert "no image to train on: its column split says test alone" in message


def test_tables_whose_names_have_a_word_of_a_split(tmp_path):
    both = {"train_labels.csv": csv_of(ROWS[::2]), "labels-test.csv": csv_of(ROWS[1::2])}
    found = read(tmp_path, FLAT | both)
    assert (counts(found), counts(found, "test")) == ({"cat": 2, "dog": 1}, {"cat": 2, "dog": 1})


@pytest.mark.parametrize("labels", [["01", "001", "ant"], ["0.5", "0.50", "1.5"]])
def test_equal_numbers_that_are_not_whole_are_said(tmp_path, labels):
    rows = [(f"{i}.png", labels[i % 3]) for i in range(6)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows)})
    assert counts(found) == dict.fromkeys(sorted(labels), 2)
    assert found.remarks[0].startswith("Classes that are the same number: '0")


def test_zeros_that_all_writings_have_stay(tmp_path):
    rows = [(f"{i}.png", f"00{i % 2}") for i in range(6)]
    found = read(tmp_path, FLAT | {"labels.csv": csv_of(rows)})
    assert counts(found) == {"000": 3, "001": 3}


def test_paths_up_from_a_table_stay_in_the_data(tmp_path):
    files = {f"{part}/{name}": b"x" for part in ("meta", "a") for name in FLAT}
    rows = [(f"../a/{name}", label) for name, label in ROWS]
    found = read(tmp_path, files | {"meta/labels.csv": csv_of(rows)})
    assert {str(entry) for entry in found.files} == {f"a/{name}" for name in FLAT}
    (tmp_path / "gone").mkdir()
    rows = [(f"../../gone/x{name}", label) for name, label in ROWS]
    data = folder(tmp_path / "out", files | {"meta/labels.csv": csv_of(rows)})
    with pytest.raises(DataError, match="names none of the images"):
        pictures_at(data, condition=("label",))


def many(count, *columns):
    """Return files, and a table of them with columns of such texts."""
    header = ",".join(["file", *(name for name, _ in columns)])
    rows = [(f"{i}.png", *(value(i) for _, value in columns)) for i in range(count)]
    return {name: b"" for name, *_ in rows} | {"labels.csv": csv_of(rows, header)}


def test_a_column_of_as_many_values_as_images_is_no_attribute(tmp_path):
    files = many(2200, ("id", lambda i: f"n{i}"), ("kind", lambda i: i % 3))
    message = refused(tmp_path, files, condition=("id",))
    assert "labels.csv has 2,200 different values in its column id: they look like ids." in message
    assert "up to 1,000 values, of numbers, or of sentences" in message
    assert "2,200 different" in refused(tmp_path, {}, condition=("kind", "id"))


def test_a_column_of_very_many_classes_stays_one(tmp_path):
    files = many(2404, ("word", lambda i: f"w{i // 2}"))
    assert len(counts(read(tmp_path, files, condition=("word",)))) == 1202


@pytest.mark.parametrize(
    ("name", "value", "is_quantity"),
    [
        ("angle", lambda i: i, True),
        ("angle", lambda i: i % 101, True),
        ("angle", lambda i: i % 100, False),
        ("angle", lambda i: f"{i % 4 / 2}", True),
        ("angle", lambda i: f"{i % 4}.0", False),
        ("ClassId", lambda i: i % 101, False),
        ("label", lambda i: i % 101, False),
        ("angle", lambda i: f"{i}e-2" if i % 2 else "", True),
    ],
)
def test_which_numbers_are_quantities(tmp_path, name, value, is_quantity):
    found = read(tmp_path, many(303, (name, value)), condition=(name,))
    assert bool(found.described) == is_quantity
    if is_quantity:
        assert [one.name for one in schema_of(found).quantities] == [name]


def test_more_attributes_than_a_network_gets_are_to_be_chosen(tmp_path):
    columns = [(f"a{j}", lambda i, j=j: (i >> (j % 3)) % 2) for j in range(101)]
    files = many(8, *columns)
    assert "several columns that may name classes" in refused(tmp_path, files)
    names = tuple(name for name, _ in columns)
    assert "Give --condition up to 100 times." in refused(tmp_path, {}, condition=names)
    assert len(schema_of(read(tmp_path, files, condition=names[:3])).attributes) == 3


def test_a_table_of_many_numbers_of_named_images_is_not_one_of_pixels(tmp_path):
    columns = [(f"a{j}", lambda i, j=j: (i >> (j % 3)) % 2) for j in range(20)]
    found = read(tmp_path, many(8, *columns))
    assert len(schema_of(found).attributes) == 20


def test_an_image_of_which_nothing_is_known_counts(tmp_path):
    columns = [
        ("hair", lambda i: "" if i == 3 else i % 2),
        ("eyes", lambda i: ["n/a", 1, 2][i % 3]),
    ]
    found = read(tmp_path, many(8, *columns))
    assert counts(found) == {ANY: 8}
    assert str(found.described["train"].values[3].tolist()) == "[nan, nan]"


@pytest.mark.parametrize(("encoding", "mark"), [("utf-8-sig", ","), ("latin-1", ";")])
def test_attributes_in_other_encodings(tmp_path, encoding, mark):
    rows = [(f"{i}.png", ["blöd", "klüg"][i % 2], ["groß", "klein"][i // 3]) for i in range(6)]
    text = csv_of(rows, "Datei,Kopf,Größe", mark)
    schema = schema_of(read(tmp_path, FLAT | {"labels.csv": text.encode(encoding)}))
    assert [one.name for one in schema.attributes] == ["Kopf", "Größe"]
    assert schema.attributes[1].values == ("groß", "klein")


def test_a_table_of_another_split_has_the_columns_of_the_one_to_train_on(tmp_path):
    files = {f"{part}/{name}": b"" for part in ("train", "test") for name in FLAT}
    train = csv_of([(*row, i % 2, i) for i, row in enumerate(ROWS)], "file,hair,eyes,age")
    test = csv_of([(1, "0.png", "cat"), (0, "1.png", "dog")], "eyes,file,hair")
    found = read(tmp_path, files | {"train.csv": train, "test.csv": test})
    assert [one.name for one in schema_of(found).attributes] == ["hair", "eyes"]
    assert found.described["test"].values.tolist() == [[0, 1], [1, 0]]


def test_what_another_split_does_not_say_is_not_known(tmp_path):
    files = {f"{part}/{name}": b"" for part in ("train", "test") for name in FLAT}
    train = csv_of([(*row, i + 0.5) for i, row in enumerate(ROWS)], "file,hair,age")
    tables = {"train.csv": train, "test.csv": csv_of(ROWS, "file,hair")}
    found = read(tmp_path, files | {"train.csv": train, "test.csv": train}, condition=("age",))
    assert found.described["test"].values[:, 0].tolist() == pytest.approx(
        [-1, -0.6, -0.2, 0.2, 0.6, 1]
    )
    assert "test.csv has no column age" in " ".join(
        pictures_at(folder(tmp_path / "x", files | tables), condition=("age",)).remarks
    )


def quantity_of(tmp_path, name, texts):
    rows = [(f"{i}.png", text, "a") for i, text in enumerate(texts)]
    files = {f"{i}.png": b"x" for i in range(len(texts))}
    table = csv_of(rows, "file,width,kind", ";")
    found = pictures_at(
        folder(tmp_path / name, files | {"labels.csv": table}), condition=("width",)
    )
    (quantity,) = schema_of(found).quantities
    return (quantity.low, quantity.high), found.remarks


def test_decimal_commas_and_commas_of_thousands(tmp_path):
    decimals = quantity_of(tmp_path, "a", ["0,5", "-1,25", "3", "1,125"])
    assert decimals == ((-1.25, 3), ())
    assert quantity_of(tmp_path, "b", ["0,125", "0,250"]) == ((0.125, 0.25), ())
    between, remarks = quantity_of(tmp_path, "c", ["1,250.5", "999.25", "12,000"])
    assert between == (999.25, 12000)
    assert remarks == ("Commas in the numbers of column width are read as those of thousands.",)


def test_numbers_that_are_too_far_apart(tmp_path):
    with pytest.raises(DataError) as caught:
        quantity_of(tmp_path, "a", ["1.5e308", "-1.5e308", "0.5"])
    assert "from -1.5e+308 to 1.5e+308 in the column width" in str(caught.value)
    assert caught.value.hint == "Give them in another unit."


def test_a_column_that_says_nothing(tmp_path):
    table = csv_of([(f"{i}.png", "", i % 2) for i in range(6)], "file,hair,odd")
    message = refused(tmp_path, FLAT | {"labels.csv": table}, condition=("hair", "odd"))
    assert "have no value in the column hair" in message


def test_sentences_of_few_kinds_are_no_attribute(tmp_path):
    files = {f"{i}.png": b"x" for i in range(20)}
    rows = [
        (f"{i}.png", "ab"[i % 2], "cd"[i // 2 % 2], f"a face of kind {i % 2}") for i in range(20)
    ]
    text = csv_of(rows, "file,hair,eyes,caption")
    found = read(tmp_path, files | {"labels.csv": text})
    assert schema_of(found).names == ("hair", "eyes")


def test_only_what_differs_is_said_of_a_file_that_is_named_twice(tmp_path):
    rows = [(*row, i % 2) for i, row in enumerate(ROWS)]
    rows.append(("0.png", "dog", 0))
    message = refused(tmp_path, FLAT | {"labels.csv": csv_of(rows, "file,animal,odd")})
    assert "names 0.png twice, as cat and as dog." in message
