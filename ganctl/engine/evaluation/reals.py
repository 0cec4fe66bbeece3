"""The real images that samples are compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ganctl.engine.data import dataset as data
from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.labelled import OnProgress
from ganctl.errors import DataError, UsageError
from ganctl.runs.checkpoint_header import CheckpointHeader

HELD_OUT = 6
"""Where data have no test split, one in so many images is kept from the judges instead."""
LEAST = 10


class TooFewImages(DataError):
    """There is nothing to judge by."""


@dataclass(frozen=True)
class Reals:
    """Real images: all that a generator learns from, what judges learn from, and what is held out.

    ``split`` says what the held-out ones are: a test split that nobody learns
    from, or a part of the data that is kept from the judges alone.
    """

    whole: Dataset
    train: Dataset
    held_out: Dataset
    split: str

    def some(self, count: int) -> tuple[Dataset, Dataset]:
        """Return ``count`` images of each part, drawn at random, always the same."""
        return self.some_of_train(count), _sampled(self.held_out, count, "held out")

    def some_of_train(self, count: int) -> Dataset:
        """Return ``count`` images that judges learn from, drawn at random, always the same."""
        return _sampled(self.train, count, "train")


def reals_for(
    header: CheckpointHeader,
    *,
    fingerprint: str | None = None,
    on_progress: OnProgress | None = None,
) -> Reals:
    """Load the data that a generator was trained on.

    Args:
        card: the generator's.
        fingerprint: that of its data, where it is known.
        on_progress: told of downloads and long readings.

    Raises:
        DataError: they cannot be loaded, are other ones by now, or are too few.
    """
    network = header.network
    whole = data.load(header.data, image_size=network.image_size, on_progress=on_progress)
    shape = (network.channels, network.image_size, network.image_size)
    if (
        whole.images.shape[1:] != shape
        or (header.classes and header.classes != whole.classes)
        or fingerprint not in (None, whole.fingerprint)
    ):
        raise DataError(
            f"The data at {header.data} are not those that this generator was trained on.",
            "Bring them back: judges must learn from the same real images.",
        )
    return reals_beside(whole, on_progress=on_progress)


def reals_beside(whole: Dataset, *, on_progress: OnProgress | None = None) -> Reals:
    """Return the parts of a data set whose training images are in memory already.

    Raises:
        TooFewImages: there is nothing to judge by.
        DataError: the test split cannot be loaded, or is of another kind than the training images.
    """
    train, split = whole, "test"
    if data.has_test_split(whole.name):
        size = whole.images.shape[-1]
        held_out = data.load(whole.name, "test", image_size=size, on_progress=on_progress)
    else:
        split = f"one image in {HELD_OUT}, held out from the judges"
        train, held_out = _held_out(whole)
    if held_out.images.shape[1:] != whole.images.shape[1:] or len(held_out.classes) > len(
        whole.classes
    ):
        raise DataError(
            f"The test images of {whole.name} have other classes or colours than the training "
            "images.",
            "Make both parts alike, or remove the test part.",
        )
    if min(len(train), len(held_out)) < LEAST:
        raise TooFewImages(
            f"{whole.name} has too few images to judge by.",
            f"At least {LEAST} are needed in a test split, or {LEAST * HELD_OUT} in all.",
        )
    return Reals(whole, train, replace(held_out, classes=whole.classes), split)


def choose_count(n: int | None, reals: Reals, default: int) -> int:
    """Return how many images to judge: as many as asked, or as there are real ones to compare.

    Raises:
        UsageError: more than there are real ones, so that there is no floor at that number.
    """
    most = min(len(reals.train), len(reals.held_out))
    if n is None:
        return min(default, most)
    if not LEAST <= n <= most:
        raise UsageError(
            f"--n {n} is out of range.",
            f"--n takes {LEAST} to {most}: as many real images are held out to compare with.",
        )
    return n


def _held_out(dataset: Dataset) -> tuple[Dataset, Dataset]:
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("held out"))
    count = len(dataset) // HELD_OUT
    return _part(dataset, shuffle[count:]), _part(dataset, shuffle[:count])


def _sampled(dataset: Dataset, count: int, purpose: str) -> Dataset:
    # Drawn, not the first ones: MNIST's easier and harder writers take turns.
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("compared", purpose))
    return _part(dataset, shuffle[:count])


def _part(dataset: Dataset, chosen: Tensor) -> Dataset:
    return replace(dataset, images=dataset.images[chosen], labels=dataset.labels[chosen])
