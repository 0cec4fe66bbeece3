"""Every kind of data becomes the same thing, or says why it cannot."""

import numpy as np
import pytest
import torch

from ganctl.engine.data import torchvision as downloads
from ganctl.engine.data import torchvision_door as vision
from ganctl.engine.data.dataset import Dataset, load, real_rows
from ganctl.errors import DataError
from ganctl.requests.data import BUNDLED, DATA_SETS, ReadOptions
from tests.conftest import tiny_images


def test_npz_with_names(tiny_data):
    data = load(str(tiny_data))
    images, labels = tiny_images()
    assert data.classes == ("across", "down")
    assert np.array_equal(data.images[:, 0].numpy(), images)
    assert np.array_equal(data.labels.numpy(), labels)
    assert data.images.dtype == torch.uint8


def test_image_size_resizes(tiny_data):
    data = load(str(tiny_data), ReadOptions(image_size=16))
    assert data.images.shape == (64, 1, 16, 16)
    mean = load(str(tiny_data)).images.float().mean()
    assert data.images.float().mean() == pytest.approx(mean.item(), rel=0.1)


def test_fingerprint_knows_pixels_labels_and_names():
    images, labels = torch.zeros(4, 1, 8, 8, dtype=torch.uint8), torch.tensor([0, 1, 0, 1])
    base = Dataset("x", images, labels, ("a", "b"))
    others = [
        Dataset("x", images + 1, labels, ("a", "b")),
        Dataset("x", images, labels.flip(0), ("a", "b")),
        Dataset("x", images, labels, ("a", "c")),
    ]
    assert len({d.fingerprint for d in [base, *others]}) == 4
    assert Dataset("y", images.clone(), labels.clone(), ("a", "b")).fingerprint == base.fingerprint


def test_real_rows_show_the_classes_asked_for(tiny_data):
    data = load(str(tiny_data))
    rows = real_rows(data, [1, 0], 4, seed=0)
    assert rows.shape == (8, 1, 8, 8)
    is_across = [bool((image[0] == image[0, :, :1]).all()) for image in rows]
    assert is_across == [False] * 4 + [True] * 4
    assert not rows.equal(real_rows(data, [1, 0], 4, seed=1))


class FakeCollection:
    """Stands for a torchvision data set that is there already."""

    classes = ("up", "down")

    def __init__(self, root, train, download, split=None):
        assert download
        self.data = torch.arange(2 * 64, dtype=torch.uint8).reshape(2, 8, 8)
        self.targets = torch.tensor([1, 2]) if split == "letters" else torch.tensor([0, 1])


def test_downloads_become_data_sets(monkeypatch):
    monkeypatch.setattr(vision.datasets(), "FashionMNIST", FakeCollection)
    data = downloads.load_torchvision("FashionMNIST", "train", None)
    assert data.classes == ("up", "down")
    assert data.labels.tolist() == [0, 1]


def test_emnist_is_turned_upright_and_counted_from_zero(monkeypatch):
    monkeypatch.setattr(vision.datasets(), "EMNIST", FakeCollection)
    data = downloads.load_torchvision("EMNIST", "train", None)
    assert data.images[0, 0, :3].tolist() == [0, 8, 16]
    assert data.labels.tolist() == [0, 1]
    assert data.classes[:2] == ("A", "B")


@pytest.mark.parametrize("name", [name for name, source in DATA_SETS.items() if source != BUNDLED])
def test_offline_says_that_mnist_needs_no_network(monkeypatch, tmp_path, name):
    import urllib.request

    def offline(*_, **__):
        raise urllib.error.URLError("Name or service not known")

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path))
    with pytest.raises(DataError, match=r"cannot be downloaded: .+\.$") as caught:
        load(name)
    assert "--data mnist is bundled and needs none" in caught.value.hint
    assert str(tmp_path / "torchvision") in caught.value.hint
    assert ".gz" in caught.value.hint
    assert ("give --data PATH" in caught.value.hint) == (name != "cifar10")
