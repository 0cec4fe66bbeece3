"""How a run shows while it trains: a live panel, plain lines, or notes alone."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

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
from ganctl.requests import training_metrics as metrics

if TYPE_CHECKING:
    from ganctl.engine.training.loop import StepReport
    from ganctl.engine.training.monitor import Quality

LINE_EVERY_SECONDS = 10.0
SPARK_WIDTH = 40
VALUE_WIDTH = 7
DIGITS = 10
DIGIT_COLUMNS = 14
_SPARKS = "▁▂▃▄▅▆▇█"


def training_view(title: str, *, quiet: bool) -> TrainingView:
    """Return the view that suits stderr; a quiet one shows notes alone."""
    console = stderr()
    if quiet:
        return TrainingView(console, None)
    live = console.is_terminal and not console.is_dumb_terminal
    return TrainingView(console, LivePanel(console, title) if live else PlainLines(console))


class TrainingView:
    """Shows a run on stderr while it trains, until stderr is lost.

    The run keeps training when its terminal or pipe is gone.

    Args:
        console: stderr.
        display: how reports are shown; None shows none.
    """

    def __init__(self, console: Console, display: LivePanel | PlainLines | None) -> None:
        self._console = console
        self._display = display
        self._is_lost = False

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how much of a download or another preparation is done."""
        display = self._display
        if display is not None:
            self._show(lambda: display.prepare(what, done, total))

    def update(self, report: StepReport) -> None:
        """Show a report, and its alarms above it."""
        display = self._display
        if display is not None:
            self._show(lambda: display.update(report))

    def note(self, text: str) -> None:
        """Say something the user should know."""
        self._show(lambda: self._console.print(note_text(text)))

    def close(self) -> None:
        """Leave the last panel on the terminal, and the terminal as it was."""
        if isinstance(self._display, LivePanel):
            self._show(self._display.close)

    def _show(self, show: Callable[[], None]) -> None:
        if not self._is_lost:
            try:
                show()
            except OSError:
                self._is_lost = True


