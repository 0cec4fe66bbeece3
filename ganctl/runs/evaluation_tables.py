"""Evaluations as tables, for the terminal and for ``evaluation.txt``. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ganctl.runs.evaluation import Evaluation
from ganctl.runs.evaluation_metrics import LABEL_ACCURACY, METRICS, Figure, Measurements, Metric

BEST = "*"
NOTHING = "–"


@dataclass(frozen=True)
class Table:
    """A table of text: each row has a cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(evaluation: Evaluation) -> list[Table]:
    """Return the summary, the table by judge, and with labels that by class and the confusion."""
    found = [_summary(evaluation), _by_judge(evaluation)]
    judge, classes = evaluation.label_judge(), evaluation.classes
    if judge is not None:
        found += [_by_class(judge.samples, classes), _confusion(judge.samples, classes)]
    return found


def page(evaluation: Evaluation) -> str:
    """Return the tables as a page of text, with what they were made of."""
    closing = (
        f"Real images: {evaluation.data}, split {evaluation.split}, fingerprint "
        f"{evaluation.fingerprint}. Made by ganctl {evaluation.ganctl_version} in "
        f"{evaluation.seconds:.0f} s. Judges learned from real training images alone."
    )
    return "\n\n".join([*map(_as_text, tables(evaluation)), closing]) + "\n"


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
    judged = [metric for metric in METRICS if metric.judged]
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
    return Table("By judge", columns, tuple(rows))


def _by_class(measurements: Measurements, classes: Sequence[str]) -> Table:
    rows: list[tuple[str, ...]] = []
    for index, (name, right) in enumerate(zip(classes, measurements.per_class, strict=True)):
        row = measurements.confusion[index]
        mistakes = [0 if column == index else count for column, count in enumerate(row)]
        most = max(mistakes)
        taken = f"{classes[mistakes.index(most)]} ({most})" if most else NOTHING
        rows.append((name, LABEL_ACCURACY.text(right), taken))
    return Table("By class", ("", "right", "most often taken for"), tuple(rows))


def _confusion(measurements: Measurements, classes: Sequence[str]) -> Table:
    rows = zip(classes, measurements.confusion, strict=True)
    return Table(
        "Asked for (down), taken for (across)",
        ("", *classes),
        tuple((name, *map(str, row)) for name, row in rows),
    )


def _as_text(table: Table) -> str:
    """Return the table in aligned columns: the first to the left, the others to the right."""
    rows = [table.columns, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    return "\n".join([table.title, *lines])
