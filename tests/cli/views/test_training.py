"""How a run shows: live, in lines, or by notes alone."""

import io
import re
import time
from collections import deque
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from ganctl.cli.views import training as panel
from ganctl.cli.views.training import (
    LivePanel,
    PlainLines,
    TrainingView,
    half_blocks,
    sparkline,
    training_view,
)
from ganctl.engine.training.alarms import Alarm
from ganctl.engine.training.loop import StepReport
from ganctl.engine.training.monitor import Quality
from ganctl.requests import training_metrics
from ganctl.requests.training_metrics import METRICS, Group, TrainingMetric

WRONG = Alarm("odd", "Something is odd.", "Do something.")


def report(step=50, preview=True, progress=0.5):
    digits = np.zeros((10, 10, 28, 28), np.uint8)
    digits[:, :, 7:21, 7:21] = 255
    return StepReport(
        step=step,
        total_steps=100,
        images_seen=100 * step,
        epoch=1.25,
        progress=progress,
        seconds=30.0,
        images_per_second=1234.5,
        losses={"generator_loss": 0.7, "discriminator_loss": 1.1},
        preview=digits if preview else None,
    )


def measured(accuracy=0.987):
    return replace(
        report(), quality=Quality(accuracy, 3.21, 1.5, {"7": 0.9}, 0.99), alarms=(WRONG,)
    )


def shown(width, height=50, reports=(None,), **options):
    """Return what a terminal of that size got."""
    stream = io.StringIO()
    console = Console(
        file=stream,
        force_terminal=True,
        width=width,
        height=height,
        color_system="truecolor",
        **options,
    )
    with closing(LivePanel(console, "demo: cgan on mnist")) as view:
        for given in reports:
            view.update(given or report())
    return stream.getvalue()


def test_the_panel_tells_how_it_stands():
    text = shown(120)
    for fact in (
        "demo: cgan on mnist", "50%", "0:30 left", "step 50 of 100", "epoch 1.25",
        "1,234 images/s", "generator loss", "0.700", "discriminator loss", "1.100",
    ):  # fmt: skip
        assert fact in text


def test_a_narrow_panel_keeps_its_words_and_the_latest_losses():
    def losing(loss):
        return replace(report(), losses={"generator_loss": loss, "discriminator_loss": 1.1})

    last_frame = shown(40, reports=map(losing, [9.0] * 40 + [0.0, 0.5, 1.0])).split("╭")[-1]
    assert "discriminator loss" in last_frame
    assert "████▁▁▂" in last_frame


def test_quality_and_alarms_join_the_panel():
    text = shown(120, reports=[report(), measured(), report()])
    for fact in ("labels right 98.7%", "feature distance", "3.21", "alarm: ", "hint: ",
                 "Something is odd.", "Do something."):  # fmt: skip
        assert fact in text
    last_frame = text.split("demo: cgan on mnist")[-1]
    assert "labels right 98.7%" in last_frame
    assert "odd" not in last_frame
    assert "labels right" not in shown(120, reports=[measured(None)])


def test_quality_and_alarms_join_the_lines():
    stream = io.StringIO()
    view = PlainLines(Console(file=stream, width=200))
    view.update(measured())
    view.update(report(step=100, progress=1.0))
    text = stream.getvalue()
    assert "alarm: Something is odd.\nhint: Do something.\n" in text
    assert "labels right 98.7% · feature distance 3.21 (real 1.50)" in text


@pytest.mark.parametrize(
    ("width", "height", "rows"), [(200, 50, 7), (100, 50, 14), (70, 50, 0), (200, 12, 0)]
)
def test_digits_are_drawn_where_there_is_room(width, height, rows):
    lines = shown(width, height).splitlines()
    with_blocks = {line for line in lines if "▀" in line}
    assert bool(with_blocks) == bool(rows)
    last_frame = shown(width, height).split("demo: cgan on mnist")[-1]
    assert sum("▀" in line for line in last_frame.splitlines()) == rows


@pytest.mark.parametrize(("width", "rows"), [(110, 7 + 1), (60, 2 * (7 + 1)), (40, 0)])
def test_values_of_an_attribute_stand_above_their_images(width, rows):
    names = ("black", "blond", "blue", "a colour of a long name", "green", "red")
    faces = replace(report(), preview=report().preview[:6], preview_names=names)
    frame = shown(width, 50, reports=[faces]).split("demo: cgan on mnist")[-1]
    assert sum("▀" in line for line in frame.splitlines()) == rows - rows // 8
    assert ("black" in frame) == ("a colour of a…" in frame) == bool(rows)
    assert "long name" not in frame


def test_the_latest_digits_stay_until_the_next():
    text = shown(200, reports=[report(), report(60, preview=False)])
    assert "▀" in text.split("step 60")[-1]


