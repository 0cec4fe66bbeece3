"""How a training looks while it goes on: a live panel, plain lines, or nothing."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ganctl.cli.console import alarm_text, note_text, stderr
from ganctl.cli.terminal import hide_control_keys
from ganctl.files.text import printable

if TYPE_CHECKING:
    from ganctl.engine.training.loop import StepReport
    from ganctl.engine.training.monitor import Quality

LINE_EVERY_SECONDS = 10.0
SPARK_WIDTH = 40
BESIDE_SPARKS = 33
"""Columns: the panel's border, the longest name, its value, and what parts them."""
DIGIT_COLUMNS = 14
_SPARKS = "▁▂▃▄▅▆▇█"


class TrainingView(Protocol):
    """Something that shows reports until it is closed."""

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how far a download or another preparation got."""
        ...

    def update(self, report: StepReport) -> None:
        """Show the latest report."""
        ...

    def note(self, text: str) -> None:
        """Say something the user should know."""
        ...

    def close(self) -> None:
        """Stop to show."""
        ...


def training_view(title: str, *, quiet: bool) -> TrainingView:
    """Return the view that suits stderr."""
    console = stderr()
    if quiet:
        return Notes(console)
    live = console.is_terminal and not console.is_dumb_terminal
    return LivePanel(console, title) if live else PlainLines(console)


class Silence:
    """Shows nothing."""

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show nothing."""

    def update(self, report: StepReport) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""

    def close(self) -> None:
        """Show nothing."""


class UntilLost:
    """Another view, until its terminal or pipe is gone: a training goes on without being seen."""

    def __init__(self, view: TrainingView) -> None:
        self._view = view

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how far a download or another preparation got."""
        with self._until_lost():
            self._view.prepare(what, done, total)

    def update(self, report: StepReport) -> None:
        """Show the latest report."""
        with self._until_lost():
            self._view.update(report)

    def note(self, text: str) -> None:
        """Say something the user should know."""
        with self._until_lost():
            self._view.note(text)

    def close(self) -> None:
        """Stop to show."""
        with self._until_lost():
            self._view.close()

    @contextmanager
    def _until_lost(self) -> Iterator[None]:
        try:
            yield
        except OSError:
            self._view = Silence()


class Notes(Silence):
    """Shows what the user should know, and nothing else."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def note(self, text: str) -> None:
        """Print a note."""
        self._console.print(note_text(text))


