"""Layouts of files, drawn from lists of their paths, as folders and as zips."""

import io
import zipfile
from collections import Counter
from pathlib import Path

from ganctl.readers.labelled import Pictures
from ganctl.readers.recognise import recognise
from ganctl.requests.data import ReadOptions

KINDS = ("disc", "square", "triangle")


def of_classes(prefix="", count=3, ending="png", kinds=KINDS) -> dict[str, bytes | str]:
    """Name some files in a folder for each class; what is in them does not matter here."""
    return {f"{prefix}{kind}/{i}.{ending}": b"x" for kind in kinds for i in range(count)}


def folder(path: Path, files) -> Path:
    path.mkdir(exist_ok=True)
    for name, content in files.items():
        target = path / name
        if name.endswith("/"):
            target.mkdir(parents=True, exist_ok=True)
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def zipped(path: Path, files) -> Path:
    path.write_bytes(zip_bytes(files))
    return path


def zip_bytes(files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def counts(pictures, split="train"):
    assert isinstance(pictures, Pictures)
    return dict(Counter(picture.label for picture in pictures.parts.get(split, ())))


def pictures_at(path: Path, **options) -> Pictures:
    found = recognise(path, ReadOptions(**options))
    assert isinstance(found, Pictures)
    return found


def said(pictures):
    """Return all that is said of a data set but where it lies."""
    parts = {
        split: [(str(picture.entry), picture.label) for picture in part]
        for split, part in pictures.parts.items()
    }
    described = {
        split: (said.schema, repr(said.values.tolist()), said.words.tolist())
        for split, said in pictures.described.items()
    }
    return pictures.layout, parts, pictures.left_out, pictures.remarks, described
