"""The marks of the record: what reaches them, and when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.record.marks import MARKS, Figures, Length, when, worst_of
from tests.benchmarks.record.figures import GOOD

BY_TITLE = {mark.title: mark for mark in MARKS}
LABELS = BY_TITLE["labels 99% with coverage 0.80"]


def reached(**found: Any) -> dict[str, bool | None]:
    return {mark.title: mark.is_reached(replace(GOOD, **found)) for mark in MARKS}


def test_every_mark_has_its_bound():
    assert reached() == {
        "labels 99% with coverage 0.80": True,
        "CAS 97%": True,
        "CAS 98%": True,
        "CAS 98.5%": False,
        "CAS 99%": False,
        "1.5 × floor": True,
        "1 × floor": False,
    }


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("labels 99% with coverage 0.80", {"label_accuracy": 0.99, "coverage": 0.80}),
        ("CAS 98.5%", {"cas": 0.985}),
        ("CAS 99%", {"cas": 0.99}),
        ("1.5 × floor", {"times_floor": 1.5}),
        ("1 × floor", {"times_floor": 1.0}),
    ],
)
def test_a_mark_is_reached_exactly_at_its_bound(title, found):
    assert reached(**found)[title] is True


def test_labels_without_coverage_reach_nothing_and_neither_does_coverage_without_labels():
    assert LABELS.is_reached(replace(GOOD, coverage=0.799)) is False
    assert LABELS.is_reached(replace(GOOD, label_accuracy=0.9899)) is False


def test_without_the_score_its_marks_are_unknown_and_the_others_are_not():
    found = reached(cas=None)
    assert found["CAS 97%"] is None
    assert found["1.5 × floor"] is True


def test_samples_that_are_nearly_training_images_reach_nothing():
    assert set(reached(nearest=0.79, cas=1.0, times_floor=0.5).values()) == {False}


def test_the_worst_is_taken_figure_by_figure():
    other = Figures(label_accuracy=0.98, coverage=0.95, times_floor=2.0, nearest=0.9, cas=0.99)
    expected = Figures(label_accuracy=0.98, coverage=0.9, times_floor=2.0, nearest=0.9, cas=0.982)
    assert worst_of([GOOD, other]) == worst_of([other, GOOD]) == expected


def test_a_score_that_one_seed_lacks_is_unknown():
    assert worst_of([GOOD, replace(GOOD, cas=None)]).cas is None


def test_the_time_is_that_of_the_fastest_length_that_reaches_the_mark():
    lengths = [
        Length(45, replace(GOOD, label_accuracy=0.98)),
        Length(60.4, GOOD),
        Length(120, replace(GOOD, cas=0.99)),
    ]
    assert str(when(LABELS, lengths)) == "60 s"
    assert str(when(BY_TITLE["CAS 99%"], lengths)) == "120 s"


def test_what_was_not_reached_says_how_long_was_tried():
    lengths = [Length(45, GOOD), Length(1201, replace(GOOD, cas=None))]
    assert str(when(BY_TITLE["1 × floor"], lengths)) == "> 1,201 s"
    assert str(when(BY_TITLE["CAS 99%"], lengths)) == "> 45 s"


def test_what_was_never_measured_has_no_time():
    assert str(when(BY_TITLE["CAS 97%"], [Length(45, replace(GOOD, cas=None))])) == "–"
    assert str(when(LABELS, [])) == "–"
