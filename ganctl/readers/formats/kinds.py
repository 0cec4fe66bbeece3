"""What kind of file something is, by its ending or its first bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path, PurePath

from ganctl.files.tree import Entry, Tree

IMAGE_ENDINGS = frozenset({
    ".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".bmp", ".gif", ".webp", ".tif", ".tiff",
    ".ppm", ".pgm", ".pbm", ".pnm", ".avif", ".heic", ".heif", ".ico",
})  # fmt: skip
TABLE_ENDINGS = frozenset({".csv", ".tsv", ".jsonl"})
IDX_NAME = re.compile(r"[-.]idx[1-4]-ubyte(\.gz|\.xz)?$", re.IGNORECASE)
ATTRIBUTES_NAME = re.compile(r"list_attr_\w+\.txt", re.IGNORECASE)
DATASET_JSON = "dataset.json"
_ZIPS_OF_OTHERS = {
    ".npz", ".pt", ".pth", ".keras", ".xlsx", ".xlsm", ".ods", ".docx", ".odt", ".pptx", ".jar",
    ".apk", ".whl",
}  # fmt: skip
_SNIFFED = 16
_NO_ENDING = re.compile(r"(\.\d+)?")
_FIRST_BYTES = (
    b"\x89PNG\r\n", b"\xff\xd8\xff", b"BM", b"GIF8", b"II*\0", b"MM\0*", b"P1", b"P2", b"P3",
    b"P4", b"P5", b"P6",
)  # fmt: skip
_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"mif1", b"msf1"}


def images_of(tree: Tree) -> list[Entry]:
    """Return the files of a tree that are images, by their endings; without one, by first bytes."""
    return [
        entry
        for entry in tree.entries
        if (ending := entry.ending) in IMAGE_ENDINGS
        or (_NO_ENDING.fullmatch(ending) and _starts_as_image(first_bytes(tree, entry)))
    ]


def is_image_name(path: str) -> bool:
    """Return whether a path ends as that of an image does."""
    return PurePath(path).suffix.lower() in IMAGE_ENDINGS


def is_zip(path: Path) -> bool:
    """Return whether a file is a zip archive of files, by its ending or its first bytes."""
    ending = path.suffix.lower()
    if ending == ".zip":
        return True
    if ending in _ZIPS_OF_OTHERS or not path.is_file():  # A pipe would keep us waiting.
        return False
    with suppress(OSError), path.open("rb") as file:
        return file.read(4) == b"PK\3\4"
    return False


def first_bytes(tree: Tree, entry: Entry) -> bytes:
    """Return how a file starts; nothing if it cannot be read."""
    try:
        with tree.open(entry) as file:
            return file.read(_SNIFFED)
    except Exception:  # zipfile lets out whatever it trips over in a damaged file.
        return b""


def by_ending(entries: Iterable[Entry]) -> dict[str, int]:
    """Count files by their ending, the most frequent one first."""
    counts = Counter(entry.ending or "no ending" for entry in entries)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def is_idx(entry: Entry) -> bool:
    """Return whether a file is named as MNIST's are."""
    return bool(IDX_NAME.search(entry.name))


def is_table(entry: Entry) -> bool:
    """Return whether a file may be a table of file names."""
    return (
        entry.ending in TABLE_ENDINGS
        or entry.name.lower() == DATASET_JSON
        or bool(ATTRIBUTES_NAME.fullmatch(entry.name))
    )


def _starts_as_image(start: bytes) -> bool:
    if start[:4] == b"RIFF":
        return start[8:12] == b"WEBP"
    if start[4:8] == b"ftyp":
        return start[8:12] in _BRANDS
    if start[:1] == b"P":
        return start[:2] in _FIRST_BYTES and start[2:3] in (b"\n", b" ", b"\r", b"\t")
    return start.startswith(_FIRST_BYTES)
