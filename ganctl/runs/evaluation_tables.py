"""Evaluations as tables, for the terminal and for a page of text. No torch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ganctl.runs.evaluation import Evaluation, Measures

BEST = "*"


@dataclass(frozen=True)
class Table:
    """A title, the names of its columns, and rows of cells."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(evaluation: Evaluation) -> list[Table]:
    """Return all that an evaluation says: in short, by judge, by class, and the confusions."""
    title = f"{evaluation.run}, step {evaluation.step:,}: {evaluation.n:,} images"
    short = Table(title, ("", "samples", "real", "judge"), tuple(_short_rows(evaluation)))
    if evaluation.labels is None:
        return [short, _by_judge(evaluation)]
    measures, classes = evaluation.labels.samples, evaluation.classes
    return [
        short,
        _by_judge(evaluation),
        _by_class(measures, classes),
        _confusion(measures, classes),
    ]


def page(evaluation: Evaluation) -> str:
    """Return the tables as a page of text, with what they were made of."""
    closing = (
        f"Real images: {evaluation.data}, split {evaluation.split}, fingerprint "
        f"{evaluation.fingerprint}. Made by ganctl {evaluation.ganctl_version} in "
        f"{evaluation.seconds:.0f} s. Judges learned from real training images alone."
    )
    return "\n\n".join([*map(_as_text, tables(evaluation)), closing]) + "\n"


def comparison(evaluations: Sequence[Evaluation]) -> Table:
    """Return a line for each measure and a column for each evaluation, the best with a star.

    The best density is the nearest to that of real images: above it, samples are too typical.
    """
    steps = ("step", *(f"{one.step:,}" for one in evaluations))
    lines = [(name, *_marked(evaluations, read, show, merit)) for name, read, show, merit in _LINES]
    known = [line for line in lines if set(line[1:]) != {_NOTHING}]
    made_of = steps, ("images", *(f"{one.n:,}" for one in evaluations))
    return Table("", ("", *(one.run for one in evaluations)), (*made_of, *known))


def _percent(number: float) -> str:
    return f"{number:.2%}"


def _plain(number: float) -> str:
    return f"{number:.3f}"


def _times(number: float) -> str:
    return f"{number:.2f} × floor"


def _label_accuracy(evaluation: Evaluation) -> float | None:
    return evaluation.labels.samples.label_accuracy if evaluation.labels else None


def _times_floor(evaluation: Evaluation) -> float:
    return evaluation.distance.times_floor


def _density(evaluation: Evaluation) -> float:
    return evaluation.density.samples.density


def _coverage(evaluation: Evaluation) -> float:
    return evaluation.coverage.samples.coverage


def _cas(evaluation: Evaluation) -> float | None:
    return evaluation.cas


Read = Callable[[Evaluation], "float | None"]
Show = Callable[[float], str]
Merit = Callable[[Evaluation], float]
_NOTHING = "–"
_LINES: tuple[tuple[str, Read, Show, Merit], ...] = (
    ("label accuracy", _label_accuracy, _percent, lambda one: _label_accuracy(one) or 0.0),
    ("feature distance", _times_floor, _times, lambda one: -_times_floor(one)),
    ("density", _density, _plain, lambda one: -abs(_density(one) - one.density.real.density)),
    ("coverage", _coverage, _plain, _coverage),
    ("classification accuracy score", _cas, _percent, lambda one: _cas(one) or 0.0),
)
"""What is compared, how it is read and shown, and what the best has most of."""


def _marked(
    evaluations: Sequence[Evaluation], read: Read, show: Show, merit: Merit
) -> Iterator[str]:
    best = max(map(merit, evaluations))
    for evaluation in evaluations:
        number = read(evaluation)
        if number is None:
            yield _NOTHING
        else:
            yield show(number) + (BEST if merit(evaluation) == best else "")


def _short_rows(evaluation: Evaluation) -> list[tuple[str, ...]]:
    labels, distance = evaluation.labels, evaluation.distance
    density, coverage = evaluation.density, evaluation.coverage
    rows: list[tuple[str, ...]] = [
        (
            "feature distance",
            f"{distance.samples.feature_distance:.2f} ({_times(distance.times_floor)})",
            f"{distance.real.feature_distance:.2f}",
            distance.judge,
        ),
        (
            "density",
            _plain(density.samples.density),
            _plain(density.real.density),
            density.judge,
        ),
        (
            "coverage",
            _plain(coverage.samples.coverage),
            _plain(coverage.real.coverage),
            coverage.judge,
        ),
    ]
    if labels is not None:
        accuracies = (labels.samples.label_accuracy or 0.0, labels.real.label_accuracy or 0.0)
        rows.insert(0, ("label accuracy", *map(_percent, accuracies), labels.judge))
    if evaluation.cas is not None and evaluation.cas_real is not None:
        scores = map(_percent, (evaluation.cas, evaluation.cas_real))
        rows.append(("classification accuracy score", *scores, ""))
    return rows


def _by_judge(evaluation: Evaluation) -> Table:
    rows = []
    for judge_result in evaluation.judge_results:
        for whose, measures in (("samples", judge_result.samples), ("real", judge_result.real)):
            accuracy = measures.label_accuracy
            rows.append(
                (
                    f"{judge_result.judge}, {whose}",
                    _NOTHING if accuracy is None else _percent(accuracy),
                    f"{measures.feature_distance:.2f}",
                    _plain(measures.density),
                    _plain(measures.coverage),
                )
            )
    columns = ("", "labels", "feature distance", "density", "coverage")
    return Table("By judge", columns, tuple(rows))


def _by_class(measures: Measures, classes: Sequence[str]) -> Table:
    rows = []
    for index, (name, right) in enumerate(zip(classes, measures.per_class, strict=True)):
        mistakes = [0 if seen == index else n for seen, n in enumerate(measures.confusion[index])]
        most = max(mistakes)
        taken = f"{classes[mistakes.index(most)]} ({most})" if most else _NOTHING
        rows.append((name, _percent(right), taken))
    return Table("By class", ("", "right", "most often taken for"), tuple(rows))


def _confusion(measures: Measures, classes: Sequence[str]) -> Table:
    rows = zip(classes, measures.confusion, strict=True)
    return Table(
        "Asked for (down), taken for (across)",
        ("", *classes),
        tuple((name, *map(str, row)) for name, row in rows),
    )


def _as_text(table: Table) -> str:
    """Return the first column to the left and the others to the right, as wide as they need."""
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
