"""Judges: classifiers that learned from real training images alone.

``evaluate`` asks two, of different architecture and seed, so that no generator looks good by
suiting one of them. A run is watched by a quick one, which learns in a third of the steps. MNIST's
judges are bundled; for other data they are trained once and kept in the cache folder.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import (
    ARCHITECTURES,
    Classifier,
    Fitting,
    Predictions,
    accuracy,
    fit,
    predict,
    steps_for,
)
from ganctl.engine.evaluation.heads import Heads
from ganctl.errors import FileError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.readers.labelled import OnProgress

JUDGES = {"strided": 101, "pooled": 202}
"""The architecture of each judge, and its seed."""
QUICK = "quick"
QUICK_ARCHITECTURE = "strided"
QUICK_STEPS = 800
QUICK_DISTORTION = 0.35
"""In so few steps a classifier learns more from images that are distorted less."""

BUNDLED = paths.ASSETS / "judges"
STEPS = 2500
DISTORTION = 0.7
DETAIL_DISTORTION = 0.35
"""Where attributes are learned: eyes of two pixels do not survive more."""
FORMAT = "ganctl-judge 1"


@dataclass(frozen=True)
class Judge:
    """A classifier, its accuracy on held-out real images in [0, 1], and its weights' sha256."""

    name: str
    classifier: Classifier
    real_accuracy: float
    checksum: str

    def predict(self, pixels: Tensor) -> Predictions:
        """Return the classes and features of images uint8 [N, C, H, W]."""
        return predict(self.classifier, pixels)


def judges(
    train: Dataset,
    held_out: Dataset,
    *,
    names: Sequence[str] = tuple(JUDGES),
    on_progress: OnProgress | None = None,
) -> list[Judge]:
    """Return the judges of a data set: bundled, cached, or trained now.

    Args:
        train: the real images that they learn from.
        held_out: the real images that measure their accuracy.
        names: the judges to return, keys of ``JUDGES``.
        on_progress: called with the steps of training done.
    """
    return [_judge(name, train, held_out, on_progress) for name in names]


def train_judge(
    name: str,
    train: Dataset,
    held_out: Dataset,
    *,
    steps: int = STEPS,
    on_progress: OnProgress | None = None,
) -> Judge:
    """Train a judge; its weights are rounded to half precision, as its file has them."""
    classifier = fit(
        name,
        train,
        steps=steps_for(train, steps),
        seed=JUDGES[name],
        distortion=DETAIL_DISTORTION if train.schema else DISTORTION,
        on_progress=on_progress,
        what=f"training the judge {name!r} on real images",
    )
    return _rounded(name, classifier, held_out)


class QuickJudge:
    """The judge of a run while it trains, and of neighbours.

    It is bundled, cached, or trained bit by bit: then it is the same judge whatever the bits.

    Args:
        train: the real images that it learns from.
        held_out: the real images that measure its accuracy.
    """

    def __init__(self, train: Dataset, held_out: Dataset) -> None:
        self._train = train
        self._held_out = held_out
        self._fitting: Fitting | None = None
        bundled = BUNDLED / f"mnist-{QUICK_ARCHITECTURE}.safetensors"
        self._judge = _first_of((bundled, _cached(QUICK, train)), QUICK, QUICK_ARCHITECTURE, train)

    @property
    def progress(self) -> float | None:
        """How much of its training is done, in [0, 1); None once all is."""
        if self._judge is not None:
            return None
        done = self._fitting.done / self._fitting.steps if self._fitting else 0.0
        return done if done < 1 else None

    def advance(self, fraction: float) -> None:
        """Train it until that fraction of its steps is done, in [0, 1]."""
        if self._judge is None:
            fitting = self._begun()
            fitting.advance(int(fraction * fitting.steps))

    def judge(self, on_progress: OnProgress | None = None) -> Judge:
        """Return the judge, after the training that is left.

        Args:
            on_progress: called with the steps of training done.
        """
        if self._judge is None:
            fitting = self._begun()
            while fitting.done < fitting.steps:
                fitting.advance(fitting.done + 10)
                if on_progress is not None:
                    on_progress("training a judge on real images", fitting.done, fitting.steps)
            self._judge = _rounded(QUICK, fitting.classifier(), self._held_out)
            self._fitting = None
            _keep(self._judge, self._train)
        return self._judge

    def _begun(self) -> Fitting:
        if self._fitting is None:
            self._fitting = Fitting(
                QUICK_ARCHITECTURE,
                self._train,
                steps=steps_for(self._train, QUICK_STEPS),
                seed=JUDGES[QUICK_ARCHITECTURE],
                distortion=QUICK_DISTORTION,
                layout=torch.channels_last,
            )
        return self._fitting


def judge_bytes(judge: Judge, train: Dataset) -> bytes:
    """Return the safetensors file of a judge trained on ``train``, in half precision."""
    metadata = {
        "format": FORMAT,
        "judge": judge.name,
        "data": train.fingerprint,
        "real_accuracy": repr(judge.real_accuracy),
    }
    weights = judge.classifier.state_dict().items()
    return save({name: _halved(value).contiguous() for name, value in weights}, metadata)


def _judge(name: str, train: Dataset, held_out: Dataset, on_progress: OnProgress | None) -> Judge:
    bundled = BUNDLED / f"mnist-{name}.safetensors"
    judge = _first_of((bundled, _cached(name, train)), name, name, train)
    if judge is None:
        judge = train_judge(name, train, held_out, on_progress=on_progress)
        _keep(judge, train)
    return judge


def _cached(name: str, train: Dataset) -> Path:
    return paths.cache() / "judges" / f"{train.fingerprint[:16]}-{name}.safetensors"


def _keep(judge: Judge, train: Dataset) -> None:
    with contextlib.suppress(FileError):  # Without a cache it is trained each time.
        write_atomically(_cached(judge.name, train), judge_bytes(judge, train))


def _rounded(name: str, classifier: Classifier, held_out: Dataset) -> Judge:
    """Return a judge whose weights are rounded to half precision, as its file has them."""
    rounded = classifier.half().float()
    return Judge(name, rounded, accuracy(rounded, held_out), weights_checksum(rounded))


def _first_of(files: Sequence[Path], name: str, architecture: str, train: Dataset) -> Judge | None:
    """Return the judge in the first of the files that has one of this data."""
    found = (_read(path, name, architecture, train) for path in files)
    return next((judge for judge in found if judge is not None), None)


def _read(path: Path, name: str, architecture: str, train: Dataset) -> Judge | None:
    """Return the judge in a file, or None if the file has none of this data."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        if metadata.get("format") != FORMAT or metadata.get("data") != train.fingerprint:
            return None
        classifier = ARCHITECTURES[architecture](train.images.shape[1], Heads.of(train))
        classifier.load_state_dict(load_file(path))
        real_accuracy = float(metadata["real_accuracy"])
    except (SafetensorError, OSError, RuntimeError, LookupError, ValueError):
        return None  # The judge is trained again, and the damaged file replaced.
    checksum = weights_checksum(classifier)
    return Judge(name, classifier.eval().requires_grad_(False), real_accuracy, checksum)


def _halved(value: Tensor) -> Tensor:
    return value.half() if value.is_floating_point() else value


def weights_checksum(classifier: Classifier) -> str:
    """Return the sha256 of the weights in the order of their names, which a file may not keep."""
    digest = hashlib.sha256()
    for name, value in sorted(classifier.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.float().contiguous().numpy().tobytes())
    return digest.hexdigest()
