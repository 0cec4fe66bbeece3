"""Images that a table or an array says several things of: attributes, numbers, sentences."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tests.readers.cases.drawing import NAMES, arrays, flat, rows_of, save, table
from tests.readers.cases.expect import reads, refused

ALL = {"images": 12}
KIND = "kind of animal"


def _told(folder: Path, more: dict[str, Sequence[Any]], name: str = "labels.csv") -> Path:
    """Draw images, and a table of their kind and more columns."""
    columns = zip(*more.values(), strict=True)
    rows = [(*row, *cells) for row, cells in zip(rows_of(), columns, strict=True)]
    table(flat(folder) / name, ("file", KIND, *more), rows)
    return folder


def _every(*values: Any) -> list[Any]:
    return [values[i % len(values)] for i in range(12)]


ANGLES = [i * 2.5 for i in range(12)]
SENTENCES = [f"A {name}, number {i}, on dark noise" for i, (_, name) in enumerate(rows_of())]


@reads(ALL, says=("2 attributes (kind of animal 3, size 2)",), shows=KIND)
@reads(ALL, options={"condition": ("size", KIND)}, says=(f"(size 2, {KIND} 3)",), shows=KIND)
@reads({"big": 6, "small": 6}, options={"condition": "size"}, figures=False)
@refused("no column sise", "Did you mean size?", options={"condition": "sise"})
def several_columns(folder: Path) -> Path:
    """A table of several columns of few values."""
    return _told(folder, {"size": _every("big", "small")})


@reads(ALL, options={"condition": ("angle", KIND)}, says=("angle from 0 to 27.5",), shows=KIND)
@reads(ALL, options={"condition": "angle"}, says=("angle from 0 to 27.5",), figures=False)
@reads({"ant": 4, "bee": 4, "cow": 4})
def a_column_of_numbers(folder: Path) -> Path:
    """A column of few values, and one of numbers."""
    return _told(folder, {"angle": ANGLES})


@reads(
    ALL, options={"condition": "angle"}, says=("angle is not known for 2 images",), figures=False
)
def a_number_that_is_not_known(folder: Path) -> Path:
    """A column of numbers with ``nan`` and an empty place in it."""
    return _told(folder, {"angle": ["nan", "", *ANGLES[2:]]})


@reads(
    ALL,
    options={"condition": ("angle", KIND)},
    says=(
        "angle is not known for 4 images.",
        "Cells of labels.csv that count as not known: 'NA' 2, 'NaN' 1, '#N/A' 1.",
    ),
    figures=False,
)
def numbers_that_are_not_available(folder: Path) -> Path:
    """A column of numbers with ``NA``, ``NaN`` and ``#N/A`` in it."""
    return _told(folder, {"angle": ["NA", "NaN", "#N/A", "NA", *ANGLES[4:]]})


@refused("has '?' among the numbers", "not known", options={"condition": "angle"})
def a_number_that_is_doubtful(folder: Path) -> Path:
    """A column of numbers with ``?`` in it."""
    return _told(folder, {"angle": ["?", *ANGLES[1:]]})


@reads(
    ALL,
    says=(
        "size 4",
        "Cells of labels.csv that count as not known: 'NA' 1.",
        "Cells of labels.csv that count as values, though they may mean not known: '?' 2, "
        "'unknown' 1.",
    ),
    figures=False,
)
def doubtful_values(folder: Path) -> Path:
    """Attributes with ``NA``, ``?`` and ``unknown`` in them."""
    return _told(folder, {"size": ["NA", "?", "unknown", "?", *_every("big", "small")[4:]]})


@reads(
    ALL,
    says=("size 3", "Values of size that differ by case or spaces alone: 'Big' and 'big'."),
    figures=False,
)
def values_that_differ_by_case(folder: Path) -> Path:
    """Values of an attribute that differ by case alone, or by spaces at their ends."""
    return _told(folder, {"size": _every("big ", "small", "Big", " small", "small  ", "big")})


