"""The live panel: a bar, figures, metrics as sparklines, and the latest images."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ganctl.cli.console import alarm_text, note_text
from ganctl.cli.views.live.area import LiveArea
from ganctl.cli.views.live.digits import PreviewView
from ganctl.cli.views.live.moment import Measured, Moment, clock, judge_in_words, quality_in_words
from ganctl.files.text import printable
from ganctl.requests import training_metrics as metrics

SPARK_WIDTH = 40
VALUE_WIDTH = 7
_SPARKS = "▁▂▃▄▅▆▇█"


class LivePanel:
    """Shows moments of a run in place, one after the other.

    Args:
        console: a terminal.
        title: what the run is.
    """

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._title = Text(printable(title))
        self._with_spark = [metric for metric in metrics.METRICS if metric.spark]
        self._histories = {m.key: deque[float](maxlen=SPARK_WIDTH) for m in self._with_spark}
        self._quality: Measured | None = None
        self._preview: NDArray[np.uint8] | None = None
        self._names: tuple[str, ...] = ()
        self._pictures = PreviewView(console)
        # Until there is a moment the panel leaves nothing behind, so that an error stands alone.
        self._is_kept = False
        self._area = LiveArea(console)
        self._area.start()
        self._area.show(self._framed(Text("preparing …")))

    def close(self) -> None:
        """Leave the last panel on the terminal, and the terminal as it was."""
        self._area.close(keep=self._is_kept)

    def note(self, text: str) -> None:
        """Say something above the panel."""
        self._area.say(note_text(text))

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Draw a bar for a preparation."""
        bar = ProgressBar(total=total, completed=done, pulse=total is None)
        self._area.show(self._framed(Group(Text(f"{what} …"), bar)))

    def update(self, moment: Moment) -> None:
        """Redraw the panel, below new alarms."""
        self._is_kept = True
        for message, advice in moment.alarms:
            self._area.say(alarm_text(message, advice))
        self.remember(moment)
        self._area.show(self._framed(_Rows(self, moment)))

    def remember(self, moment: Moment) -> None:
        """Take a moment into the sparklines without drawing it."""
        self._quality = moment.quality or self._quality
        if moment.preview is not None:
            self._preview, self._names = moment.preview, moment.names
        values = {**moment.losses, **(moment.quality.values if moment.quality else {})}
        for key, history in self._histories.items():
            if key in values:
                history.append(values[key])

    def _framed(self, content: RenderableType) -> Panel:
        return Panel(content, title=self._title, title_align="left")

    def rows(self, moment: Moment) -> list[RenderableType]:
        """Return what is in the panel, for the terminal as large as it is now."""
        of = f" of {moment.total_steps}" if moment.total_steps else ""
        bar = Table.grid(padding=(0, 1), expand=True)
        bar.add_column(ratio=1)
        bar.add_column(justify="right", no_wrap=True)
        left = f"{clock(moment.seconds_left)} left" if moment.progress > 0 else ""
        bar.add_row(
            ProgressBar(total=1.0, completed=moment.progress), f"{moment.progress:4.0%}  {left}"
        )
        speed = moment.images_per_second
        without_spark = [m for m in metrics.of_group(metrics.Group.QUALITY) if not m.spark]
        figures = Text(
            f"step {moment.step}{of} · epoch {moment.epoch:.2f}"
            f"{'' if speed is None else f' · {speed:,.0f} images/s'} · {clock(moment.seconds)}"
            f"{quality_in_words(self._quality, without_spark)}{judge_in_words(moment)}",
        )
        rows: list[RenderableType] = [bar, figures, self._sparks()]
        if self._preview is None:
            return rows
        pictures = self._pictures.draw(self._preview, self._names)
        return rows if pictures is None else [*rows, Text(), pictures]

    def _sparks(self) -> Table:
        """Return a row with the latest value and a sparkline for each metric that has any."""
        table = Table.grid(padding=(0, 2))
        for _ in range(3):
            table.add_column(no_wrap=True)
        lines = [(m, list(self._histories[m.key])) for m in self._with_spark]
        shown = [(m, history, self._value(m, history)) for m, history in lines if history]
        border_and_gaps = 8
        label = max((len(m.label) for m, _, _ in shown), default=0)
        widest = label + max((len(value) for _, _, value in shown), default=0)
        room = min(SPARK_WIDTH, self._console.width - border_and_gaps - widest)
        for metric, history, value in shown:
            spark = sparkline(history[-room:]) if room > 0 else ""
            table.add_row(metric.label, value, Text(spark, style=metric.spark or ""))
        return table

    def _value(self, metric: metrics.TrainingMetric, history: Sequence[float]) -> str:
        real = "" if self._quality is None else self._quality.beside_real(metric)
        return f"{history[-1]:{VALUE_WIDTH}{metric.format}}{real}"


class _Rows:
    """The inside of a panel, made anew at each drawing: the terminal may have another size."""

    def __init__(self, panel: LivePanel, moment: Moment) -> None:
        self._panel = panel
        self._moment = moment

    def __rich__(self) -> Group:
        return Group(*self._panel.rows(self._moment))


def sparkline(values: Sequence[float]) -> str:
    """Return one block character for each value, lowest to highest; ! for what is no number."""
    finite = [value for value in values if np.isfinite(value)]
    if not finite:
        return ""
    low, high = _without_far_out(finite)
    steps = (len(_SPARKS) - 1) / (high - low) if high > low else 0.0
    return "".join(
        _SPARKS[round((min(max(value, low), high) - low) * steps)] if np.isfinite(value) else "!"
        for value in values
    )


def _without_far_out(values: Sequence[float]) -> tuple[float, float]:
    """Return the range of values, but for those far out, beside which the rest would look flat.

    Those are further from the middle half than three times its width: beyond the outer fences of
    Tukey (1977, "Exploratory Data Analysis").
    """
    lower, upper = np.percentile(values, [25, 75]).tolist()
    reach = 3 * (upper - lower)
    if not reach:
        return min(values), max(values)
    return max(min(values), lower - reach), min(max(values), upper + reach)
