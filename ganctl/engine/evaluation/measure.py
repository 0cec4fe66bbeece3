"""The metrics that a judge measures. A new one is a value here and a row of ``METRICS``."""

from __future__ import annotations

from collections import Counter

from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.density_coverage import RealManifold
from ganctl.engine.evaluation.frechet import Moments, frechet_distance
from ganctl.engine.evaluation.judges import Judge
from ganctl.runs.evaluation.metrics import Confusion, JudgeResult, Measurements


def measure(
    judge: Judge, images: Tensor, labels: Tensor | None, reference: Dataset, held_out: Dataset
) -> JudgeResult:
    """Measure samples and held-out real images, both against the same reference.

    Args:
        judge: the judge.
        images: the samples, uint8 [N, C, H, W].
        labels: their requested classes, int64 [N]; None for a model without labels.
        reference: real images that both are compared with.
        held_out: as many other real images.
    """
    real = judge.predict(reference.images).features
    moments, manifold = Moments.of(real), RealManifold(real)

    def measurements(pixels: Tensor, requested: Tensor | None) -> Measurements:
        predictions = judge.predict(pixels)
        near = manifold.density_coverage(predictions.features)
        return Measurements(
            confusion=confusion(requested, predictions.classes),
            values={
                "feature_distance": frechet_distance(Moments.of(predictions.features), moments),
                "density": near.density,
                "coverage": near.coverage,
            },
        )

    return JudgeResult(
        judge=judge.name,
        checksum=judge.checksum,
        samples=measurements(images, labels),
        real=measurements(held_out.images, held_out.labels),
    )


def confusion(requested: Tensor | None, predicted: Tensor) -> Confusion | None:
    """Count how often each requested class is predicted as each class.

    Args:
        requested: int64 [N], or None where no class was requested.
        predicted: int64 [N].
    """
    if requested is None:
        return None
    pairs = Counter(zip(requested.tolist(), predicted.tolist(), strict=True))
    return Confusion(tuple((k, j, count) for (k, j), count in sorted(pairs.items())))
