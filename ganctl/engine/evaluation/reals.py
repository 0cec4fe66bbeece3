"""The real images that samples are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.data.same_data import differences, under_known_names
from ganctl.engine.evaluation.requested.caption_words import CaptionWords
from ganctl.engine.evaluation.requested.captions import NamedValues
from ganctl.errors import DataError, UsageError
from ganctl.readers.labelled import OnProgress
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.data import ReadOptions, check_data_remain
from ganctl.requests.recipes import Model
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.header import DataDescription
from ganctl.runs.locate import RunSource

HELD_OUT = 6
"""One image in so many is held out from the judges, for data without a test split."""
MIN_IMAGES = 10


class TooFewImages(DataError):
    """The data have too few images to judge by."""


@dataclass(frozen=True)
class Reals:
    """Real images: ``whole`` trains the generator, ``train`` the judges; ``held_out`` no judge.

    ``split`` says where the held-out images come from: a test split, or a part of the generator's
    training data. Of captions without attributes ``caption_words`` are what judges learn: then they
    are the attributes of ``train`` and ``held_out``.
    """

    whole: Dataset
    train: Dataset
    held_out: Dataset
    split: str
    caption_words: CaptionWords | None = None

    @property
    def attributes(self) -> Tensor:
        """The values of the attributes of ``train`` [N, attributes], NaN where not known."""
        return self.train.values[:, : len(self.train.schema.attributes)]

    @cached_property
    def _named(self) -> NamedValues:
        if self.caption_words is not None:
            return self.caption_words.named
        sizes = self.train.schema.sizes
        return NamedValues.learned(self.train.words.numpy(), self.attributes.numpy(), sizes)

    def named_values(self, some: Dataset) -> Tensor:
        """Return the values that the captions of some images name, float32 [N, parts].

        NaN where a caption does not name an attribute; quantities are never named.
        """
        named = torch.from_numpy(self._named.named(some.words.numpy()))
        numbers = torch.full((len(some), len(self.train.schema.quantities)), torch.nan)
        return torch.cat([named, numbers], dim=1)

    def only(self, values: Mapping[int, int]) -> Reals:
        """Return the same with only those images that have some values of attributes.

        Args:
            values: the index of the value of each attribute, by the attribute's index.

        Raises:
            TooFewImages: there are too few to judge by.
        """
        train, held_out = (_having(values, part) for part in (self.train, self.held_out))
        if min(len(train), len(held_out)) < MIN_IMAGES:
            raise TooFewImages(
                f"{self.whole.name} has too few images with these values to judge by: "
                f"{len(train):,}, and {len(held_out):,} held out.",
                f"At least {MIN_IMAGES} of each are needed. Set fewer values with --set.",
            )
        return replace(self, train=train, held_out=held_out)

    def subsets(self, count: int) -> tuple[Dataset, Dataset]:
        """Return the same ``count`` random images of ``train`` and of ``held_out`` each time."""
        return self.train_subset(count), _subset(self.held_out, count, "held out")

    def train_subset(self, count: int) -> Dataset:
        """Return the same ``count`` random images of ``train`` each time."""
        return _subset(self.train, count, "train")


def reals_for(
    source: RunSource,
    header: CheckpointHeader,
    *,
    data: str | None = None,
    on_progress: OnProgress | None = None,
) -> Reals:
    """Load the data that a generator was trained on, with a part held out.

    Args, Raises: as ``data_of``.

    Raises:
        TooFewImages: there are too few images to judge by.
    """
    return reals_of(data_of(source, header, data=data, on_progress=on_progress))


def data_of(
    source: RunSource,
    header: CheckpointHeader,
    *,
    data: str | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Load the data that a generator was trained on.

    Args:
        source: the generator; its run, if any, knows how its data were read.
        header: the generator's checkpoint header.
        data: where the data lie now, if not where they were.
        on_progress: called while data are downloaded or read.

    Raises:
        DataError: the data are gone, cannot be loaded, or are others; what differs is listed.
    """
    network, run = header.network, source.run
    known = DataDescription(shape=[network.channels, network.image_size, network.image_size])
    if header.classes:
        known["classes"] = list(header.classes)
    if header.schema:
        known["schema"] = asdict(replace(header.schema, rows=(), counts=()))
    options = ReadOptions(needs_labels=header.model != Model.GAN, condition=_columns(header.schema))
    where = header.data
    if run is not None:
        known, options, where = {**known, **run.data}, run.config.reading, run.config.data
    where = where if data is None else data
    check_data_remain(where, header.packages.get("data", ""))
    options = replace(options, image_size=network.image_size)
    found = under_known_names(load(where, options, on_progress=on_progress), known)
    if differing := [*differences(found, known)]:
        raise DataError(
            f"The data at {where} are not those that this generator was trained on: "
            f"{'; '.join(differing)}.",
            "Restore them, or say where they lie now with --data PATH: judges must learn from the "
            "same real images.",
        )
    return found


def _columns(schema: Schema) -> tuple[str, ...]:
    """Return the columns of a table that a generator was conditioned on, as ``--condition``."""
    return (schema.captions.name,) if schema.captions else schema.names


def reals_of(whole: Dataset) -> Reals:
    """Return the parts of a data set, given its training images.

    Raises:
        TooFewImages: there are too few images to judge by.
    """
    if whole.test is not None:
        train, held_out, split = whole, whole.test, "test"
    else:
        train, held_out = _held_out(whole)
        split = f"one image in {HELD_OUT}, held out from the judges"
    if min(len(train), len(held_out)) < MIN_IMAGES:
        raise TooFewImages(
            f"{whole.name} has too few images to judge by.",
            f"At least {MIN_IMAGES} are needed in a test split, or {MIN_IMAGES * HELD_OUT} in all.",
        )
    words = CaptionWords.of(train)
    if words is not None:
        train, held_out = words.as_attributes(train), words.as_attributes(held_out)
    return Reals(whole, train, held_out, split, words)


def choose_count(n: int | None, reals: Reals, default: int) -> int:
    """Return the number of images to judge.

    Args:
        n: the requested number, or None.
        reals: the real images to compare with.
        default: the number for None, if there are as many real images.

    Raises:
        UsageError: ``n`` exceeds the real images, so that it has no floor, or is very small.
    """
    most = min(len(reals.train), len(reals.held_out))
    if n is None:
        return min(default, most)
    if not MIN_IMAGES <= n <= most:
        raise UsageError(
            f"--n {n} is out of range.",
            f"--n takes {MIN_IMAGES} to {most}: as many real images are held out to compare with.",
        )
    return n


def _having(values: Mapping[int, int], dataset: Dataset) -> Dataset:
    has = torch.ones(len(dataset), dtype=torch.bool)
    for attribute, value in values.items():
        has &= dataset.values[:, attribute] == value
    return dataset.part(has.nonzero().flatten())


def _held_out(dataset: Dataset) -> tuple[Dataset, Dataset]:
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("held out"))
    count = len(dataset) // HELD_OUT
    return dataset.part(shuffle[count:]), dataset.part(shuffle[:count])


def _subset(dataset: Dataset, count: int, purpose: str) -> Dataset:
    # At random, since the first half of MNIST's test split has easier writers than the second.
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("compared", purpose))
    return dataset.part(shuffle[:count])
