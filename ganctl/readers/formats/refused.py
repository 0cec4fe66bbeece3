"""What is not read, and how to make it something that is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganctl.errors import DataError
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.kinds import TABLE_ENDINGS, by_ending, first_bytes

LAYOUTS = """Data may be
  a folder, or a .zip, of class folders of images, with or without train/ and test/ above them
  a folder, or a .zip, of images with a table beside them, such as labels.csv
  IDX files, an .npz of images and labels, a .csv of pixels, or .parquet
  a folder of images without classes, for --model gan"""
RUN_FILE = "run.json"
_SAVE = "np.savez('data.npz', images=images, labels=labels)"
_PICKLE = (
    "a pickle, which can run any program when it is opened",
    f"Load it yourself if you trust it, and save its arrays by NumPy: {_SAVE}.",
)
_CIFAR = (
    "CIFAR's batches in pickles, which can run any program when they are opened",
    "Give --data cifar10, which downloads the set; or load the batches yourself if you trust "
    "them: images = batch[b'data'].reshape(-1, 3, 32, 32), labels = batch[b'labels'], " + _SAVE,
)
_CIFAR_BINARY = (
    "CIFAR's binary batches",
    "Give --data cifar10, or in NumPy: rows = np.concatenate([np.fromfile(name, np.uint8)"
    ".reshape(-1, 3073) for name in names]); np.savez('data.npz', "
    "images=rows[:, 1:].reshape(-1, 3, 32, 32), labels=rows[:, 0]).",
)
_ARCHIVE = ("an archive", "Unpack it, and name the folder.")
_OF_ENDING = {
    **dict.fromkeys((".pkl", ".pickle", ".pt", ".pth", ".joblib"), _PICKLE),
    **dict.fromkeys((".tar", ".tgz", ".tbz2", ".txz", ".7z", ".rar"), _ARCHIVE),
    **dict.fromkeys(
        (".tfrecord", ".tfrecords"),
        (
            "TensorFlow's records",
            "Read them by tf.data or tensorflow_datasets, and save the arrays: " + _SAVE + ".",
        ),
    ),
    ".mat": (
        "a MATLAB file",
        "In Python: d = scipy.io.loadmat('FILE.mat'), then np.savez('data.npz', "
        "images=d['X'], labels=d['y']); print(d.keys()) shows the names.",
    ),
    **dict.fromkeys(
        (".h5", ".hdf5", ".hdf"),
        (
            "an HDF5 file",
            "In Python: d = h5py.File('FILE.h5'), then np.savez('data.npz', "
            "images=d['images'][:], labels=d['labels'][:]); print(list(d)) shows the names.",
        ),
    ),
    ".npy": (
        "an array without labels",
        "In NumPy: np.savez('data.npz', images=np.load('images.npy'), "
        "labels=np.load('labels.npy')).",
    ),
    **dict.fromkeys(
        (".svg", ".svgz"),
        (
            "SVG, which is drawn and has no pixels",
            "Convert each: rsvg-convert -w 64 -h 64 a.svg -o a.png, or Inkscape: "
            "inkscape -w 64 -h 64 a.svg -o a.png.",
        ),
    ),
}  # fmt: skip
_COMPRESSED = (".gz", ".xz", ".bz2")
_PROTOCOLS = tuple(b"\x80" + bytes([protocol]) for protocol in range(2, 6))


def refusal(tree: Tree, entries: Sequence[Entry]) -> DataError:
    """Say what files are that no reader takes: the kind that has most, and what to do with it.

    Args:
        tree: where they lie.
        entries: the files; there may be none.
    """
    where = tree.path / entries[0].key if len(entries) == 1 and tree.path.is_dir() else tree.path
    if not entries and tree.lost:
        return DataError(
            f"{tree.path} has no files that can be opened: {lost_files(tree)}.",
            "Unpack the archive or copy the files, and name the folder.",
        )
    if not entries:
        hidden = f" but hidden ones: {listed(tree.hidden)}" if tree.hidden else ""
        return DataError(f"{tree.path} has no files{hidden}.", LAYOUTS)
    if zips := [entry for entry in entries if entry.ending == ".zip"]:
        return DataError(
            f"{where if len(zips) == 1 else tree.path} holds archives: {listed(map(str, zips))}.",
            f"Name one of them, such as {tree.path / zips[0].key}."
            if tree.path.is_dir()
            else "Unpack it, and name one of them or their folder.",
        )
    if len(entries) == 1 and entries[0].ending in TABLE_ENDINGS:
        return DataError(
            f"{where} is a table, but not of pixels.",
            "If it names images, give their folder as --data, and the table as --labels.",
        )
    kinds = [kind for entry in entries if (kind := _kind(tree, entry))]
    if not kinds:
        counts = listed(f"{count:,} {ending}" for ending, count in by_ending(entries).items())
        return DataError(f"{where} has no images: {counts}.", LAYOUTS)
    what, hint = max(kinds, key=kinds.count)
    verb = "is" if len(entries) == 1 else "has no images that can be read: it is"
    return DataError(f"{where} {verb} {what}.", hint)


def lost_files(tree: Tree) -> str:
    """Return the files of a tree that cannot be opened, and why."""
    return listed(f"{name} ({why})" for name, why in tree.lost)


def is_refused(entry: Entry) -> bool:
    """Return whether a file is of a kind that is known and not read."""
    return _inner_ending(entry) in _OF_ENDING or _is_cifar(entry)


def folder_of_a_run(path: Path) -> DataError:
    """Say that what ganctl keeps of a training is no data set: its sheets are no images of one."""
    return DataError(f"{path} is the folder of a run.", "Give it as RUN, or other data as --data.")


def single_image(path: Path) -> DataError:
    """Say that one image is no data set."""
    return DataError(f"{path} is a single image.", f"Name the folder it lies in.\n{LAYOUTS}")


def _kind(tree: Tree, entry: Entry) -> tuple[str, str] | None:
    if _is_cifar(entry):
        return _CIFAR_BINARY if entry.ending == ".bin" else _CIFAR
    if kind := _OF_ENDING.get(_inner_ending(entry)):
        return kind
    if entry.ending == "" and first_bytes(tree, entry).startswith(_PROTOCOLS):
        return _PICKLE
    return None


def _is_cifar(entry: Entry) -> bool:
    return entry.name.lower().removesuffix(".bin") in {
        *(f"data_batch_{number}" for number in range(1, 6)), "test_batch",
    }  # fmt: skip


def _inner_ending(entry: Entry) -> str:
    """Return the ending before that of a compressed file: ``.pkl`` of a ``.pkl.gz``."""
    if entry.ending in _COMPRESSED:
        return Path(Path(entry.name).stem).suffix.lower()
    return entry.ending
