"""Moments of a run that was never trained."""

from __future__ import annotations

import io
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import numpy as np
from rich.console import Console

from ganctl.cli.views.live.moment import Measured, Moment
from ganctl.cli.views.live.panel import LivePanel

WRONG = ("Something is odd.", "Do something.")
TITLE = "demo: cgan on mnist"


def moment(**changes: Any) -> Moment:
    """A moment in the middle of a run, with a preview of white squares."""
    digits = np.zeros((10, 10, 28, 28), np.uint8)
    digits[:, :, 7:21, 7:21] = 255
    facts: dict[str, Any] = {
        "step": 50,
        "total_steps": 100,
        "epoch": 1.25,
        "progress": 0.5,
        "seconds": 30.0,
        "images_per_second": 1234.5,
        "losses": {"generator_loss": 0.7, "discriminator_loss": 1.1},
        "preview": digits,
    }
    return Moment(**facts | changes)


def measured(**changes: Any) -> Moment:
    """The same with its quality and an alarm."""
    values = {"label_accuracy": 0.987, "feature_distance": 3.21, "lowest_variety": 0.9}
    quality = Measured(values, {"feature_distance": 1.5})
    return moment(**{"quality": quality, "alarms": (WRONG,)} | changes)


def console_of(width: int, height: int = 50, **options: Any) -> tuple[Console, io.StringIO]:
    """A terminal of that size, and what it gets."""
    stream = io.StringIO()
    given = {"color_system": "truecolor", "force_terminal": True, "soft_wrap": True, **options}
    return Console(file=stream, width=width, height=height, **given), stream


def shown(
    width: int, height: int = 50, moments: Iterable[Moment | None] = (None,), **options: Any
) -> str:
    """Return what a terminal of that size got of a panel."""
    console, stream = console_of(width, height, **options)
    with closing(LivePanel(console, TITLE)) as panel:
        for given in moments:
            panel.update(given or moment())
    return stream.getvalue()


def last_frame(*arguments: Any, **options: Any) -> str:
    """Return the last panel that a terminal got."""
    return shown(*arguments, **options).split(TITLE)[-1]
