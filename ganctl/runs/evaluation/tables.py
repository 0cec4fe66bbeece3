"""Evaluations as tables, for the terminal and for ``evaluation.txt``. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ganctl.runs.evaluation.attribute_tables import attribute_rows, attribute_tables
from ganctl.runs.evaluation.confusion import unseen_text
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import (
    LABEL_ACCURACY,
    METRICS,
    Figure,
    Measurements,
    Metric,
)
from ganctl.runs.evaluation.table import NOTHING, WORST, Table

BEST = "*"
SHOWN_MATRIX = 26
"""The classes whose confusion is shown as a matrix; of more, the commonest mistakes are."""


def tables(evaluation: Evaluation, *, matrix: int = SHOWN_MATRIX) -> list[Table]:
    """Return the summary, the table by judge, and with labels those by class or by attribute.

    Args:
        evaluation: what was measured.
        matrix: with more classes than these, the confusion is a list of the commonest mistakes.
    """
    found = [_summary(evaluation), _by_judge(evaluation)]
    judge, classes = evaluation.label_judge(), evaluation.classes
    if evaluation.described and judge is not None:
        found += attribute_tables(evaluation, judge)
    elif judge is not None:
        found.append(_by_class(judge.samples, classes))
        shown = _confusion if len(classes) <= matrix else _mistakes
        found.append(shown(judge.samples, classes))
    return found


def page(evaluation: Evaluation) -> str:
    """Return the tables as a page of text, with what they were made of."""
    closing = (
        f"Real images: {evaluation.data}, split {evaluation.split}, fingerprint "
        f"{evaluation.fingerprint}. Made by ganctl {evaluation.ganctl_version} in "
        f"{evaluation.seconds:.0f} s. Judges learned from real training images alone."
    )
    return "\n\n".join([*(table.as_text() for table in tables(evaluation)), closing]) + "\n"


def doubts_of(evaluation: Evaluation) -> list[str]:
    """Return a sentence about labels that no judge can see in real images, if there are such."""
    doubts = evaluation.near_chance()
    if not doubts:
        return []
    return [unseen_text(doubts) if evaluation.described else doubts[0].text]


def comparison(evaluations: Sequence[Evaluation]) -> Table:
    """Return a row for each metric and a column for each evaluation, the best with a star."""
    found = [evaluation.figures() for evaluation in evaluations]
    rows: list[tuple[str, ...]] = [
        ("step", *(f"{one.step:,}" for one in evaluations)),
        ("images", *(f"{one.n:,}" for one in evaluations)),
    ]
    for metric in METRICS:
        figures = [each.get(metric.key) for each in found]
        if any(figures):
            rows.append((metric.label, *_starred(metric, figures)))
        if metric is LABEL_ACCURACY:
            for name, values in attribute_rows(evaluations):
                figures = [None if one is None else Figure(one, one) for one in values]
                rows.append((f"  {name}", *_starred(metric, figures)))
    return Table("", ("", *(one.run for one in evaluations)), tuple(rows))


def _starred(metric: Metric, figures: Sequence[Figure | None]) -> Iterator[str]:
    best = max(metric.better(figure) for figure in figures if figure)
    for figure in figures:
        if figure is None:
            yield NOTHING
        else:
            text = metric.times_floor_text(figure) if metric.floor else metric.text(figure.samples)
            yield text + (BEST if metric.better(figure) == best else "")


def _summary(evaluation: Evaluation) -> Table:
    title = f"{evaluation.run}, step {evaluation.step:,}: {evaluation.n:,} images"
    if evaluation.settings:
        title += (
            f" of {', '.join(f'{name}={value}' for name, value in evaluation.settings.items())}"
        )
    figures = evaluation.figures()
    rows: list[tuple[str, ...]] = []
    for metric in METRICS:
        figure = figures.get(metric.key)
        if figure is None:
            continue
        samples = metric.text(figure.samples)
        if metric.floor:
            samples += f" ({metric.times_floor_text(figure)})"
        judge = figure.judge.judge if figure.judge else ""
        rows.append((metric.label, samples, metric.text(figure.real), judge))
    return Table(title, ("", "samples", "real", "judge"), tuple(rows))


def _by_judge(evaluation: Evaluation) -> Table:
    judged = [metric for metric in METRICS if _is_shown(metric, evaluation)]
    rows: list[tuple[str, ...]] = []
    for judge in evaluation.judges:
        for whose, measurements in (("samples", judge.samples), ("real", judge.real)):
            values = [metric.value(measurements) for metric in judged]
            cells = [
                NOTHING if value is None else metric.text(value)
                for metric, value in zip(judged, values, strict=True)
            ]
            rows.append((f"{judge.judge}, {whose}", *cells))
    columns = ("", *(metric.column or metric.label for metric in judged))
    return Table(". ".join(["By judge", *doubts_of(evaluation)]), columns, tuple(rows))


def _is_shown(metric: Metric, evaluation: Evaluation) -> bool:
    """Return whether the table by judge has a column for a metric."""
    if not metric.optional:
        return metric.judged
    return any(metric.value(judge.samples) is not None for judge in evaluation.judges)


def _by_class(measurements: Measurements, classes: Sequence[str]) -> Table:
    right = measurements.per_class
    taken = dict.fromkeys(range(len(classes)), "")
    for asked, predicted, count in _mistakes_of(measurements):
        taken[asked] = taken[asked] or f"{classes[predicted]} ({count})"
    shown, title = list(taken), "By class"
    if len(classes) > WORST:
        shown = sorted(right, key=lambda asked: right[asked])[:WORST]
        title = f"By class: the {len(shown)} worst of {len(classes):,}"
    rows = [
        (
            classes[asked],
            LABEL_ACCURACY.text(right[asked]) if asked in right else NOTHING,
            taken[asked] or NOTHING,
        )
        for asked in shown
    ]
    return Table(title, ("", "right", "most often taken for"), tuple(rows))


def _confusion(measurements: Measurements, classes: Sequence[str]) -> Table:
    confusion = measurements.confusion
    counts = {pair[:2]: pair[2] for pair in confusion.counts} if confusion else {}
    every = range(len(classes))
    return Table(
        "Asked for (down), taken for (across)",
        ("", *classes),
        tuple((classes[k], *(str(counts.get((k, j), 0)) for j in every)) for k in every),
    )


def _mistakes(measurements: Measurements, classes: Sequence[str]) -> Table:
    """Return the commonest mistakes: a matrix of many classes would be nearly empty."""
    wrong = _mistakes_of(measurements)
    title = "Mistakes"
    if len(wrong) > WORST:
        title = f"Mistakes: the {WORST} commonest of {len(wrong):,}"
    rows = [(classes[k], classes[j], f"{count:,}") for k, j, count in wrong[:WORST]]
    return Table(title, ("asked for", "taken for", "images"), tuple(rows))


def _mistakes_of(measurements: Measurements) -> list[tuple[int, int, int]]:
    return measurements.confusion.mistakes if measurements.confusion else []