def test_before_the_first_preview_there_are_none():
    assert "▀" not in shown(200, reports=[report(preview=False)])


def test_preparations_are_shown_until_the_first_report():
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, width=80, height=40)
    with closing(LivePanel(console, "demo")) as view:
        view.prepare("downloading KMNIST", 512, 1024)
        view._live.refresh()
        view.prepare("unpacking", 0, None)
        view._live.refresh()
    assert "downloading KMNIST …" in stream.getvalue()
    assert "unpacking …" in stream.getvalue()


def test_no_color_is_honoured(monkeypatch):
    assert "\x1b[36m" in shown(120, reports=[report(preview=False)])
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[36m" not in shown(120, reports=[report(preview=False)])


def test_without_colours_there_are_no_digits(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "▀" not in shown(200)


def test_a_dumb_terminal_gets_lines(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setattr(panel, "stderr", lambda: Console(force_terminal=True))
    assert isinstance(training_view("t", quiet=False)._display, PlainLines)


def test_plain_lines_come_every_ten_seconds_and_at_the_end(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stream = io.StringIO()
    view = PlainLines(Console(file=stream, width=200))
    view.prepare("unpacking", 0, None)
    view.prepare("unpacking", 1, None)
    for step, now[0] in ((1, 5.0), (2, 10.0), (3, 15.0), (4, 20.0)):
        view.update(report(step))
    view.update(report(100, progress=1.0))
    lines = stream.getvalue().splitlines()
    assert lines.pop(0) == "unpacking …"
    assert [line.split()[2] for line in lines] == ["2/100", "4/100", "100/100"]
    assert "\x1b" not in stream.getvalue()
    assert "1234 images/s" in lines[0]


def test_the_view_suits_the_terminal(monkeypatch):
    assert training_view("t", quiet=True)._display is None
    assert isinstance(training_view("t", quiet=False)._display, PlainLines)
    monkeypatch.setattr(panel, "stderr", lambda: Console(force_terminal=True))
    with closing(training_view("t", quiet=False)) as view:
        assert isinstance(view._display, LivePanel)


def test_a_quiet_view_shows_notes_alone():
    stream = io.StringIO()
    with closing(TrainingView(Console(file=stream, width=200), None)) as view:
        view.prepare("unpacking", 0, None)
        view.update(measured())
        view.note("The disk is full.")
    assert stream.getvalue() == "note: The disk is full.\n"


def test_a_metric_needs_a_row_and_nothing_else(monkeypatch):
    """The panel and the lines show what a row says."""
    row = TrainingMetric("lowest_variety", Group.QUALITY, "variety", ".2f", spark="red", line="var")
    others = tuple(metric for metric in METRICS if metric.key != row.key)
    monkeypatch.setattr(training_metrics, "METRICS", (*others, row))
    stream = io.StringIO()
    PlainLines(Console(file=stream, width=200)).update(replace(measured(), progress=1.0))
    assert "(real 1.50) · var 0.90\n" in stream.getvalue()
    assert re.search(r"variety +0\.90", shown(120, reports=[measured()]))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], ""), ([1.0], "▁"), ([0.0, 1.0], "▁█"), ([3, 3], "▁▁"), ([0, float("nan"), 7], "▁!█"),
     (range(8), "▁▂▃▄▅▆▇█")],
)  # fmt: skip
def test_sparkline(values, expected):
    assert sparkline(deque(values)) == expected


def test_half_blocks_hold_two_pixels_each():
    image = np.array([[0, 255], [255, 0]], np.uint8)
    text = half_blocks(image, 2)
    assert text.plain == "▀▀"
    assert [str(span.style) for span in text.spans] == ["#000000 on #ffffff", "#ffffff on #000000"]


def test_half_blocks_in_colour():
    image = np.zeros((4, 4, 3), np.uint8)
    image[:, :, 0] = 255
    assert "#ff0000" in str(half_blocks(image, 2).spans[0].style)


def test_a_judge_that_is_trained_beside_the_run_is_said():
    learning = replace(report(progress=1.0), judge_progress=0.4)
    assert "training the judge, 40%" in shown(120, reports=[learning])
    stream = io.StringIO()
    PlainLines(Console(file=stream, width=200)).update(learning)
    assert "training the judge, 40%" in stream.getvalue()
    assert "judge" not in shown(120)


def test_the_worst_of_several_attributes_is_named():
    by_attribute = {"hair": 0.99, "eyes": 0.951}
    quality = Quality(0.94, 3.21, 1.5, {"": 0.9}, 0.99, by_attribute=by_attribute)
    text = shown(120, reports=(replace(report(), quality=quality),))
    assert "labels right 94.0% · worst eyes 95.1%" in text
