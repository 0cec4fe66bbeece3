"""How data show before a training: as what they were read, what is in them, what is odd."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl._version import __version__
from ganctl.cli import console
from ganctl.cli.views.expected_time import ExpectedTime, expected_time
from ganctl.errors import DataError
from ganctl.pictures.images import MID_GREY, Images, enlarge, png_bytes, sheet
from ganctl.readers.labelled import Described, Labelled, OnProgress, Reading
from ganctl.readers.named.placed import where_files_belong
from ganctl.readers.reading import counts_by_class, line, read, read_named
from ganctl.readers.remarks import counts_of
from ganctl.requests.conditions.labels import evenly
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.conditions.words import text_of
from ganctl.requests.data import DATA_SETS, ReadOptions, is_named

SHOWN_SIZE = 32
"""The image size in which data are looked at that cannot be trained on in their own."""
ROWS = 20
"""The classes of a table or a sheet; of more, so many are chosen evenly."""
COLUMNS = 10
EXAMPLES = 5
"""The captions that are shown."""
SCALE = 2


@dataclass(frozen=True)
class DataLook:
    """Data as they were read; ``data`` is a name or an absolute path.

    ``needs`` says what training them needs that was not given, if anything.
    """

    data: str
    reading: Reading
    needs: str = ""

    @property
    def train(self) -> Labelled:
        """The images to train on."""
        return self.reading.parts["train"]

    @property
    def shape(self) -> list[int]:
        """[channels, height, width] of an image."""
        return _shape_of(self.train)

    @property
    def shown_classes(self) -> tuple[int, ...]:
        """The classes of tables and sheets."""
        return evenly(range(len(self.train.classes)), ROWS)


def read_data(
    data: str, options: ReadOptions, on_progress: OnProgress | None = None, *, keep: bool = True
) -> Reading | None:
    """Read data by name or by path, without torch; None if they have to be downloaded first.

    Raises:
        DataError: they cannot be read, or cannot be meant.
    """
    if is_named(data):
        return read_named(data, options, on_progress, keep=keep)
    return read(Path(data), options, on_progress, keep=keep)


def why_not_read(data: str) -> str:
    """Return in words why ``read_data`` gives None for a data set of that name."""
    folder, names = where_files_belong(DATA_SETS[data])
    if all((folder / name).exists() for name in names):
        return "lies in files that only a training opens"
    return "is not there yet; a training downloads it"


def look_at(data: str, options: ReadOptions, on_progress: OnProgress | None = None) -> DataLook:
    """Read data as a training would, or else as one could with another size or without labels.

    Raises:
        DataError: they cannot be read at all, or have to be downloaded first.
    """
    try:
        reading = read_data(data, options, on_progress)
    except DataError as error:
        needs = f"another option: {error} {error.hint}"
        for relaxed, words in _relaxed(options):
            try:
                reading = read_data(data, relaxed, on_progress)
            except DataError:
                continue
            if reading is not None:
                return DataLook(data, reading, f"{needs} Here they are {' and '.join(words)}.")
        raise
    if reading is None:
        raise DataError(f"{data} {why_not_read(data)}.", f"Begin a training: train --data {data}.")
    return DataLook(data, reading)


def _relaxed(options: ReadOptions) -> Iterator[tuple[ReadOptions, list[str]]]:
    """Yield options that ask for less, and what they do, those first that give up least."""
    concessions: dict[str, dict[str, Any]] = {
        f"shown at {SHOWN_SIZE}×{SHOWN_SIZE}": {"image_size": options.image_size or SHOWN_SIZE},
        "shown on grey": {"background": options.background or "grey"},
        "read as for --model gan": {"needs_labels": False},
    }
    for count in range(1, len(concessions) + 1):
        for words in combinations(concessions, count):
            changes: dict[str, Any] = {}
            for word in words:
                changes |= concessions[word]
            yield replace(options, **changes), list(words)


def _shape_of(part: Labelled) -> list[int]:
    height, width, *channels = part.images.shape[1:]
    return [*(channels or [1]), height, width]


def facts_of(reading: Reading) -> dict[str, Any]:
    """Return what is known of data that were read, as JSON has it."""
    train, test = reading.parts["train"], reading.parts.get("test")
    tested = counts_by_class(test) if test else [0] * len(train.classes)
    counts = zip(train.classes, counts_by_class(train), tested, strict=True)
    facts = {
        "line": line(reading),
        "layout": reading.layout,
        "shape": _shape_of(train),
        "splits": {split: len(part.images) for split, part in reading.parts.items()},
        "classes": [{"name": name, "train": a, "test": b} for name, a, b in counts],
        "left_out": dict(reading.left_out),
        "remarks": list(reading.remarks),
    }
    return facts | (_described_facts(train.described) if train.described else {})


def _described_facts(train: Described) -> dict[str, Any]:
    """Return what a table says of the training images, as JSON has it."""
    schema = train.schema
    unknown = np.isnan(train.values).sum(0).tolist()
    facts: dict[str, Any] = {
        "attributes": {
            attribute.name: dict(zip(attribute.values, counts_of(column, attribute), strict=True))
            for attribute, column in zip(schema.attributes, train.values.T, strict=False)
        },
        "quantities": {one.name: {"low": one.low, "high": one.high} for one in schema.quantities},
        "not_known": dict(zip(schema.names, unknown, strict=True)),
    }
    if schema.captions is not None:
        facts["captions"] = {
            "column": schema.captions.name,
            "words": len(schema.captions.vocabulary),
            "length": schema.captions.length,
            "examples": [text_of(row, schema.captions) for row in train.words[:EXAMPLES].tolist()],
        }
    return facts


def print_look(look: DataLook, sheet: Path | None, *, command: str = "", json: bool) -> None:
    """Put all that is known of data on stdout, and where the sheet of them is, if there is one.

    Args:
        look: the data.
        sheet: the file of the sheet.
        command: what made these data, if ganctl did.
        json: whether as JSON.
    """
    expected = expected_time(len(look.train.images), look.shape, described=bool(look.train.schema))
    if json:
        facts = {"data": look.data, **facts_of(look.reading), "needs": look.needs or None}
        facts["sheet"] = str(sheet) if sheet else None
        facts |= {"command": command} if command else {}
        facts |= {"expected_seconds": round(expected.seconds, 3), "expected_from": expected.source}
        console.print_json(facts)
        return
    console.print_sentence(line(look.reading))
    shown = {"sheet": str(sheet)} if sheet else {}
    shown |= {"command": command} if command else {}
    console.print_facts({**_facts_in_words(look, expected), **shown})
    if look.train.described is None:
        _print_classes(look)
    else:
        _print_described(look, look.train.schema)
    print_remarks(look.reading.remarks)


def print_reading(reading: Reading) -> None:
    """Put on stdout what was read, and what is odd about it."""
    console.print_sentence(line(reading))
    print_remarks(reading.remarks)


def print_remarks(remarks: Sequence[str]) -> None:
    """Put sentences about what is odd on stdout, if there are some."""
    if remarks:
        console.print_list(remarks, title="What is odd")


def _facts_in_words(look: DataLook, expected: ExpectedTime) -> Mapping[str, str]:
    parts, left_out = look.reading.parts, look.reading.left_out
    facts = {
        "data": look.data,
        "layout": look.reading.layout,
        "splits": ", ".join(f"{split} {len(part.images):,}" for split, part in parts.items()),
        "left out": ", ".join(f"{reason} {count:,}" for reason, count in left_out.items()),
        "needs": look.needs,
        "training": f"about {_duration(expected.seconds)} by default, by {expected.source}",
    }
    return {name: value for name, value in facts.items() if value}


def _print_classes(look: DataLook) -> None:
    """Print how many images each class has, of many classes a part."""
    classes, shown = facts_of(look.reading)["classes"], look.shown_classes
    splits = list(look.reading.parts)
    rows = [[str(classes[i]["name"]), *(f"{classes[i][s]:,}" for s in splits)] for i in shown]
    some = f": {len(shown)} of {len(classes):,}" if len(shown) < len(classes) else ""
    console.print_table(["class", *splits], rows, title=f"Classes{some}")


def _print_described(look: DataLook, schema: Schema) -> None:
    """Print how many images each value of an attribute has, what is known of others, captions."""
    parts = {s: part.described for s, part in look.reading.parts.items() if part.described}
    rows, unknown = [], {s: np.isnan(part.values).sum(0) for s, part in parts.items()}
    for place, name in enumerate(schema.names):
        if place < len(schema.attributes):
            attribute = schema.attributes[place]
            counts = [counts_of(part.values[:, place], attribute) for part in parts.values()]
            for i in evenly(range(len(attribute.values)), ROWS):
                rows.append([f"{name} {attribute.values[i]}", *(f"{n[i]:,}" for n in counts)])
        else:
            quantity = schema.quantities[place - len(schema.attributes)]
            known = [f"{len(part.values) - unknown[s][place]:,}" for s, part in parts.items()]
            rows.append([f"{name} from {quantity.low:g} to {quantity.high:g}", *known])
        if any(lacking[place] for lacking in unknown.values()):
            rows.append([f"{name} not known", *(f"{n[place]:,}" for n in unknown.values())])
    if rows:
        console.print_table(["attribute", *parts], rows, title="Attributes")
    if schema.captions is not None:
        captions = facts_of(look.reading)["captions"]
        title = f"Captions of {captions['words']:,} words, {captions['length']} at most in each"
        console.print_list(captions["examples"], title=title)


def _duration(seconds: float) -> str:
    for size, unit in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(1, round(seconds))} s"


def sheet_of(look: DataLook, words: Sequence[str]) -> bytes:
    """Return a sheet of real images as a PNG: a row for each class, of many classes a part.

    Of images with attributes, a row has those of a value of the first one.

    Args:
        look: the data.
        words: the command that makes it again.
    """
    rows = [_row_of(look.train.images, kinds, index) for kinds, index in _shown_rows(look.train)]
    laid_out = sheet(np.concatenate(rows), COLUMNS)
    metadata = {"ganctl": __version__, "data": look.data, "command": shlex.join(words)}
    return png_bytes(enlarge(laid_out, SCALE), metadata)


def _shown_rows(train: Labelled) -> list[tuple[NDArray[Any], int]]:
    """Return for each row of a sheet the numbers that tell images apart, and which one it shows."""
    kinds: NDArray[Any] = train.labels
    count = len(train.classes)
    if train.described is not None and train.schema.attributes:
        attribute = train.schema.attributes[0]
        kinds, count = train.described.values[:, 0], len(attribute.values)
    return [(kinds, index) for index in evenly(range(count), ROWS)]


def _row_of(images: Images, kinds: NDArray[Any], index: int) -> Images:
    """Return images of one kind, the same each time; a kind with fewer ends in grey."""
    members = np.flatnonzero(kinds == index)
    chosen = np.random.default_rng(index).permutation(members)[:COLUMNS]
    row = np.full((COLUMNS, *images.shape[1:]), MID_GREY, np.uint8)
    row[: len(chosen)] = images[chosen]
    return row