@reads(
    ALL,
    options={"condition": "angle"},
    says=("angle from 1000 to 12750.5", "read as those of thousands"),
    figures=False,
)
def numbers_with_commas_of_thousands(folder: Path) -> Path:
    """A column of numbers with commas of thousands."""
    return _told(folder, {"angle": [f"{1000 + 1000 * i:,}" for i in range(11)] + ["12,750.5"]})


@refused("has 'inf' among the numbers", "not known", options={"condition": "angle"})
def an_infinite_number(folder: Path) -> Path:
    """A column of numbers with ``inf`` in it."""
    return _told(folder, {"angle": [*ANGLES[:11], "inf"]})


@refused(
    "has '12 degrees' among the numbers of column angle, for cow3.png",
    "not known",
    options={"condition": "angle"},
)
def a_number_with_a_unit(folder: Path) -> Path:
    return _told(folder, {"angle": [*ANGLES[:11], "12 degrees"]})


@reads(
    ALL,
    says=(
        "Not known for some images are size 3, mood 2.",
        "count as not known: 'None' 1, 'n/a' 1, 'NaN' 1, 'null' 1.",
    ),
    figures=False,
)
def missing_values(folder: Path) -> Path:
    """Attributes that are not known of every image."""
    sizes = ["", "None", "n/a", *_every("big", "small")[3:]]
    return _told(folder, {"size": sizes, "mood": [*_every("good", "bad")[:10], "NaN", "null"]})


@refused("good alone in the column mood", "differ", options={"condition": ("mood", KIND)})
@refused("good alone in the column mood", "differ", options={"condition": "mood"})
@reads({"ant": 4, "bee": 4, "cow": 4})
def a_column_of_one_value(folder: Path) -> Path:
    """A column of one value."""
    return _told(folder, {"mood": _every("good")})


@refused("two columns of the same name: size", "of its own")
def two_columns_of_a_name(folder: Path) -> Path:
    """Two columns of the same name."""
    rows = [(f, n, "ab"[i % 2], "cd"[i % 2]) for i, (f, n) in enumerate(rows_of())]
    table(flat(folder) / "labels.csv", ("file", KIND, "size", "size"), rows)
    return folder


@refused("ant0.png twice, as big and as small", "one row")
def a_file_of_two_rows(folder: Path) -> Path:
    """A file that two rows say different things of."""
    rows = [(f, n, "big" if i % 2 else "small") for i, (f, n) in enumerate(rows_of())]
    again = ("ant0.png", "ant", "big")
    table(flat(folder) / "labels.csv", ("file", KIND, "size"), [again, *rows])
    return folder


@reads(
    {"images": 9},
    test={"images": 3},
    options={"condition": (KIND, "angle")},
    says=(
        f"Test images whose {KIND} no training image has count as not known: dog 1.",
        "Test images whose angle is beyond the training images' count as at its end: 1.",
    ),
    figures=False,
)
def a_test_split_of_other_values(folder: Path) -> Path:
    """Test images of other values than the training images have."""
    rows = [
        (f, "dog" if i == 11 else n, i * 2.5, "test" if f[3] == "3" else "train")
        for i, (f, n) in enumerate(rows_of())
    ]
    table(flat(folder) / "labels.csv", ("file", KIND, "angle", "split"), rows)
    return folder


@reads(
    {"images": 12},
    test={"images": 6},
    says=("2 attributes (kind of animal 3, size 2)",),
    shows=KIND,
)
def a_table_of_attributes_for_each_split(folder: Path) -> Path:
    """A ``metadata.csv`` of attributes in each split, the columns in another order."""
    _told(folder / "train", {"size": _every("big", "small")}, "metadata.csv")
    flat(folder / "test", 2, seed=50)
    rows = [("big" if i % 2 else "small", n, f) for i, (f, n) in enumerate(rows_of(2))]
    table(folder / "test" / "metadata.csv", ("size", KIND, "file"), rows)
    return folder


@reads(ALL, says=("captions of 20 words (text)",), figures=False)
def captions(folder: Path) -> Path:
    """A table of captions alone."""
    rows = [(f, said) for (f, _), said in zip(rows_of(), SENTENCES, strict=True)]
    table(flat(folder) / "metadata.csv", ("file_name", "text"), rows)
    return folder


