"""The classification accuracy score: what a classifier learns from generated images alone."""

from __future__ import annotations

import contextlib
import json

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.labelled import OnProgress
from ganctl.engine.evaluation.classifiers import accuracy, fit, steps_for
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.reals import Reals
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import FileError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically

IMAGES = 60_000
STEPS = 1400
SEED = 303
ARCHITECTURE = "pooled"


def cas(sampler: Sampler, reals: Reals, on_progress: OnProgress | None = None) -> float:
    """Return the accuracy on held-out real images of a classifier of generated ones, in [0, 1].

    Ravuri & Vinyals (2019): whatever the generator leaves out or gets wrong,
    the classifier does not learn. It is a small fixed one, trained for a fixed
    number of steps on as many generated images, with the labels that were
    asked for, as there are training images (60,000 at most).
    """
    real = some_real(reals)
    images, labels = samples_like(sampler, real, "drawing images to learn from", on_progress)
    if labels is None:
        raise ValueError("images without labels teach no classifier")
    generated = Dataset("generated", images, labels, real.classes)
    return _score(generated, reals, "learning from generated images", on_progress)


def cas_of_real(reals: Reals, on_progress: OnProgress | None = None) -> float:
    """Return the same for real training images; it is measured once and kept in the cache."""
    key = f"{reals.train.fingerprint[:16]}-{reals.held_out.fingerprint[:16]}-{STEPS}"
    cached = paths.cache() / "cas" / f"{key}.json"
    try:
        return float(json.loads(cached.read_text(encoding="utf-8"))["cas_real"])
    except (OSError, ValueError, LookupError, TypeError):
        score = _score(some_real(reals), reals, "learning from real images", on_progress)
    with contextlib.suppress(FileError):  # A cache that cannot be written costs a minute each time.
        write_atomically(cached, json.dumps({"cas_real": score}).encode())
    return score


def some_real(reals: Reals) -> Dataset:
    """Return the training images, or as many of them as the score is made for."""
    return reals.train if len(reals.train) <= IMAGES else reals.some_of_train(IMAGES)


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
