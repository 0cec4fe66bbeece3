"""What judges say of images, whoever made them."""

from __future__ import annotations

import torch
from torch import Tensor

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.density_coverage import Neighbourhood
from ganctl.engine.evaluation.frechet import Moments, frechet_distance
from ganctl.engine.evaluation.judges import Judge, Opinion
from ganctl.runs.evaluation import Measures, Verdict


def verdict(
    judge: Judge, images: Tensor, labels: Tensor | None, reference: Dataset, held_out: Dataset
) -> Verdict:
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

    def measures(opinion: Opinion, asked: Tensor | None) -> Measures:
        fidelity = neighbourhood.fidelity(opinion.features)
        return Measures(
            confusion=confusion(asked, opinion.classes, len(reference.classes)),
            feature_distance=frechet_distance(Moments.of(opinion.features), moments),
            density=fidelity.density,
            coverage=fidelity.coverage,
        )

    return Verdict(
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
