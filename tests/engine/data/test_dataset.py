"""Every kind of data becomes the same thing, or says why it cannot."""

import gzip

import numpy as np
import pytest
import torch
from PIL import Image

from ganctl.engine.data import torchvision as downloads
from ganctl.engine.data import torchvision_door as vision
from ganctl.engine.data.dataset import Dataset, load, real_rows
from ganctl.errors import DataError
from ganctl.files.idx import idx_bytes
from ganctl.requests.data import BUNDLED, DATA_SETS
from tests.conftest import tiny_images


def write_folder(root, size=(8, 8), mode="L", count=3):
    for name, value in (("cat", 10), ("dog", 200)):
        (root / name).mkdir(parents=True)
        for number in range(count):
            colour = value + number if mode == "L" else (value + number, 0, 255)
            Image.new(mode, size, colour).save(root / name / f"{number}.png")
    return root


def write_idx(root, ending="", images=None, labels=None):
    default_images, default_labels = tiny_images(10)
    images = default_images if images is None else images
    labels = default_labels.astype(np.uint8) if labels is None else labels
    root.mkdir()
    for name, array in (("train-images-idx3", images), ("train-labels-idx1", labels)):
        content = idx_bytes(array)
        packed = gzip.compress(content) if ending == ".gz" else content
        (root / f"{name}-ubyte{ending}").write_bytes(packed)
    return root


def test_npz_with_names(tiny_data):
    data = load(str(tiny_data))
    images, labels = tiny_images()
    assert data.classes == ("across", "down")
    assert np.array_equal(data.images[:, 0].numpy(), images)
    assert np.array_equal(data.labels.numpy(), labels)
    assert data.images.dtype == torch.uint8


def test_npz_in_colour_without_names(tmp_path):
    path = tmp_path / "colour.npz"
    images = np.arange(4 * 8 * 8 * 3, dtype=np.uint8).reshape(4, 8, 8, 3)
    np.savez(path, images=images, labels=np.array([0, 1, 2, 2]))
    data = load(str(path))
    assert data.classes == ("0", "1", "2")
    assert np.array_equal(data.images.permute(0, 2, 3, 1).numpy(), images)


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_idx_folder(tmp_path, ending):
    data = load(str(write_idx(tmp_path / "idx", ending)))
    assert np.array_equal(data.images[:, 0].numpy(), tiny_images(10)[0])
    assert data.classes == ("0", "1")


def test_image_folder(tmp_path):
    data = load(str(write_folder(tmp_path / "pets")))
    assert data.classes == ("cat", "dog")
    assert data.images.shape == (6, 1, 8, 8)
    assert data.images[:, 0, 0, 0].tolist() == [10, 11, 12, 200, 201, 202]
    assert data.labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_image_folder_in_colour_of_several_sizes(tmp_path):
    root = write_folder(tmp_path / "pets", mode="RGB")
    Image.new("RGB", (30, 20), (1, 2, 3)).save(root / "cat" / "0.png")
    with pytest.raises(DataError, match="is not 30×20") as caught:
        load(str(root))
    assert "--image-size" in caught.value.hint
    data = load(str(root), image_size=12)
    assert data.images.shape == (6, 3, 12, 12)
    assert data.images[0, :, 5, 5].tolist() == [1, 2, 3]


def test_image_size_resizes(tiny_data):
    data = load(str(tiny_data), image_size=16)
    assert data.images.shape == (64, 1, 16, 16)
    mean = load(str(tiny_data)).images.float().mean()
    assert data.images.float().mean() == pytest.approx(mean.item(), rel=0.05)


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


def bad_npz(tmp_path, **arrays):
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays)
    return path


GREY = np.zeros((4, 8, 8), np.uint8)
TWO = np.array([0, 1, 0, 1])


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"labels": TWO}, "no array"),
        ({"images": GREY.astype(float), "labels": TWO}, "images are float64"),
        ({"images": GREY[0], "labels": TWO}, "images are uint8"),
        ({"images": GREY, "labels": TWO.astype(float)}, "labels are float64"),
        ({"images": GREY, "labels": TWO[:2]}, "4 images and 2 labels"),
        ({"images": GREY, "labels": TWO - 1}, "labels from -1"),
        ({"images": GREY, "labels": TWO, "class_names": np.array(["a"])}, "for 1 classes"),
        ({"images": GREY[:, :, :7], "labels": TWO}, "7×8"),
        ({"images": np.zeros((4, 9, 9), np.uint8), "labels": TWO}, "9×9"),
        ({"images": GREY[:0], "labels": TWO[:0]}, "0 images"),
        ({"images": GREY, "labels": TWO * 99_999}, "label is 99999"),
        ({"images": np.array([{}], dtype=object), "labels": TWO}, "cannot be read"),
    ],
)
def test_bad_npz(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message) as caught:
        load(str(bad_npz(tmp_path, **arrays)))
    assert caught.value.hint


def test_npz_that_is_none(tmp_path):
    path = tmp_path / "text.npz"
    path.write_text("not a zip file")
    with pytest.raises(DataError, match="cannot be read"):
        load(str(path))


@pytest.mark.parametrize("kind", ["empty", "no images", "no labels", "broken image", "text"])
def test_bad_folders(tmp_path, kind):
    root = tmp_path / "data"
    if kind == "no images":
        (root / "cat").mkdir(parents=True)
    elif kind == "no labels":
        write_idx(root)
        (root / "train-labels-idx1-ubyte").unlink()
    elif kind == "broken image":
        write_folder(root)
        (root / "cat" / "0.png").write_text("no image")
    elif kind == "text":
        root.write_text("text")
    else:
        root.mkdir()
    with pytest.raises(DataError) as caught:
        load(str(root))
    assert caught.value.hint


def test_what_tools_keep_beside_the_images_is_no_class(tmp_path):
    root = write_folder(tmp_path / "data")
    before = load(str(root))
    (root / ".ipynb_checkpoints").mkdir()
    (root / "__MACOSX").mkdir()
    (root / "cat" / "._0.png").write_text("what a Mac says of 0.png")
    after = load(str(root))
    assert after.classes == before.classes
    assert len(after) == len(before)


def test_a_class_without_images_is_refused(tmp_path):
    root = write_folder(tmp_path / "data")
    (root / "dodo").mkdir()
    with pytest.raises(DataError, match="dodo is the folder of a class, and holds no images"):
        load(str(root))


def test_class_names_from_windows(tmp_path):
    root = write_idx(tmp_path / "data")
    (root / "class-names.txt").write_bytes("\ufeffcat\r\ndog\r\n".encode())
    assert load(str(root)).classes == ("cat", "dog")


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


@pytest.mark.parametrize("dtype", [np.uint16, np.int32, np.float32])
def test_images_of_more_than_8_bits_are_refused(tmp_path, dtype):
    """Pillow would make nearly all of their pixels white."""
    root = write_folder(tmp_path / "deep")
    Image.fromarray(np.full((8, 8), 300, dtype)).save(next(root.iterdir()) / "deep.tiff")
    with pytest.raises(DataError, match="more than 8 bits per channel"):
        load(str(root))


@pytest.mark.parametrize(("mode", "clear"), [("LA", (7, 0)), ("RGBA", (255, 0, 0, 0))])
def test_transparent_pixels_are_white(tmp_path, mode, clear):
    root = write_folder(tmp_path / "icons", mode=mode[:-1])
    Image.new(mode, (8, 8), clear).save(next(root.iterdir()) / "0.png")
    images = load(str(root)).images
    assert images.shape[1] == len(mode) - 1
    assert (images == 255).all(dim=3).all(dim=2).all(dim=1).any()
