"""The curves of a run. matplotlib is imported when the first one is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LOSSES = {"generator_loss": "generator", "discriminator_loss": "discriminator"}
_SCORES = {"real_score": "real images", "fake_score": "generated images"}


def loss_plot(metrics: Sequence[dict[str, Any]], title: str) -> bytes:
    """Return a PNG with losses, mean scores and quality against images seen.

    The quality has a panel where samples were looked at.

    Args:
        metrics: the lines of ``metrics.jsonl``, at least one.
        title: what stands above the picture.
    """
    # The canvas is made by hand, not through pyplot, which would pick a window system.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    looks = [line for line in metrics if "feature_distance" in line]
    panels = 3 if looks else 2
    figure = Figure(figsize=(8, 3 * panels), layout="constrained")
    FigureCanvasAgg(figure)
    images = _thousands(metrics)
    upper, middle, *lowest = figure.subplots(panels, 1, sharex=True)
    for axes, losses, label in ((upper, _LOSSES, "loss"), (middle, _SCORES, "mean score")):
        for key, name in losses.items():
            values = np.array([line.get(key, np.nan) for line in metrics], dtype=float)
            (curve,) = axes.plot(images, values, alpha=0.25, linewidth=0.8)
            axes.plot(images, _smooth(values), color=curve.get_color(), label=name)
        axes.set_ylabel(label)
        axes.legend(loc="upper right")
        axes.grid(alpha=0.3)
    for axes in lowest:
        _draw_quality(axes, looks)
    upper.set_title(title, parse_math=False)
    (lowest or [middle])[-1].set_xlabel("images seen (thousands)")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def _draw_quality(axes: Axes, looks: Sequence[dict[str, Any]]) -> None:
    """Draw the feature distance, and the label accuracy on a scale of its own."""
    from matplotlib.ticker import LogFormatter

    images = _thousands(looks)
    distances = [line["feature_distance"] for line in looks]
    (curve,) = axes.plot(images, distances, color="tab:green", marker=".", label="feature distance")
    axes.set_yscale("log")
    plain = LogFormatter(minor_thresholds=(2, 1))
    axes.yaxis.set_major_formatter(plain)
    axes.yaxis.set_minor_formatter(plain)
    axes.set_ylabel("feature distance")
    axes.grid(alpha=0.3)
    curves = [curve]
    if "label_accuracy" in looks[-1]:
        right = axes.twinx()
        accuracies = [100 * line.get("label_accuracy", np.nan) for line in looks]
        curves += right.plot(
            images, accuracies, color="tab:purple", marker=".", label="labels right"
        )
        right.set_ylabel("labels right (%)")
    axes.legend(handles=curves, loc="center right")


def _thousands(metrics: Sequence[dict[str, Any]]) -> NDArray[np.float64]:
    return np.array([line.get("images_seen", np.nan) for line in metrics]) / 1000


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a running mean over a twentieth of the curve, narrower at both ends."""
    reach = len(values) // 40
    return np.array([values[max(0, i - reach) : i + reach + 1].mean() for i in range(len(values))])
