"""The curves of a run. matplotlib is imported when the first one is drawn."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganctl.requests.training_metrics import Curve, Group, has_quality, of_group

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D


def loss_plot(metrics: Sequence[dict[str, Any]], title: str) -> bytes:
    """Return a PNG of the losses, mean scores and quality by images seen.

    There is a panel for quality if it was ever measured.

    Args:
        metrics: the lines of ``metrics.jsonl``, at least one.
        title: the text above the picture.
    """
    # The canvas is made by hand, since pyplot would choose a window system.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    measured = [line for line in metrics if has_quality(line)]
    panels = 3 if measured else 2
    figure = Figure(figsize=(8, 3 * panels), layout="constrained")
    FigureCanvasAgg(figure)
    upper, middle, *lowest = figure.subplots(panels, 1, sharex=True)
    for axes, group in ((upper, Group.LOSS), (middle, Group.SCORE)):
        _draw_smoothed(axes, metrics, group)
    for axes in lowest:
        _draw_quality(axes, measured)
    upper.set_title(title, parse_math=False)
    (lowest or [middle])[-1].set_xlabel("images seen (thousands)")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def _draw_smoothed(axes: Axes, metrics: Sequence[dict[str, Any]], group: Group) -> None:
    """Draw each metric of a group in bold as a running mean, and pale as it is."""
    images = _thousands(metrics)
    for key, curve in _curves(group).items():
        values = _values(metrics, key)
        (pale,) = axes.plot(images, values, color=curve.color, alpha=0.25, linewidth=0.8)
        axes.plot(images, _smooth(values), color=pale.get_color(), label=curve.name)
    axes.set_ylabel(group.value)
    axes.legend(loc="upper right")
    axes.grid(alpha=0.3)


def _draw_quality(axes: Axes, measured: Sequence[dict[str, Any]]) -> None:
    """Draw distances on a logarithmic axis, and percentages on an axis of their own."""
    from matplotlib.ticker import LogFormatter

    curves = {k: curve for k, curve in _curves(Group.QUALITY).items() if k in measured[-1]}
    percentages = {key: curve for key, curve in curves.items() if curve.percent}
    distances = {key: curve for key, curve in curves.items() if not curve.percent}
    lines = _draw_marked(axes, measured, distances)
    axes.set_ylabel(", ".join(curve.name for curve in distances.values()))
    axes.set_yscale("log")
    plain = LogFormatter(minor_thresholds=(2, 1))
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_minor_formatter(plain)
    axes.grid(alpha=0.3)
    if percentages:
        right = axes.twinx()
        lines += _draw_marked(right, measured, percentages)
        right.set_ylabel(f"{', '.join(curve.name for curve in percentages.values())} (%)")
    axes.legend(handles=lines, loc="center right")


def _draw_marked(
    axes: Axes, measured: Sequence[dict[str, Any]], curves: Mapping[str, Curve]
) -> list[Line2D]:
    lines: list[Line2D] = []
    for key, curve in curves.items():
        values = _values(measured, key) * (100 if curve.percent else 1)
        lines += axes.plot(
            _thousands(measured), values, color=curve.color, marker=".", label=curve.name
        )
    return lines


def _curves(group: Group) -> dict[str, Curve]:
    return {metric.key: metric.curve for metric in of_group(group) if metric.curve}


def _values(metrics: Sequence[dict[str, Any]], key: str) -> NDArray[np.float64]:
    return np.array([line.get(key, np.nan) for line in metrics], dtype=float)


def _thousands(metrics: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    return _values(metrics, "images_seen") / 1000


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a running mean over a twentieth of the curve, narrower at both ends."""
    reach = len(values) // 40
    return np.array([values[max(0, i - reach) : i + reach + 1].mean() for i in range(len(values))])
