"""Zips, IDX files, and what other programs write that is not read."""

from __future__ import annotations

import gzip
import io
import json
import pickle
import shutil
import struct
import tarfile
import warnings
import zipfile
from pathlib import Path

import numpy as np

from tests.readers.cases.drawing import (
    NAMES,
    arrays,
    class_folders,
    figure,
    flat,
    idx,
    idx_pair,
    picture,
    rows_of,
    save,
    table,
    zipped,
)
from tests.readers.cases.expect import reads, refused

FOUR = {"ant": 4, "bee": 4, "cow": 4}
NUMBERS = {"0": 4, "1": 4, "2": 4}
TWO = {"0": 2, "1": 2, "2": 2}


@reads(FOUR, layout="class folders")
def zip_of_class_folders(folder: Path) -> Path:
    """``.zip`` of class folders."""
    return zipped(class_folders(folder / "x"), folder / "x.zip")


@reads(FOUR)
def zip_with_a_top_folder(folder: Path) -> Path:
    return zipped(class_folders(folder / "x"), folder / "x.zip", top="shapes/")


@reads(FOUR)
def zip_of_a_mac(folder: Path) -> Path:
    """``.zip`` of a Mac, with a folder above and ``__MACOSX/``."""
    return zipped(class_folders(folder / "x"), folder / "x.zip", top="shapes/", junk=True)


