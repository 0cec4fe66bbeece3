"""How a run shows: live, in lines, or by notes alone."""

from __future__ import annotations

import io
from contextlib import closing

from rich.console import Console

from ganctl.cli.views import training
from ganctl.cli.views.live.lines import PlainLines
from ganctl.cli.views.live.panel import LivePanel
from ganctl.cli.views.training import TrainingView, training_view
from tests.cli.views.live.moments import measured


def test_a_dumb_terminal_gets_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(training, "stderr", lambda: Console(force_terminal=True))
    assert isinstance(training_view("t", quiet=False)._display, PlainLines)


def test_the_view_suits_the_terminal(monkeypatch):
    assert training_view("t", quiet=True)._display is None
    assert isinstance(training_view("t", quiet=False)._display, PlainLines)
    terminal = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    monkeypatch.setattr(training, "stderr", lambda: terminal)
    with closing(training_view("t", quiet=False)) as view:
        assert isinstance(view._display, LivePanel)


def test_a_quiet_view_shows_notes_alone():
    stream = io.StringIO()
    with closing(TrainingView(Console(file=stream, width=200), None)) as view:
        view.prepare("unpacking", 0, None)
        view.remember(measured())
        view.update(measured())
        view.note("The disk is full.")
    assert stream.getvalue() == "note: The disk is full.\n"