@reads(ALL, says=("captions of 20 words (text)",), figures=False)
def captions_in_lines_of_json(folder: Path) -> Path:
    """Hugging Face's ``metadata.jsonl`` with a ``text`` of each image."""
    lines = [
        json.dumps({"file_name": f, "text": said})
        for (f, _), said in zip(rows_of(), SENTENCES, strict=True)
    ]
    (flat(folder) / "metadata.jsonl").write_text("\n".join(lines) + "\n")
    return folder


@reads(
    ALL,
    options={"condition": "caption"},
    says=("captions of 20 words (caption), 2 attributes (kind of animal 3, size 2)",),
    shows=KIND,
)
@reads(ALL, says=("2 attributes (kind of animal 3, size 2)",), shows=KIND)
@refused("Conditions on words exclude others", "alone", options={"condition": ("caption", "size")})
def captions_and_attributes(folder: Path) -> Path:
    """Captions beside columns of few values."""
    return _told(folder, {"size": _every("big", "small"), "caption": SENTENCES})


@reads(
    {"images": 10},
    options={"condition": "caption"},
    left_out={"no caption": 2},
    says=("Rows of labels.csv that name a file again: 1.",),
    figures=False,
)
def empty_captions(folder: Path) -> Path:
    """Captions of which some are empty, and one image has two."""
    rows = [(f, said) for (f, _), said in zip(rows_of(), SENTENCES, strict=True)]
    rows[2:4] = [(rows[2][0], ""), (rows[3][0], "…")]
    table(flat(folder) / "labels.csv", ("file", "caption"), [*rows, ("ant0.png", "Another ant")])
    return folder


@refused("a caption of 20,000 characters", "10,000 characters at most")
def a_long_caption(folder: Path) -> Path:
    """A caption of 20,000 characters."""
    rows = [(f, said) for (f, _), said in zip(rows_of(), SENTENCES, strict=True)]
    rows[5] = (rows[5][0], "word " * 3999 + "words")
    table(flat(folder) / "labels.csv", ("file", "caption"), rows)
    return folder


@refused("cannot be read as a table", "Save it again")
def a_caption_of_a_megabyte(folder: Path) -> Path:
    """A caption of a megabyte."""
    rows = [(f, said) for (f, _), said in zip(rows_of(), SENTENCES, strict=True)]
    rows[5] = (rows[5][0], "word " * 200_000)
    table(flat(folder) / "labels.csv", ("file", "caption"), rows)
    return folder


@reads(ALL, says=("captions of 20 words (text)", "was read as Latin-1"), figures=False)
def captions_in_latin_1(folder: Path) -> Path:
    # With semicolons too, as a spreadsheet in Germany writes them.
    rows = [(f, said.replace("A", "Ä")) for (f, _), said in zip(rows_of(), SENTENCES, strict=True)]
    path = flat(folder) / "metadata.csv"
    table(path, ("file_name", "text"), rows, delimiter=";", encoding="latin-1")
    return folder