@reads(FOUR)
def zip_with_backslashes(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w") as archive:
        for path in class_folders(folder / "x").rglob("*.png"):
            archive.writestr(zipfile.ZipInfo(f"{path.parent.name}\\{path.name}"), path.read_bytes())
    return folder / "x.zip"


@reads(FOUR, test={"ant": 2, "bee": 2, "cow": 2})
def zip_of_splits(folder: Path) -> Path:
    class_folders(folder / "x" / "train")
    class_folders(folder / "x" / "test", 2, seed=50)
    return zipped(folder / "x", folder / "x.zip", top="data/")


@reads(FOUR)
def zip_of_a_table(folder: Path) -> Path:
    table(flat(folder / "x") / "metadata.csv", ("file_name", "label"), rows_of())
    return zipped(folder / "x", folder / "x.zip")


@reads(NUMBERS)
def zip_of_stylegan(folder: Path) -> Path:
    """``.zip`` with ``dataset.json``."""
    labels = []
    for number in range(12):
        name = f"00000/img{number:08d}.png"
        save(folder / "x" / name, number % 3, number)
        labels.append([name, number % 3])
    (folder / "x" / "dataset.json").write_text(json.dumps({"labels": labels}))
    return zipped(folder / "x", folder / "x.zip")


@reads(NUMBERS)
def zip_of_npz(folder: Path) -> Path:
    """``.zip`` of an ``.npz``."""
    (folder / "x").mkdir()
    x, y = arrays()
    np.savez(folder / "x" / "data.npz", images=x, labels=y)
    return zipped(folder / "x", folder / "x.zip")


@reads(NUMBERS)
def zip_of_idx(folder: Path) -> Path:
    """``.zip`` of IDX files."""
    idx_pair(folder / "x", "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    return zipped(folder / "x", folder / "x.zip")


@reads(NUMBERS)
def zip_of_pixels(folder: Path) -> Path:
    """``train.csv.zip``."""
    x, y = arrays()
    rows = [[int(label), *image.ravel().tolist()] for image, label in zip(x, y, strict=True)]
    (folder / "x").mkdir()
    table(folder / "x" / "train.csv", ["label", *(f"pixel{i}" for i in range(64))], rows)
    return zipped(folder / "x", folder / "train.csv.zip")


@refused("leaves the archive", "Do not trust")
def zip_that_leaves(folder: Path) -> Path:
    """``.zip`` with ``../`` in a path."""
    zipped(class_folders(folder / "x"), folder / "x.zip")
    with zipfile.ZipFile(folder / "x.zip", "a") as archive:
        archive.writestr("ant/../../evil.png", b"x")
    return folder / "x.zip"


@refused("encrypted", "Unpack")
def encrypted_zip(folder: Path) -> Path:
    """Encrypted ``.zip``."""
    path = zipped(class_folders(folder / "x"), folder / "x.zip")
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        place = content.find(signature)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(signature, place + 4)
    path.write_bytes(content)
    return path


@refused("link", "--skip-bad")
@reads(FOUR, left_out={"cannot be opened": 1}, options={"skip_bad": True})
def zip_with_a_link(folder: Path) -> Path:
    """``.zip`` with a link in it."""
    path = zipped(class_folders(folder / "x"), folder / "x.zip")
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("ant/link.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return path


@refused("no files", "Data may be")
def empty_zip(folder: Path) -> Path:
    zipfile.ZipFile(folder / "x.zip", "w").close()
    return folder / "x.zip"


@refused("cannot be read as a zip", "Fetch it again")
def truncated_zip(folder: Path) -> Path:
    """Truncated ``.zip``."""
    path = zipped(class_folders(folder / "x"), folder / "x.zip")
    path.write_bytes(path.read_bytes()[:-200])
    return path


@refused("holds archives", "test.zip")
def two_zips(folder: Path) -> Path:
    for split in ("train", "test"):
        zipped(class_folders(folder / "x" / split), folder / f"{split}.zip")
    shutil.rmtree(folder / "x")
    return folder


@reads(NUMBERS, test=TWO, layout="IDX files")
def idx_of_mnist(folder: Path) -> Path:
    """``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte``, ``t10k-…``."""
    idx_pair(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    idx_pair(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 6, seed=50)
    return folder


@reads(NUMBERS)
def idx_packed_by_gzip(folder: Path) -> Path:
    """The same packed as ``.gz`` or ``.xz``."""
    idx_pair(folder, "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
    return folder


@reads(NUMBERS)
def idx_packed_by_xz(folder: Path) -> Path:
    idx_pair(folder, "train-images-idx3-ubyte.xz", "train-labels-idx1-ubyte.xz")
    return folder


@reads(NUMBERS)
def idx_with_dots(folder: Path) -> Path:
    """``train-images.idx3-ubyte`` with a dot."""
    idx_pair(folder, "train-images.idx3-ubyte", "train-labels.idx1-ubyte")
    return folder


@reads(NUMBERS)
def idx_in_folders_of_its_names(folder: Path) -> Path:
    """Each IDX file in a folder of its name."""
    images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
    idx_pair(folder, f"{images}/{images}", f"{labels}/{labels}")
    return folder


@reads(NUMBERS)
def idx_below_mnist_raw(folder: Path) -> Path:
    images, labels = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"
    idx_pair(folder / "MNIST" / "raw", images, labels)
    return folder


@reads({"A": 4, "B": 4, "C": 4}, test={"A": 2, "B": 2, "C": 2}, says=("upright",))
def emnist_letters(folder: Path) -> Path:
    """``emnist-letters-train-images-idx3-ubyte.gz``, …"""
    for split, count, seed in (("train", 12, 0), ("test", 6, 50)):
        x, y = arrays(count, seed=seed)
        name = f"emnist-letters-{split}"
        idx(folder / f"{name}-images-idx3-ubyte.gz", np.ascontiguousarray(x.transpose(0, 2, 1)))
        idx(folder / f"{name}-labels-idx1-ubyte.gz", (y + 1).astype(np.uint8))
    return folder


@reads(NUMBERS, says=("upright",))
def emnist_balanced(folder: Path) -> Path:
    x, y = arrays()
    name = "emnist-balanced-train"
    idx(folder / f"{name}-images-idx3-ubyte", np.ascontiguousarray(x.transpose(0, 2, 1)))
    idx(folder / f"{name}-labels-idx1-ubyte", y.astype(np.uint8))
    return folder


@reads(NUMBERS)
def labels_of_four_bytes(folder: Path) -> Path:
    x, y = arrays()
    idx(folder / "train-images-idx3-ubyte", x)
    idx(folder / "train-labels-idx1-int", y)
    return folder


@reads(NUMBERS, colour=True)
def idx_in_colour(folder: Path) -> Path:
    x, y = arrays(colour=True)
    idx(folder / "train-images-idx4-ubyte", x)
    idx(folder / "train-labels-idx1-ubyte", y.astype(np.uint8))
    return folder


@reads({"ant": 4, "bee": 4, "cow": 4}, left_out={})
def idx_with_class_names(folder: Path) -> Path:
    """IDX files and ``class-names.txt``."""
    idx_pair(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    (folder / "class-names.txt").write_text("ant\nbee\ncow\n")
    return folder


@refused("no labels", "train-labels-idx1-ubyte")
def idx_without_labels(folder: Path) -> Path:
    """Images without labels."""
    idx(folder / "train-images-idx3-ubyte", arrays()[0])
    return folder


@refused("t10k-images", "train-images")
def idx_of_a_test_split_alone(folder: Path) -> Path:
    """``t10k-…`` alone."""
    idx_pair(folder, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")
    return folder


@reads(NUMBERS, test=TWO)
def idx_of_a_validation_split(folder: Path) -> Path:
    idx_pair(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    idx_pair(folder, "val-images-idx3-ubyte", "val-labels-idx1-ubyte", 6, seed=50)
    return folder


@refused("is truncated", "Fetch")
def truncated_idx(folder: Path) -> Path:
    """A truncated IDX file."""
    idx_pair(folder, "train-images-idx3-ubyte", "train-labels-idx1-ubyte")
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(path.read_bytes()[:-9])
    return folder


@refused("pickle", "np.savez")
def pickled_mnist(folder: Path) -> Path:
    """``.pkl``, ``.pkl.gz``, ``.pt``, ``.pth``."""
    x, y = arrays()
    with gzip.open(folder / "mnist.pkl.gz", "wb") as file:
        pickle.dump(((x, y), (x, y)), file)
    return folder / "mnist.pkl.gz"


@refused("pickle", "cifar10")
def cifar_in_pickles(folder: Path) -> Path:
    """CIFAR's batches for Python."""
    x, y = arrays(size=32, colour=True)
    below = folder / "cifar-10-batches-py"
    below.mkdir()
    for number in range(1, 6):
        content = {b"data": x.transpose(0, 3, 1, 2).reshape(12, -1), b"labels": y.tolist()}
        (below / f"data_batch_{number}").write_bytes(pickle.dumps(content))
    return folder


@refused("CIFAR", "cifar10")
def cifar_in_rows(folder: Path) -> Path:
    """CIFAR's binary batches."""
    below = folder / "cifar-10-batches-bin"
    below.mkdir()
    for number in range(1, 6):
        x = np.stack([figure(k, number, 32, colour=True).transpose(2, 0, 1) for k in range(3)])
        rows = np.insert(x.reshape(3, -1), 0, np.arange(3), axis=1)
        (below / f"data_batch_{number}.bin").write_bytes(rows.tobytes())
    (below / "batches.meta.txt").write_text("\n".join(NAMES))
    return folder


@refused("archive", "Unpack")
def tar_of_class_folders(folder: Path) -> Path:
    """``.tar.gz``, ``.7z``, ``.rar``."""
    with tarfile.open(folder / "x.tar.gz", "w:gz") as archive:
        archive.add(class_folders(folder / "x"), "x")
    return folder / "x.tar.gz"


@refused("archive", "Unpack")
def rar(folder: Path) -> Path:
    (folder / "x.rar").write_bytes(b"Rar!\x1a\7\0")
    return folder / "x.rar"


@refused("TensorFlow", "np.savez")
def tfrecords(folder: Path) -> Path:
    """``.tfrecord``."""
    (folder / "train.tfrecord").write_bytes(struct.pack("<Q", 5) + b"\0" * 4 + b"hello" + b"\0" * 4)
    return folder


@refused("MATLAB", "np.savez")
def matlab(folder: Path) -> Path:
    """``.mat``."""
    (folder / "train_32x32.mat").write_bytes(b"MATLAB 5.0 MAT-file".ljust(128) + b"\0" * 8)
    return folder / "train_32x32.mat"


@refused("HDF5", "np.savez")
def hdf5(folder: Path) -> Path:
    """``.h5``."""
    (folder / "train.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 100)
    return folder / "train.h5"


@refused("pickle", "np.savez")
def tensors_of_torch(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "images.pt", "w") as archive:
        archive.writestr("images/data.pkl", pickle.dumps([1]))
    return folder / "images.pt"


@refused(".pdf", "Data may be")
def a_document(folder: Path) -> Path:
    (folder / "paper.pdf").write_bytes(b"%PDF-1.7")
    return folder / "paper.pdf"


@refused("no images", "Data may be")
def zip_of_texts(folder: Path) -> Path:
    (folder / "x").mkdir()
    (folder / "x" / "a.txt").write_text("hello")
    return zipped(folder / "x", folder / "x.zip")


@refused("CRC", "--skip-bad")
def zip_with_a_damaged_file(folder: Path) -> Path:
    path = zipped(class_folders(folder / "x"), folder / "x.zip")
    content = bytearray(path.read_bytes())
    place = content.find(b"IDAT") + 8
    content[place] ^= 255
    path.write_bytes(content)
    return path


@refused("holds archives", "x.zip")
def zip_in_a_folder(folder: Path) -> Path:
    """A folder of ``.zip`` files."""
    (folder / "download").mkdir()
    zipped(class_folders(folder / "x"), folder / "download" / "x.zip")
    return folder / "download"


def webp_bytes(kind: int, seed: int) -> bytes:
    buffer = io.BytesIO()
    picture(kind, seed).save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


@reads(FOUR)
def zip_of_webp(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "x.zip", "w", zipfile.ZIP_LZMA) as archive:
        for kind, name in enumerate(NAMES):
            for number in range(4):
                archive.writestr(f"{name}/{number}.webp", webp_bytes(kind, number))
    return folder / "x.zip"


@reads(FOUR)
def zip_in_capitals(folder: Path) -> Path:
    return zipped(class_folders(folder / "x"), folder / "X.ZIP")


@refused("labels.csv in", "Save it again")
def zip_with_a_damaged_name(folder: Path) -> Path:
    # The name before a file's bytes is no UTF-8, though the list of files says so of it.
    table(flat(folder / "x") / "labels.csv", ("file_name", "label"), rows_of())
    path = zipped(folder / "x", folder / "x.zip")
    content = bytearray(path.read_bytes())
    place = content.find(b"PK\3\4")
    while content[place + 30 : place + 40] != b"labels.csv":
        place = content.find(b"PK\3\4", place + 4)
    content[place + 7] |= 8
    content[place + 30] = 0x9C
    path.write_bytes(content)
    return path


@refused("ant/0.png (named twice in the zip)", "--skip-bad")
@reads(FOUR, left_out={"cannot be opened": 1}, options={"skip_bad": True}, says=("twice",))
def zip_that_names_a_file_twice(folder: Path) -> Path:
    """`.zip` that has two files of one name."""
    path = zipped(class_folders(folder / "x"), folder / "x.zip")
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        archive.write(folder / "x" / "ant" / "0.png", "ant/0.png")
    return path


@reads(FOUR)
def zip_without_ending(folder: Path) -> Path:
    """A zip without the ending `.zip`."""
    return zipped(class_folders(folder / "x"), folder / "download")
