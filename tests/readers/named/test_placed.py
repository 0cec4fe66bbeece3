"""Files put by hand where a download belongs are found, without the network or torchvision."""

import gzip

import numpy as np
import pytest

from ganctl.files import paths
from ganctl.files.idx import idx_bytes
from ganctl.readers.named.placed import find_placed, where_files_belong
from ganctl.readers.reading import line, read_named
from ganctl.requests.data import ReadOptions

FASHION = "fashion-mnist"
IMAGES = np.random.default_rng(0).integers(0, 256, (20, 8, 8), np.uint8)
LABELS = (np.arange(20) % 10).astype(np.uint8)
CONTENTS = {
    f"{split}-{kind}": idx_bytes(array)
    for split in ("train", "t10k")
    for kind, array in (("images-idx3-ubyte", IMAGES), ("labels-idx1-ubyte", LABELS))
}


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))


def put(folder, rename=lambda name: name, pack=lambda content: content, contents=None):
    target = paths.cache() / "torchvision" / folder
    target.mkdir(parents=True)
    for name, content in (contents or CONTENTS).items():
        (target / rename(name)).write_bytes(pack(content))


@pytest.mark.parametrize(
    ("folder", "rename", "pack"),
    [
        ("FashionMNIST/raw", str, bytes),
        ("FashionMNIST", str, bytes),
        ("FashionMNIST/raw", lambda name: f"{name}.gz", gzip.compress),
        ("FashionMNIST", lambda name: name.replace("-idx", ".idx"), bytes),
    ],
)
def test_idx_files_under_any_usual_name(folder, rename, pack):
    put(folder, rename, pack)
    reading = read_named(FASHION, ReadOptions())
    assert reading is not None
    assert line(reading).startswith("read 20 images, 8×8 grey, 10 classes (T-shirt/top 2, Trouser")
    assert line(reading).endswith("test split 20, from fashion-mnist")
    assert np.array_equal(reading.parts["test"].images, IMAGES)
    assert reading.parts["train"].labels.tolist() == LABELS.tolist()


def test_emnist_letters_are_found_among_the_others_and_turned_upright():
    letters = {
        name.replace("t10k", "test"): idx_bytes(LABELS + 1) if "labels" in name else content
        for name, content in CONTENTS.items()
    }
    both = {
        f"emnist-{kind}-{name}": content
        for kind in ("letters", "digits")
        for name, content in letters.items()
    }
    put("EMNIST/raw", contents=both)
    reading = read_named("emnist-letters", ReadOptions())
    assert reading is not None
    train = reading.parts["train"]
    assert train.classes == tuple("ABCDEFGHIJ")
    assert np.array_equal(train.images, IMAGES.swapaxes(1, 2))
    assert train.labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize("missing", [list(CONTENTS)[:1], list(CONTENTS)[2:], list(CONTENTS)])
def test_half_of_a_download_is_none(missing):
    kept = {name: content for name, content in CONTENTS.items() if name not in missing}
    put("FashionMNIST/raw", contents=kept or {"notes.txt": b""})
    assert read_named(FASHION, ReadOptions()) is None


def test_nothing_is_found_where_nothing_is():
    assert find_placed("KMNIST") is None
    assert find_placed("CIFAR10") is None


def test_where_files_belong():
    root = paths.cache() / "torchvision"
    assert where_files_belong("CIFAR10") == (root, ("cifar-10-python.tar.gz",))
    folder, names = where_files_belong("EMNIST")
    assert folder == root / "EMNIST" / "raw"
    assert names[2] == "emnist-letters-test-images-idx3-ubyte.gz"
