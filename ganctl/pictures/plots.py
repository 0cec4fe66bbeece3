"""The curves of a run. matplotlib is imported when the first one is drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ganctl.pictures.images import METADATA_KEY
from ganctl.pictures.provenance import Origin
from ganctl.requests.training_metrics import Curve, Group, has_quality, of_group

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

FLOOR = "real images"
EXPLAINED = {
    Group.LOSS: "each network's own, from step to step; neither says how good the images are",
    Group.SCORE: "above 0, the discriminator takes an image for real; below, for generated",
    Group.QUALITY: "how far from real images, by what a judge sees; lower is better",
}
"""What a panel shows, in words."""


def loss_plot(
    metrics: Sequence[dict[str, Any]], title: str, origin: Origin, floor: float | None = None
) -> bytes:
    """Return a PNG of the losses, mean scores and quality by images seen.

    There is a panel for quality if it was ever measured.

    Args:
        metrics: the lines of ``metrics.jsonl``, at least one.
        title: the text above the picture.
        origin: the run, and its latest step; the picture carries both.
        floor: the feature distance of real images, if it is known.
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
        _draw_quality(axes, measured, floor)
    middle.axhline(0, color="black", linewidth=0.8)
    figure.suptitle(title, parse_math=False)
    (lowest or [middle])[-1].set_xlabel("images seen (thousands)")
    said = json.dumps(origin.named("curves"), sort_keys=True)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None, METADATA_KEY: said})
    return buffer.getvalue()


def _draw_smoothed(axes: Axes, metrics: Sequence[dict[str, Any]], group: Group) -> None:
    """Draw each metric of a group in bold as a running mean, and pale as it is."""
    images = _thousands(metrics)
    lines: list[Line2D] = []
    for key, curve in _curves(group).items():
        values = _values(metrics, key)
        (pale,) = axes.plot(images, values, color=curve.color, alpha=0.25, linewidth=0.8)
        color = pale.get_color()
        lines += axes.plot(images, _smooth(values), color=color, label=curve.name)
    axes.set_ylabel(group.value)
    _explain(axes, group, lines)


def _draw_quality(axes: Axes, measured: Sequence[dict[str, Any]], floor: float | None) -> None:
    """Draw distances on a logarithmic axis, and percentages on an axis of their own."""
    curves = {k: curve for k, curve in _curves(Group.QUALITY).items() if k in measured[-1]}
    percentages = {key: curve for key, curve in curves.items() if curve.percent}
    distances = {key: curve for key, curve in curves.items() if not curve.percent}
    lines = _draw_marked(axes, measured, distances)
    axes.set_ylabel(", ".join(curve.name for curve in distances.values()))
    scale_by_factors(axes)
    if floor is not None and floor > 0:
        color = lines[0].get_color() if lines else None
        lines.append(axes.axhline(floor, color=color, linestyle="--", label=FLOOR))
    if percentages:
        right = axes.twinx()
        lines += _draw_marked(right, measured, percentages)
        right.set_ylabel(f"{', '.join(curve.name for curve in percentages.values())} (%)")
        right.set_ylim(0, 103)
    _explain(axes, Group.QUALITY, lines)


def scale_by_factors(axes: Axes) -> None:
    """Make the upright axis logarithmic, with numbers such as 0.6 and 20."""
    from matplotlib.ticker import LogFormatter

    class Plain(LogFormatter):
        """Numbers as people write them, at the places that a ``LogFormatter`` chooses."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            return f"{x:g}" if super().__call__(x, pos) else ""

    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(Plain(minor_thresholds=(2, 1)))
    axes.yaxis.set_minor_formatter(Plain(minor_thresholds=(2, 1)))


def _explain(axes: Axes, group: Group, lines: Sequence[Line2D]) -> None:
    """Write above a panel what it shows, and beside that what each line is."""
    axes.set_title(EXPLAINED[group], loc="left", fontsize=8, color="dimgrey", pad=22)
    axes.legend(
        handles=lines,
        loc="lower left",
        bbox_to_anchor=(0, 1.0),
        ncols=len(lines),
        frameon=False,
        borderaxespad=0,
    )
    axes.grid(alpha=0.3)


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
