"""The bundled digits: whole, checked, cached, and never fetched."""

import hashlib
import lzma
import socket

import numpy as np
import pytest

from ganctl.engine.data.dataset import load
from ganctl.errors import DataError
from ganctl.files import paths
from ganctl.readers import bundled as mnist


def digits():
    """Return the test digits."""
    test = load("mnist").test
    assert test is not None
    return test


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)


def test_all_seventy_thousand_digits_are_there(no_network):
    train, test = load("mnist"), digits()
    assert (len(train), len(test)) == (60_000, 10_000)
    assert train.images.shape == (60_000, 1, 28, 28)
    assert train.classes == tuple("0123456789")
    # The counts that LeCun's page and every paper on MNIST give for the training split.
    counts = np.bincount(train.labels.numpy()).tolist()
    assert counts == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]


@pytest.mark.parametrize("name", mnist.MNIST_FILES)
def test_the_packed_files_are_the_originals(name):
    raw = lzma.decompress((paths.ASSETS / "mnist" / f"{name}.xz").read_bytes())
    assert hashlib.md5(raw).hexdigest() == mnist.MNIST_FILES[name][0]


def test_the_documented_checksums_are_the_checked_ones():
    text = (paths.ASSETS / "README.md").read_text()
    for name, (md5, _) in mnist.MNIST_FILES.items():
        assert f"| `{name}` | `{md5}` |" in text


def test_the_second_load_maps_the_cached_copy(monkeypatch):
    digits()

    def unpack_again(*_):
        raise AssertionError("unpacked twice")

    monkeypatch.setattr(mnist, "_unpacked_mnist", unpack_again)
    assert len(digits()) == 10_000


def test_a_cut_off_cache_is_made_again(tmp_path, monkeypatch):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
    before = digits().fingerprint
    cached = tmp_path / "cache" / "mnist" / "t10k-images-idx3-ubyte"
    cached.write_bytes(cached.read_bytes()[:1000])
    assert digits().fingerprint == before


def test_a_cache_that_cannot_be_written_is_no_obstacle(tmp_path, monkeypatch):
    blocked = tmp_path / "a-file"
    blocked.write_text("")
    monkeypatch.setenv("GANCTL_CACHE", str(blocked))
    assert len(digits()) == 10_000


def test_changing_the_images_leaves_the_cache_alone():
    first = digits()
    fingerprint = first.fingerprint
    first.images.zero_()
    assert digits().fingerprint == fingerprint


@pytest.mark.parametrize("damage", ["truncated", "changed"])
def test_damaged_assets_are_named(tmp_path, monkeypatch, damage):
    name = "t10k-labels-idx1-ubyte"
    packed = (paths.ASSETS / "mnist" / f"{name}.xz").read_bytes()
    (tmp_path / "mnist").mkdir()
    content = packed[:100] if damage == "truncated" else lzma.compress(b"something else")
    (tmp_path / "mnist" / f"{name}.xz").write_bytes(content)
    monkeypatch.setattr(paths, "ASSETS", tmp_path)
    with pytest.raises(DataError, match=f"{name}.xz") as caught:
        mnist._unpacked_mnist(name)
    assert caught.value.hint == "Install ganctl again."
