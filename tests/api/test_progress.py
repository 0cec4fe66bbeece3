"""A bar shows in a terminal and in a notebook, and nowhere else."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ganctl.api import progress
from ganctl.api.progress import bar
from ganctl.engine.training.loop import StepReport
from ganctl.engine.training.watching.alarms import Alarm

PREVIEW = np.zeros((2, 10, 8, 8), np.uint8)


def report(done: float, preview: Any = None) -> StepReport:
    alarms = (Alarm("kind", "It goes wrong.", "Stop."),) if done == 0.5 else ()
    losses = {"generator_loss": 0.5, "real_score": 1.0}
    return StepReport(1200, None, 0, 0.0, done, 9.0, 300.0, losses, preview, alarms=alarms)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def in_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of stderr, which pytest takes back when a test begins."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    found = Terminal()
    monkeypatch.setattr(sys, "stderr", found)
    return found


class Page:
    """Stands for IPython: a page that displays one thing and then others in its place."""

    def __init__(self) -> None:
        self.shown: list[dict[str, str]] = []
        self.display = SimpleNamespace(display=self._display)

    def get_ipython(self) -> object:
        return SimpleNamespace(kernel=object())

    def update(self, page: dict[str, str], raw: bool) -> None:
        self.shown.append(page)

    def _display(self, page: dict[str, str], raw: bool, display_id: bool) -> Page:
        self.update(page, raw)
        return self


@pytest.fixture
def page(monkeypatch):
    found = Page()
    monkeypatch.setitem(sys.modules, "IPython", found)
    monkeypatch.setitem(sys.modules, "IPython.display", found.display)
    monkeypatch.setattr(progress, "REFRESH_SECONDS", 0.0)
    return found


def test_a_terminal_gets_a_bar_and_keeps_it(monkeypatch):
    terminal = in_terminal(monkeypatch)
    with bar("demo: cgan", show=True) as shown:
        assert shown is not None
        shown.note("read [64] images")
        shown.prepare("downloading", 1, 2)
        shown.update(report(0.5))
        shown.update(report(1.0))
    text = terminal.getvalue()
    for words in (
        "demo: cgan\n",
        "read [64] images\n",
        "It goes wrong. Stop.\n",
        "100%",
    ):
        assert words in text
    last = [line for line in text.splitlines() if "100%" in line][-1]
    assert "step 1,200  loss G 0.500" in last
    assert "downloading" not in last


def test_a_notebook_gets_a_bar_with_the_latest_preview(page):
    with bar("demo: <cgan>", show=True) as shown:
        assert shown is not None
        shown.prepare("downloading", 1, 4)
        shown.note("read 64 images")
        shown.update(report(0.5, PREVIEW))
        shown.update(report(0.75))
    first, download, *_, last = page.shown
    assert "demo: &lt;cgan&gt;" in first["text/html"]
    assert 'value="0.2500"' in download["text/html"] and "downloading" in download["text/html"]
    for words in ('value="0.7500"', "data:image/png;base64,", "It goes wrong.", "read 64 images"):
        assert words in last["text/html"]
    assert last["text/plain"].startswith(
        "demo: <cgan>\nread 64 images\nIt goes wrong. Stop.\n75% in "
    )
    assert "step 1,200  loss G 0.500" in last["text/plain"]


def test_what_is_no_training_ends_whole_or_as_it_failed(page):
    with bar("evaluating", show=True) as shown:
        assert shown is not None
        shown.prepare("judging", 1, 2)
    assert 'value="1.0000"' in page.shown[-1]["text/html"]
    with pytest.raises(OSError), bar("evaluating", show=True) as shown:
        assert shown is not None
        shown.prepare("judging", 1, 2)
        raise OSError
    assert 'value="0.5000"' in page.shown[-1]["text/html"]


@pytest.mark.parametrize("show", [True, False])
def test_nothing_shows_where_nobody_looks(show, capsys):
    with bar("demo", show=show) as shown:
        assert shown is None
    assert capsys.readouterr() == ("", "")


def test_it_can_be_turned_off(page, monkeypatch):
    terminal = in_terminal(monkeypatch)
    with bar("demo", show=False) as shown:
        assert shown is None
    assert (terminal.getvalue(), page.shown) == ("", [])


def test_a_shell_of_ipython_is_no_notebook(page, monkeypatch):
    monkeypatch.setattr(page, "get_ipython", lambda: SimpleNamespace())
    with bar("demo", show=True) as shown:
        assert shown is None
