"""A run in plain lines, for files and pipes."""

from __future__ import annotations

import time

from rich.console import Console

from ganctl.cli.console import alarm_text
from ganctl.cli.views.live.moment import Measured, Moment, clock, judge_in_words, quality_in_words
from ganctl.cli.views.view import Lines
from ganctl.requests import training_metrics as metrics

LINE_EVERY_SECONDS = 10.0


class PlainLines(Lines):
    """A line every ten seconds and one at the end."""

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._printed = time.monotonic()
        self._quality: Measured | None = None

    def remember(self, moment: Moment) -> None:
        """Keep what later lines say too."""
        self._quality = moment.quality or self._quality

    def update(self, moment: Moment) -> None:
        """Print alarms, and a line if the last one is old enough or this is the end."""
        for message, advice in moment.alarms:
            self._console.print(alarm_text(message, advice))
        self.remember(moment)
        now = time.monotonic()
        if moment.progress < 1 and now - self._printed < LINE_EVERY_SECONDS:
            return
        self._printed = now
        of = f"/{moment.total_steps}" if moment.total_steps else ""
        losses = [
            f"{metric.line} {moment.losses[metric.key]:{metric.format}}"
            for metric in metrics.of_group(metrics.Group.LOSS)
            if metric.line and metric.key in moment.losses
        ]
        quality = quality_in_words(self._quality, metrics.of_group(metrics.Group.QUALITY))
        self._console.print(
            f"{moment.progress:4.0%}  step {moment.step}{of}  epoch {moment.epoch:.2f}  "
            f"{moment.images_per_second or 0:.0f} images/s  {clock(moment.seconds_left)} left  "
            f"{' '.join(losses)}{quality}{judge_in_words(moment)}"
        )
