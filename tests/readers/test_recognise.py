"""What lies at a path: which reader takes it, and what no reader takes."""

import gzip
import io
import pickle
from pathlib import Path

import numpy as np
import pytest

from ganctl.errors import DataError, UsageError
from ganctl.readers import recognise as module
from ganctl.readers.formats.kinds import IMAGE_ENDINGS
from ganctl.readers.labelled import Arrays
from ganctl.readers.recognise import recognise
from ganctl.requests.data import ReadOptions
from tests.readers.layouts import counts, folder, of_classes, pictures_at, said, zipped

THREE = {"disc": 3, "square": 3, "triangle": 3}
PIXELS = "label," + ",".join(f"pixel{i}" for i in range(64)) + "\n" + "3" + ",7" * 64 + "\n"


def npz_bytes(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


NPZ = npz_bytes(images=np.zeros((3, 8, 8), np.uint8), labels=np.arange(3))


def idx(*shape):
    head = bytes([0, 0, 8, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape)
    return head + bytes(int(np.prod(shape)))


IDX = {"train-images-idx3-ubyte": idx(3, 8, 8), "train-labels-idx1-ubyte": idx(3)}


def below(prefix, files):
    return {prefix + name: content for name, content in files.items()}


def arrays_at(path, **options):
    found = recognise(path, ReadOptions(**options))
    assert isinstance(found, Arrays)
    return found


def refused(path, error=DataError, **options):
    with pytest.raises(error) as caught:
        recognise(path, ReadOptions(**options))
    return f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("ending", sorted(IMAGE_ENDINGS))
def test_endings_that_are_read(tmp_path, ending):
    files = of_classes(ending=ending[1:]) | of_classes("", 5, ending[1:].upper())
    found = pictures_at(zipped(tmp_path / "data.zip", files))
    assert sum(counts(found).values()) == 9 + 15
    assert found.left_out == {}


FIRST_BYTES = {
    "png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a", "bmp": b"BM\0\0",
    "webp": b"RIFF\0\0\0\0WEBP", "tiff": b"II*\0", "ppm": b"P6\n3 3", "avif": b"\0\0\0 ftypavif",
    "heic": b"\0\0\0 ftypheic",
}  # fmt: skip


@pytest.mark.parametrize("kind", FIRST_BYTES)
@pytest.mark.parametrize("name", ["0001", "0001.7"])
def test_images_without_ending_are_known_by_their_first_bytes(tmp_path, kind, name):
    files = {f"a/{name}": FIRST_BYTES[kind], "a/1.png": b"", "a/LICENSE": b"Permission", "a/P": b""}
    found = pictures_at(folder(tmp_path / "data", files))
    assert counts(found) == {"a": 2}
    assert found.left_out == {"no ending": 2}


def test_other_endings_are_counted(tmp_path):
    files = of_classes() | below("disc/", {"a.svg": b"", "b.SVG": b"", "c.txt": b"", "d": b""})
    found = pictures_at(folder(tmp_path / "data", files))
    assert found.left_out == {".svg": 2, ".txt": 1, "no ending": 1}


def test_files_that_may_say_classes_and_are_not_used_are_said(tmp_path):
    files = of_classes() | {"classes.txt": b"", "annotations/1.xml": b"", "README.txt": b""}
    found = pictures_at(folder(tmp_path / "data", files))
    assert found.remarks == ("Files that may say classes are not used: classes.txt.",)


def test_what_cannot_be_opened_is_said(tmp_path):
    data = folder(tmp_path / "data", of_classes())
    try:
        (data / "disc" / "gone.png").symlink_to(data / "gone.png")
    except OSError:
        pytest.skip("links need a privilege here")
    found = pictures_at(data)
    assert found.left_out == {"cannot be opened": 1}
    gone = Path("disc", "gone.png")
    assert found.remarks == (f"Files that cannot be opened: {gone} (a broken link).",)


def test_a_readme_beside_a_folder_does_not_keep_from_entering_it(tmp_path):
    files = of_classes("shapes/") | {"README.md": b"", "docs/how.txt": b""}
    found = pictures_at(folder(tmp_path / "data", files))
    assert counts(found) == THREE
    assert found.left_out == {".md": 1, ".txt": 1}


@pytest.mark.parametrize("prefix", ["", "raw/", "MNIST/raw/", "a/b/c/"])
def test_idx_files_below_a_root(tmp_path, prefix):
    for path in (
        folder(tmp_path / "data", below(prefix, IDX)),
        zipped(tmp_path / "data.zip", below(prefix, IDX)),
    ):
        found = arrays_at(path)
        assert [entry.name for entry in found.files] == list(IDX)
        assert found.load(None)["train"].images.shape == (3, 8, 8)


def test_idx_files_in_folders_of_their_names(tmp_path):
    files = {f"{name}/{name}": content for name, content in IDX.items()}
    found = arrays_at(folder(tmp_path / "data", files | {"notes.txt": b""}))
    assert len(found.files) == 2
    assert found.left_out == {".txt": 1}


def test_idx_files_in_several_folders(tmp_path):
    files = below("MNIST/raw/", IDX) | below("KMNIST/raw/", IDX)
    message = refused(folder(tmp_path / "data", files))
    assert "IDX files in several folders: MNIST/raw, KMNIST/raw" in message or "KMNIST" in message
    assert "Name one of them" in message


def test_one_idx_file_points_to_its_folder(tmp_path):
    data = folder(tmp_path / "data", IDX)
    message = refused(data / "train-images-idx3-ubyte")
    assert f"Name the folder {data}" in message


@pytest.mark.parametrize("where", ["data/x.npz", "data", "data.zip"])
def test_an_npz(tmp_path, where):
    folder(tmp_path / "data", {"x.npz": NPZ})
    zipped(tmp_path / "data.zip", {"in/x.npz": NPZ})
    found = arrays_at(tmp_path / where)
    assert [entry.name for entry in found.files] == ["x.npz"]
    assert found.load(None)["train"].images.shape == (3, 8, 8)
    assert found.left_out == {}


def test_several_npz_are_listed(tmp_path):
    data = folder(tmp_path / "data", {"x.npz": NPZ, "y.npz": NPZ})
    message = refused(data)
    assert "several data sets: x.npz, y.npz" in message
    assert f"Name one of them, such as {data / 'x.npz'}." in message


def test_an_array_beside_images_is_read_if_it_is_larger(tmp_path):
    small = folder(tmp_path / "small", {"x.npz": NPZ, "sample.png": b"x"})
    assert arrays_at(small).left_out == {".png": 1}
    large = folder(tmp_path / "large", of_classes() | {"x.npz": NPZ, "disc/x.png": b"x" * 9999})
    assert pictures_at(large).left_out == {".npz": 1}


def pretend(monkeypatch, reader):
    """Put something else for a reader, and return what it is given."""
    opened = []

    def read(tree, entries):
        opened.extend(entries)
        return Arrays("made up", (), lambda progress: {})

    monkeypatch.setattr(module, reader, read)
    return opened


@pytest.mark.parametrize("where", ["data/train.csv", "data"])
def test_a_csv_of_pixels(tmp_path, monkeypatch, where):
    opened = pretend(monkeypatch, "open_csv")
    folder(tmp_path / "data", {"train.csv": PIXELS, "test.csv": PIXELS, "submission.csv": "a,b\n"})
    assert arrays_at(tmp_path / where).layout == "made up"
    assert {entry.name for entry in opened} >= {"train.csv"}


def test_parquet(tmp_path, monkeypatch):
    opened = pretend(monkeypatch, "open_parquet")
    names = ["data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet"]
    found = recognise(folder(tmp_path / "data", dict.fromkeys(names, b"PAR1")), ReadOptions())
    assert [entry.name for entry in opened] == [name.removeprefix("data/") for name in names]
    assert found.left_out == {}
    two = folder(tmp_path / "two", {"a/train.parquet": b"PAR1", "b/train.parquet": b"PAR1"})
    assert "several data sets: a/train.parquet, b/train.parquet" in refused(two)


@pytest.mark.parametrize("options", [{"condition": ("hair",)}, {"labels": "labels.csv"}])
def test_a_table_is_for_images(tmp_path, options):
    pixels = ",".join(map(str, range(65))) + "\n"
    message = refused(folder(tmp_path / "data", {"x.csv": pixels * 3}), UsageError, **options)
    assert "is for images with a table beside them" in message


PICKLE = pickle.dumps({"data": [1]})
KINDS = {
    "mnist.pkl": (PICKLE, "pickle", "np.savez"),
    "mnist.pkl.gz": (gzip.compress(PICKLE), "pickle", "np.savez"),
    "train": (PICKLE, "pickle", "np.savez"),
    "model.pt": (b"PK", "pickle", "np.savez"),
    "data_batch_1": (PICKLE, "CIFAR's batches in pickles", "--data cifar10"),
    "data_batch_1.bin": (b"\0", "CIFAR's binary batches", "np.fromfile"),
    "x.tar": (b"", "an archive", "Unpack it"),
    "x.tar.gz": (b"", "an archive", "Unpack it"),
    "x.7z": (b"", "an archive", "Unpack it"),
    "x.rar": (b"", "an archive", "Unpack it"),
    "x.tfrecord": (b"", "TensorFlow's records", "tf.data"),
    "x.mat": (b"", "MATLAB", "scipy.io.loadmat"),
    "x.h5": (b"", "HDF5", "h5py.File"),
    "x.npy": (b"", "array without labels", "np.load"),
    "x.svg": (b"", "SVG", "rsvg-convert"),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_is_not_read_says_what_it_is_and_what_to_do(tmp_path, name, is_folder):
    content, what, to_do = KINDS[name]
    data = folder(tmp_path / "data", {name: content} | ({"README": b""} if is_folder else {}))
    message = refused(data if is_folder else data / name)
    assert what in message
    assert to_do in message


def test_class_folders_of_svg(tmp_path):
    message = refused(folder(tmp_path / "data", of_classes(ending="svg")))
    assert "no images that can be read: it is SVG" in message
    assert "rsvg-convert" in message
    assert "inkscape" in message


@pytest.mark.parametrize(
    ("files", "what"), [({}, "has no files"), ({"a/b.txt": b"", "c.txt": b""}, "no images: 2 .txt")]
)
def test_the_layouts_are_shown_where_there_is_nothing(tmp_path, files, what):
    message = refused(folder(tmp_path / "data", files))
    assert what in message
    for layout in ("class folders", "labels.csv", "IDX", ".npz", ".parquet", "--model gan"):
        assert layout in message


def test_a_single_image(tmp_path):
    data = folder(tmp_path / "data", {"1.png": b""})
    message = refused(data / "1.png")
    assert "is a single image. Name the folder it lies in." in message


def test_the_folder_of_a_run(tmp_path):
    message = refused(folder(tmp_path / "data", {"run.json": b"{}", "previews/1.png.part": b""}))
    assert "is the folder of a run" in message


def test_a_text_file(tmp_path):
    data = folder(tmp_path / "data", {"x.txt": b"hello"})
    assert "has no images: 1 .txt" in refused(data / "x.txt")


def test_a_table_alone(tmp_path):
    data = folder(tmp_path / "data", {"labels.csv": b"file,label\n1.png,cat\n"})
    message = refused(data / "labels.csv")
    assert "is a table, but not of pixels" in message
    assert "--labels" in message


@pytest.mark.parametrize("where", ["data/x.csv.gz", "data"])
def test_a_packed_csv_of_pixels(tmp_path, where):
    folder(tmp_path / "data", {"x.csv.gz": gzip.compress(PIXELS.encode())})
    assert [entry.name for entry in arrays_at(tmp_path / where).files] == ["x.csv.gz"]


@pytest.mark.parametrize("name", ["data", "data.zip.1", "data.bin"])
def test_a_zip_is_known_by_its_first_bytes(tmp_path, name):
    assert counts(pictures_at(zipped(tmp_path / name, of_classes()))) == THREE


@pytest.mark.parametrize("name", ["x.xlsx", "x.pt", "x.npz"])
def test_a_zip_that_something_else_is_made_of_is_not_taken_apart(tmp_path, name):
    message = refused(zipped(tmp_path / name, of_classes()))
    assert "disc" not in message


def test_hidden_images_are_counted(tmp_path):
    hidden = {".ant/1.png": b"", ".ant/2.JPG": b"", ".ant/x.txt": b"", ".git/1.png": b""}
    files = of_classes() | hidden
    assert pictures_at(folder(tmp_path / "data", files)).left_out == {"hidden": 2}
    assert pictures_at(zipped(tmp_path / "data.zip", files)).left_out == {"hidden": 2}
    message = refused(folder(tmp_path / "all", hidden))
    assert "has no files but hidden ones: .ant" in message


def test_nothing_there(tmp_path):
    assert "cannot be read" in refused(tmp_path / "none")
    assert "cannot be read as a zip" in refused(tmp_path / "none.zip")


def test_a_folder_and_its_zip_say_the_same(tmp_path):
    files = of_classes("x/train/") | of_classes("x/test/", 1) | {"x/notes.txt": b"", "x/a.png": b""}
    found = pictures_at(folder(tmp_path / "data", files))
    assert said(found) == said(pictures_at(zipped(tmp_path / "data.zip", files)))
    assert found.left_out == {"loose images": 1, ".txt": 1}
