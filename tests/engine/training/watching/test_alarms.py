"""Which alarms are given, when, and how often."""

import pytest

from ganctl.engine.training.watching.alarms import BAD_MEASUREMENTS, WON_REPORTS, Alarms
from ganctl.engine.training.watching.monitor import ALL_CLASSES, Quality
from ganctl.runs.evaluation.confusion import NearChance

HEALTHY = {"real_score": 1.0, "fake_score": -1.0}
WON = {"real_score": 9.0, "fake_score": -9.0}


def quality(accuracy=1.0, judge=0.99, chance=None, **variety):
    doubts = () if chance is None else (NearChance(judge, chance),)
    return Quality(accuracy, 3.0, 1.0, variety or {"cat": 1.0, "dog": 1.0}, judge, doubts)


@pytest.fixture
def alarms():
    return Alarms([])


def kinds(alarms, count, *given):
    return [alarm.kind for _ in range(count) for alarm in alarms.check(*given)]


def test_a_healthy_run_gives_none(alarms):
    assert kinds(alarms, 100, HEALTHY, quality(), 0.9) == []


def test_a_discriminator_that_has_won_for_ten_reports(alarms):
    assert kinds(alarms, WON_REPORTS - 1, WON, None, 0.1) == []
    assert kinds(alarms, 1, WON, None, 0.1) == ["discriminator has won"]
    assert kinds(alarms, 100, WON, None, 0.1) == []


def test_a_short_gap_gives_none(alarms):
    for _ in range(5):
        assert kinds(alarms, WON_REPORTS - 1, WON, None, 0.1) == []
        assert kinds(alarms, 1, HEALTHY, None, 0.1) == []


def test_a_class_that_collapsed_is_named(alarms):
    found = [alarms.check(HEALTHY, quality(cat=0.9, dog=0.1), 0.5) for _ in range(BAD_MEASUREMENTS)]
    assert found[0] == ()
    (alarm,) = found[1]
    assert alarm.kind == "collapse"
    assert "of the class dog" in alarm.message
    assert "10% as much" in alarm.message
    assert "--seed" in alarm.advice


def test_a_model_without_classes_collapses_as_a_whole():
    alarms = Alarms([])
    whole = Quality(None, 3.0, 1.0, {ALL_CLASSES: 0.1}, 0.99)
    found = [alarms.check(HEALTHY, whole, 0.5) for _ in range(BAD_MEASUREMENTS)]
    assert "The images are nearly all alike" in found[-1][0].message


def test_labels_that_are_not_obeyed(alarms):
    (alarm,) = [
        a for _ in range(BAD_MEASUREMENTS) for a in alarms.check(HEALTHY, quality(0.3), 0.5)
    ]
    assert alarm.kind == "labels not obeyed"
    assert "30% of the images" in alarm.message
    assert "--model gan-cls" in alarm.advice


def test_a_bad_judge_gives_none():
    assert kinds(Alarms([]), 10, HEALTHY, quality(0.1, judge=0.6), 0.5) == []


def test_the_beginning_may_be_bad(alarms):
    assert kinds(alarms, 10, HEALTHY, quality(0.1, cat=0.0), 0.1) == []


def test_what_was_given_before_is_not_given_again():
    alarms = Alarms(["collapse"])
    found = kinds(alarms, 10, HEALTHY, quality(0.1, cat=0.0), 0.5)
    assert found == ["labels not obeyed"]


def test_labels_that_no_judge_can_learn_are_said_once(alarms):
    found = [
        alarm
        for _ in range(3)
        for alarm in alarms.check(HEALTHY, quality(0.1, judge=0.11, chance=0.1), 0.1)
    ]
    assert [alarm.kind for alarm in found] == ["labels look meaningless"]
    assert "11% right, where chance is 10%" in found[0].message
    assert "--model gan" in found[0].advice


def test_without_labels_their_meaning_does_not_matter(alarms):
    assert kinds(alarms, 3, HEALTHY, quality(None, judge=0.11, chance=0.1), 0.1) == []


def of_parts(accuracy, doubts=()):
    by_attribute = {"hair": 0.9, "eyes": accuracy}
    return Quality(accuracy, 3.0, 1.0, {"": 1.0}, 0.99, doubts, by_attribute)


def test_several_attributes_may_take_longer():
    assert kinds(Alarms(()), 3, HEALTHY, of_parts(0.3), 0.5) == []
    (found,) = [
        alarm
        for alarms in [Alarms(())]
        for _ in range(2)
        for alarm in alarms.check(HEALTHY, of_parts(0.2), 0.5)
    ]
    assert "20% of the images have all that was requested" in found.message


def test_an_attribute_that_cannot_be_seen_is_named():
    doubts = (NearChance(0.5, 0.5, "eyes"),)
    (found,) = Alarms(()).check(HEALTHY, of_parts(1.0, doubts), 0.1)
    assert "hardly better than chance at: eyes." in found.message
    assert "--condition" in found.advice
    both = (*doubts, NearChance(0.2, 0.2, "hair"))
    (found,) = Alarms(()).check(HEALTHY, of_parts(1.0, both), 0.1)
    assert "The labels look meaningless" in found.message
