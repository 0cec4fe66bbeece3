"""The bundled digits and faces: whole, checked, cached, and never fetched."""

import hashlib
import lzma
import socket

import numpy as np
import pytest

from ganctl.engine.data.dataset import load
from ganctl.errors import DataError, UsageError
from ganctl.files import paths
from ganctl.readers.labelled import ANY
from ganctl.readers.named import bundled
from ganctl.readers.named.bundled import CHECKSUMS, load_bundled
from ganctl.readers.reading import line, read_named
from ganctl.requests.conditions.words import text_of
from ganctl.requests.data import Colour, ReadOptions


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


@pytest.mark.parametrize("name", CHECKSUMS)
def test_the_packed_files_are_the_originals(name):
    raw = lzma.decompress((paths.ASSETS / f"{name}.xz").read_bytes())
    assert hashlib.md5(raw).hexdigest() == CHECKSUMS[name]


def test_the_documented_checksums_are_the_checked_ones():
    text = (paths.ASSETS / "README.md").read_text()
    for name, md5 in CHECKSUMS.items():
        assert f"| `{name.partition('/')[2]}` | `{md5}` |" in text


def test_the_second_load_maps_the_cached_copy(monkeypatch):
    digits()

    def unpack_again(*_):
        raise AssertionError("unpacked twice")

    monkeypatch.setattr(bundled, "_unpacked", unpack_again)
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
        bundled._unpacked(f"mnist/{name}")
    assert caught.value.hint == "Install ganctl again."


def avatars(*conditions, **options):
    reading = read_named("avatars", ReadOptions(condition=conditions, **options))
    assert reading is not None
    return reading


PIXELS = "6884e7f4a2839230e4f884a12cd92a75"
"""The md5 of the 24,000 faces as they were drawn, uint8 [24000, 32, 32, 3]."""


def test_the_faces_are_those_that_were_drawn(no_network):
    parts = avatars().parts
    digest = hashlib.md5(parts["train"].images.tobytes())
    digest.update(parts["test"].images.tobytes())
    assert digest.hexdigest() == PIXELS
    assert PIXELS in (paths.ASSETS / "README.md").read_text()


def test_faces_have_six_attributes():
    reading = avatars()
    assert line(reading) == (
        "read 20,000 images, 32×32 colour, 6 attributes (hair 6, length 2, eyes 3, skin 3, "
        "glasses 2, mouth 2), test split 4,000, from avatars"
    )
    train = reading.parts["train"]
    assert train.classes == (ANY,)
    assert train.described is not None
    schema = train.described.schema
    hair = schema.attributes[0]
    assert (hair.name, hair.values) == ("hair", ("black", "blond", "blue", "brown", "green", "red"))
    first = [schema.attributes[j].values[int(v)] for j, v in enumerate(train.described.values[0])]
    assert first == ["blond", "long", "blue", "dark", "no", "happy"]
    assert sum(schema.counts) == 20_000
    assert list(schema.counts) == sorted(schema.counts, reverse=True)
    assert len(schema.rows) == 6 * 2 * 3 * 3 * 2 * 2
    # A quarter wears glasses.
    glasses = train.described.values[:, 4]
    assert abs(glasses.mean() - 0.25) < 0.01


def test_faces_have_captions():
    reading = avatars("caption")
    assert "captions of 38 words (caption), 6 attributes (hair 6, " in line(reading)
    train = reading.parts["train"].described
    assert train is not None
    assert train.words.shape == (20_000, train.schema.captions.length)
    said = text_of(train.words[0].tolist(), train.schema.captions)
    assert said == "a face with dark skin long golden hair and blue eyes"


def test_one_attribute_of_faces_is_their_class():
    train = avatars("hair").parts["train"]
    assert train.described is None
    assert train.classes == ("black", "blond", "blue", "brown", "green", "red")
    assert train.labels[:2].tolist() == [1, 1]


def test_faces_in_grey_keep_what_is_known_of_them():
    grey, whole = (
        avatars("hair", "eyes", **how).parts["test"] for how in ({"colour": Colour.GREY}, {})
    )
    assert grey.images.shape == (4000, 32, 32)
    assert grey.described is not None
    assert whole.described is not None
    assert grey.described.schema.sizes == (6, 3)
    assert np.array_equal(grey.described.values, whole.described.values)


def test_columns_that_are_not_there():
    with pytest.raises(DataError, match="avatars has no column hare") as caught:
        avatars("hare")
    assert "Did you mean hair?" in caught.value.hint
    with pytest.raises(UsageError, match="mnist has none"):
        load_bundled("mnist", ("hair",), None)


@pytest.mark.parametrize("name", ["mnist", "avatars", "fashion-mnist"])
def test_another_table_is_not_left_aside_without_a_word(name):
    with pytest.raises(UsageError, match=f"--labels mine.csv .* and {name} has its labels"):
        read_named(name, ReadOptions(labels="mine.csv"))
