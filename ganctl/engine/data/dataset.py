"""Data sets, whole and in memory, as uint8 [N, C, H, W].

A data set is a row of ``requests.training.DATA_SETS`` or a path: an ``.npz`` file, a folder of IDX
files, or a folder of class folders of images.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from ganctl.engine.data import folders, seeding
from ganctl.engine.data.pixels import channels_first
from ganctl.engine.data.torchvision import load_torchvision
from ganctl.errors import DataError, UsageError
from ganctl.readers.bundled import load_mnist
from ganctl.readers.labelled import Labelled, OnProgress, Split
from ganctl.requests.checks import check_image_size
from ganctl.requests.data import BUNDLED, DATA_SETS
from ganctl.runs.header import DataDescription


@dataclass(frozen=True)
class Dataset:
    """Labelled images: ``images`` uint8 [N, C, H, W], ``labels`` int64 [N] below len(classes)."""

    name: str
    images: Tensor
    labels: Tensor
    classes: tuple[str, ...]

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.images)

    @cached_property
    def fingerprint(self) -> str:
        """A hash of every pixel, label and class name: 32 hexadecimal digits."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(repr((self.classes, tuple(self.images.shape))).encode())
        digest.update(self.labels.contiguous().numpy().data)
        digest.update(self.images.contiguous().numpy().data)
        return digest.hexdigest()

    def describe(self) -> DataDescription:
        """Return what a run remembers of its data."""
        return DataDescription(
            name=self.name,
            classes=list(self.classes),
            count=len(self),
            shape=list(self.images.shape[1:]),
            fingerprint=self.fingerprint,
        )


def load(
    data: str,
    split: Split = "train",
    *,
    image_size: int | None = None,
    on_progress: OnProgress | None = None,
) -> Dataset:
    """Load a data set into memory.

    Args:
        data: a name in ``DATA_SETS`` or a path.
        split: which part; a path to one ``.npz`` or image folder has one part, which is both.
        image_size: the height and width to resize to; None keeps them.
        on_progress: told of downloads and long readings.

    Raises:
        DataError: it cannot be read, downloaded, or made to fit.
    """
    if data not in DATA_SETS:
        labelled = folders.load_path(Path(data), split, image_size, on_progress)
    elif DATA_SETS[data] == BUNDLED:
        labelled = load_mnist(split, on_progress)
    else:
        labelled = load_torchvision(DATA_SETS[data], split, on_progress)
    images = channels_first(labelled.images)
    if image_size is not None and images.shape[-2:] != (image_size, image_size):
        images = _resized(images, image_size)
    _check(labelled, images, data)
    return Dataset(data, images, torch.from_numpy(labelled.labels), labelled.classes)


def has_test_split(data: str) -> bool:
    """Return whether a data set has images that no run trains on."""
    return data in DATA_SETS or folders.has_test_split(Path(data))


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


def _resized(images: Tensor, size: int) -> Tensor:
    return torch.cat(
        [
            functional.interpolate(part.float(), (size, size), mode="bilinear", antialias=True)
            .round_()
            .to(torch.uint8)
            for part in torch.split(images, 1000)
        ]
    )


def _check(labelled: Labelled, images: Tensor, data: str) -> None:
    """Raise ``DataError`` unless a conditional GAN can be trained on it."""
    labels, classes = labelled.labels, labelled.classes
    if len(labels) != len(images) or len(images) < 2:
        raise DataError(
            f"{data} has {len(images)} images and {len(labels)} labels.",
            "There must be as many labels as images, and at least two.",
        )
    if labels.min() < 0 or labels.max() >= len(classes):
        raise DataError(
            f"{data} has labels from {labels.min()} to {labels.max()} for {len(classes)} classes.",
            "Number the classes from 0 and give every one a name.",
        )
    height, width = images.shape[-2:]
    try:
        check_image_size("--image-size", height if height == width else 0)
    except UsageError:
        raise DataError(
            f"The images of {data} are {width}×{height}, which does not suit the networks.",
            "Give --image-size: a multiple of 4 from 8 to 256.",
        ) from None
