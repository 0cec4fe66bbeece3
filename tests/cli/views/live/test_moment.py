"""What is shown of a run, from its reports and from its files."""

from __future__ import annotations

import pytest

from ganctl.cli.views.live.moment import (
    Measured,
    at_the_start,
    clock,
    measured_in,
    moment_of,
    title_of,
)
from ganctl.engine.training.loop import StepReport
from ganctl.engine.training.watching.alarms import Alarm
from ganctl.engine.training.watching.monitor import Quality
from ganctl.requests.training_metrics import FEATURE_DISTANCE
from tests.cli.views.live.moments import moment

QUALITY = Quality(0.94, 3.21, 1.5, {"": 0.9}, 0.99, by_attribute={"hair": 0.99, "eyes": 0.951})


def test_a_report_is_shown_as_it_is():
    report = StepReport(
        step=50,
        total_steps=100,
        images_seen=5000,
        epoch=1.25,
        progress=0.5,
        seconds=30.0,
        images_per_second=1234.5,
        losses={"generator_loss": 0.7},
        preview=None,
        preview_names=("a",),
        quality=QUALITY,
        alarms=(Alarm("odd", "Something is odd.", "Do something."),),
        judge_progress=0.4,
    )
    shown = moment_of(report)
    assert (shown.step, shown.seconds_left, shown.names) == (50, 30.0, ("a",))
    assert shown.alarms == (("Something is odd.", "Do something."),)
    assert shown.quality is not None
    assert shown.quality.floors == {"feature_distance": 1.5}
    assert shown.quality.of == {"attribute_accuracy": "eyes"}


def test_a_line_of_metrics_says_the_same_of_quality():
    line = {"step": 7, "generator_loss": 0.5, **QUALITY.as_line()}
    assert line["floor"] == 1.5
    quality = measured_in(line)
    assert quality.values == QUALITY.as_metrics()
    assert quality.in_words(FEATURE_DISTANCE) == "feature distance 3.21 (real 1.50)"


def test_runs_of_earlier_versions_have_no_floor():
    assert measured_in({"feature_distance": 3.21}).in_words(FEATURE_DISTANCE) == (
        "feature distance 3.21"
    )
    assert Measured({}).in_words(FEATURE_DISTANCE) == ""


def test_before_the_first_step_nothing_is_known_of_the_time(run):
    preview = moment().preview
    assert preview is not None
    shown = at_the_start(run, preview, ())
    assert (shown.total_steps, shown.seconds_left, shown.losses) == (10, 0.0, {})
    assert title_of(run) == "demo: mnist, 10 steps"


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (65.4, "1:05"), (7200, "2:00:00"), (3599.6, "1:00:00")]
)
def test_clock(seconds, text):
    assert clock(seconds) == text
