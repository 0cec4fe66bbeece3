"""Arrays in files of NumPy, in .csv and in .parquet."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.readers.cases.drawing import arrays, picture, table
from tests.readers.cases.expect import reads, refused

X, Y = arrays()
X_TEST, Y_TEST = arrays(6, seed=50)
COLOUR, _ = arrays(colour=True)
FOUR = {"0": 4, "1": 4, "2": 4}
TWO = {"0": 2, "1": 2, "2": 2}
NUMPY = "np.savez"


def npz(folder: Path, **members: Any) -> Path:
    np.savez(folder / "data.npz", **members)
    return folder / "data.npz"


@reads(FOUR, layout=".npz")
def images_and_labels(folder: Path) -> Path:
    """``images``, ``labels``."""
    return npz(folder, images=X, labels=Y)


@reads({"ant": 4, "bee": 4, "cow": 4})
def class_names_in_npz(folder: Path) -> Path:
    """``images``, ``labels`` and ``class_names``."""
    return npz(folder, images=X, labels=Y, class_names=["ant", "bee", "cow"])


@reads(FOUR, test=TWO)
def keras(folder: Path) -> Path:
    """Keras' ``x_train``, ``y_train``, ``x_test``, ``y_test``."""
    return npz(folder, x_train=X, y_train=Y, x_test=X_TEST, y_test=Y_TEST)


@reads(FOUR, test=TWO, left_out={"validation split": 6})
def medmnist(folder: Path) -> Path:
    """MedMNIST's ``train_images``, ``train_labels``, ``val_…``, ``test_…``."""
    x_val, y_val = arrays(6, seed=90)
    return npz(
        folder,
        train_images=X,
        train_labels=Y[:, None],
        val_images=x_val,
        val_labels=y_val[:, None],
        test_images=X_TEST,
        test_labels=Y_TEST[:, None],
    )


@reads(FOUR)
def npz_in_a_folder(folder: Path) -> Path:
    npz(folder, images=X, labels=Y)
    return folder


@reads(FOUR)
def column_of_labels(folder: Path) -> Path:
    """Labels [N, 1]."""
    return npz(folder, images=X, labels=Y[:, None])


@reads(FOUR)
def channels_last_of_one(folder: Path) -> Path:
    return npz(folder, images=X[..., None], labels=Y)


@reads(FOUR)
def channels_first_of_one(folder: Path) -> Path:
    return npz(folder, images=X[:, None], labels=Y)


@reads(FOUR, colour=True)
def channels_first(folder: Path) -> Path:
    """Images [N, 3, H, W]."""
    return npz(folder, images=COLOUR.transpose(0, 3, 1, 2), labels=Y)


@reads(FOUR, colour=True, says=())
def four_channels(folder: Path) -> Path:
    """Images [N, H, W, 4], opaque."""
    alpha = np.full((*COLOUR.shape[:3], 1), 255, np.uint8)
    return npz(folder, images=np.concatenate([COLOUR, alpha], -1), labels=Y)


@reads(FOUR)
def flattened(folder: Path) -> Path:
    """Images [N, 64] or [N, 784]."""
    return npz(folder, images=X.reshape(12, -1), labels=Y)


@reads(FOUR, colour=True, says=("three planes of 32×32",), size=32)
def flattened_colour(folder: Path) -> Path:
    """Images [N, 3072], as CIFAR's rows are."""
    x, y = arrays(size=32, colour=True)
    return npz(folder, images=x.transpose(0, 3, 1, 2).reshape(12, -1), labels=y)


@reads(FOUR)
def floats_to_one(folder: Path) -> Path:
    """Floats from 0 to 1."""
    return npz(folder, images=(X / 255).astype(np.float32), labels=Y)


@reads(FOUR, says=("-1 became black and 1 white",))
def floats_from_minus_one(folder: Path) -> Path:
    """Floats from -1 to 1."""
    return npz(folder, images=(X / 127.5 - 1).astype(np.float32), labels=Y)


@reads(FOUR)
def floats_to_255(folder: Path) -> Path:
    return npz(folder, images=X.astype(np.float64), labels=Y)