@reads(ALL, says=("3 attributes (label 0 2, label 1 2, label 2 2)",), figures=False)
def dataset_json_of_several_labels(folder: Path) -> Path:
    """A ``dataset.json`` of lists of 0 and 1."""
    labels = []
    for number in range(12):
        name = f"00000/img{number:08d}.png"
        save(folder / name, number % 3, number)
        labels.append([name, [number % 2, number // 2 % 2, number // 4 % 2]])
    (folder / "dataset.json").write_text(json.dumps({"labels": labels}))
    return folder


def _matrix(yes: int, no: int) -> Any:
    kinds = np.arange(12) % 3
    return np.where(np.stack([kinds != 0, kinds == 1, kinds >= 0], axis=1), yes, no)


NAMES_OF_COLUMNS = np.array(["alive", "striped", "drawn"])
SAME = "Attributes in which images do not differ are not used: drawn."


@reads(ALL, says=("2 attributes (alive 2, striped 2)", SAME), figures=False)
@reads(
    {"alive": 8, "not alive": 4}, options={"condition": "alive"}, says=("2 classes",), figures=False
)
@refused("no attribute live", "Did you mean alive?", options={"condition": "live"})
def multi_hot(folder: Path) -> Path:
    """Labels [N, K] of 0 and 1, several in a row, and ``class_names``."""
    x, _ = arrays()
    np.savez(folder / "data.npz", images=x, labels=_matrix(1, 0), class_names=NAMES_OF_COLUMNS)
    return folder / "data.npz"


@reads(ALL, says=("2 attributes (0 2, 1 2)",), figures=False)
def attributes_of_minus_one(folder: Path) -> Path:
    """Labels [N, K] of -1 and 1, as CelebA's."""
    x, _ = arrays()
    np.savez(folder / "data.npz", x_train=x, y_train=_matrix(1, -1))
    return folder / "data.npz"


@reads(ALL, says=("2 attributes (kind 3, size 2)", "size is not known for 1 image."), shows="kind")
def attributes_of_samples(folder: Path) -> Path:
    """``attributes``, ``attribute_names`` and ``attribute_values``, as ``ganctl sample`` writes."""
    x, y = arrays()
    sizes = np.arange(12) // 3 % 2
    sizes[4] = -1
    np.savez(
        folder / "data.npz",
        images=x,
        labels=np.zeros(12, np.int64),
        seeds=np.arange(12),
        class_names=np.array(["images"]),
        attributes=np.stack([y, sizes], axis=1),
        attribute_names=np.array(["kind", "size"]),
        attribute_values=np.array([json.dumps(NAMES), json.dumps(["big", "small"])]),
    )
    return folder / "data.npz"


@reads(ALL, says=("1 attribute (kind 3), angle from 0 to 27.5",), shows="kind")
@reads(ALL, options={"condition": "angle"}, says=("angle from 0 to 27.5",), figures=False)
@refused("no attribute angel", "Did you mean angle?", options={"condition": "angel"})
def quantities_of_samples(folder: Path) -> Path:
    """``quantities`` and ``quantity_names`` too."""
    x, y = arrays()
    np.savez(
        folder / "data.npz",
        images=x,
        attributes=y[:, None],
        attribute_names=np.array(["kind"]),
        attribute_values=np.array([json.dumps(NAMES)]),
        quantities=np.array(ANGLES, np.float32)[:, None],
        quantity_names=np.array(["angle"]),
    )
    return folder / "data.npz"


@reads(ALL, says=("captions of 20 words (caption)",), figures=False)
def captions_of_samples(folder: Path) -> Path:
    """``captions``, as ``ganctl sample`` writes them for ``--text``."""
    np.savez(folder / "data.npz", images=arrays()[0], captions=np.array(SENTENCES))
    return folder / "data.npz"


@refused("has the value 2 of the attribute kind, and 2 names", "Number the values from 0")
def attributes_of_too_few_names(folder: Path) -> Path:
    """``attribute_values`` that name fewer values than there are."""
    x, y = arrays()
    np.savez(
        folder / "data.npz",
        images=x,
        attributes=np.stack([y, y % 2], axis=1),
        attribute_names=np.array(["kind", "odd"]),
        attribute_values=np.array(['["ant", "bee"]', '["no", "yes"]']),
    )
    return folder / "data.npz"


@reads(
    ALL,
    says=("2 attributes (kind of animal 3, size 2)", "from .npz with labels.csv"),
    figures=False,
)
@reads({"big": 6, "small": 6}, options={"condition": "size"}, figures=False)
@refused("has no column sise", "Did you mean size?", options={"condition": "sise"})
def an_array_beside_a_table(folder: Path) -> Path:
    """An `.npz` of images alone, and a table with a row for each, in their order."""
    _told(folder, {"size": _every("big", "small")})
    for picture in folder.rglob("*.png"):
        picture.unlink()
    np.savez(folder / "images.npz", images=arrays()[0])
    return folder


@refused("labels.csv has 11 rows, and", "a row for each image, in their order")
def an_array_beside_a_shorter_table(folder: Path) -> Path:
    """An `.npz` of images alone, and a table with fewer rows."""
    an_array_beside_a_table(folder)
    path = folder / "labels.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]))
    return folder
