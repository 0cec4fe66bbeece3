"""Several runs in one picture: their sheets in rows, and their curves on one axis."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganctl.pictures.images import METADATA_KEY, MID_GREY, Images, enlarge
from ganctl.pictures.lettering import PAPER, Names, beside
from ganctl.pictures.plots import scale_by_factors

BETWEEN = 8
"""Pixels between two sheets."""
WIDEST = 1800
"""A picture is enlarged as long as it is no wider than so many pixels."""
LARGEST_SCALE = 3
LEGEND_ROWS = 24
DOT = 12
"""The size of the mark of a run that was measured once."""


def rows_of_sheets(
    sheets: Sequence[Sequence[Images | None]], rows: Sequence[str], columns: Sequence[str]
) -> Images:
    """Return a picture with a row of sheets for each name at the left, enlarged as there is space.

    Args:
        sheets: for each row as many sheets uint8 [H, W] or [H, W, 3] as there are columns; None
            leaves a grey place.
        rows: a name for each row.
        columns: a name for each column.

    Returns:
        uint8 [H, W] or, if any sheet has colours, [H, W, 3].

    Raises:
        UsageError: it would be too large for ganctl to read.
    """
    known = [sheet for row in sheets for sheet in row if sheet is not None]
    height = max((sheet.shape[0] for sheet in known), default=1)
    width = max((sheet.shape[1] for sheet in known), default=1)
    channels = (3,) if any(sheet.ndim == 3 for sheet in known) else ()
    scale = max(1, min(LARGEST_SCALE, WIDEST // max(1, width * len(columns))))
    cell = np.array([height * scale + BETWEEN, width * scale + BETWEEN])
    size = cell * [len(rows), len(columns)]
    canvas = np.full((*size, *channels), PAPER, np.uint8)
    for index, row in enumerate(sheets):
        for place, sheet in enumerate(row):
            top, left = cell * [index, place] + BETWEEN // 2
            shown = enlarge(_or_grey(sheet, height, width), scale)
            if channels and shown.ndim == 2:
                shown = shown[..., None].repeat(3, axis=2)
            canvas[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
    return beside(canvas, Names(rows, columns))


def _or_grey(sheet: Images | None, height: int, width: int) -> Images:
    return np.full((height, width), MID_GREY, np.uint8) if sheet is None else sheet


@dataclass(frozen=True)
class DistanceCurve:
    """The feature distance of one run: ``distances`` at ``places``, which rise."""

    places: Sequence[float]
    distances: Sequence[float]

    @property
    def is_dot(self) -> bool:
        """Whether it was measured once, which makes no line."""
        return len(self.places) == 1


def distance_plot(
    curves: Mapping[str, Sequence[DistanceCurve]],
    across: str,
    title: str,
    floor: float | None,
    metadata: Mapping[str, Any],
) -> bytes:
    """Return a PNG of the feature distances of several runs, those of a name in one colour.

    Args:
        curves: for each name a thin line for each of its runs, or a dot.
        across: what the places are.
        title: the text above the picture.
        floor: the distance of real images, drawn as a line; None draws none.
        metadata: what the picture says of itself.
    """
    # The canvas is made by hand, since pyplot would choose a window system.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    for name, color in zip(curves, _colors(len(curves)), strict=True):
        for curve in curves[name]:
            axes.plot(curve.places, curve.distances, color=color, linewidth=1, marker=".",
                      markersize=DOT if curve.is_dot else 4, alpha=0.85)  # fmt: skip
        are_dots = all(curve.is_dot for curve in curves[name] if curve.places)
        axes.plot([], [], color=color, linewidth=0 if are_dots else 2, marker="." if are_dots else
                  "", markersize=DOT, label=name)  # fmt: skip
    if floor is not None and floor > 0:
        axes.axhline(floor, color="0.35", linestyle="--", linewidth=1, label="real images")
    axes.set_title(title, parse_math=False)
    axes.set_xlabel(across)
    axes.set_ylabel("feature distance (lower is better)")
    scale_by_factors(axes)
    axes.set_xlim(left=0)
    axes.grid(alpha=0.3)
    legend = axes.legend(
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        borderaxespad=0,
        ncols=-(-(len(curves) + 1) // LEGEND_ROWS),
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    buffer = io.BytesIO()
    told = {"Software": None, METADATA_KEY: json.dumps(metadata, sort_keys=True)}
    figure.savefig(buffer, format="png", dpi=120, metadata=told)
    return buffer.getvalue()


def _colors(count: int) -> list[tuple[float, float, float, float]]:
    from matplotlib import colormaps

    if count <= 10:
        return [colormaps["tab10"](index) for index in range(count)]
    return [colormaps["turbo"](index / (count - 1)) for index in range(count)]
