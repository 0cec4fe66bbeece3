"""What judges say of images, whoever made them."""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.density_coverage import Neighbourhood
from ganctl.engine.evaluation.frechet import Moments, frechet_distance
from ganctl.engine.evaluation.judges import Judge, Predictions
from ganctl.runs.evaluation import JudgeResult, Measures


def judge_result(
    judge: Judge, images: Tensor, labels: Tensor | None, reference: Dataset, held_out: Dataset
) -> JudgeResult:
    """Judge images beside real ones that were held out, both against others.

    Args:
        judge: who says.
        images: uint8 [N, C, H, W].
        labels: what was asked for, int64 [N]; None where nothing was.
        reference: real images that both are compared with.
        held_out: real images, as many as the reference.
    """
    judged = judge.look(reference.images).features
    moments, neighbourhood = Moments.of(judged), Neighbourhood(judged)

    def measures(predictions: Predictions, asked: Tensor | None) -> Measures:
        fidelity = neighbourhood.fidelity(predictions.features)
        return Measures(
            confusion=confusion(asked, predictions.classes, len(reference.classes)),
            feature_distance=frechet_distance(Moments.of(predictions.features), moments),
            density=fidelity.density,
            coverage=fidelity.coverage,
        )

    return JudgeResult(
        judge=judge.name,
        checksum=judge.checksum,
        samples=measures(judge.look(images), labels),
        real=measures(judge.look(held_out.images), held_out.labels),
    )


def confusion(asked: Tensor | None, seen: Tensor, classes: int) -> tuple[tuple[int, ...], ...]:
    """Count how often each class [N] that was asked for is seen as each; nothing for None."""
    if asked is None:
        return ()
    counts = torch.bincount(asked * classes + seen, minlength=classes * classes)
    return tuple(tuple(row) for row in counts.view(classes, classes).tolist())
