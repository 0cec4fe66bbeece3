"""Decoded copies of data that take long to read, below the cache folder.

A copy is found by the path, by what was recognised there and by the size and times of every file,
so that data that changed, or are asked for otherwise, are read anew. Nothing breaks without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import asdict, astuple
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ganctl.errors import FileError
from ganctl.files import paths
from ganctl.files.atomic import read_file, write_atomically
from ganctl.files.limits import DATA_BYTES
from ganctl.files.untrusted_json import as_shape
from ganctl.readers.labelled import Arrays, Described, Labelled, Pictures, Reading
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.data import ReadOptions

FORMAT = 3
"""To be raised when the same files would be read as something else."""
LARGEST_BYTES = 2**30
"""A larger data set is not kept: it would be in memory twice while it is written."""
ALL_BYTES = 2**32
"""All copies together; the oldest go first."""
_SAYS = "says"


def key_of(path: Path, source: Pictures | Arrays, options: ReadOptions) -> str:
    """Return what stands for a data set as it is to be read: 32 hexadecimal digits."""
    digest = hashlib.blake2b(digest_size=16)
    # Two sets of IDX files may have equal names, sizes and, out of an image of a disk, times.
    digest.update(os.fsencode(path.resolve()))
    digest.update(repr((FORMAT, source.layout, astuple(options))).encode())
    digest.update(repr((sorted(source.left_out.items()), source.remarks)).encode())
    for entry in source.files:
        digest.update(repr((entry.parts, entry.size, entry.stamp)).encode())
    if isinstance(source, Pictures):
        labels = [(split, [p.label for p in part]) for split, part in source.parts.items()]
        digest.update(repr(labels).encode())
        for said in source.described.values():
            digest.update(repr(said.schema).encode())
            digest.update(said.values.tobytes() + said.words.tobytes())
    else:
        digest.update(repr(source.class_names).encode())
    return digest.hexdigest()


def find(key: str) -> Reading | None:
    """Return the copy that was kept; None if there is none that is whole."""
    path = _path(key)
    try:
        content = read_file(path, DATA_BYTES)
        arrays = load(content)
        says = json.loads(arrays.pop(_SAYS).tobytes())
        classes = tuple(says["classes"])
        schema = as_shape(says["schema"], Schema)
        reading = Reading(
            layout=says["layout"],
            parts={
                split: Labelled(
                    arrays[f"{split}.images"],
                    arrays[f"{split}.labels"],
                    classes,
                    Described(schema, arrays[f"{split}.values"], arrays[f"{split}.words"])
                    if schema
                    else None,
                )
                for split in says["splits"]
            },
            left_out=says["left_out"],
            remarks=tuple(says["remarks"]),
        )
    except (FileError, SafetensorError, ValueError, LookupError, TypeError):
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # The oldest by use go first.
    return reading


def keep(key: str, reading: Reading) -> None:
    """Write a copy, unless it is very large or the cache cannot be written."""
    if sum(part.images.nbytes for part in reading.parts.values()) > LARGEST_BYTES:
        return
    described = reading.parts["train"].described
    says = {
        "layout": reading.layout,
        "classes": reading.parts["train"].classes,
        "splits": list(reading.parts),
        "left_out": dict(reading.left_out),
        "remarks": reading.remarks,
        "schema": asdict(described.schema if described else NO_SCHEMA),
    }
    arrays: dict[str, NDArray[Any]] = {_SAYS: np.frombuffer(json.dumps(says).encode(), np.uint8)}
    for split, part in reading.parts.items():
        arrays[f"{split}.images"] = np.ascontiguousarray(part.images)
        arrays[f"{split}.labels"] = part.labels
        if part.described is not None:
            arrays[f"{split}.values"] = part.described.values
            arrays[f"{split}.words"] = part.described.words
    with contextlib.suppress(FileError, OSError):
        _make_room()
        write_atomically(_path(key), save(arrays))


def _make_room() -> None:
    copies = [(path.stat(), path) for path in _folder().glob("*.safetensors")]
    left = ALL_BYTES - LARGEST_BYTES
    for status, path in sorted(copies, key=lambda copy: -copy[0].st_mtime):
        left -= status.st_size
        if left < 0:
            path.unlink()


def _folder() -> Path:
    return paths.cache() / "decoded"


def _path(key: str) -> Path:
    return _folder() / f"{key}.safetensors"
