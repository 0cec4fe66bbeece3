"""How much is done: a bar in a terminal or in a notebook, and nothing where nobody looks."""

from __future__ import annotations

import base64
import html
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from ganctl.files.text import printable
from ganctl.pictures.images import Images, png_bytes
from ganctl.requests import training_metrics as metrics

if TYPE_CHECKING:
    from ganctl.engine.training.loop import StepReport

TRAINING = "training"
REFRESH_SECONDS = 0.5
"""How often a notebook's bar is drawn anew; more would only fill its page's memory."""


@contextmanager
def bar(title: str, *, show: bool) -> Iterator[Bar | None]:
    """Yield what shows how much of a work is done; None if that is not asked for, or not seen.

    Args:
        title: what is under way.
        show: whether it is to be seen, where there is a terminal or a notebook.
    """
    shown: Bar | None = None
    if show and _is_notebook():
        shown = NotebookBar(title)
    elif show and sys.stderr is not None and sys.stderr.isatty():
        shown = TerminalBar(title)
    done = False
    try:
        yield shown
        done = True
    finally:
        if shown is not None:
            shown.close(done=done)


class TerminalBar:
    """A line for each work on stderr, and notes above."""

    def __init__(self, title: str) -> None:
        self._bars = Progress(
            TaskProgressColumn(),
            BarColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}", markup=False),
            console=Console(stderr=True),
        )
        self._tasks: dict[str, TaskID] = {}
        self.note(title)

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how much of a download or another preparation is done."""
        self._show(what, done, total, what)

    def note(self, text: str) -> None:
        """Say a sentence about the data."""
        self._bars.console.print(printable(text), markup=False, highlight=False)

    def update(self, report: StepReport) -> None:
        """Show how much of a run's budget is spent, and its figures."""
        for alarm in report.alarms:
            self.note(f"{alarm.message} {alarm.advice}")
        self._drop_what_was_prepared()
        self._show(TRAINING, report.progress, 1.0, _figures(report))

    def close(self, *, done: bool) -> None:  # noqa: ARG002
        """Leave the bar of a training as it is, and no other."""
        self._drop_what_was_prepared()
        self._bars.stop()

    def _drop_what_was_prepared(self) -> None:
        for what in self._tasks.keys() - {TRAINING}:
            self._bars.remove_task(self._tasks.pop(what))

    def _show(self, what: str, done: float, total: float | None, words: str) -> None:
        if what not in self._tasks:
            self._bars.start()
            self._tasks[what] = self._bars.add_task("", total=total)
        task, text = self._tasks[what], printable(words)
        self._bars.update(task, completed=done, total=total, description=text)


class NotebookBar:
    """A bar, figures and the latest preview below a cell, which are drawn anew in place."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._started = self._drawn = time.monotonic()
        self._notes: list[str] = []
        self._preview = ""
        self._state = 0.0, ""
        self._is_training = False
        self._handle: Any = None
        self._draw()

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how much of a download or another preparation is done."""
        self._state = done / total if total else 0.0, what
        self._draw_now_and_then()

    def note(self, text: str) -> None:
        """Say a sentence about the data."""
        self._notes.append(text)

    def update(self, report: StepReport) -> None:
        """Show how much of a run's budget is spent, its figures, and its preview."""
        self._notes += [f"{alarm.message} {alarm.advice}" for alarm in report.alarms]
        self._state, self._is_training = (report.progress, _figures(report)), True
        if report.sheet is not None:
            self._preview = _picture(report.sheet)
        self._draw_now_and_then()

    def close(self, *, done: bool) -> None:
        """Leave the latest state on the page; a work that was no training is at its end."""
        if done and not self._is_training:
            self._state = 1.0, ""
        self._draw()

    def _draw_now_and_then(self) -> None:
        if time.monotonic() - self._drawn > REFRESH_SECONDS:
            self._draw()

    def _draw(self) -> None:
        from IPython.display import display

        self._drawn = time.monotonic()
        done, figures = self._state
        elapsed = self._drawn - self._started
        words = f"{done:.0%} in {elapsed:.0f} s {figures}"
        lines = [printable(line) for line in (self._title, *self._notes)]
        told = "".join(f"<div>{html.escape(line)}</div>" for line in lines)
        bar = f'<progress value="{done:.4f}" max="1"></progress> {html.escape(printable(words))}'
        page = {
            "text/html": f"{told}<div>{bar}</div>{self._preview}",
            "text/plain": "\n".join([*lines, printable(words)]),
        }
        if self._handle is None:
            self._handle = display(page, raw=True, display_id=True)
        else:
            self._handle.update(page, raw=True)


Bar = TerminalBar | NotebookBar


def _is_notebook() -> bool:
    """Return whether this runs in Jupyter, where IPython's shell talks to a page."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")


def _figures(report: StepReport) -> str:
    found = report.metrics
    told = [
        f"{metric.line} {found[metric.key]:{metric.format}}"
        for metric in metrics.METRICS
        if metric.line and metric.key in found
    ]
    return "  ".join([f"step {report.step:,}", *told])


def _picture(sheet: Images) -> str:
    data = base64.b64encode(png_bytes(sheet)).decode()
    return (
        f'<img width="{2 * sheet.shape[1]}" style="image-rendering: pixelated" '
        f'alt="the latest preview" src="data:image/png;base64,{data}">'
    )
