"""From a path to images: recognise, decode, look at the whole, say in one line what was read."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from ganctl.errors import DataError, FileError, UsageError
from ganctl.files.atomic import explained
from ganctl.files.text import listed
from ganctl.readers import cache
from ganctl.readers.arrays import read_arrays
from ganctl.readers.decoding import read_pictures
from ganctl.readers.describing import with_rows
from ganctl.readers.labelled import (
    ANY,
    ArrayPair,
    Arrays,
    Labelled,
    OnProgress,
    Pictures,
    Reading,
    Split,
)
from ganctl.readers.named.added import added_arrays
from ganctl.readers.named.bundled import load_bundled
from ganctl.readers.named.placed import find_placed
from ganctl.readers.recognise import recognise
from ganctl.readers.remarks import remarks_on
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.data import BUNDLED, DATA_SETS, Colour, ReadOptions

WORTH_KEEPING_SECONDS = 1.0
"""What took longer to read is kept decoded."""
CLASSES_SHOWN = 12
LEAST_IMAGES = 2
PLAIN_LAYOUTS = ("class folders", "images without classes")
"""What the rest of the line says already."""


def read(
    path: Path,
    options: ReadOptions,
    on_progress: OnProgress | None = None,
    *,
    keep: bool = True,
) -> Reading:
    """Read the data at a path.

    Args:
        path: a folder, an archive or a file, in any layout that ``recognise`` knows.
        options: how.
        on_progress: told of long readings.
        keep: whether a decoded copy may be kept in the cache folder.

    Raises:
        DataError: it is nothing that can be read, or damaged, or cannot be meant.
    """
    try:
        with explained(path):
            source = recognise(path, options)
            key = cache.key_of(path, source, options)
            kept = cache.find(key)
            if kept is not None:
                return kept
            started = time.monotonic()
            if isinstance(source, Pictures):
                reading = read_pictures(source, options, on_progress)
            else:
                reading = read_arrays(source, options, on_progress)
    except FileError as error:
        raise DataError(str(error), error.hint) from error
    count = len(reading.parts["train"].images)
    if count < LEAST_IMAGES:
        raise DataError(
            f"{path} has {count} image{'s' if count != 1 else ''} to train on.",
            f"At least {LEAST_IMAGES} are needed.",
        )
    reading = _looked_at(reading, on_progress)
    if keep and time.monotonic() - started > WORTH_KEEPING_SECONDS:
        cache.keep(key, reading)
    return reading


def _looked_at(reading: Reading, on_progress: OnProgress | None) -> Reading:
    """Return data with what is odd about them, and with how their attributes go together."""
    odd = remarks_on(reading.parts, on_progress, scaled=reading.scaled)
    return replace(reading, parts=with_rows(reading.parts), remarks=(*reading.remarks, *odd))


def read_named(
    name: str,
    options: ReadOptions,
    on_progress: OnProgress | None = None,
    *,
    keep: bool = True,
) -> Reading | None:
    """Read the data set of a name, ganctl's own or a plug-in's, with the arguments of ``read``.

    Returns:
        None if it has to be downloaded first.

    Raises:
        DataError: its files are damaged, or it cannot be made to fit.
        UsageError: another table is asked for, or a column that it has not.
    """
    if options.labels:
        raise UsageError(
            f"--labels {options.labels} is for images of your own, and {name} has its labels.",
            "Leave it out.",
        )
    if name not in DATA_SETS:
        return _looked_at(read_arrays(added_arrays(name), options, on_progress), on_progress)
    if DATA_SETS[name] == BUNDLED:
        parts = load_bundled(name, options.condition, on_progress, keep=keep)
        return as_asked(name, parts, options, on_progress)
    placed = find_placed(DATA_SETS[name])
    if placed is None:
        return None
    return read_arrays(replace(placed, layout=name), options, on_progress)


def as_asked(
    name: str,
    parts: Mapping[Split, Labelled],
    options: ReadOptions,
    on_progress: OnProgress | None = None,
) -> Reading:
    """Return data that are decoded already, in the size and colour that are asked for.

    Args:
        name: what they are called.
        parts: at least the part ``train``.
        options: how.
        on_progress: told of long work.

    Raises:
        DataError: they cannot be made to fit.
    """
    train = parts["train"]
    size = train.images.shape[1]
    if options.image_size in (None, size) and options.colour is Colour.AUTO:
        return Reading(name, parts)
    pairs = {split: ArrayPair(part.images, part.labels) for split, part in parts.items()}
    arrays = Arrays(name, (), lambda _: pairs, train.classes)
    reading = read_arrays(arrays, replace(options, condition=()), on_progress)
    described = {
        split: replace(part, described=parts[split].described)
        for split, part in reading.parts.items()
    }
    return replace(reading, parts=described)


def line(reading: Reading) -> str:
    """Return what was read, in one line.

    Such as "read 90 images, 32×32 colour, 3 classes (disc 40, square 40, triangle 10), test split
    20; left out: 12 (.svg 10, unreadable 2)"; for classes there may be "2 attributes (hair 6,
    glasses 2), angle from 0 to 359, captions of 38 words (caption)".
    """
    train = reading.parts["train"]
    height, width = train.images.shape[1:3]
    colour = "grey" if train.images.ndim == 3 else "colour"
    facts = [f"read {len(train.images):,} images", f"{width}×{height} {colour}"]
    facts += _described(train.described.schema) if train.described else [_classes(train)]
    if "test" in reading.parts:
        facts.append(f"test split {len(reading.parts['test'].images):,}")
    if reading.layout not in PLAIN_LAYOUTS:
        facts.append(f"from {reading.layout}")
    return ", ".join(facts) + left_out_words(reading.left_out)


def left_out_words(left_out: Mapping[str, int]) -> str:
    """Return "; left out: 12 (.svg 10, unreadable 2)", the most frequent reason first, or ""."""
    if not left_out:
        return ""
    reasons = sorted(left_out.items(), key=lambda item: (-item[1], item[0]))
    named = ", ".join(f"{reason} {count:,}" for reason, count in reasons)
    return f"; left out: {sum(left_out.values()):,} ({named})"


def counts_by_class(part: Labelled) -> list[int]:
    """Return how many images each class has, in the order of the classes."""
    counted: list[int] = np.bincount(part.labels, minlength=len(part.classes)).tolist()
    return counted


def _described(schema: Schema) -> list[str]:
    """Return what is known of each image, in a few words for each kind."""
    facts = []
    if schema.captions is not None:
        facts.append(f"captions of {_counted(len(schema.captions.vocabulary), 'word')}")
        facts[-1] += f" ({schema.captions.name})"
    if schema.attributes:
        sizes = zip(schema.attributes, schema.sizes, strict=True)
        named = listed((f"{one.name} {size:,}" for one, size in sizes), CLASSES_SHOWN)
        facts.append(f"{_counted(len(schema.attributes), 'attribute')} ({named})")
    return facts + [f"{one.name} from {one.low:g} to {one.high:g}" for one in schema.quantities]


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _classes(train: Labelled) -> str:
    if train.classes == (ANY,):
        return "without classes"
    counts = counts_by_class(train)
    number = f"{len(counts):,} class{'es' if len(counts) != 1 else ''}"
    if len(counts) <= CLASSES_SHOWN:
        named = zip(train.classes, counts, strict=True)
        return f"{number} ({', '.join(f'{name} {count:,}' for name, count in named)})"
    least, most = min(counts), max(counts)
    each = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    return f"{number} of {each} image{'s' if most > 1 else ''} each"
