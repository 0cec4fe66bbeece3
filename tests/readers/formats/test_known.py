"""Well-known sets of numbered classes are called by their names."""

from pathlib import Path

import numpy as np
import pytest

from ganctl.files.tree import open_tree
from ganctl.readers.arrays import read_arrays
from ganctl.readers.formats import known
from ganctl.readers.formats.idx import open_idx
from ganctl.requests.data import ReadOptions

DEBIANS = Path("/usr/share/datasets/fashion-mnist")


@pytest.mark.parametrize(
    ("kind", "count", "some"),
    [
        ("byclass", 62, {0: "0", 10: "A", 36: "a", 61: "z"}),
        ("bymerge", 47, {10: "A", 36: "a", 37: "b", 38: "d", 46: "t"}),
        ("balanced", 47, {36: "a", 46: "t"}),
        ("letters", 27, {1: "A", 26: "Z"}),
        ("digits", 10, {9: "9"}),
        ("mnist", 10, {0: "0"}),
    ],
)
def test_emnists_names_are_those_of_its_paper(kind, count, some):
    names = known.class_names(f"emnist-{kind}-", bytes)
    assert len(names) == count
    assert {index: names[index] for index in some} == some


@pytest.mark.slow
def test_names_agree_with_torchvisions():
    from ganctl.engine.data import torchvision_door

    datasets = torchvision_door.datasets()
    classes = datasets.EMNIST.classes_split_dict
    for kind in ("byclass", "bymerge", "balanced", "digits", "mnist"):
        assert known.class_names(f"emnist-{kind}-", bytes) == tuple(classes[kind])
    assert set(known._BY_PACKED_FILE.values()) == {tuple(datasets.KMNIST.classes)}
    downloads = dict(datasets.KMNIST.resources)
    for name in ("train-labels-idx1-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
        assert downloads[name] in known._BY_PACKED_FILE
    assert tuple(datasets.FashionMNIST.classes) in known._BY_LABELS.values()


def test_unknown_labels_have_no_names():
    assert known.class_names("", lambda: b"labels") == ()
    for labels in (
        np.arange(9),
        np.array([-1]),
        np.array([300]),
        np.array(["a"]),
        np.array([0])[:0],
    ):
        assert known.names_of_labels(labels) == ()


@pytest.mark.slow
@pytest.mark.skipif(not DEBIANS.is_dir(), reason="Debian's dataset-fashion-mnist is not installed")
def test_fashion_mnist_as_debian_has_it():
    found = open_idx(open_tree(DEBIANS))
    assert found is not None
    parts = read_arrays(found, ReadOptions(), None).parts
    assert parts["train"].images.shape == (60_000, 28, 28)
    assert parts["test"].images.shape == (10_000, 28, 28)
    assert parts["train"].classes[-1] == "Ankle boot"
