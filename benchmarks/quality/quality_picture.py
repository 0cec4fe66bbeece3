"""The picture of time_to_quality.py: a panel for each measure, a line for each recipe."""

from __future__ import annotations

import io
import statistics
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from benchmarks.quality.quality_rows import (
    TARGETS,
    Group,
    Measure,
    Row,
    Spot,
    by_series,
    numbers,
    seconds_of,
    shown_measures,
)

TIMES: dict[float, str] = {
    **{seconds: f"{seconds} s" for seconds in (1, 2, 5, 10, 15, 30)},
    **{60 * minutes: f"{minutes} min" for minutes in (1, 2, 5, 10, 30)},
    **{3600 * hours: f"{hours} h" for hours in (1, 2, 5, 10, 24)},
}


def picture(found: Mapping[Spot, Row]) -> bytes:
    """Return a PNG: a panel for each measure, a line for each series, a band down to the worst."""
    measures, series = shown_measures(found), by_series(found)
    figure = Figure(figsize=(9.5, 3.2 * -(-len(measures) // 2)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(-(-len(measures) // 2), 2, squeeze=False, sharex=True).flatten()
    for axes, measure in zip(panels, measures, strict=False):
        for name, groups in series.items():
            draw(axes, measure, name, groups)
        real = statistics.mean(row.real[measure.name] for row in found.values())
        axes.axhline(real, color="black", linestyle=":", linewidth=1, label="real images")
        axes.set_title(measure.title, fontsize="medium")
        axes.grid(alpha=0.3)
        set_scale(axes, measure, found)
    for axes in panels[len(measures) :]:
        axes.set_axis_off()
    set_time(list(panels), [row.seconds for row in found.values()])
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(handles), frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def draw(axes: Axes, measure: Measure, name: str, groups: Sequence[Group]) -> None:
    times = [seconds_of(group) for group in groups]
    means = [statistics.mean(inside(numbers(group, measure), measure)) for group in groups]
    worst = [measure.worst(inside(numbers(group, measure), measure)) for group in groups]
    (line,) = axes.plot(times, means, marker="o", markersize=4, label=name)
    axes.fill_between(times, means, worst, color=line.get_color(), alpha=0.2, linewidth=0)


def inside(found: Sequence[float], measure: Measure) -> list[float]:
    """Return numbers that the panel's scale can show: on a logit one 0 and 1 lie at infinity."""
    if measure.scale != "logit":
        return list(found)
    return [min(max(number, 1e-3), 1 - 1e-4) for number in found]


def set_scale(axes: Axes, measure: Measure, found: Mapping[Spot, Row]) -> None:
    axes.set_yscale(measure.scale)
    if measure.scale == "linear":
        axes.set_ylim(bottom=0)
    if measure.scale == "log":
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    if measure.scale == "logit":
        ticks = [0.1, 0.5, 0.8, 0.9, *TARGETS, 0.995, 0.999]
        axes.set_yticks(ticks, [f"{100 * tick:g}%" for tick in ticks])
        axes.yaxis.set_minor_locator(NullLocator())
        numbers = [row.samples[measure.name] for row in found.values()]
        axes.set_ylim(min(inside(numbers, measure)) * 0.9, 0.9995)


def set_time(panels: Sequence[Axes], seconds: Sequence[float]) -> None:
    least, most = min(seconds) / 1.15, max(seconds) * 1.15
    ticks = [time for time in TIMES if least <= time <= most]
    for axes in panels:
        axes.set_xscale("log")
        axes.set_xlim(least, most)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(ticks, [TIMES[tick] for tick in ticks])
        axes.tick_params(axis="x", labelbottom=True, labelsize="small")
        axes.tick_params(axis="y", labelsize="small")