@reads(FOUR, options={"levels": (-1000.0, 1000.0)})
@refused("unknown", "--levels LOW,HIGH")
def floats_of_any_range(folder: Path) -> Path:
    """Floats of another range."""
    return npz(folder, images=(X * 7.5 - 1000).astype(np.float32), labels=Y)


@refused("NaN", "nan_to_num")
def not_a_number(folder: Path) -> Path:
    """NaN among the values."""
    x = (X / 255).astype(np.float32)
    x[3, 2, 2] = np.nan
    return npz(folder, images=x, labels=Y)


@refused("negative", "--levels")
def negative_integers(folder: Path) -> Path:
    """Negative integers."""
    return npz(folder, images=X.astype(np.int16) * 4 - 500, labels=Y)


@reads(FOUR, says=("4095 white",))
@reads(FOUR, options={"levels": (0.0, 4095.0)})
def twelve_bits(folder: Path) -> Path:
    """12 bits in uint16."""
    x = X.astype(np.uint16) * 16
    x[0, 0, 0] = 4095
    return npz(folder, images=x, labels=Y)


@reads(FOUR, says=("65535 white",))
def sixteen_bits_in_npz(folder: Path) -> Path:
    """16 bits."""
    return npz(folder, images=X.astype(np.uint16) * 257, labels=Y)


@reads(FOUR)
def booleans(folder: Path) -> Path:
    return npz(folder, images=X > 128, labels=Y)


@reads(FOUR, options={"levels": (-2.0, 2.0)}, says=("; the values are from 0.03922 to 0.8627.",))
def levels_that_miss_the_values(folder: Path) -> Path:
    """`--levels` of another range than the values."""
    return npz(folder, images=(X / 255).astype(np.float32), labels=Y)


