"""The classification accuracy score (CAS): train on generated images, test on real ones."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import accuracy, fit, predict, steps_for
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.reals import Reals
from ganctl.engine.evaluation.requested.obeyed import obeyed
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import FileError
from ganctl.files import paths
from ganctl.files.atomic import write_atomically
from ganctl.readers.labelled import OnProgress
from ganctl.requests.networks import NetworkSpec

IMAGES = 60_000
STEPS = 1400
SEED = 303
ARCHITECTURE = "pooled"


@dataclass(frozen=True)
class Score:
    """The accuracy in [0, 1], and where there are attributes that of each, whose mean it is."""

    score: float
    by_attribute: Mapping[str, float] = field(default_factory=dict)


def cas(sampler: Sampler, reals: Reals, on_progress: OnProgress | None = None) -> Score:
    """Return the accuracy on held-out real images of a classifier of generated ones.

    Ravuri & Vinyals (2019): the classifier cannot learn what the generator leaves out or gets
    wrong. It is always the same small one, trained for the same number of steps on as many
    generated images as there are training images (60,000 at most), with the requested labels:
    classes, or the values of attributes, of which words name some.

    Raises:
        ValueError: the generator has no labels.
    """
    real = training_images(reals)
    samples = samples_like(sampler, reals, real, "generating images to learn from", on_progress)
    if samples.values is not None:
        generated = replace(real, name="generated", images=samples.images, values=samples.values)
    elif samples.labels is not None:
        generated = Dataset("generated", samples.images, samples.labels, real.classes)
    else:
        raise ValueError("the generator has no labels to learn")
    return score_of(generated, reals, "learning from generated images", on_progress)


def cas_of_real(network: NetworkSpec, reals: Reals, on_progress: OnProgress | None = None) -> Score:
    """Return the same for real training images; it is computed once and kept in the cache.

    Of networks of words it learns what the captions name, as from generated images.
    """
    key = f"{reals.train.fingerprint[:16]}-{reals.held_out.fingerprint[:16]}-{STEPS}"
    key += "-named" if network.words else ""
    cached = paths.cache() / "cas" / f"{key}.json"
    try:
        kept = json.loads(cached.read_text(encoding="utf-8"))
        return Score(
            float(kept["cas_real"]), {k: float(v) for k, v in kept.get("by_attribute", {}).items()}
        )
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        real = training_images(reals)
        if network.words:
            real = replace(real, values=reals.named_values(real))
        score = score_of(real, reals, "learning from real images", on_progress)
    kept = {
        "cas_real": score.score,
        **({"by_attribute": score.by_attribute} if score.by_attribute else {}),
    }
    with contextlib.suppress(FileError):  # Without a cache it takes a minute each time.
        write_atomically(cached, json.dumps(kept).encode())
    return score


def training_images(reals: Reals) -> Dataset:
    """Return the judges' training images, or ``IMAGES`` of them if there are more."""
    return reals.train if len(reals.train) <= IMAGES else reals.train_subset(IMAGES)


def score_of(
    dataset: Dataset, reals: Reals, what: str, on_progress: OnProgress | None = None
) -> Score:
    """Return the accuracy on held-out real images of a classifier that learns from a data set.

    Args:
        dataset: the images to learn from, with their labels, or the values of their attributes.
        reals: the real images.
        what: the name of the work for ``on_progress``.
        on_progress: called with the number of steps done.
    """
    classifier = fit(
        ARCHITECTURE,
        dataset,
        steps=steps_for(dataset, STEPS),
        seed=SEED,
        distortion=0.0,
        on_progress=on_progress,
        what=what,
    )
    schema = reals.held_out.schema
    if not schema.names:
        return Score(accuracy(classifier, reals.held_out))
    seen = predict(classifier, reals.held_out.images).values
    found = obeyed(schema, reals.held_out.values, seen)
    by_attribute = {schema.attributes[k].name: right for k, right in found.accuracies.items()}
    return Score(found.mean_accuracy or 0.0, by_attribute)
