"""How a run shows while it trains: a live panel, plain lines, or notes alone."""

from __future__ import annotations

from ganctl.cli.console import stderr
from ganctl.cli.views.live.lines import PlainLines
from ganctl.cli.views.live.moment import Moment
from ganctl.cli.views.live.panel import LivePanel
from ganctl.cli.views.view import View


def training_view(title: str, *, quiet: bool) -> TrainingView:
    """Return the view that suits stderr; a quiet one shows notes alone."""
    console = stderr()
    if quiet:
        return TrainingView(console, None)
    live = console.is_terminal and not console.is_dumb_terminal
    return TrainingView(console, LivePanel(console, title) if live else PlainLines(console))


class TrainingView(View["LivePanel | PlainLines"]):
    """Shows a run while it trains, which keeps training when its terminal or pipe is gone."""

    def remember(self, moment: Moment) -> None:
        """Take in what is past."""
        if self._display is not None:
            self._display.remember(moment)

    def update(self, moment: Moment) -> None:
        """Show how the run stands, and its alarms above that."""
        display = self._display
        if display is not None:
            self._show(lambda: display.update(moment))