@reads(FOUR, says=("--levels 0,16",))
def values_to_sixteen(folder: Path) -> Path:
    """Values up to 16, as scikit-learn's digits have."""
    return npz(folder, data=np.minimum(X.reshape(12, -1) // 13, 16), target=Y)


@reads(FOUR, options={"levels": (0.0, 16.0)})
def scikit_learn(folder: Path) -> Path:
    """scikit-learn's ``data`` and ``target``."""
    return npz(folder, data=np.minimum(X.reshape(12, -1) // 13, 16).astype(float), target=Y)


@reads(FOUR)
def positions_of_savez(folder: Path) -> Path:
    """``arr_0``, ``arr_1``."""
    np.savez(folder / "data.npz", X, Y)
    return folder / "data.npz"


@reads(FOUR)
def capital_x(folder: Path) -> Path:
    return npz(folder, X=X, y=Y)


@reads(FOUR)
def images_last(folder: Path) -> Path:
    """Images [H, W, N], as MATLAB has them."""
    return npz(folder, images=X.transpose(1, 2, 0), labels=Y)


@reads(FOUR)
def fortran_order(folder: Path) -> Path:
    return npz(folder, images=np.asfortranarray(X), labels=Y)


@reads(FOUR)
def big_endian(folder: Path) -> Path:
    return npz(folder, images=X.astype(">u2"), labels=Y.astype(">i4"))


@reads(FOUR)
def one_hot(folder: Path) -> Path:
    """Labels one-hot."""
    return npz(folder, images=X, labels=np.eye(3)[Y])


@reads(FOUR)
def labels_in_floats(folder: Path) -> Path:
    return npz(folder, images=X, labels=Y.astype(float))


@refused("not whole numbers", "np.digitize")
def labels_between_numbers(folder: Path) -> Path:
    """Labels that are no whole numbers."""
    return npz(folder, images=X, labels=Y + 0.5)


@reads({"digit 0": 4, "digit 1": 4, "digit 2": 4})
def labels_in_words(folder: Path) -> Path:
    """Labels in words."""
    return npz(folder, images=X, labels=np.array([f"digit {v}" for v in Y]))


@reads({"1": 4, "2": 4, "3": 4})
def labels_from_one(folder: Path) -> Path:
    return npz(folder, images=X, labels=Y + 1)


@reads({"0": 4, "100": 4, "200": 4})
def labels_with_gaps(folder: Path) -> Path:
    """Labels 0, 100, 200."""
    return npz(folder, images=X, labels=Y * 100)


@reads({"-1": 4, "0": 4, "1": 4})
def labels_below_zero(folder: Path) -> Path:
    return npz(folder, images=X, labels=Y - 1)


@refused("label", "--model gan")
@reads({"images": 12}, options={"needs_labels": False}, figures=False)
def images_alone(folder: Path) -> Path:
    """Images without labels."""
    return npz(folder, images=X)


@refused("24 labels", "as many labels")
def more_labels_than_images(folder: Path) -> Path:
    """More labels than images."""
    return npz(folder, images=X, labels=np.concatenate([Y, Y]))


@refused("weights float64 [5, 7]", NUMPY)
def arrays_of_something_else(folder: Path) -> Path:
    """Arrays of other names and shapes."""
    return npz(folder, weights=np.zeros((5, 7)), bias=np.zeros(7))


@refused("[4, 2, 8, 8, 3]", "np.moveaxis")
def five_axes(folder: Path) -> Path:
    return npz(folder, images=np.zeros((4, 2, 8, 8, 3), np.uint8), labels=np.arange(4))


@refused("objects", "tolist")
def objects(folder: Path) -> Path:
    """Python's objects."""
    return npz(folder, images=np.array([*X, None], object), labels=np.arange(13))


@refused("array without labels", "np.savez")
def a_single_array(folder: Path) -> Path:
    """A ``.npy``."""
    np.save(folder / "images.npy", X)
    return folder / "images.npy"


@refused("cannot be read", ".npz")
def damaged_npz(folder: Path) -> Path:
    path = npz(folder, images=X, labels=Y)
    path.write_bytes(path.read_bytes()[:700])
    return path


@refused("no images", "at least two")
def no_images_in_npz(folder: Path) -> Path:
    return npz(folder, images=X[:0], labels=Y[:0])


PIXELS = [f"pixel{i}" for i in range(64)]
ROWS = [[int(label), *image.ravel().tolist()] for image, label in zip(X, Y, strict=True)]


@reads(FOUR, layout=".csv")
def pixels_of_kaggle(folder: Path) -> Path:
    """``.csv`` of ``label,pixel0,pixel1,…``."""
    return table(folder / "train.csv", ["label", *PIXELS], ROWS)


@reads(FOUR, test=TWO)
def pixels_in_two_files(folder: Path) -> Path:
    """``train.csv`` and ``test.csv`` of pixels."""
    table(folder / "train.csv", ["label", *PIXELS], ROWS)
    rows = [[int(label), *x.ravel().tolist()] for x, label in zip(X_TEST, Y_TEST, strict=True)]
    table(folder / "test.csv", ["label", *PIXELS], rows)
    return folder


@reads(FOUR)
def pixels_without_a_header(folder: Path) -> Path:
    """``.csv`` of pixels without a header."""
    return table(folder / "mnist_train.csv", None, ROWS)


@reads(FOUR)
def the_label_last(folder: Path) -> Path:
    """The label in the last column, with a header."""
    return table(folder / "pixels.csv", [*PIXELS, "class"], [[*row[1:], row[0]] for row in ROWS])


@reads(FOUR)
def pixels_from_zero_to_one(folder: Path) -> Path:
    rows = [[row[0], *(round(value / 255, 5) for value in row[1:])] for row in ROWS]
    return table(folder / "pixels.csv", ["label", *PIXELS], rows)


@reads({"ant": 4, "bee": 4, "cow": 4})
def pixels_of_named_classes(folder: Path) -> Path:
    rows = [[("ant", "bee", "cow")[row[0]], *row[1:]] for row in ROWS]
    return table(folder / "pixels.csv", ["label", *PIXELS], rows)


@reads(FOUR)
def packed_pixels(folder: Path) -> Path:
    """``.csv.gz`` of pixels."""
    path = table(folder / "train.csv", ["label", *PIXELS], ROWS)
    (folder / "packed").mkdir()
    (folder / "packed" / "train.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    return folder / "packed" / "train.csv.gz"


@reads(FOUR)
def pixels_between_semicolons(folder: Path) -> Path:
    return table(folder / "pixels.csv", ["label", *PIXELS], ROWS, delimiter=";")


@reads(FOUR)
def quoted_pixels(folder: Path) -> Path:
    lines = [",".join(f'"{value}"' for value in row) for row in [["label", *PIXELS], *ROWS]]
    (folder / "pixels.csv").write_text("\n".join(lines))
    return folder / "pixels.csv"


@refused("line 6", "Mend or remove")
def a_ragged_row(folder: Path) -> Path:
    """A line that is too short."""
    rows = [row[:-3] if index == 4 else row for index, row in enumerate(ROWS)]
    return table(folder / "pixels.csv", ["label", *PIXELS], rows)


@refused("line 6", "Mend or remove")
def a_word_among_pixels(folder: Path) -> Path:
    rows = [[*row[:-1], "n/a"] if index == 4 else row for index, row in enumerate(ROWS)]
    return table(folder / "pixels.csv", ["label", *PIXELS], rows)


@refused("no table of pixels", "square")
def pixels_that_make_no_square(folder: Path) -> Path:
    """Pixels that make no square."""
    return table(folder / "pixels.csv", ["label", *PIXELS[1:]], [row[:-1] for row in ROWS])


@refused("label", "--model gan")
def pixels_without_labels(folder: Path) -> Path:
    """Pixels without labels."""
    return table(folder / "test.csv", PIXELS, [row[1:] for row in ROWS])


@refused("not of pixels", "--labels")
def a_table_of_something_else(folder: Path) -> Path:
    return table(folder / "prices.csv", ["day", "price"], [["Monday", 3.5], ["Tuesday", 4.25]])


def png(label: int, seed: int) -> bytes:
    buffer = io.BytesIO()
    picture(label, seed).save(buffer, "PNG")
    return buffer.getvalue()


def parquet(path: Path, labels: Any, *, seed: int = 0, **metadata: bytes) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    images = [{"bytes": png(i % 3, seed + i), "path": None} for i in range(len(labels))]
    rows = pa.table({"image": images, "label": labels})
    pq.write_table(rows.replace_schema_metadata(metadata or None), path)
    return path


@reads(FOUR, layout=".parquet", needs="pyarrow")
def parquet_of_hugging_face(folder: Path) -> Path:
    """``.parquet`` with ``image`` and ``label``."""
    return parquet(folder / "train-00000-of-00001.parquet", Y)


@reads({"0": 8, "1": 8, "2": 8}, needs="pyarrow")
def two_shards(folder: Path) -> Path:
    for shard in (0, 1):
        parquet(folder / f"train-0000{shard}-of-00002.parquet", Y, seed=100 * shard)
    return folder


@reads(FOUR, test=TWO, left_out={"validation split": 3}, needs="pyarrow")
def splits_of_parquet(folder: Path) -> Path:
    """``train-…``, ``validation-…`` and ``test-….parquet``."""
    (folder / "data").mkdir()
    for split, count, seed in (("train", 12, 0), ("validation", 3, 50), ("test", 6, 90)):
        parquet(folder / "data" / f"{split}-00000-of-00001.parquet", Y[:count], seed=seed)
    return folder


@reads({"ant": 4, "bee": 4, "cow": 4}, needs="pyarrow")
def words_in_parquet(folder: Path) -> Path:
    return parquet(folder / "data.parquet", [("ant", "bee", "cow")[v] for v in Y])


@reads({"ant": 4, "bee": 4, "cow": 4}, needs="pyarrow")
def class_names_of_hugging_face(folder: Path) -> Path:
    """The same with Hugging Face's class names."""
    label = {"names": ["ant", "bee", "cow"], "_type": "ClassLabel"}
    told = json.dumps({"info": {"features": {"image": {"_type": "Image"}, "label": label}}})
    return parquet(folder / "data.parquet", Y, huggingface=told.encode())


@refused("price double", "column image", needs="pyarrow")
def parquet_without_images(folder: Path) -> Path:
    """``.parquet`` of something else."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"day": ["Monday"], "price": [3.5]}), folder / "prices.parquet")
    return folder / "prices.parquet"


@reads(FOUR)
def an_image_key_in_the_singular(folder: Path) -> Path:
    return npz(folder, image=X, label=Y)


@reads(FOUR)
def small_letters_x_and_y(folder: Path) -> Path:
    return npz(folder, x=X, y=Y)


@reads({"ant": 4, "bee": 4, "cow": 4})
def labels_in_bytes(folder: Path) -> Path:
    return npz(folder, images=X, labels=np.array([b"ant", b"bee", b"cow"])[Y])


@refused("[12, 2, 8, 8]", "images[:, 0]")
def two_channels(folder: Path) -> Path:
    return npz(folder, images=np.repeat(X[:, None], 2, 1), labels=Y)


@refused("array", "np.savez")
def arrays_in_files_of_their_own(folder: Path) -> Path:
    """``images.npy`` beside ``labels.npy``."""
    np.save(folder / "images.npy", X)
    np.save(folder / "labels.npy", Y)
    return folder


@refused("array without labels", "np.savez")
def quick_draw(folder: Path) -> Path:
    """Quick, Draw!'s ``.npy`` for each class."""
    for kind, name in enumerate(("ant", "bee")):
        np.save(folder / f"{name}.npy", X[kind == Y].reshape(4, -1))
    return folder


@reads(FOUR, says=("test",))
def digit_recogniser_of_kaggle(folder: Path) -> Path:
    """Kaggle's: ``train.csv`` with labels, ``test.csv`` without, ``sample_submission.csv``."""
    table(folder / "train.csv", ["label", *PIXELS], ROWS)
    table(folder / "test.csv", PIXELS, [row[1:] for row in ROWS[:6]])
    table(folder / "sample_submission.csv", ["ImageId", "Label"], [[i + 1, 0] for i in range(6)])
    return folder


@reads(FOUR, test=TWO)
def two_files_without_headers(folder: Path) -> Path:
    # mnist_train.csv and mnist_test.csv, of rows label,pixel,pixel,…
    table(folder / "mnist_train.csv", None, ROWS)
    rows = [[int(label), *x.ravel().tolist()] for x, label in zip(X_TEST, Y_TEST, strict=True)]
    table(folder / "mnist_test.csv", None, rows)
    return folder


@reads(FOUR, options={"levels": (0.0, 16.0)}, says=("its last column was read as labels",))
@reads(FOUR, says=("--levels 0,16", "its last column was read as labels"))
def digits_of_scikit_learn(folder: Path) -> Path:
    """scikit-learn's ``digits.csv.gz``: the label last, and no header."""
    values = np.minimum(X.reshape(12, -1) // 13, 16)
    values[:, 0] = 0
    rows = [[*row, int(label)] for row, label in zip(values.tolist(), Y, strict=True)]
    path = table(folder / "digits.csv", None, rows)
    path.with_name("digits.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
    return folder / "digits.csv.gz"


@reads(FOUR)
def pixels_with_row_numbers(folder: Path) -> Path:
    # As pandas writes a table of pixels with its index.
    rows = [[index, *row] for index, row in enumerate(ROWS)]
    return table(folder / "pixels.csv", ["", "label", *PIXELS], rows)


@reads(FOUR)
def pixels_after_a_separator(folder: Path) -> Path:
    path = table(folder / "pixels.csv", ["label", *range(64)], ROWS, delimiter=";")
    path.write_text(f"sep=;\n{path.read_text()}")
    return path


def _faces(folder: Path, bad: str = "") -> Path:
    rows = [
        [label, " ".join(map(str, image.ravel())), usage]
        for images, labels, usage in (
            (X, Y, "Training"),
            (X_TEST, Y_TEST, "PublicTest"),
            (X_TEST, Y_TEST, "PrivateTest"),
        )
        for image, label in zip(images, labels, strict=True)
    ]
    rows[1][1] = bad or rows[1][1]
    return table(folder / "fer2013.csv", ["emotion", "pixels", "Usage"], rows)


@reads(FOUR, test={"0": 2, "1": 2, "2": 2}, left_out={"validation split": 6})
def faces_of_fer2013(folder: Path) -> Path:
    """FER-2013's ``emotion,pixels,Usage``."""
    return _faces(folder)


@refused("image 2: 2 pixels, and 64 in the first", "whole numbers")
def faces_of_two_pixels(folder: Path) -> Path:
    return _faces(folder, "70 80")


@refused("'300 x' are no pixels", "whole numbers")
def faces_of_words(folder: Path) -> Path:
    return _faces(folder, "300 x")


@refused("prices.csv is a table, but not of pixels", "--labels")
def a_table_of_prices(folder: Path) -> Path:
    """A table of something else."""
    return table(folder / "prices.csv", ["what", "price"], [["bread", 3], ["milk", 1]])


@refused("int64 [12, 0]", "one class an image")
def labels_of_no_columns(folder: Path) -> Path:
    return npz(folder, images=X, labels=np.zeros((12, 0), np.int64))


@reads(FOUR, says=("The test split has no labels",))
def a_test_array_without_labels(folder: Path) -> Path:
    """`x_train`, `y_train`, and `x_test` without labels."""
    return npz(folder, x_train=X, y_train=Y, x_test=X_TEST)


@reads(FOUR, test=TWO, left_out={"classes not in train": 1}, says=("that train does not have",))
def a_test_label_that_train_has_not(folder: Path) -> Path:
    """A label in `y_test` that `y_train` has not."""
    x_test = np.concatenate([X_TEST, X_TEST[:1]])
    return npz(folder, x_train=X, y_train=Y, x_test=x_test, y_test=[*Y_TEST, 7])


@reads(FOUR, says=("without colour are read as grey",))
def three_channels_of_grey(folder: Path) -> Path:
    """Grey images in three channels."""
    return npz(folder, images=np.repeat(X[..., None], 3, -1), labels=Y)


@reads(FOUR, says=("Arrays that are not used: ids",))
def more_arrays(folder: Path) -> Path:
    """Another array beside `images` and `labels`."""
    return npz(folder, images=X, labels=Y, ids=np.arange(12))


@reads(FOUR, test=TWO, left_out={"tables of a validation split": 1})
def pixels_in_three_files(folder: Path) -> Path:
    """`train.csv`, `val.csv` and `test.csv` of pixels."""
    for split, rows in (("train", ROWS), ("val", ROWS[:3])):
        table(folder / f"{split}.csv", ["label", *PIXELS], rows)
    rows = [[int(label), *x.ravel().tolist()] for x, label in zip(X_TEST, Y_TEST, strict=True)]
    table(folder / "test.csv", ["label", *PIXELS], rows)
    return folder


@reads(FOUR, left_out={"tables of other things": 1})
def packed_tables_of_several_things(folder: Path) -> Path:
    for name, rows in (("train", [["label", *PIXELS], *ROWS]), ("prices", [["day", "price"]])):
        text = "\n".join(",".join(map(str, row)) for row in rows)
        (folder / f"{name}.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


@reads(FOUR, says=("Labels are the column label, not category",), needs="pyarrow")
def two_columns_in_parquet(folder: Path) -> Path:
    """`.parquet` with `label` and `category`."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = parquet(folder / "data.parquet", Y)
    rows = pq.read_table(path)
    pq.write_table(rows.append_column("category", pa.array(Y % 2)), path)
    return path


@refused("first or in its last column", "header")
def pixels_in_the_order_of_classes(folder: Path) -> Path:
    """A long `.csv` of pixels without a header, all of whose first lines are of one class."""
    rows = [[int(label)] + [17, 34] * 31 + [17, index % 50] for index, label in enumerate(ORDERED)]
    return table(folder / "pixels.csv", None, rows)


ORDERED = [0] * 6000 + [1] * 10


@reads(FOUR, says=("0 became black and 1 white", "--levels 0,0.001"), figures=False)
def tiny_floats(folder: Path) -> Path:
    """Floats of a small part of 0 to 1."""
    x = (X / X.max() / 1000).astype(np.float32)
    return npz(folder, images=x, labels=Y)


@reads({"0": 3, "1": 3, "2": 2}, says=("can be read in 2 ways", "from [H, W, N]"))
def as_many_images_as_rows(folder: Path) -> Path:
    """As many images as they have rows and columns."""
    return npz(folder, images=X[:8], labels=Y[:8])


@refused("1 name stands for several", "other names")
def a_class_name_twice(folder: Path) -> Path:
    """A class name twice."""
    return npz(folder, images=X, labels=Y, class_names=["ant", "bee", "ant"])
