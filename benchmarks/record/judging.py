"""Judging: the same figures of anybody's samples, by the same judges and the same real images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from benchmarks.record.marks import Figures
from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.evaluation.cas import score_of
from ganctl.engine.evaluation.density_coverage import nearest
from ganctl.engine.evaluation.generated import Samples
from ganctl.engine.evaluation.judges import Judge, judges
from ganctl.engine.evaluation.measure import measure
from ganctl.engine.evaluation.reals import Reals, reals_of
from ganctl.errors import DataError
from ganctl.readers.labelled import OnProgress
from ganctl.runs.evaluation.metrics import METRICS, Figure

DATA = "mnist"
FINGERPRINT = "3f7938db656fe31405ea35e62d1e8b8a"
"""That of MNIST's training split; the test split's is the next."""
TEST_FINGERPRINT = "aa79524d058133d4dfcbec6d58734f6a"
CHECKSUMS = {
    "strided": "8f21846b4555ffdb00381104dff2bd0165f19e8ad7454468069b88f7c14fd6a3",
    "pooled": "4873a4cc27379f059301e45fad22ee108fcf248f6042f0c6219541354a6aea19",
}
"""The sha256 of each judge's weights: with other judges it is another board."""
COMPARED_EACH = 5
"""One sample in so many is compared with all training images."""


@dataclass(frozen=True)
class Panel:
    """The judges, and the real images that samples are held against."""

    reals: Reals
    judges: Sequence[Judge]

    @classmethod
    def of_the_board(cls) -> Panel:
        """Return MNIST and its bundled judges.

        Raises:
            DataError: they are not those of the board.
        """
        reals = reals_of(load(DATA))
        found = judges(reals.train, reals.held_out)
        panel = cls(reals, found)
        fingerprints = (reals.train.fingerprint, reals.held_out.fingerprint)
        if fingerprints != (FINGERPRINT, TEST_FINGERPRINT) or panel.checksums != CHECKSUMS:
            raise DataError(
                "MNIST or its judges are not those of the board.",
                "Use a checkout whose ganctl/assets are as they were published.",
            )
        return panel

    @property
    def checksums(self) -> dict[str, str]:
        """The sha256 of the judges' weights, by name."""
        return {judge.name: judge.checksum for judge in self.judges}


@dataclass(frozen=True)
class Judged:
    """What was found of samples, and of real test images in their place, which have no CAS."""

    samples: Figures
    real: Figures


def judged(
    samples: Dataset, panel: Panel, *, cas: bool, on_progress: OnProgress | None = None
) -> Judged:
    """Judge samples, of which each class has as many as the training images.

    The classification accuracy score is of all of them, the rest of as many of each class as the
    test split has. Which ones is drawn by a hash of all pixels, so that nobody puts the best first.

    Args:
        samples: in the order of their classes.
        panel: the judges.
        cas: whether to train the classifier of the score, which takes a minute or two.
        on_progress: called with the work in progress and how much of it is done.
    """
    reals = panel.reals
    reference, held_out = reals.subsets(min(len(reals.train), len(reals.held_out)))
    chosen = samples.part(_chosen(samples, held_out))
    asked = Samples(chosen.images, chosen.labels)
    results = [measure(judge, asked, reference, held_out) for judge in panel.judges]
    found = {metric.key: metric.figure(results, {}) for metric in METRICS}
    figures = {key: figure for key, figure in found.items() if figure is not None}
    near = _nearest(chosen.images, reals)
    score = score_of(samples, reals, "learning from samples", on_progress).score if cas else None
    return Judged(_of_samples(figures, near, score), _of_real(figures))


def _of_samples(figures: dict[str, Figure], near: float, cas: float | None) -> Figures:
    return Figures(
        label_accuracy=figures["label_accuracy"].samples,
        coverage=figures["coverage"].samples,
        times_floor=figures["feature_distance"].times_floor,
        nearest=near,
        cas=cas,
    )


def _of_real(figures: dict[str, Figure]) -> Figures:
    return Figures(
        label_accuracy=figures["label_accuracy"].real,
        coverage=figures["coverage"].real,
        times_floor=1.0,
        nearest=1.0,
    )


def _chosen(samples: Dataset, held_out: Dataset) -> Tensor:
    """Return indices of as many samples of each class as there are held-out images."""
    counts = torch.bincount(held_out.labels, minlength=len(held_out.classes))
    parts = []
    for label, count in enumerate(counts.tolist()):
        members = (samples.labels == label).nonzero().flatten()
        rng = seeding.rng("record", samples.fingerprint, label)
        parts.append(members[torch.randperm(len(members), generator=rng)[:count]])
    return torch.cat(parts)


def _nearest(images: Tensor, reals: Reals) -> float:
    """Return how far images are from the nearest training image, relative to real test images."""
    training = _centred(reals.train.images)

    def distance(pixels: Tensor) -> float:
        some = _centred(pixels[::COMPARED_EACH])
        return float((some - training[nearest(some, training)]).norm(dim=1).mean())

    return distance(images) / max(distance(reals.held_out.images), 1e-12)


def _centred(images: Tensor) -> Tensor:
    """Return the pixels float32 [N, H * W] of images uint8 [N, 1, H, W], moved to their centres.

    By whole pixels, and round the edge, so that a training image that was moved is found again.
    """
    pixels = images[:, 0].float()
    moved = torch.empty_like(pixels)
    shifts = torch.stack([_from_centre(pixels.sum(dim=axis)) for axis in (2, 1)], dim=1)
    for shift in shifts.unique(dim=0):
        rows = (shifts == shift).all(dim=1)
        moved[rows] = pixels[rows].roll((-shift).tolist(), dims=(1, 2))
    return moved.flatten(1)


def _from_centre(mass: Tensor) -> Tensor:
    """Return how many pixels the mean place of mass [N, length] lies behind the middle, int64."""
    places = torch.arange(mass.shape[1], dtype=mass.dtype)
    mean = (mass * places).sum(dim=1) / mass.sum(dim=1).clamp(min=1)
    return (mean - mass.shape[1] // 2).round().long()
