"""Images with a table beside them that says their classes."""

from __future__ import annotations

import json
from pathlib import Path

from tests.readers.cases.drawing import NAMES, class_folders, flat, rows_of, save, table
from tests.readers.cases.expect import reads, refused

FOUR = {"ant": 4, "bee": 4, "cow": 4}
HEADER = ("file_name", "label")


@reads(FOUR, layout="images with metadata.csv, column label")
def metadata_csv(folder: Path) -> Path:
    """``metadata.csv`` (``file_name,label``) beside the images."""
    table(flat(folder) / "metadata.csv", HEADER, rows_of())
    return folder


@reads(FOUR)
def labels_csv(folder: Path) -> Path:
    table(flat(folder) / "labels.csv", ("filename", "class"), rows_of())
    return folder


@reads(FOUR)
def labels_beside_a_folder_of_images(folder: Path) -> Path:
    """``labels.csv`` beside a folder ``images/``."""
    flat(folder / "images")
    table(folder / "labels.csv", ("image", "category"), rows_of())
    return folder


@reads(FOUR)
def tab_separated(folder: Path) -> Path:
    """``labels.tsv``."""
    table(flat(folder) / "labels.tsv", HEADER, rows_of(), delimiter="\t")
    return folder


@reads(FOUR)
def semicolons(folder: Path) -> Path:
    """Semicolons for commas, as spreadsheets write in much of Europe."""
    table(flat(folder) / "labels.csv", HEADER, rows_of(), delimiter=";")
    return folder


@reads({"Ameise": 4, "Bär": 4, "Kuh": 4})
def latin_1(folder: Path) -> Path:
    """A table in Latin-1."""
    names = dict(zip(NAMES, ("Ameise", "Bär", "Kuh"), strict=True))
    rows = [(file, names[name]) for file, name in rows_of()]
    table(flat(folder) / "labels.csv", HEADER, rows, encoding="latin-1")
    return folder


@reads({"Ameise": 4, "Bär": 4, "Kuh": 4})
def utf_16(folder: Path) -> Path:
    """A table in UTF-16, as spreadsheets write “Unicode text”."""
    names = dict(zip(NAMES, ("Ameise", "Bär", "Kuh"), strict=True))
    rows = [(file, names[name]) for file, name in rows_of()]
    table(flat(folder) / "labels.tsv", HEADER, rows, encoding="utf-16", delimiter="\t")
    return folder


@reads(FOUR)
def byte_order_mark(folder: Path) -> Path:
    table(flat(folder) / "labels.csv", HEADER, rows_of(), encoding="utf-8-sig")
    return folder


