"""Whether images have what they were asked for, as a judge sees it."""

from __future__ import annotations

from collections import Counter

from torch import Tensor

from ganctl.engine.evaluation.heads import all_right
from ganctl.requests.conditions.schema import Schema
from ganctl.runs.evaluation.attributes import Obeyed, Pair, Share
from ganctl.runs.evaluation.confusion import Confusion


def obeyed(schema: Schema, asked: Tensor, seen: Tensor) -> Obeyed:
    """Compare what was asked for with what a judge sees, part by part and all at once.

    Args:
        schema: of both.
        asked: [N, parts]: indices of attributes' values, then quantities, scaled; NaN where
            nothing was asked for.
        seen: the same as a judge sees it, without NaN.
    """
    attributes = len(schema.attributes)
    errors = []
    for place, quantity in enumerate(schema.quantities, attributes):
        apart = (asked[:, place] - seen[:, place]).abs().double()
        known = apart[~apart.isnan()]
        scale = (quantity.high - quantity.low) / 2
        errors.append(known.mean().item() * scale if len(known) else None)
    anything, right = all_right(asked[:, :attributes], seen[:, :attributes])
    return Obeyed(
        attributes=tuple(counted(asked[:, k], seen[:, k]) for k in range(attributes)),
        errors=tuple(errors),
        at_once=share_of(right[anything]),
    )


def counted(asked: Tensor, seen: Tensor) -> Confusion | None:
    """Count how often each requested value is seen as each value; None without any request.

    Args:
        asked: indices of values or classes [N]; NaN where nothing was asked for.
        seen: [N], without NaN.
    """
    known = ~asked.isnan()
    if not known.any():
        return None
    pairs = Counter(zip(asked[known].int().tolist(), seen[known].int().tolist(), strict=True))
    return Confusion(tuple((k, j, count) for (k, j), count in sorted(pairs.items())))


def both_right(pair: Pair, seen: Tensor) -> Tensor:
    """Return in which images [N] a judge sees both values of a pair."""
    (one, k), (other, j) = pair
    return (seen[:, one] == k) & (seen[:, other] == j)


def share_of(right: Tensor) -> Share | None:
    """Return how many of the images [N] are right; None of no images."""
    return Share(int(right.sum()), len(right)) if len(right) else None
