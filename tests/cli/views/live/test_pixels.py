"""Which terminals are asked for pixels."""

from __future__ import annotations

import sys
import types
from types import SimpleNamespace

import pytest

from ganctl.cli.views.live import pixels
from ganctl.cli.views.live.pixels import VARIABLE, may_show_pixels, pixel_image


@pytest.mark.parametrize(
    ("environment", "may"),
    [
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, True),
        ({"TERM": "xterm-256color", "LC_TERMINAL": "iTerm2"}, True),
        ({"TERM": "xterm-256color", "WT_SESSION": "8-4-4"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "tmux-256color", "KITTY_WINDOW_ID": "1"}, False),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x,1,0"}, False),
        ({}, False),
    ],
)
def test_terminals_are_known_by_their_variables(environment, may):
    assert may_show_pixels(environment) == may


@pytest.fixture
def terminal(monkeypatch):
    """Streams that are terminals, and a textual-image that finds Sixel; counts how often."""
    asked: list[str] = []
    stream = SimpleNamespace(isatty=lambda: True)
    for name in ("__stdin__", "__stdout__"):
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setattr(pixels, "is_in_background", lambda _stream: False)

    class Module(types.ModuleType):
        def __getattr__(self, name):
            if name.startswith("_"):  # The import system's own.
                raise AttributeError(name)
            asked.append(name)
            return {"Image": str, "SixelImage": str, "TGPImage": int}[name]

    monkeypatch.setitem(sys.modules, "textual_image", types.ModuleType("textual_image"))
    module = Module("textual_image.renderable")
    monkeypatch.setitem(sys.modules, "textual_image.renderable", module)
    return SimpleNamespace(console=SimpleNamespace(file=stream), asked=asked)


def test_a_terminal_that_is_known_is_asked(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    assert pixel_image(terminal.console) is str


@pytest.mark.parametrize(("wish", "asked"), [("0", False), ("1", True), ("", False)])
def test_a_variable_decides_for_others(terminal, monkeypatch, wish, asked):
    monkeypatch.setenv(VARIABLE, wish)
    assert (pixel_image(terminal.console) is not None) == asked
    assert bool(terminal.asked) == asked


def test_a_variable_turns_it_off(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setenv(VARIABLE, "0")
    assert pixel_image(terminal.console) is None
    assert not terminal.asked


def test_a_job_in_the_background_asks_nothing(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setattr(pixels, "is_in_background", lambda _stream: True)
    assert pixel_image(terminal.console) is None
    assert not terminal.asked


def test_without_the_extra_there_are_none(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setitem(sys.modules, "textual_image.renderable", None)
    assert pixel_image(terminal.console) is None


def test_a_terminal_that_denies_gets_none(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    other = SimpleNamespace(Image=bytes, SixelImage=str, TGPImage=int)
    monkeypatch.setitem(sys.modules, "textual_image.renderable", other)
    assert pixel_image(terminal.console) is None


def test_where_stdout_is_a_pipe_nothing_is_asked(terminal, monkeypatch):
    monkeypatch.setenv("TERM", "xterm-kitty")
    monkeypatch.setattr(sys, "__stdout__", SimpleNamespace(isatty=lambda: False))
    assert pixel_image(terminal.console) is None
    assert not terminal.asked
