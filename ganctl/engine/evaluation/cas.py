"""The classification accuracy score (CAS): train on generated images, test on real ones."""

from __future__ import annotations

import contextlib
import json

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import accuracy, fit, steps_for
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.reals import Reals
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import FileError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.readers.labelled import OnProgress

IMAGES = 60_000
STEPS = 1400
SEED = 303
ARCHITECTURE = "pooled"


def cas(sampler: Sampler, reals: Reals, on_progress: OnProgress | None = None) -> float:
    """Return the accuracy on held-out real images of a classifier of generated ones, in [0, 1].

    Ravuri & Vinyals (2019): the classifier cannot learn what the generator leaves out or gets
    wrong. It is always the same small one, trained for the same number of steps on as many
    generated images as there are training images (60,000 at most), with the requested labels.

    Raises:
        ValueError: the generator has no labels.
    """
    real = training_images(reals)
    images, labels = samples_like(sampler, real, "generating images to learn from", on_progress)
    if labels is None:
        raise ValueError("the generator has no labels to learn")
    generated = Dataset("generated", images, labels, real.classes)
    return _score(generated, reals, "learning from generated images", on_progress)


def cas_of_real(reals: Reals, on_progress: OnProgress | None = None) -> float:
    """Return the same for real training images; it is computed once and kept in the cache."""
    key = f"{reals.train.fingerprint[:16]}-{reals.held_out.fingerprint[:16]}-{STEPS}"
    cached = paths.cache() / "cas" / f"{key}.json"
    try:
        return float(json.loads(cached.read_text(encoding="utf-8"))["cas_real"])
    except (OSError, ValueError, LookupError, TypeError):
        score = _score(training_images(reals), reals, "learning from real images", on_progress)
    with contextlib.suppress(FileError):  # Without a cache it takes a minute each time.
        write_atomically(cached, json.dumps({"cas_real": score}).encode())
    return score


def training_images(reals: Reals) -> Dataset:
    """Return the judges' training images, or ``IMAGES`` of them if there are more."""
    return reals.train if len(reals.train) <= IMAGES else reals.train_subset(IMAGES)


def _score(dataset: Dataset, reals: Reals, what: str, on_progress: OnProgress | None) -> float:
    classifier = fit(
        ARCHITECTURE,
        dataset,
        steps=steps_for(dataset, STEPS),
        seed=SEED,
        distortion=0.0,
        on_progress=on_progress,
        what=what,
    )
    return accuracy(classifier, reals.held_out)
