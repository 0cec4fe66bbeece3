"""Parquet files of encoded images, as Hugging Face keeps them: a row an image.

pyarrow reads them, where it is installed. Labels are read at once, and images when they are
opened, a group of rows at a time.
"""

from __future__ import annotations

import bisect
import importlib
import io
import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import IO, Any

from ganctl.errors import DataError
from ganctl.files import untrusted_json
from ganctl.files.limits import ARCHIVED_ARRAYS_BYTES, FILES, JSON_BYTES, PICTURE_BYTES
from ganctl.files.text import listed
from ganctl.files.tree import Entry, Tree
from ganctl.readers.formats.folder_names import split_role
from ganctl.readers.labelled import ANY, VALIDATION_HELD, PictureFile, Pictures, Split

_IMAGES = ("image", "images", "img", "imgs", "picture", "png", "jpg", "jpeg")
_LABELS = ("label", "labels", "class", "target", "digit", "character", "category", "fine_label")
_GROUPS_KEPT = 2
_LIST_ENTRIES = 1 << 20
_ROW = " row "


@dataclass(frozen=True)
class _Shard:
    """A file, its open reader, its columns, and the number of the first row of each group."""

    entry: Entry
    file: Any
    image: str
    label: str | None
    names: tuple[str, ...]
    starts: tuple[int, ...]
    rows: int


def open_parquet(tree: Tree, entries: Sequence[Entry]) -> Pictures:
    """Find the splits, the images and the labels of parquet files.

    Splits are known by the names of the files, as ``train-00000-of-00002.parquet``.

    Raises:
        DataError: pyarrow is missing, a file is damaged, its groups of rows are too large, or it
            has no column of images.
    """
    parquet = _pyarrow(tree.describe(entries[0]))
    shards = [_shard(parquet, tree, entry) for entry in entries]
    if sum(shard.rows for shard in shards) > FILES:
        raise DataError(f"{tree.path} has over {FILES:,} images.", "Name fewer of its files.")
    by_split: dict[str, list[_Shard]] = {}
    for shard in shards:
        split = _split_of(shard.entry) if len(shards) > 1 else "train"
        by_split.setdefault(split, []).append(shard)
    left_out: Counter[str] = Counter()
    remarks = _chosen(shards)
    if "validation" in by_split:
        if "test" in by_split:
            left_out["validation split"] = sum(s.rows for s in by_split.pop("validation"))
        else:
            remarks.append(VALIDATION_HELD)
            by_split["test"] = by_split.pop("validation")
    if "train" not in by_split:
        raise DataError(
            f"{tree.path} has no parquet file to train on.", "Name one train-….parquet."
        )
    parts: dict[Split, Sequence[PictureFile]] = {
        "train": [f for shard in by_split["train"] for f in _pictures(tree, shard, left_out)]
    }
    if "test" in by_split:
        parts["test"] = [f for shard in by_split["test"] for f in _pictures(tree, shard, left_out)]
    rows = _Rows(tree, {shard.entry.key: shard for part in by_split.values() for shard in part})
    files = tuple(picture.entry for part in parts.values() for picture in part)
    return Pictures(
        layout=".parquet",
        tree=Tree(tree.path, files, (), (), rows.open),
        parts=parts,
        left_out={why: count for why, count in left_out.items() if count},
        remarks=tuple(remarks),
    )


def _pyarrow(name: str) -> Any:
    try:
        return importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise DataError(
            f"{name} needs pyarrow to be read.", "Install it: pip install 'ganctl[parquet]'"
        ) from error


def _split_of(entry: Entry) -> str:
    """Return the split that the name of a file says, or that of a folder it lies in."""
    for part in reversed(entry.parts):
        for word in re.split(r"[^a-z]+", part.lower()):
            if role := split_role(word):
                return role
    return "train"


def _shard(parquet: Any, tree: Tree, entry: Entry) -> _Shard:
    name = tree.describe(entry)
    try:
        in_folder = tree.path.is_dir()
        source = (
            tree.path / entry.key
            if in_folder
            else io.BytesIO(tree.read(entry, ARCHIVED_ARRAYS_BYTES))
        )
        file = parquet.ParquetFile(
            source,
            thrift_string_size_limit=JSON_BYTES,
            thrift_container_size_limit=_LIST_ENTRIES,
        )
        meta, schema = file.metadata, file.schema_arrow
        groups = [meta.row_group(index) for index in range(meta.num_row_groups)]
        image = _image_column(schema)
        label, names = _label_column(schema)
    except DataError:
        raise
    except Exception as error:  # pyarrow lets all kinds of errors out, zipfile among it.
        raise _unreadable(name, error) from error
    if image is None:
        columns = listed(f"{f.name} {f.type}" for f in schema)
        raise DataError(
            f"{name} has no column of images; it has {columns or 'none'}.",
            "A column image must hold encoded images: bytes, or a struct with bytes.",
        )
    if any(group.num_rows < 0 or group.total_byte_size > ARCHIVED_ARRAYS_BYTES for group in groups):
        raise DataError(
            f"{name} has a group of rows of over {ARCHIVED_ARRAYS_BYTES:,} bytes.",
            "Write it with smaller groups: pyarrow.parquet.write_table(…, row_group_size=1000)",
        )
    ends = list(itertools.accumulate(group.num_rows for group in groups))
    starts = (0, *ends[:-1]) if ends else ()
    return _Shard(entry, file, image, label, names, starts, ends[-1] if ends else 0)


