"""The metrics that a judge measures. A new one is a value here and a row of ``METRICS``."""

from __future__ import annotations

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.classifiers import Predictions
from ganctl.engine.evaluation.density_coverage import RealManifold
from ganctl.engine.evaluation.frechet import Moments, frechet_distance, unbiased_frechet_distance
from ganctl.engine.evaluation.generated import Samples
from ganctl.engine.evaluation.judges import Judge
from ganctl.engine.evaluation.requested.obeyed import counted, obeyed
from ganctl.engine.evaluation.requested.unseen import Unseen
from ganctl.runs.evaluation.attributes import Obeyed
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.evaluation.metrics import JudgeResult, Measurements


def measure(
    judge: Judge,
    samples: Samples,
    reference: Dataset,
    held_out: Dataset,
    unseen: Unseen | None = None,
) -> JudgeResult:
    """Measure samples and held-out real images, both against the same reference.

    Args:
        judge: the judge.
        samples: the samples.
        reference: real images that both are compared with.
        held_out: as many other real images. Where more than a class was asked for, the samples
            have their conditions in the same order.
        unseen: what was asked for that no training image has, if that is known.
    """
    features = judge.predict(reference.images).features
    moments, manifold = Moments.of(features), RealManifold(features)

    def measurements(
        predictions: Predictions, confusion: Confusion | None, obeyed: Obeyed | None
    ) -> Measurements:
        near = manifold.density_coverage(predictions.features)
        values = {
            "feature_distance": frechet_distance(Moments.of(predictions.features), moments),
            "unbiased_distance": unbiased_frechet_distance(predictions.features, features),
            "density": near.density,
            "coverage": near.coverage,
        }
        known = {key: value for key, value in values.items() if value is not None}
        return Measurements(confusion, known, obeyed)

    generated, real = judge.predict(samples.images), judge.predict(held_out.images)
    confusions = _of_classes(samples, held_out, generated, real)
    obeyed_by = _of_parts(judge, samples, held_out, generated, real, unseen)
    return JudgeResult(
        judge=judge.name,
        checksum=judge.checksum,
        samples=measurements(generated, confusions[0], obeyed_by[0]),
        real=measurements(real, confusions[1], obeyed_by[1]),
    )


def _of_classes(
    samples: Samples, held_out: Dataset, generated: Predictions, real: Predictions
) -> tuple[Confusion | None, Confusion | None]:
    """Return the confusion of samples and of real images; None where there are no classes."""
    if held_out.schema.names or samples.values is not None:
        return None, None
    asked, labels = samples.labels, held_out.labels
    return (
        None if asked is None else counted(asked.float(), generated.values[:, 0]),
        counted(labels.float(), real.values[:, 0]),
    )


def _of_parts(
    judge: Judge,
    samples: Samples,
    held_out: Dataset,
    generated: Predictions,
    real: Predictions,
    unseen: Unseen | None,
) -> tuple[Obeyed | None, Obeyed | None]:
    """Return what samples obeyed, and what real images would have; None where no parts are."""
    asked = samples.values
    if asked is None:
        return None, None
    found = [obeyed(held_out.schema, asked, seen.values) for seen in (generated, real)]
    if unseen is None:
        return found[0], found[1]
    return (
        unseen.of_samples(found[0], judge, asked, generated.values),
        unseen.of_real(found[1], held_out, real.values),
    )