class PlainLines:
    """A line every ten seconds and one at the end, for files and pipes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._printed = time.monotonic()
        self._prepared: set[str] = set()
        self._quality: Quality | None = None

    def prepare(self, what: str, done: int, total: int | None) -> None:  # noqa: ARG002
        """Print the name of a preparation, once."""
        if what not in self._prepared:
            self._prepared.add(what)
            self._console.print(f"{what} …")

    def update(self, report: StepReport) -> None:
        """Print alarms, and a line if the last one is old enough or this is the end."""
        _print_alarms(self._console, report)
        self._quality = report.quality or self._quality
        now = time.monotonic()
        if report.progress < 1 and now - self._printed < LINE_EVERY_SECONDS:
            return
        self._printed = now
        of = f"/{report.total_steps}" if report.total_steps else ""
        losses = [
            f"{metric.line} {report.losses[metric.key]:{metric.format}}"
            for metric in metrics.of_group(metrics.Group.LOSS)
            if metric.line
        ]
        quality = _in_words(self._quality, metrics.of_group(metrics.Group.QUALITY))
        self._console.print(
            f"{report.progress:4.0%}  step {report.step}{of}  epoch {report.epoch:.2f}  "
            f"{report.images_per_second:.0f} images/s  {_clock(_seconds_left(report))} left  "
            f"{' '.join(losses)}{quality}{_judge(report)}"
        )


class LivePanel:
    """A bar, figures, metrics as sparklines, and the latest digits."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = Text(printable(title))
        self._with_spark = [metric for metric in metrics.METRICS if metric.spark]
        self._histories = {m.key: deque[float](maxlen=SPARK_WIDTH) for m in self._with_spark}
        self._quality: Quality | None = None
        self._preview: NDArray[np.uint8] | None = None
        self._names: tuple[str, ...] = ()
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
        """Redraw the panel, below new alarms."""
        self._live.transient = False
        _print_alarms(self._console, report)
        self._quality = report.quality or self._quality
        if report.preview is not None:
            self._preview, self._names = report.preview, report.preview_names
        values = {**report.losses, **(report.quality.as_metrics() if report.quality else {})}
        for key, history in self._histories.items():
            if key in values:
                history.append(values[key])
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
            f"{report.progress:4.0%}  {_clock(_seconds_left(report))} left",
        )
        without_spark = [m for m in metrics.of_group(metrics.Group.QUALITY) if not m.spark]
        figures = Text(
            f"step {report.step}{of} · epoch {report.epoch:.2f} · "
            f"{report.images_per_second:,.0f} images/s · {_clock(report.seconds)}"
            f"{_in_words(self._quality, without_spark)}{_judge(report)}",
        )
        rows: list[RenderableType] = [bar, figures, self._sparks()]
        digits = self._digits()
        return [*rows, Text(), digits] if digits is not None else rows

    def _sparks(self) -> Table:
        """Return a row with the latest value and a sparkline for each metric that has any."""
        table = Table.grid(padding=(0, 2))
        for _ in range(3):
            table.add_column(no_wrap=True)
        border_and_gaps = 8
        beside = border_and_gaps + max(len(m.label) for m in self._with_spark) + VALUE_WIDTH
        room = min(SPARK_WIDTH, self._console.width - beside)
        for metric in self._with_spark:
            history = list(self._histories[metric.key])
            if history:
                value = f"{history[-1]:{VALUE_WIDTH}{metric.format}}"
                spark = sparkline(history[-room:]) if room > 0 else ""
                table.add_row(metric.label, value, Text(spark, style=metric.spark or ""))
        return table

    def _digits(self) -> RenderableType | None:
        """Return the first ten rows' first images, if the terminal has room for half of them."""
        if self._preview is None or self._console.no_color:
            return None
        images = [half_blocks(row[0], DIGIT_COLUMNS) for row in self._preview[:DIGITS]]
        if self._names:
            images = [_below(name, image) for name, image in zip(self._names, images, strict=False)]
        half = -(-len(images) // 2)
        room = (self._console.width - 4) // (DIGIT_COLUMNS + 1)
        per_row = next((count for count in (len(images), half) if count <= room), None)
        if per_row is None:
            return None
        lines = -(-len(images) // per_row) * (DIGIT_COLUMNS // 2 + bool(self._names))
        if self._console.height < 10 + lines:
            return None
        grid = Table.grid(padding=(0, 1, 0, 0))
        for start in range(0, len(images), per_row):
            grid.add_row(*images[start : start + per_row])
        return grid


def _below(name: str, image: Text) -> Text:
    """Return an image below its name, which is cut to its width."""
    title = Text(printable(name))
    title.truncate(DIGIT_COLUMNS, overflow="ellipsis")
    return Text("\n").join([title, image])


def _print_alarms(console: Console, report: StepReport) -> None:
    for alarm in report.alarms:
        console.print(alarm_text(alarm.message, alarm.advice))


def _judge(report: StepReport) -> str:
    """Return how far the judge is that is trained beside the run, which slows it down."""
    done = report.judge_progress
    return "" if done is None else f" · training the judge, {done:.0%}"


def _in_words(quality: Quality | None, shown: Sequence[metrics.TrainingMetric]) -> str:
    """Return those of the metrics that the plain lines name, each behind a dot."""
    if quality is None:
        return ""
    values, words = quality.as_metrics(), ""
    for metric in shown:
        if metric.line and metric.key in values:
            what = f" {printable(getattr(quality, metric.of))}" if metric.of else ""
            words += f" · {metric.line}{what} {values[metric.key]:{metric.format}}"
            if metric.floor:
                words += f" (real {getattr(quality, metric.floor):{metric.format}})"
    return words


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


def _seconds_left(report: StepReport) -> float:
    """Return the seconds that the rest of the budget takes at the speed so far."""
    if report.progress <= 0:
        return 0.0
    return report.seconds * (1 - report.progress) / report.progress


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
