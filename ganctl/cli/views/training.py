"""How a run shows while it trains: a live panel, plain lines, or notes alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from rich.console import Console

from ganctl.cli.console import note_text, stderr
from ganctl.cli.views.live.lines import PlainLines
from ganctl.cli.views.live.moment import Moment
from ganctl.cli.views.live.panel import LivePanel


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
        display: how moments are shown; None shows none.
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

    def remember(self, moment: Moment) -> None:
        """Take in what is past."""
        if self._display is not None:
            self._display.remember(moment)

    def update(self, moment: Moment) -> None:
        """Show how the run stands, and its alarms above that."""
        display = self._display
        if display is not None:
            self._show(lambda: display.update(moment))

    def note(self, text: str) -> None:
        """Say something the user should know."""
        display = self._display
        if display is None:
            self._show(lambda: self._console.print(note_text(text)))
        else:
            self._show(lambda: display.note(text))

    def close(self) -> None:
        """Leave the last panel on the terminal, and the terminal as it was."""
        if self._display is not None:
            with suppress(OSError):
                self._display.close()

    def _show(self, show: Callable[[], None]) -> None:
        if not self._is_lost:
            try:
                show()
            except OSError:
                self._is_lost = True
