"""A run in plain lines."""

from __future__ import annotations

import io
import time

from rich.console import Console

from ganctl.cli.views.live.lines import PlainLines
from tests.cli.views.live.moments import measured, moment


def lines_of(*moments):
    stream = io.StringIO()
    view = PlainLines(Console(file=stream, width=200))
    for given in moments:
        view.update(given)
    view.close()
    return stream.getvalue()


def test_they_come_every_ten_seconds_and_at_the_end(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    view = PlainLines(Console(file=stream, width=200))
    view.prepare("unpacking", 0, None)
    view.prepare("unpacking", 1, None)
    for step, now[0] in ((1, 5.0), (2, 10.0), (3, 15.0), (4, 20.0)):
        view.update(moment(step=step))
    view.update(moment(step=100, progress=1.0))
    lines = stream.getvalue().splitlines()
    assert lines.pop(0) == "unpacking …"
    assert [line.split()[2] for line in lines] == ["2/100", "4/100", "100/100"]
    assert "\x1b" not in stream.getvalue()
    assert "1234 images/s" in lines[0]


def test_quality_and_alarms_join_them():
    text = lines_of(measured(), moment(step=100, progress=1.0))
    assert "alarm: Something is odd.\nhint: Do something.\n" in text
    assert "labels right 98.7% · feature distance 3.21 (real 1.50)" in text


def test_a_budget_of_minutes_and_a_judge_at_work():
    text = lines_of(moment(total_steps=None, progress=1.0, judge_progress=0.4))
    assert "step 50  epoch" in text
    assert "training the judge, 40%" in text


def test_before_the_first_step_no_losses_are_said():
    text = lines_of(moment(progress=1.0, losses={}, images_per_second=None))
    assert "loss" not in text
