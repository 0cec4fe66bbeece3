"""What is drawn again in place, on a terminal whose size changes."""

from __future__ import annotations

import io
import sys
import time
from contextlib import closing

import pytest
from rich.console import ConsoleDimensions
from rich.text import Text

from ganctl.cli.honest_console import HonestConsole
from ganctl.cli.views.live import area as live_area
from ganctl.cli.views.live.area import LiveArea

UP, ERASE, HOME = "\x1b[1A", "\x1b[2K", "\x1b[H"


class Terminal(HonestConsole):
    """A terminal of a size that can be changed."""

    def __init__(self, width, height):
        self.stream = io.StringIO()
        super().__init__(file=self.stream, force_terminal=True, color_system=None)
        self.size = ConsoleDimensions(width, height)


class Area:
    """An area on a terminal, and what was written since the last look."""

    def __init__(self, width=20, height=10):
        self.terminal = Terminal(width, height)
        self.area = LiveArea(self.terminal)
        self.area.start()
        self.seen = 0

    def close(self):
        self.area.close()

    def news(self):
        time.sleep(0.01)
        deadline = time.monotonic() + 10
        while self.area._called.is_set() or self.area._is_out_of_date():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with self.area._lock:
            text = self.terminal.stream.getvalue()
        new, self.seen = text[self.seen :], len(text)
        return new

    def show(self, *lines):
        self.area.show(Text("\n".join(lines)))
        return self.news()

    def resize(self, width, height):
        self.terminal.size = ConsoleDimensions(width, height)
        return self.news()


@pytest.fixture
def area():
    area = Area()
    with closing(area):
        yield area


def test_it_is_drawn_over_what_was_there(area):
    assert area.show("one", "two", "three").endswith("one\ntwo\nthree")
    assert area.show("four") == f"\r{ERASE}{UP}{ERASE}{UP}{ERASE}four"


def test_words_stand_above_it(area):
    area.show("one", "two")
    area.area.say(Text("words"))
    new = area.news()
    assert new.startswith(f"\r{ERASE}{UP}{ERASE}words\none\ntwo")
    assert new.endswith("one\ntwo")


def test_what_others_print_stands_above_it(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    area = Area()
    with closing(area):
        area.show("one")
        print("words")
        assert f"\r{ERASE}words\none" in area.news()


def test_a_narrower_terminal_has_broken_its_lines(area):
    area.show("x" * 15, "y" * 5)
    new = area.resize(7, 10)
    assert new.count(UP) == 3
    assert new.endswith("\n".join(["x" * 7, "x" * 7, "x", "y" * 5]))
    assert area.show("one").count(UP) == 3


def test_a_wider_terminal_has_not(area):
    area.show("x" * 15, "y")
    assert area.resize(40, 10).count(UP) == 1


def test_what_is_too_high_is_cut(area):
    assert area.show(*"abcdefghijklm").count("\n") == 9


def test_once_its_top_was_out_of_reach_a_resized_terminal_is_emptied(area):
    area.show(*"abcdef")
    lower = area.resize(20, 4)
    assert HOME in lower
    assert lower.endswith("a\nb\nc\nd")
    assert HOME in area.resize(20, 10)
    assert HOME not in area.show("one")


def test_a_job_in_the_background_draws_nothing_until_it_is_back(area, monkeypatch):
    area.show("one")
    with monkeypatch.context() as patch:
        patch.setattr(live_area, "is_in_background", lambda _stream: True)
        area.area.show(Text("two"))
        time.sleep(0.3)
        away = area.news()
        assert "two" not in away
    assert area.news().endswith("two")


def test_after_a_shell_was_there_it_begins_below(area):
    area.show("one", "two")
    area.area._leave()
    area.area._come_back()
    assert UP not in area.news()


def test_what_is_not_kept_is_taken_away():
    area = Area()
    area.show("one", "two")
    area.area.close(keep=False)
    assert area.news().startswith(f"\r{ERASE}{UP}{ERASE}")


def test_an_abandoned_one_draws_nothing_any_more():
    area = Area()
    area.show("one")
    area.area.abandon()
    area.area.show(Text("two"))
    area.area._lock.release()
    area.close()
    assert "two" not in area.terminal.stream.getvalue()


def test_a_terminal_that_is_lost_is_told(monkeypatch):
    area = Area()
    area.show("one")

    def fail(_text):
        raise BrokenPipeError

    monkeypatch.setattr(area.terminal.stream, "write", fail)
    area.area.show(Text("two"))
    area.area._thread.join(10)
    for call in (lambda: area.area.show(Text("three")), lambda: area.area.say("x"), area.close):
        with pytest.raises(BrokenPipeError):
            call()
