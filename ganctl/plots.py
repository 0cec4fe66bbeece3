"""The curves of a run. matplotlib is imported when the first one is drawn."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LOSSES = {"generator_loss": "generator", "discriminator_loss": "discriminator"}
_SCORES = {"real_score": "real images", "fake_score": "generated images"}


def loss_plot(metrics: Sequence[dict[str, Any]], title: str) -> bytes:
    """Return a PNG with both losses and both mean scores against images seen.

    Args:
        metrics: the lines of ``metrics.jsonl``, at least one.
        title: what stands above the picture.
    """
    # The canvas is made by hand, not through pyplot, which would pick a window system.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    images = np.array([line["images_seen"] for line in metrics]) / 1000
    upper, lower = figure.subplots(2, 1, sharex=True)
    for axes, terms, label in ((upper, _LOSSES, "loss"), (lower, _SCORES, "mean score")):
        for key, name in terms.items():
            values = np.array([line.get(key, np.nan) for line in metrics], dtype=float)
            (curve,) = axes.plot(images, values, alpha=0.25, linewidth=0.8)
            axes.plot(images, _smooth(values), color=curve.get_color(), label=name)
        axes.set_ylabel(label)
        axes.legend(loc="upper right")
        axes.grid(alpha=0.3)
    upper.set_title(title)
    lower.set_xlabel("images seen (thousands)")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=100, metadata={"Software": None})
    return buffer.getvalue()


def _smooth(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a running mean over a twentieth of the curve, narrower at both ends."""
    reach = len(values) // 40
    return np.array([values[max(0, i - reach) : i + reach + 1].mean() for i in range(len(values))])
