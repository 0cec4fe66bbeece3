"""Losses, scores and quality through time, as curves that answer to the pointer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganctl.pages.document import Section, static
from ganctl.pages.report.markup import evenly, folded, paragraph, table, text
from ganctl.requests.training_metrics import Group, TrainingMetric, of_group
from ganctl.runs.evaluation.table import NOTHING, Table

Lines = Sequence[Mapping[str, Any]]
POINTS = 300
"""Points of a curve; of longer runs each is a mean."""
ROWS = 25
"""Rows of a chart's table."""
SMOOTHED = 40
"""A bold curve is a running mean over this part of it to either side, as in ``loss.png``."""
HIGHEST, LOWEST = 1e12, 1e-12
"""Beyond these a value is left out, as NaN is: no axis has a place for it."""


@dataclass(frozen=True)
class Chart:
    """What stands on one pair of axes.

    Args:
        title: what the curves are.
        lines: of the metrics, those that have any of them.
        metrics: a row of ``METRICS`` for each curve.
        words: what a reader should know.
        is_log: whether the axis of values is logarithmic.
        is_smoothed: whether a running mean is drawn in bold over the curve.
    """

    title: str
    lines: Lines
    metrics: tuple[TrainingMetric, ...]
    words: str
    is_log: bool = False
    is_smoothed: bool = False

    @property
    def is_percent(self) -> bool:
        """Whether the values are shares, shown in percent."""
        return all(metric.curve and metric.curve.percent for metric in self.metrics)


def curves_section(metrics: Lines) -> Section:
    """Return the curves of a run.

    Args:
        metrics: the lines of its ``metrics.jsonl``.
    """
    charts = [chart for chart in _charts(metrics) if chart.lines]
    if not charts:
        words = "The run has no metrics.jsonl yet, or one without a number that ganctl knows."
        return Section(id="curves", title="Curves", html=paragraph(words, "note"))
    return Section(
        id="curves",
        title="Curves",
        html=f'{_CONTROL}<div class="charts">{"".join(map(_html, charts))}</div>',
        script=static("report/chart.js") + static("report/curves.js"),
        data=[_data(chart) for chart in charts],
    )


_CONTROL = (
    '<p class="note">Point at a curve, or move the slider, to read the values of a step.</p>'
    '<div class="cross" hidden><label for="curves-step">Step</label>'
    '<input type="range" id="curves-step" min="0" step="1">'
    '<output for="curves-step"></output></div>'
)


def _charts(metrics: Lines) -> Iterator[Chart]:
    losses = "Losses say whether the two networks keep pace, not how good the images are."
    scores = (
        "The discriminator's mean score, before any squashing: higher means that it takes images "
        "for real. The nearer the two curves, the less it can tell apart."
    )
    for group, title, words in ((Group.LOSS, "Loss", losses), (Group.SCORE, "Mean score", scores)):
        rows = tuple(metric for metric in of_group(group) if metric.curve)
        yield Chart(title, _having(metrics, rows), rows, words, is_smoothed=True)
    for metric in of_group(Group.QUALITY):
        if metric.curve is None:
            continue
        lines = _having(metrics, (metric,))
        title = metric.label[:1].upper() + metric.label[1:]
        if metric.curve.percent:
            words = "The share of images in which a judge sees what was asked for."
        else:
            words = "How far the images are from real ones, in the features of a judge; lower is "
            words += "better. " + _of_floor(_floor(lines, metric))
        yield Chart(title, lines, (metric,), words, is_log=not metric.curve.percent)


def _of_floor(floor: float | None) -> str:
    if floor is None:
        return "This run did not note the distance of real images, so that line is missing."
    return "The dashed line is the distance of as many real images that were held out."


def _having(metrics: Lines, rows: Sequence[TrainingMetric]) -> Lines:
    """Return the lines that have a value of some rows; of many, the means of neighbours."""
    keys = [metric.key for metric in rows] + [metric.floor for metric in rows if metric.floor]
    found = [line for line in metrics if any(metric.key in line for metric in rows)]
    size = math.ceil(len(found) / POINTS)
    if size < 2:
        return found
    parts = [found[start : start + size] for start in range(0, len(found), size)]
    return [{**part[-1], **{key: _mean(part, key) for key in keys}} for part in parts]