class PlainLines(Notes):
    """One line every ten seconds and one at the end, for files and pipes."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._printed = time.monotonic()
        self._prepared: set[str] = set()
        self._quality: Quality | None = None

    def prepare(self, what: str, done: int, total: int | None) -> None:  # noqa: ARG002
        """Print what is prepared, once."""
        if what not in self._prepared:
            self._prepared.add(what)
            self._console.print(f"{what} …")

    def update(self, report: StepReport) -> None:
        """Print alarms, and a line if the last one is old enough or this is the end."""
        for alarm in report.alarms:
            self._console.print(alarm_text(alarm.message, alarm.advice))
        self._quality = report.quality or self._quality
        now = time.monotonic()
        if report.progress < 1 and now - self._printed < LINE_EVERY_SECONDS:
            return
        self._printed = now
        of = f"/{report.total_steps}" if report.total_steps else ""
        self._console.print(
            f"{report.progress:4.0%}  step {report.step}{of}  epoch {report.epoch:.2f}  "
            f"{report.images_per_second:.0f} images/s  {_clock(_left(report))} left  "
            f"loss G {report.losses['generator_loss']:.3f} "
            f"D {report.losses['discriminator_loss']:.3f}"
            f"{_labels_right(self._quality)}{_distance(self._quality)}"
        )


class LivePanel(Notes):
    """A bar, figures, losses and distance as sparklines, quality, and the latest digits."""

    def __init__(self, console: Console, title: str) -> None:
        super().__init__(console)
        self._title = Text(printable(title))
        self._generator_losses: deque[float] = deque(maxlen=SPARK_WIDTH)
        self._discriminator_losses: deque[float] = deque(maxlen=SPARK_WIDTH)
        self._distances: deque[float] = deque(maxlen=SPARK_WIDTH)
        self._quality: Quality | None = None
        self._preview: NDArray[np.uint8] | None = None
        # Until there is a report the panel leaves nothing behind, so that an error stands alone.
        self._live = Live(
            self._framed(Text("preparing …")), console=console, refresh_per_second=4, transient=True
        )
        self._show_control_keys: Callable[[], None] = hide_control_keys(console.file)
        self._live.start()

    def close(self) -> None:
        """Leave the last panel on the terminal, and the terminal as it was."""
        try:
            self._live.stop()
        finally:
            self._show_control_keys()

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Draw a bar for a preparation."""
        bar = ProgressBar(total=total, completed=done, pulse=total is None)
        self._live.update(self._framed(Group(Text(f"{what} …"), bar)))

    def update(self, report: StepReport) -> None:
        """Draw the panel anew, below the alarms."""
        self._live.transient = False
        for alarm in report.alarms:
            self._console.print(alarm_text(alarm.message, alarm.advice))
        if report.quality is not None:
            self._quality = report.quality
            self._distances.append(report.quality.feature_distance)
        self._generator_losses.append(report.losses["generator_loss"])
        self._discriminator_losses.append(report.losses["discriminator_loss"])
        if report.preview is not None:
            self._preview = report.preview
        self._live.update(self._framed(Group(*self._rows(report))))

    def _framed(self, content: RenderableType) -> Panel:
        return Panel(content, title=self._title, title_align="left")

    def _rows(self, report: StepReport) -> list[RenderableType]:
        of = f" of {report.total_steps}" if report.total_steps else ""
        bar = Table.grid(padding=(0, 1), expand=True)
        bar.add_column(ratio=1)
        bar.add_column(justify="right", no_wrap=True)
        bar.add_row(
            ProgressBar(total=1.0, completed=report.progress),
            f"{report.progress:4.0%}  {_clock(_left(report))} left",
        )
        figures = Text(
            f"step {report.step}{of} · epoch {report.epoch:.2f} · "
            f"{report.images_per_second:,.0f} images/s · {_clock(report.seconds)}"
            f"{_labels_right(self._quality)}",
        )
        losses = Table.grid(padding=(0, 2))
        for _ in range(3):
            losses.add_column(no_wrap=True)
        losses.add_row(
            "generator loss",
            f"{report.losses['generator_loss']:7.3f}",
            Text(self._spark(self._generator_losses), style="cyan"),
        )
        losses.add_row(
            "discriminator loss",
            f"{report.losses['discriminator_loss']:7.3f}",
            Text(self._spark(self._discriminator_losses), style="magenta"),
        )
        if self._quality is not None:
            losses.add_row(
                "feature distance",
                f"{self._quality.feature_distance:7.2f}",
                Text(self._spark(self._distances), style="green"),
            )
        rows: list[RenderableType] = [bar, figures, losses]
        digits = self._digits()
        return [*rows, Text(), digits] if digits is not None else rows

    def _spark(self, values: Sequence[float]) -> str:
        """Return a sparkline of the latest values that the terminal has room for."""
        room = min(SPARK_WIDTH, self._console.width - BESIDE_SPARKS)
        return sparkline(list(values)[-room:]) if room > 0 else ""

    def _digits(self) -> RenderableType | None:
        """Return the first ten classes' first images, if the terminal has room for five a row."""
        if self._preview is None or self._console.no_color:
            return None
        images = [half_blocks(row[0], DIGIT_COLUMNS) for row in self._preview[:10]]
        room = self._console.width - 4
        per_row = next((n for n in (10, 5) if n * (DIGIT_COLUMNS + 1) <= room), None)
        if (
            per_row is None
            or self._console.height < 10 + len(images) // per_row * DIGIT_COLUMNS // 2
        ):
            return None
        grid = Table.grid(padding=(0, 1, 0, 0))
        for start in range(0, len(images), per_row):
            grid.add_row(*images[start : start + per_row])
        return grid


def _labels_right(quality: Quality | None) -> str:
    if quality is None or quality.label_accuracy is None:
        return ""
    return f" · labels right {quality.label_accuracy:.1%}"


def _distance(quality: Quality | None) -> str:
    if quality is None:
        return ""
    return f" · feature distance {quality.feature_distance:.2f} (real {quality.floor:.2f})"


def sparkline(values: Sequence[float]) -> str:
    """Return one block character for each value, from the lowest to the highest."""
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return ""
    low, high = min(finite), max(finite)
    steps = (len(_SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(
        _SPARKS[round((value - low) * steps)] if np.isfinite(value) else "!" for value in values
    )


def half_blocks(image: NDArray[np.uint8], columns: int) -> Text:
    """Return an image as text: each character is two pixels, the upper and the lower.

    Args:
        image: uint8 [H, W] or [H, W, 3], square.
        columns: the width in characters, which is also the height in half characters.
    """
    from PIL import Image

    small = Image.fromarray(image).resize((columns, columns), Image.Resampling.BOX).convert("RGB")
    pixels = np.asarray(small)
    text = Text()
    for upper, lower in zip(pixels[0::2], pixels[1::2], strict=True):
        for top, bottom in zip(upper, lower, strict=True):
            text.append("▀", style=f"{_rgb(top)} on {_rgb(bottom)}")
        text.append("\n")
    text.right_crop(1)
    return text


def _rgb(pixel: NDArray[np.uint8]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*pixel)


def _left(report: StepReport) -> float:
    """Return the seconds that the rest of the budget takes at the speed so far."""
    if report.progress <= 0:
        return 0.0
    return report.seconds * (1 - report.progress) / report.progress


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
