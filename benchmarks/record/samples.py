"""The samples of an entry: read from an ``.npz`` that may be anybody's, or drawn from a run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import channels_first
from ganctl.engine.evaluation.cas import training_images
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.reals import Reals
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import DataError, RunError
from ganctl.files.npz import NpzFile
from ganctl.readers.labelled import OnProgress
from ganctl.runs.locate import find_source
from ganctl.runs.run import Run

LABEL_BYTES = 8
"""Those of an int64."""
WANTED = (
    "The array images is uint8 [{count}, {height}, {width}], and labels whole numbers [{count}]"
)


def read_samples(path: Path, reals: Reals) -> Dataset:
    """Return samples from an ``.npz``, in the order of their classes.

    Args:
        path: a file with ``images`` uint8 [N, H, W] and ``labels`` [N] from 0, where N, H and W are
            those of the training images; nothing else in it is read.
        reals: the real images.

    Raises:
        DataError: it is no such file, or ``check`` refuses the samples.
    """
    if not path.is_file():
        raise DataError(f"{path} is not a file.", "Give an .npz of samples.")
    count, _, height, width = reals.train.images.shape
    with NpzFile(path) as file:
        images = file.read("images", count * height * width)
        labels = file.read("labels", count * LABEL_BYTES)
    if images.dtype != np.uint8 or images.shape != (count, height, width):
        raise _refused(path, f"images {images.dtype} {list(images.shape)}", reals)
    if labels.dtype.kind not in "iu" or labels.shape != (count,):
        raise _refused(path, f"labels {labels.dtype} {list(labels.shape)}", reals)
    if labels.min() < 0 or labels.max() >= len(reals.train.classes):
        raise _refused(path, f"labels from {labels.min()} to {labels.max()}", reals)
    pixels = channels_first(np.ascontiguousarray(images, np.uint8))
    # A stable sort: the classifier of the CAS meets the samples of a class as the file has them.
    order = torch.from_numpy(np.argsort(labels, kind="stable"))
    classes = torch.from_numpy(labels.astype(np.int64))
    found = Dataset(str(path), pixels[order], classes[order], reals.train.classes)
    check(found, reals)
    return found


def draw_samples(folder: Path, reals: Reals, on_progress: OnProgress | None = None) -> Dataset:
    """Return the samples of a run's last checkpoint, as ``ganctl evaluate RUN@latest --cas`` does.

    The last one, and not the best, since a judge chose that.

    Raises:
        RunError: it is no run, has no checkpoint, or was trained on other data.
        DataError: ``check`` refuses its samples.
    """
    run = Run.open(folder)
    if run.data.get("fingerprint") != reals.whole.fingerprint:
        raise RunError(f"{folder} was trained on other data.", "An entry trains on mnist alone.")
    sampler = Sampler.of(find_source(str(run.latest_checkpoint())))
    real = training_images(reals)
    samples = samples_like(sampler, reals, real, "generating images", on_progress)
    if samples.labels is None or samples.images.shape != real.images.shape:
        raise RunError(
            f"{folder} does not draw what it is asked for by class.", "Train it with labels."
        )
    found = Dataset(str(folder), samples.images, samples.labels, real.classes)
    check(found, reals)
    return found


def check(samples: Dataset, reals: Reals) -> None:
    """Refuse samples of other classes than the training images have, and copies of these.

    Raises:
        DataError: each class has not as many samples as training images, or a sample is a training
            image, pixel for pixel.
    """
    real = reals.train
    counts = torch.bincount(samples.labels, minlength=len(real.classes)).tolist()
    wanted = torch.bincount(real.labels, minlength=len(real.classes)).tolist()
    if counts != wanted:
        raise DataError(
            f"{samples.name} has {counts} samples of the classes.",
            f"Give {wanted}: as many as there are training images of each.",
        )
    known = {image.tobytes() for image in real.images.numpy()}
    copies = sum(image.tobytes() in known for image in samples.images.numpy())
    if copies:
        raise DataError(
            f"{samples.name} has training images among its samples ({copies:,}), pixel for pixel.",
            "Samples must be generated.",
        )


def _refused(path: Path, found: str, reals: Reals) -> DataError:
    count, _, height, width = reals.train.images.shape
    wanted = WANTED.format(count=count, height=height, width=width)
    most = len(reals.train.classes) - 1
    return DataError(f"{path} has {found}.", f"{wanted} from 0 to {most}.")