def _image_column(schema: Any) -> str | None:
    fitting = [f.name for f in schema if _holds_images(f.type)]
    return next((name for name in _IMAGES if name in fitting), fitting[0] if fitting else None)


def _holds_images(kind: Any) -> bool:
    text = str(kind)
    return text in ("binary", "large_binary") or bool(
        re.match(r"struct<.*\bbytes: (large_)?binary\b", text)
    )


def _label_column(schema: Any) -> tuple[str | None, tuple[str, ...]]:
    """Return the column of the labels and the names of label 0, 1, …; None if there is none."""
    classes = _class_labels(schema.metadata or {})
    plain = ("int", "uint", "string", "large_string", "bool", "double", "float", "dictionary")
    fitting = {f.name for f in schema if str(f.type).startswith(plain)}
    listed = [*(name for name in _LABELS if name in fitting), *(n for n in classes if n in fitting)]
    if not listed:
        return None, ()
    return listed[0], classes.get(listed[0], ())


def _class_labels(metadata: Mapping[bytes, bytes]) -> dict[str, tuple[str, ...]]:
    """Return the class names of each column, from what Hugging Face writes beside the schema."""
    try:
        features = untrusted_json.parse(metadata[b"huggingface"])["info"]["features"]
        return {
            str(column): tuple(map(str, feature["names"]))
            for column, feature in features.items()
            if isinstance(feature, dict) and isinstance(feature.get("names"), list)
        }
    except (KeyError, TypeError, ValueError, AttributeError):  # Not there, or not as it should be.
        return {}


def _chosen(shards: Sequence[_Shard]) -> list[str]:
    """Return what there is to say of columns that could have been the labels, too."""
    first = shards[0]
    others = [
        f.name
        for f in first.file.schema_arrow
        if f.name in (*_LABELS, *_class_labels(first.file.schema_arrow.metadata or {}))
        and f.name != first.label
    ]
    if first.label is None or not others:
        return []
    return [f"Labels are the column {first.label}, not {listed(others)}."]


def _pictures(tree: Tree, shard: _Shard, left_out: Counter[str]) -> list[PictureFile]:
    """Return the rows of a file that have a label, or all of one without labels."""
    pictures = []
    for row, label in enumerate(_labels(tree, shard)):
        if label is None:
            left_out["no label"] += 1
            continue
        key = f"{shard.entry.key}{_ROW}{row}"
        # How long an image is stands nowhere before its row group is unpacked.
        entry = Entry((*shard.entry.parts, f"row {row}"), key, PICTURE_BYTES, shard.entry.stamp)
        pictures.append(PictureFile(entry, label))
    return pictures


def _labels(tree: Tree, shard: _Shard) -> list[str | None]:
    if shard.label is None:
        return [ANY] * shard.rows
    name = tree.describe(shard.entry)
    labels: list[str | None] = []
    try:
        for group in range(len(shard.starts)):
            column = shard.file.read_row_group(group, columns=[shard.label]).column(0)
            labels += [_named(value, shard.names) for value in column.to_pylist()]
    except Exception as error:  # As above.
        raise _unreadable(name, error) from error
    if len(labels) != shard.rows:
        raise _unreadable(name, ValueError("it has fewer labels than rows"))
    return labels


def _named(value: object, names: Sequence[str]) -> str | None:
    """Return what a label is called; None for none, such as the -1 of a hidden one."""
    if value is None or value == "" or value != value or (names and value == -1):
        return None
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, (bool, int)) or (isinstance(value, float) and value.is_integer()):
        number = int(value)
        if not names:
            return str(number)
        if 0 <= number < len(names):
            return unicodedata.normalize("NFC", names[number])
        raise ValueError(f"a label is {number}, and there are {len(names)} class names")
    raise ValueError(f"a label is {value!r}, not a whole number or a text")


@dataclass
class _Rows:
    """Opens the image of a row; the last groups of rows stay in memory."""

    tree: Tree
    shards: Mapping[str, _Shard]
    kept: dict[tuple[str, int], Any] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def open(self, key: str) -> IO[bytes]:
        """Return the bytes of a row's image, by the key of its entry."""
        name, _, number = key.rpartition(_ROW)
        shard, row = self.shards[name], int(number)
        group = bisect.bisect_right(shard.starts, row) - 1
        with self.lock:
            value = self._column(shard, group)[row - shard.starts[group]].as_py()
        content = value.get("bytes") if isinstance(value, dict) else value
        if not isinstance(content, bytes):
            raise OSError("the row has no image, or only the name of a file elsewhere")
        return io.BytesIO(content)

    def _column(self, shard: _Shard, group: int) -> Any:
        place = (shard.entry.key, group)
        if place not in self.kept:
            while len(self.kept) >= _GROUPS_KEPT:
                del self.kept[next(iter(self.kept))]
            table = shard.file.read_row_group(group, columns=[shard.image])
            self.kept[place] = table.column(0)
        return self.kept[place]


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError(
        f"{name} cannot be read: {error or type(error).__name__}.",
        "Fetch it again, or write it anew with pyarrow.",
    )
