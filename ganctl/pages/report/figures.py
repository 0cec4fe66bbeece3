"""Figures beside those of real images: what an evaluation found, or what the training measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from ganctl.pages.document import Section, static
from ganctl.pages.report.markup import command, folded, framed, paragraph, table, text, tile
from ganctl.requests.training_metrics import Group, TrainingMetric, has_quality, of_group
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import METRICS
from ganctl.runs.evaluation.table import NOTHING, Table
from ganctl.runs.evaluation.tables import SHOWN_MATRIX, tables
from ganctl.runs.locate import RunSource

Lines = Sequence[Mapping[str, Any]]


def figures_section(source: RunSource, evaluation: Evaluation | None, metrics: Lines) -> Section:
    """Return figures beside those of real images.

    Args:
        source: the generator.
        evaluation: what judged it; None if nothing did.
        metrics: the lines of its run's ``metrics.jsonl``, if it has any.
    """
    parts = _evaluated(source, evaluation) if evaluation else _measured(source, metrics)
    return Section(
        id="figures",
        title="How good it is",
        html="\n".join(parts),
        script=static("report/copy.js"),
    )


def tiles(evaluation: Evaluation | None, metrics: Lines) -> list[str]:
    """Return the figures to begin with: those of an evaluation, or the training's last."""
    if evaluation is None:
        line = _last_measured(metrics)
        return [tile(_title(metric), *_shown(metric, line)) for metric in _rows(line)]
    found = []
    for metric in METRICS:
        figure = evaluation.figures().get(metric.key)
        if figure is None:
            continue
        real = f"real {metric.text(figure.real)}"
        found.append(tile(_capital(metric.label), metric.text(figure.samples), real))
    return found


def _evaluated(source: RunSource, evaluation: Evaluation) -> Iterator[str]:
    summary, *others = tables(evaluation, matrix=0)
    if _has_matrix(evaluation):
        others.pop()  # The commonest mistakes, which a matrix shows better.
    yield paragraph(_of_what(evaluation))
    yield '<div class="tables">'
    yield table(summary, title="Samples beside real images")
    yield from (table(other) for other in others)
    yield "</div>"
    yield from _confusions(evaluation)
    if "cas" not in evaluation.scores:
        cas = f"ganctl evaluate {quote(source.reference)} --cas"
        yield command(cas, "add the accuracy of a classifier that learned from samples alone")


def _has_matrix(evaluation: Evaluation) -> bool:
    return 0 < len(evaluation.classes) <= SHOWN_MATRIX and not evaluation.described


def _of_what(evaluation: Evaluation) -> str:
    words = (
        f"{evaluation.n:,} images of step {evaluation.step:,} beside as many real ones "
        f"({evaluation.data}, split: {evaluation.split}), which no judge was trained on. "
        "Of several judges the strictest is quoted."
    )
    if evaluation.settings:
        kept = ", ".join(f"{name}={value}" for name, value in evaluation.settings.items())
        words += f" Only images with {kept} were judged."
    return words


def _confusions(evaluation: Evaluation) -> Iterator[str]:
    """Yield a matrix of the classes, or one of each attribute, folded."""
    judge = evaluation.label_judge()
    if judge is None:
        return
    if judge.samples.confusion and _has_matrix(evaluation):
        title = "Confusion: asked for (down), taken for (across)"
        yield _matrix(title, judge.samples.confusion, evaluation.classes)
    if judge.samples.obeyed:
        found = judge.samples.obeyed.attributes
        for attribute, confusion in zip(evaluation.described.attributes, found, strict=True):
            if confusion is not None and len(attribute.values) <= SHOWN_MATRIX:
                title = f"{attribute.name}: asked for (down), taken for (across)"
                matrix = _matrix(title, confusion, attribute.values)
                yield folded(f"Confusion of {attribute.name}", matrix)


def _matrix(title: str, confusion: Confusion, names: Sequence[str]) -> str:
    """Return the counts, shaded by their shares of what was asked for; the diagonal is bold."""
    counts = {pair[:2]: pair[2] for pair in confusion.counts}
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in names)
    rows = []
    for asked, name in enumerate(names):
        total = max(1, confusion.requested[asked])
        cells = []
        for seen in range(len(names)):
            count = counts.get((asked, seen), 0)
            kind = "right" if asked == seen else "wrong" if count else "none"
            share = f"{count / total:.3f}"
            cells.append(f'<td class="{kind}" style="--share:{share}">{count:,}</td>')
        rows.append(f'<tr><th scope="row">{text(name)}</th>{"".join(cells)}</tr>')
    content = (
        f'<table class="matrix"><caption>{text(title)}</caption>'
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    return framed(content, title)


def _measured(source: RunSource, metrics: Lines) -> Iterator[str]:
    line = _last_measured(metrics)
    if line:
        yield paragraph(
            f"It has not been evaluated yet. While it trained, one quick judge measured this at "
            f"step {line['step']:,}."
        )
        rows = tuple((_title(metric), *_cells(metric, line)) for metric in _rows(line))
        yield table(Table("Measured while training", ("", "samples", "real"), rows))
    else:
        yield paragraph("It has not been evaluated here, and no figure was kept from its training.")
    yield command(f"ganctl evaluate {quote(source.reference)}", "judge it beside real images")
    if source.run is None:
        yield paragraph(
            "A result is kept in a run's folder. A generator alone has none, so a report on it "
            "has no figures.",
            "note",
        )


def _last_measured(metrics: Lines) -> Mapping[str, Any]:
    return next((line for line in reversed(metrics) if has_quality(line)), {})


def _rows(line: Mapping[str, Any]) -> list[TrainingMetric]:
    rows = [metric for metric in of_group(Group.QUALITY) if metric.line]
    return [metric for metric in rows if metric.key in line]


def _shown(metric: TrainingMetric, line: Mapping[str, Any]) -> tuple[str, str]:
    samples, real = _cells(metric, line)
    return samples, "" if real == NOTHING else f"real {real}"


def _cells(metric: TrainingMetric, line: Mapping[str, Any]) -> tuple[str, str]:
    real = line.get(metric.floor) if metric.floor else None
    shown = NOTHING if real is None else f"{real:{metric.format}}"
    return f"{line[metric.key]:{metric.format}}", shown


def _title(metric: TrainingMetric) -> str:
    return _capital(metric.label)


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]
