"""Judges: classifiers that learned from real training images alone.

There are two, of different architecture and seed, so that no generator looks good by suiting
one of them. MNIST's judges are bundled; for other data they are trained once and kept in the
cache folder.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import (
    ARCHITECTURES,
    Classifier,
    Predictions,
    accuracy,
    fit,
    predict,
    steps_for,
)
from ganctl.errors import FileError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.readers.labelled import OnProgress

JUDGES = {"strided": 101, "pooled": 202}
"""The architecture of each judge, and its seed."""
QUICK = "strided"
"""The faster one."""

BUNDLED = paths.ASSETS / "judges"
STEPS = 2500
DISTORTION = 0.7
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
        distortion=DISTORTION,
        on_progress=on_progress,
        what=f"training the judge {name!r} on real images",
    )
    rounded = classifier.half().float()
    return Judge(name, rounded, accuracy(rounded, held_out), weights_checksum(rounded))


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
    cached = paths.cache() / "judges" / f"{train.fingerprint[:16]}-{name}.safetensors"
    for path in (BUNDLED / f"mnist-{name}.safetensors", cached):
        judge = _read(path, name, train)
        if judge is not None:
            return judge
    judge = train_judge(name, train, held_out, on_progress=on_progress)
    with contextlib.suppress(FileError):  # Without a cache it is trained each time.
        write_atomically(cached, judge_bytes(judge, train))
    return judge


def _read(path: Path, name: str, train: Dataset) -> Judge | None:
    """Return the judge in a file, or None if the file has none of this data."""
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        if metadata.get("format") != FORMAT or metadata.get("data") != train.fingerprint:
            return None
        classifier = ARCHITECTURES[name](train.images.shape[1], len(train.classes))
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
