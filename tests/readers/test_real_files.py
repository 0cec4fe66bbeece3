"""Data sets of others, where this machine has them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ganctl.readers.reading import line, read
from ganctl.requests.data import ReadOptions

FASHION_MNIST = Path("/usr/share/datasets/fashion-mnist")
"""Where Debian's package dataset-fashion-mnist lies."""

pytestmark = pytest.mark.slow


@pytest.mark.skipif(not FASHION_MNIST.is_dir(), reason="dataset-fashion-mnist is not installed")
def test_fashion_mnist_of_debian() -> None:
    reading = read(FASHION_MNIST, ReadOptions(), None, keep=False)
    assert line(reading) == (
        "read 60,000 images, 28×28 grey, 10 classes (T-shirt/top 6,000, Trouser 6,000, Pullover "
        "6,000, Dress 6,000, Coat 6,000, Sandal 6,000, Shirt 6,000, Sneaker 6,000, Bag 6,000, "
        "Ankle boot 6,000), test split 10,000, from IDX files"
    )
    assert (reading.left_out, reading.remarks) == ({}, ())


def test_the_digits_of_scikit_learn(tmp_path: Path) -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    digits = datasets.load_digits()
    np.savez(tmp_path / "digits.npz", data=digits.data, target=digits.target)
    dark = read(tmp_path / "digits.npz", ReadOptions(), None, keep=False)
    assert any("give --levels 0,16" in remark for remark in dark.remarks)
    reading = read(tmp_path / "digits.npz", ReadOptions(levels=(0, 16)), None, keep=False)
    train = reading.parts["train"]
    assert np.array_equal(train.images, np.rint(digits.images * 255 / 16).astype(np.uint8))
    assert np.array_equal(train.labels, digits.target)
