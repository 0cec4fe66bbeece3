"""The real images that samples are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ganctl.engine.data import dataset as data
from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.errors import DataError, UsageError
from ganctl.readers.labelled import OnProgress
from ganctl.requests.data import ReadOptions
from ganctl.runs.checkpoint_header import CheckpointHeader

HELD_OUT = 6
"""One image in so many is held out from the judges, for data without a test split."""
MIN_IMAGES = 10


class TooFewImages(DataError):
    """The data have too few images to judge by."""


@dataclass(frozen=True)
class Reals:
    """Real images: ``whole`` trains the generator, ``train`` the judges; ``held_out`` no judge.

    ``split`` says where the held-out images come from: a test split, or a part of the generator's
    training data.
    """

    whole: Dataset
    train: Dataset
    held_out: Dataset
    split: str

    def subsets(self, count: int) -> tuple[Dataset, Dataset]:
        """Return the same ``count`` random images of ``train`` and of ``held_out`` each time."""
        return self.train_subset(count), _subset(self.held_out, count, "held out")

    def train_subset(self, count: int) -> Dataset:
        """Return the same ``count`` random images of ``train`` each time."""
        return _subset(self.train, count, "train")


def reals_for(
    header: CheckpointHeader,
    *,
    options: ReadOptions | None = None,
    fingerprint: str | None = None,
    on_progress: OnProgress | None = None,
) -> Reals:
    """Load the data that a generator was trained on.

    Args:
        header: the generator's checkpoint header.
        options: how its data were read, if known.
        fingerprint: the fingerprint of its data, if known.
        on_progress: called while data are downloaded or read.

    Raises:
        DataError: the data cannot be loaded, have changed, or are too few.
    """
    network = header.network
    options = replace(options or ReadOptions(), image_size=network.image_size)
    whole = data.load(header.data, options, on_progress=on_progress)
    shape = (network.channels, network.image_size, network.image_size)
    if (
        whole.images.shape[1:] != shape
        or (header.classes and header.classes != whole.classes)
        or fingerprint not in (None, whole.fingerprint)
    ):
        raise DataError(
            f"The data at {header.data} are not those that this generator was trained on.",
            "Restore them: judges must learn from the same real images.",
        )
    return reals_of(whole)


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
    return Reals(whole, train, held_out, split)


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


def _held_out(dataset: Dataset) -> tuple[Dataset, Dataset]:
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("held out"))
    count = len(dataset) // HELD_OUT
    return _part(dataset, shuffle[count:]), _part(dataset, shuffle[:count])


def _subset(dataset: Dataset, count: int, purpose: str) -> Dataset:
    # At random, since the first half of MNIST's test split has easier writers than the second.
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("compared", purpose))
    return _part(dataset, shuffle[:count])


def _part(dataset: Dataset, chosen: Tensor) -> Dataset:
    return replace(dataset, images=dataset.images[chosen], labels=dataset.labels[chosen])
