"""The live panel: what it says, and what of it fits."""

from __future__ import annotations

import re
from collections import deque
from contextlib import closing

import pytest

from ganctl.cli.views.live.moment import Measured
from ganctl.cli.views.live.panel import LivePanel, sparkline
from ganctl.requests import training_metrics
from ganctl.requests.training_metrics import METRICS, Group, TrainingMetric
from tests.cli.views.live.moments import TITLE, console_of, last_frame, measured, moment, shown


def test_it_tells_how_the_run_stands():
    text = last_frame(120)
    for fact in (
        "50%", "0:30 left", "step 50 of 100", "epoch 1.25",
        "1,234 images/s", "generator loss", "0.700", "discriminator loss", "1.100",
    ):  # fmt: skip
        assert fact in text
    assert TITLE in shown(120)


def test_before_the_first_step_there_are_images_and_no_speed():
    first = moment(step=0, progress=0.0, seconds=0.0, images_per_second=None, losses={})
    text = last_frame(120, moments=[first])
    assert "step 0 of 100" in text
    assert "▀" in text
    assert not any(word in text for word in ("images/s", "left", "loss"))


def test_a_narrow_panel_keeps_its_words_and_the_latest_losses():
    losses = [9.0] * 40 + [0.0, 0.5, 1.0]
    moments = [
        moment(losses={"generator_loss": loss, "discriminator_loss": 1.1}) for loss in losses
    ]
    text = last_frame(40, moments=moments)
    assert "discriminator loss" in text
    assert "████▁▁▂" in text
    assert "1,234" in text


def test_quality_and_alarms_join_it():
    text = shown(120, moments=[moment(), measured(), moment()])
    for fact in ("labels right 98.7%", "alarm: ", "hint: ", "Something is odd.", "Do something."):
        assert fact in text
    final = text.split(TITLE)[-1]
    assert "labels right 98.7%" in final
    assert re.search(r"feature distance +3\.21 \(real 1\.50\)", final)
    assert "odd" not in final


def test_an_alarm_without_advice_has_no_hint():
    text = shown(120, moments=[moment(alarms=(("Something is odd.", ""),))])
    assert "odd" in text
    assert "hint" not in text


def test_what_is_past_is_in_the_sparklines():
    console, stream = console_of(120)
    with closing(LivePanel(console, TITLE)) as panel:
        panel.remember(moment(losses={"generator_loss": 9.0}))
        panel.update(moment(losses={"generator_loss": 1.0}, preview=None))
    assert "█▁" in stream.getvalue()
    assert "▀" in stream.getvalue()


def test_preparations_are_shown_until_the_first_moment():
    console, stream = console_of(80)
    panel = LivePanel(console, TITLE)
    panel.prepare("downloading KMNIST", 512, 1024)
    panel._area._called.wait(5)
    while panel._area._called.is_set():
        pass
    panel.prepare("unpacking", 0, None)
    while panel._area._called.is_set():
        pass
    panel.close()
    assert "downloading KMNIST …" in stream.getvalue()
    assert "unpacking …" in stream.getvalue()


def test_without_a_moment_nothing_of_it_stays():
    console, stream = console_of(80)
    panel = LivePanel(console, TITLE)
    while panel._area._called.is_set():
        pass
    panel.close()
    assert stream.getvalue().rstrip("\x1b[0m?25hl").endswith("\x1b[2K")


def test_no_color_is_honoured(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    text = shown(120)
    assert "\x1b[36m" not in text
    assert "⣿" in text
    assert "▀" not in text


def test_a_judge_that_is_trained_beside_the_run_is_said():
    assert "training the judge, 40%" in shown(120, moments=[moment(judge_progress=0.4)])
    assert "judge" not in shown(120)


def test_the_worst_of_several_attributes_is_named():
    quality = Measured(
        {"label_accuracy": 0.94, "attribute_accuracy": 0.951, "feature_distance": 3.2},
        of={"attribute_accuracy": "eyes"},
    )
    text = last_frame(120, moments=[moment(quality=quality)])
    assert "labels right 94.0% · worst eyes 95.1%" in text


def test_a_metric_needs_a_row_and_nothing_else(monkeypatch):
    row = TrainingMetric("lowest_variety", Group.QUALITY, "variety", ".2f", spark="red", line="var")
    others = tuple(metric for metric in METRICS if metric.key != row.key)
    monkeypatch.setattr(training_metrics, "METRICS", (*others, row))
    assert re.search(r"variety +0\.90", last_frame(120, moments=[measured()]))


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], ""), ([1.0], "▁"), ([0.0, 1.0], "▁█"), ([3, 3], "▁▁"), ([0, float("nan"), 7], "▁!█"),
     (range(8), "▁▂▃▄▅▆▇█")],
)  # fmt: skip
def test_sparkline(values, expected):
    assert sparkline(deque(values)) == expected


@pytest.mark.parametrize("far_out", [1e9, -1e9])
def test_one_value_far_out_does_not_flatten_the_others(far_out):
    shown = sparkline([far_out, *range(20)])
    assert shown[0] == ("█" if far_out > 0 else "▁")
    assert len(set(shown[1:])) > 3


def test_all_but_one_alike_still_show_that_one():
    assert sparkline([1, 1, 1, 1, 1, 5]) == "▁▁▁▁▁█"