@reads(FOUR)
def lines_of_json(folder: Path) -> Path:
    """``metadata.jsonl``."""
    lines = [json.dumps({"file_name": file, "label": name}) for file, name in rows_of()]
    (flat(folder) / "metadata.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@reads(FOUR, test={"ant": 2, "bee": 2, "cow": 2})
def a_split_column(folder: Path) -> Path:
    """A column ``split``."""
    rows = [(f, n, "train" if int(f[3]) < 4 else "test") for f, n in rows_of(6)]
    table(flat(folder, 6) / "metadata.csv", (*HEADER, "split"), rows)
    return folder


@reads(FOUR, test={"ant": 2, "bee": 2, "cow": 2}, left_out={"validation split": 3})
def a_split_column_of_three(folder: Path) -> Path:
    """A column ``split`` of train, val and test."""
    split = ["train", "train", "train", "train", "test", "test", "val"]
    rows = [(f, n, split[int(f[3])]) for f, n in rows_of(7)]
    table(flat(folder, 7) / "metadata.csv", (*HEADER, "split"), rows)
    return folder


@reads(FOUR, test={"ant": 2, "bee": 2, "cow": 2})
def imagefolder_of_hugging_face(folder: Path) -> Path:
    """Hugging Face's imagefolder: a ``metadata.csv`` in each split."""
    table(flat(folder / "train") / "metadata.csv", HEADER, rows_of())
    for kind, name in enumerate(NAMES):
        for number in range(2):
            save(folder / "test" / f"{name}{number}.png", kind, 50 + number)
    table(folder / "test" / "metadata.csv", HEADER, rows_of(2))
    return folder


@reads(FOUR, options={"condition": "label"})
@refused("label", "--condition")
def two_columns_of_labels(folder: Path) -> Path:
    """Two columns that may be meant."""
    rows = [
        (file, name, "big" if index % 2 else "small")
        for index, (file, name) in enumerate(rows_of())
    ]
    table(flat(folder) / "labels.csv", ("file_name", "label", "class"), rows)
    return folder


@reads({"big": 6, "small": 6}, options={"condition": "size"}, figures=False)
@refused("colour", "--condition", options={"condition": "colour"})
def a_column_that_is_named(folder: Path) -> Path:
    rows = [
        (file, name, "big" if index % 2 else "small")
        for index, (file, name) in enumerate(rows_of())
    ]
    table(flat(folder) / "labels.csv", ("file_name", "label", "size"), rows)
    return folder


@reads(FOUR, says=("column of 0 and 1",))
def one_hot_table(folder: Path) -> Path:
    """A column of 0 and 1 for each class."""
    rows = [(file, *(int(name == other) for other in NAMES)) for file, name in rows_of()]
    table(flat(folder) / "train.csv", ("image_id", *NAMES), rows)
    return folder


ATTRIBUTES = ("Round", "Dark", "Smiling")


def _attributes() -> list[list[int]]:
    return [[1 if i % 3 == 0 else -1, 1 if i % 2 else -1, -1] for i in range(12)]


@reads({"images": 12}, says=("2 attributes (Round 2, Dark 2)",), figures=False)
@reads({"Round": 4, "not Round": 8}, options={"condition": "Round"}, figures=False)
def attributes_of_celeba(folder: Path) -> Path:
    """CelebA's ``list_attr_celeba.txt`` beside a folder of images."""
    lines = ["12", " ".join(ATTRIBUTES)]
    for index, row in enumerate(_attributes()):
        save(folder / "img_align_celeba" / f"{index + 1:06d}.png", index % 3, index)
        lines.append(f"{index + 1:06d}.png  " + " ".join(f"{value:2d}" for value in row))
    (folder / "list_attr_celeba.txt").write_text("\n".join(lines) + "\n")
    return folder


@reads(
    {"images": 12},
    says=("list_attr_celeba.txt says that it has 202599 rows, and has 12.",),
    figures=False,
)
def attributes_of_celeba_cut_short(folder: Path) -> Path:
    """The same, with fewer rows than its first line says."""
    path = attributes_of_celeba(folder) / "list_attr_celeba.txt"
    path.write_text(path.read_text().replace("12\n", "202599\n", 1))
    return folder


@reads({"images": 12}, says=("2 attributes (Round 2, Dark 2)",), figures=False)
@reads({"Round": 4, "not Round": 8}, options={"condition": "Round"}, figures=False)
def attributes_of_celeba_as_csv(folder: Path) -> Path:
    # Kaggle's form, whose images lie two folders down.
    rows = []
    for index, row in enumerate(_attributes()):
        name = f"{index + 1:06d}.jpg"
        save(folder / "img_align_celeba" / "img_align_celeba" / name, index % 3, index)
        rows.append((name, *row))
    table(folder / "list_attr_celeba.csv", ("image_id", *ATTRIBUTES), rows)
    return folder


@reads(FOUR)
def names_without_endings(folder: Path) -> Path:
    """File names without ending (``id,breed``), beside ``train/``."""
    flat(folder / "train")
    rows = [(file.removesuffix(".png"), name) for file, name in rows_of()]
    table(folder / "labels.csv", ("id", "breed"), rows)
    return folder


@reads({"0": 4, "1": 4, "10": 4})
def classes_by_number(folder: Path) -> Path:
    numbers = dict(zip(NAMES, (0, 1, 10), strict=True))
    table(flat(folder) / "train.csv", ("id", "label"), [(f, numbers[n]) for f, n in rows_of()])
    return folder


@reads(FOUR)
def paths_in_a_table(folder: Path) -> Path:
    """Paths with a backslash or ``./`` in them."""
    rows = [(f"images\\{f}" if i % 2 else f"./images/{f}", n) for i, (f, n) in enumerate(rows_of())]
    table(flat(folder / "images").parent / "labels.csv", ("path", "label"), rows)
    return folder


@reads(FOUR)
def no_header(folder: Path) -> Path:
    """A table without a header."""
    table(flat(folder) / "labels.csv", None, rows_of())
    return folder


@reads(FOUR | {"ant": 3}, left_out={"not in labels.csv": 1})
def an_image_without_a_row(folder: Path) -> Path:
    """An image that no row names."""
    table(flat(folder) / "labels.csv", HEADER, rows_of()[1:])
    return folder


@reads(FOUR, says=("ant9.png",))
def rows_without_images(folder: Path) -> Path:
    """Rows whose files are not there."""
    rows = [(f"{name}9.png", name) for name in NAMES]
    table(flat(folder) / "labels.csv", HEADER, [*rows_of(), *rows])
    return folder


@reads(FOUR)
def a_row_twice(folder: Path) -> Path:
    table(flat(folder) / "labels.csv", HEADER, [*rows_of(), ("ant0.png", "ant")])
    return folder


@refused("ant0.png twice, as ant and as bee", "one class")
def a_file_of_two_classes(folder: Path) -> Path:
    """A file that two rows give different classes."""
    table(flat(folder) / "labels.csv", HEADER, [*rows_of(), ("ant0.png", "bee")])
    return folder


@refused("may be any of", "folders")
def one_name_in_two_folders(folder: Path) -> Path:
    """A name that two folders have."""
    for place in ("a", "b"):
        flat(folder / place)
    table(folder / "labels.csv", HEADER, rows_of())
    return folder


@refused("text with 12", "--condition")
def words_that_are_no_captions(folder: Path) -> Path:
    """A column of one word for each image."""
    rows = [(f, f"{n}{i}") for i, (f, n) in enumerate(rows_of())]
    table(flat(folder) / "metadata.csv", ("file_name", "text"), rows)
    return folder


@refused("no column that names classes", "Give it a column")
def a_table_without_labels(folder: Path) -> Path:
    """A table of file names alone."""
    table(flat(folder) / "metadata.csv", ("file_name",), [(file,) for file, _ in rows_of()])
    return folder


@reads(FOUR | {"ant": 3}, left_out={"no label": 1})
def an_empty_label(folder: Path) -> Path:
    """A row without a class."""
    table(flat(folder) / "labels.csv", HEADER, [*rows_of()[1:], ("ant0.png", "")])
    return folder


@reads({"a, b": 4, 'b "bee"': 4, "cow": 4})
def quoted_names(folder: Path) -> Path:
    names = dict(zip(NAMES, ("a, b", 'b "bee"', "cow"), strict=True))
    table(flat(folder) / "labels.csv", HEADER, [(f, names[n]) for f, n in rows_of()])
    return folder


@reads({"0": 4, "1": 4, "2": 4}, layout="dataset.json")
def dataset_json(folder: Path) -> Path:
    """StyleGAN's folders with ``dataset.json``."""
    labels = []
    for number in range(12):
        name = f"{number // 6:05d}/img{number:08d}.png"
        save(folder / name, number % 3, number)
        labels.append([name, number % 3])
    (folder / "dataset.json").write_text(json.dumps({"labels": labels}))
    return folder


@refused("without classes", "--model gan")
@reads({"images": 12}, options={"needs_labels": False}, figures=False)
def dataset_json_of_no_labels(folder: Path) -> Path:
    """A ``dataset.json`` whose labels are null."""
    for number in range(12):
        save(folder / "00000" / f"img{number:08d}.png", number % 3, number)
    (folder / "dataset.json").write_text('{"labels": null}')
    return folder


@refused("dataset.json", "")
def damaged_dataset_json(folder: Path) -> Path:
    for number in range(12):
        save(folder / "00000" / f"img{number:08d}.png", number % 3, number)
    (folder / "dataset.json").write_text('{"labels": [["00000/img00000000.png", 0], ["')
    return folder


@reads(FOUR, says=("A table is not used: train.csv names images that labels.csv names too",))
def two_tables(folder: Path) -> Path:
    """Two tables of the same images."""
    table(flat(folder) / "labels.csv", HEADER, rows_of())
    table(folder / "train.csv", HEADER, rows_of())
    return folder


@reads(FOUR, says=("labels.csv",))
def class_folders_beside_labels(folder: Path) -> Path:
    """Class folders, and a table that says the same."""
    rows = [(f"{name}/{number}.png", name) for name in NAMES for number in range(4)]
    table(class_folders(folder) / "labels.csv", ("file", "label"), rows)
    return folder


@refused("without classes", "annotations")
def boxes_of_coco(folder: Path) -> Path:
    """COCO's ``annotations/`` of boxes."""
    flat(folder / "train2017")
    found = {"images": [], "annotations": [], "categories": [{"id": 1, "name": "ant"}]}
    (folder / "annotations").mkdir()
    (folder / "annotations" / "instances_train2017.json").write_text(json.dumps(found))
    return folder


@reads(FOUR, options={"labels": "{folder}/elsewhere/classes.csv"})
def a_table_elsewhere(folder: Path) -> Path:
    """A table elsewhere."""
    table(folder / "elsewhere" / "classes.csv", HEADER, rows_of())
    return flat(folder / "photos")


@refused("gone.csv cannot be read", "Name a file", options={"labels": "{folder}/gone.csv"})
def a_table_that_is_gone(folder: Path) -> Path:
    return flat(folder / "photos")


@reads({"ant": 4, "cow": 8}, says=("8 images lie in the folder of another class",), figures=False)
def a_table_that_contradicts_folders(folder: Path) -> Path:
    """Class folders, and a table that says otherwise."""
    rows = [(f"{name}/{number}.png", "cow") for name in NAMES[:2] for number in range(4)]
    rows += [(f"cow/{number}.png", "ant") for number in range(4)]
    table(class_folders(folder) / "labels.csv", ("file", "label"), rows)
    return folder


@reads(FOUR)
def a_column_of_row_numbers(folder: Path) -> Path:
    # As pandas writes a table with its index.
    rows = [(index, *row) for index, row in enumerate(rows_of())]
    table(flat(folder) / "labels.csv", ("", "file", "label"), rows)
    return folder


@reads(FOUR)
def a_table_with_sizes(folder: Path) -> Path:
    """A table of sizes and addresses too."""
    rows = [(f, 8, 8, f"https://example.org/{f}", n) for f, n in rows_of()]
    table(flat(folder) / "data.csv", ("filename", "width", "height", "url", "label"), rows)
    return folder


@reads(FOUR, says=("Tables that name few of the images are not used: labels.csv",))
def a_table_of_two_images(folder: Path) -> Path:
    """Class folders, and a table of two of the images."""
    table(class_folders(folder) / "labels.csv", HEADER, [("ant/0.png", "x"), ("bee/0.png", "y")])
    return folder


@reads(
    FOUR,
    test={"ant": 2, "bee": 2, "cow": 2},
    left_out={"split unused": 3},
    says=("split is unknown are left out: 3 (unused)",),
)
def a_split_column_in_other_words(folder: Path) -> Path:
    """A column ``split`` of TRAIN, Holdout and a word that is no split."""
    split = ["TRAIN", "TRAIN", "TRAIN", "TRAIN", "Holdout", "held-out", "unused"]
    rows = [(f, n, split[int(f[3])]) for f, n in rows_of(7)]
    table(flat(folder, 7) / "metadata.csv", (*HEADER, "split"), rows)
    return folder


@refused("values name no split: a, b", "Write train")
def a_split_column_of_unknown_words(folder: Path) -> Path:
    """A column ``split`` without any word that is known."""
    rows = [(f, n, "ab"[int(f[3]) % 2]) for f, n in rows_of()]
    table(flat(folder) / "metadata.csv", (*HEADER, "split"), rows)
    return folder


@reads(FOUR, test={"ant": 2, "bee": 2, "cow": 2})
def a_split_column_of_yes_and_no(folder: Path) -> Path:
    """A column ``is_train`` of 1 and 0."""
    rows = [(f, n, int(int(f[3]) < 4)) for f, n in rows_of(6)]
    table(flat(folder, 6) / "metadata.csv", (*HEADER, "is_train"), rows)
    return folder


@reads(FOUR, says=("The column fold is not used as a split.",))
def a_column_of_folds(folder: Path) -> Path:
    """A column ``fold``."""
    rows = [(f, n, int(f[3])) for f, n in rows_of()]
    table(flat(folder) / "labels.csv", (*HEADER, "fold"), rows)
    return folder


@reads({"Ant": 2, "ant": 2}, says=("Classes that differ by case or spaces alone",), figures=False)
def classes_that_differ_by_case(folder: Path) -> Path:
    """Classes that differ by case alone."""
    rows = [(f, ("ant", "Ant")[int(f[3]) % 2]) for f, _ in rows_of(names=("ant",))]
    table(flat(folder, names=("ant",)) / "labels.csv", HEADER, rows)
    return folder


@reads({"1": 4, "2": 4, "3": 4}, says=("Equal numbers of labels.csv are one class",))
def classes_of_equal_numbers(folder: Path) -> Path:
    """Classes that are numbers, such as 1, 1.0 and 01."""
    ways = ("{}", "{}.0", "0{}", "{}")
    rows = [(f, ways[int(f[3])].format(1 + NAMES.index(n))) for f, n in rows_of()]
    table(flat(folder) / "labels.csv", HEADER, rows)
    return folder


@reads({"0": 4, "1": 4, "2": 4}, test={"0": 1, "1": 1, "2": 1}, layout="column ClassId")
def gtsrb(folder: Path) -> Path:
    """GTSRB's ``Train.csv`` and ``Test.csv``, and ``Meta.csv`` of the signs."""
    header = ("Width", "Height", "ClassId", "Path")
    parts: dict[str, list[tuple[int, int, int, str]]] = {"Train": [], "Test": []}
    for kind in range(3):
        for number in range(5):
            part = "Test" if number == 4 else "Train"
            place = f"{part}/{kind}{number}.png" if number == 4 else f"Train/{kind}/{number}.png"
            save(folder / place, kind, number)
            parts[part].append((8, 8, kind, place))
        save(folder / "Meta" / f"{kind}.png", kind, 90)
    for part, rows in parts.items():
        table(folder / f"{part}.csv", header, rows)
    meta = [(f"Meta/{kind}.png", kind, 0) for kind in range(3)]
    table(folder / "Meta.csv", ("Path", "ClassId", "ShapeId"), meta)
    return folder


@reads(FOUR)
def paths_from_a_folder_beside(folder: Path) -> Path:
    """``meta/labels.csv`` of paths such as ``../images/0.png``."""
    for kind, name in enumerate(NAMES):
        for number in range(4):
            save(folder / "images" / name / f"{number}.png", kind, number)
    rows = [(f"../images/{name}/{i}.png", name) for name in NAMES for i in range(4)]
    table(folder / "meta" / "labels.csv", HEADER, rows)
    return folder


@refused("the images are images/ant0.png, images/ant1.png", "file_name")
def names_of_other_images(folder: Path) -> Path:
    """A table of other images, in a folder of its own."""
    flat(folder / "images")
    rows = [(f"x{file}", name) for file, name in rows_of()]
    table(folder / "meta" / "labels.csv", HEADER, rows)
    return folder


@reads(FOUR)
def the_separator_in_the_first_line(folder: Path) -> Path:
    """A first line ``sep=;``, as Excel writes."""
    path = table(flat(folder) / "labels.csv", HEADER, rows_of(), delimiter=";")
    path.write_text(f"sep=;\n{path.read_text()}")
    return folder


@reads({"images": 12}, says=("2 attributes (dx 3, sex 2)",), shows="dx")
@reads(FOUR, options={"condition": "dx"})
def ham10000(folder: Path) -> Path:
    """HAM10000: images in two folders, and a table of several columns."""
    rows = []
    for index, (file, name) in enumerate(rows_of()):
        save(folder / f"part_{1 + index % 2}" / file, NAMES.index(name), index)
        rows.append((file.removesuffix(".png"), name, "fm"[index % 2]))
    table(folder / "HAM10000_metadata.csv", ("image_id", "dx", "sex"), rows)
    return folder