def _mean(lines: Lines, key: str) -> float | None:
    values = [value for line in lines if (value := _value(line, key)) is not None]
    return sum(values) / len(values) if values else None


def _value(line: Mapping[str, Any], key: str) -> float | None:
    value = line.get(key)
    if value is None or not math.isfinite(value) or abs(value) > HIGHEST:
        return None
    return float(value)


def _floor(lines: Lines, metric: TrainingMetric) -> float | None:
    found = [_value(line, metric.floor) for line in lines if metric.floor]
    return next((value for value in reversed(found) if value is not None), None)


def _values(chart: Chart, metric: TrainingMetric) -> list[float | None]:
    values = [_value(line, metric.key) for line in chart.lines]
    if chart.is_log:
        return [value if value is not None and value > LOWEST else None for value in values]
    return values


def _smooth(values: Sequence[float | None]) -> list[float | None]:
    reach = len(values) // SMOOTHED
    smoothed = []
    for place, value in enumerate(values):
        near = [one for one in values[max(0, place - reach) : place + reach + 1] if one is not None]
        smoothed.append(None if value is None else _brief(sum(near) / len(near)))
    return smoothed


def _brief(value: float | None) -> float | None:
    """Return a value to four digits, which is more than a pixel shows."""
    return None if value is None else float(f"{value:.4g}")


def _data(chart: Chart) -> dict[str, Any]:
    series = []
    for metric in chart.metrics:
        values = _values(chart, metric)
        series.append(
            {
                "name": metric.curve.name if metric.curve else metric.label,
                "values": [_brief(value) for value in values],
                "smooth": _smooth(values) if chart.is_smoothed else None,
            }
        )
    floor = _floor(chart.lines, chart.metrics[0])
    return {
        "title": chart.title,
        "steps": [line["step"] for line in chart.lines],
        "images": [line.get("images_seen") for line in chart.lines],
        "series": series,
        "floor": _brief(floor) if floor and floor > LOWEST else None,
        "log": chart.is_log,
        "percent": chart.is_percent,
    }


def _html(chart: Chart) -> str:
    return (
        f'<div class="chart"><h3>{text(chart.title)}</h3>{paragraph(chart.words, "note")}'
        f'<div class="plot" role="img" aria-label="{text(_summary(chart))}"></div>'
        f"{folded(f'Table: {chart.title.lower()}', table(_table(chart)))}</div>"
    )


def _summary(chart: Chart) -> str:
    """Return what a chart shows, for those who do not see it."""
    steps = f"from step {chart.lines[0]['step']:,} to step {chart.lines[-1]['step']:,}"
    parts = []
    for metric in chart.metrics:
        known = [value for value in _values(chart, metric) if value is not None]
        name = metric.curve.name if metric.curve else metric.label
        if known:
            first, last = f"{known[0]:{metric.format}}", f"{known[-1]:{metric.format}}"
            parts.append(f"{name} {first} at first and {last} at last")
    return f"{chart.title} {steps}: {'; '.join(parts)}."


def _table(chart: Chart) -> Table:
    columns = ["step", *(metric.curve.name for metric in chart.metrics if metric.curve)]
    floor = chart.metrics[0].floor
    if floor:
        columns.append("real images")
    rows = []
    for place in evenly(len(chart.lines), ROWS):
        line = chart.lines[place]
        cells = [_cell(_value(line, metric.key), metric) for metric in chart.metrics]
        if floor:
            cells.append(_cell(_value(line, floor), chart.metrics[0]))
        rows.append((f"{line['step']:,}", *cells))
    return Table(f"{chart.title} by step", tuple(columns), tuple(rows))


def _cell(value: float | None, metric: TrainingMetric) -> str:
    return NOTHING if value is None else f"{value:{metric.format}}"
