"""Data sets, whole and in memory, as uint8 [N, C, H, W].

A data set is a row of ``requests.data.DATA_SETS``, a plug-in's, or a path that ``readers.reading``
reads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.pixels import channels_first
from ganctl.engine.data.torchvision import load_torchvision
from ganctl.errors import DataError
from ganctl.readers import reading
from ganctl.readers.labelled import Labelled, OnProgress, Reading, Split
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema
from ganctl.requests.data import DATA_SETS, ReadOptions, is_named
from ganctl.runs.header import DataDescription


@dataclass(frozen=True)
class Dataset:
    """Labelled images: ``images`` uint8 [N, C, H, W], ``labels`` int64 [N] below len(classes).

    Where more than a class is known of them, ``schema`` says what: then all are of one class,
    ``values`` float32 [N, attributes + quantities] and ``words`` int32 [N, captions.length] are as
    those of ``readers.labelled.Described``.

    ``test`` are images of the same classes and kind that no run trains on, if the data have some.
    ``summary`` says in one line what was read, and each of ``remarks`` what is odd about it.
    """

    name: str
    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]
    test: Dataset | None = field(default=None, compare=False, repr=False)
    summary: str = field(default="", compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)
    schema: Schema = NO_SCHEMA
    values: Tensor = field(default_factory=lambda: torch.empty(0, 0))
    words: Tensor = field(default_factory=lambda: torch.empty(0, 0, dtype=torch.int32))

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    def part(self, chosen: Tensor) -> Dataset:
        """Return the images of some indices int64 [M], with all that is known of them."""
        part = replace(self, images=self.images[chosen], labels=self.labels[chosen])
        if not self.schema:
            return part
        return replace(part, values=self.values[chosen], words=self.words[chosen])

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every pixel, label and name, and of what else is known: 32 hex digits."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(repr((self.classes, tuple(self.images.shape))).encode())
        digest.update(self.labels.contiguous().numpy().data)
        digest.update(self.images.contiguous().numpy().data)
        if self.schema:
            digest.update(repr(self.schema).encode())
            digest.update(self.values.contiguous().numpy().data)
            digest.update(self.words.contiguous().numpy().data)
        return digest.hexdigest()

    def describe(self) -> DataDescription:
        """Return what a run remembers of its data."""
        description = DataDescription(
            name=self.name,
            classes=list(self.classes),
            count=len(self),
            shape=list(self.images.shape[1:]),
            fingerprint=self.fingerprint,
            summary=self.summary,
            remarks=list(self.remarks),
        )
        if self.schema:
            description["schema"] = asdict(replace(self.schema, rows=(), counts=()))
        return description


def load(
    data: str, options: ReadOptions | None = None, *, on_progress: OnProgress | None = None
) -> Dataset:
    """Load a data set into memory.

    Args:
        data: the name of a data set, ganctl's own or a plug-in's, or a path.
        options: how it is read.
        on_progress: told of downloads and long readings.

    Raises:
        DataError: it cannot be read, downloaded, or made to fit.
    """
    options = options or ReadOptions()
    if is_named(data):
        found = _named(data, options, on_progress)
    else:
        found = reading.read(Path(data), options, on_progress)
    return of_reading(data, found)


def of_reading(data: str, found: Reading) -> Dataset:
    """Return data that were read from ``data`` as a data set."""
    summary = reading.line(found)
    parts = {split: _in_memory(data, part) for split, part in found.parts.items()}
    return replace(parts["train"], test=parts.get("test"), summary=summary, remarks=found.remarks)


def _in_memory(name: str, part: Labelled) -> Dataset:
    labels = torch.from_numpy(part.labels)
    dataset = Dataset(name, channels_first(part.images), labels, part.classes)
    if part.described is None:
        return dataset
    return replace(
        dataset,
        schema=part.described.schema,
        values=torch.from_numpy(part.described.values),
        words=torch.from_numpy(part.described.words),
    )


def real_rows(dataset: Dataset, classes: Sequence[int], count: int, seed: int) -> Tensor:
    """Return ``count`` real images of each class, chosen by ``seed``, row after row.

    Returns:
        uint8 [len(classes) * count, C, H, W]; a class with fewer images repeats them.

    Raises:
        DataError: a class has no image.
    """
    rows = []
    for index in classes:
        members = (dataset.labels == index).nonzero().squeeze(1)
        if not len(members):
            raise DataError(
                f"{dataset.name} has no image of the class {dataset.classes[index]}.",
                "Name other classes with --class.",
            )
        shuffle = torch.randperm(len(members), generator=seeding.rng(seed, index, "real"))
        rows.append(members[shuffle[torch.arange(count) % len(members)]])
    return dataset.images[torch.cat(rows)]


def _named(data: str, options: ReadOptions, on_progress: OnProgress | None) -> Reading:
    found = reading.read_named(data, options, on_progress)
    if found is not None:
        return found
    splits: tuple[Split, ...] = ("train", "test")
    parts = {split: load_torchvision(DATA_SETS[data], split, on_progress) for split in splits}
    return reading.as_asked(data, parts, options, on_progress)
