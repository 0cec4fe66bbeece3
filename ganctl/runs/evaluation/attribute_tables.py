"""The tables of an evaluation where more than a class was asked for. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ganctl.runs.evaluation.attributes import Obeyed, Share, worst_values
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import LABEL_ACCURACY, JudgeResult
from ganctl.runs.evaluation.table import NOTHING, WORST, Table

Cells = tuple[str, ...]


def attribute_tables(evaluation: Evaluation, judge: JudgeResult) -> Iterator[Table]:
    """Yield the tables by attribute, by value, by quantity, and of unseen pairs of values.

    Args:
        evaluation: what was measured.
        judge: whose figures are shown; one that measured what was obeyed.
    """
    samples, real = judge.samples.obeyed, judge.real.obeyed
    if samples is None or real is None:
        return
    if samples.accuracies:
        yield _by_attribute(evaluation, samples, real)
        yield _by_value(evaluation, samples)
    if evaluation.described.quantities:
        yield _by_quantity(evaluation, samples, real)
    if samples.unseen_pairs:
        yield _unseen_pairs(evaluation, samples, real)


def attribute_rows(evaluations: Sequence[Evaluation]) -> Iterator[tuple[str, list[float | None]]]:
    """Yield each attribute's name, with its accuracy in several evaluations; None where unasked."""
    found = [_accuracies(evaluation) for evaluation in evaluations]
    for name in dict.fromkeys(name for one in found for name in one):
        yield name, [one.get(name) for one in found]


def _accuracies(evaluation: Evaluation) -> dict[str, float]:
    judge = evaluation.label_judge()
    obeyed = judge and judge.samples.obeyed
    if not obeyed:
        return {}
    attributes = evaluation.described.attributes
    return {attributes[k].name: right for k, right in obeyed.accuracies.items()}


def _by_attribute(evaluation: Evaluation, samples: Obeyed, real: Obeyed) -> Table:
    described = evaluation.described
    cas = evaluation.cas_by_attribute
    rows: list[Cells] = []
    for k, confusion in enumerate(samples.attributes):
        if confusion is None:
            continue
        name = described.attributes[k].name
        worst, _, value, taken = next(worst_values(samples, [k]))
        values = described.attributes[k].values
        cells = (
            name,
            LABEL_ACCURACY.text(confusion.accuracy),
            _percent(real.accuracies.get(k)),
            f"{confusion.requested.total():,}",
            f"{values[value]} {LABEL_ACCURACY.text(worst)}",
            f"{values[taken[0]]} ({taken[1]:,})" if taken else NOTHING,
        )
        score = cas.get(name)
        more = (_percent(score.samples), _percent(score.real)) if score else (NOTHING, NOTHING)
        rows.append((*cells, *(more if cas else ())))
    rows += [
        (name, *_shares(one, other), *[NOTHING] * (4 if cas else 2))
        for name, one, other in (
            ("all at once", samples.at_once, real.at_once),
            ("unseen combinations", samples.unseen, real.unseen),
        )
        if one is not None
    ]
    columns = ("", "right", "real", "images", "worst value", "most often taken for")
    title = "By attribute that a caption names" if described.by_captions else "By attribute"
    return Table(title, (*columns, *(("CAS", "CAS of real") if cas else ())), tuple(rows))


def _by_value(evaluation: Evaluation, samples: Obeyed) -> Table:
    described = evaluation.described
    found = list(worst_values(samples, range(len(described.attributes))))
    title = "By value"
    if len(found) > WORST:
        title = f"By value: the {WORST} worst of {len(found):,}"
    rows = []
    for right, attribute, value, taken in found[:WORST]:
        values = described.attributes[attribute].values
        wrong = f"{values[taken[0]]} ({taken[1]:,})" if taken else NOTHING
        name = described.value_text(attribute, value)
        rows.append((name, LABEL_ACCURACY.text(right), wrong))
    return Table(title, ("", "right", "most often taken for"), tuple(rows))


def _by_quantity(evaluation: Evaluation, samples: Obeyed, real: Obeyed) -> Table:
    rows = []
    for quantity, one, other in zip(
        evaluation.described.quantities, samples.errors, real.errors, strict=True
    ):
        spread = f"{quantity.low:g} to {quantity.high:g}"
        rows.append((quantity.name, _number(one), _number(other), spread))
    return Table("By number", ("", "mean error", "real", "range"), tuple(rows))


def _unseen_pairs(evaluation: Evaluation, samples: Obeyed, real: Obeyed) -> Table:
    pairs, floors = samples.unseen_pairs or {}, real.unseen_pairs or {}
    worst = sorted(pairs, key=lambda pair: (pairs[pair].value, pair))
    title = "Pairs of values that no training image has"
    if len(worst) > WORST:
        title += f": the {WORST} worst of {len(worst):,}"
    rows = [
        (evaluation.described.pair_text(pair), *_shares(pairs[pair], floors.get(pair)))
        for pair in worst[:WORST]
    ]
    columns = ("", "both right", "both right of real images", "images")
    return Table(title, columns, tuple(rows))


def _shares(one: Share, other: Share | None) -> Cells:
    return (
        LABEL_ACCURACY.text(one.value),
        _percent(None if other is None else other.value),
        f"{one.count:,}",
    )


def _percent(value: float | None) -> str:
    return NOTHING if value is None else LABEL_ACCURACY.text(value)


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.3g}"
