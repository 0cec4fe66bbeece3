"""What is raised, when, and how often."""

import pytest

from ganctl.engine.training.alarms import LOOKS, WON_REPORTS, Alarms
from ganctl.engine.training.monitor import WHOLE, Quality

SOUND = {"real_score": 1.0, "fake_score": -1.0}
WON = {"real_score": 9.0, "fake_score": -9.0}


def quality(accuracy=1.0, **variety):
    return Quality(accuracy, 3.0, 1.0, variety or {"cat": 1.0, "dog": 1.0})


@pytest.fixture
def alarms():
    return Alarms([], judge_accuracy=0.99)


def kinds(alarms, count, *given):
    return [alarm.kind for _ in range(count) for alarm in alarms.see(*given)]


def test_a_sound_training_raises_none(alarms):
    assert kinds(alarms, 100, SOUND, quality(), 0.9) == []


def test_a_discriminator_that_won_long_ago(alarms):
    assert kinds(alarms, WON_REPORTS - 1, WON, None, 0.1) == []
    assert kinds(alarms, 1, WON, None, 0.1) == ["discriminator has won"]
    assert kinds(alarms, 100, WON, None, 0.1) == []


def test_a_short_lead_is_none(alarms):
    for _ in range(5):
        assert kinds(alarms, WON_REPORTS - 1, WON, None, 0.1) == []
        assert kinds(alarms, 1, SOUND, None, 0.1) == []


def test_a_class_that_collapsed_is_named(alarms):
    found = [alarms.see(SOUND, quality(cat=0.9, dog=0.1), 0.5) for _ in range(LOOKS)]
    assert found[0] == ()
    (alarm,) = found[1]
    assert alarm.kind == "collapse"
    assert "of the class dog" in alarm.message
    assert "10% as much" in alarm.message
    assert "--seed" in alarm.advice


def test_a_model_without_classes_collapses_as_a_whole():
    alarms = Alarms([], 0.99)
    whole = Quality(None, 3.0, 1.0, {WHOLE: 0.1})
    found = [alarms.see(SOUND, whole, 0.5) for _ in range(LOOKS)]
    assert "The images are nearly all alike" in found[-1][0].message


def test_labels_that_are_not_obeyed(alarms):
    (alarm,) = [a for _ in range(LOOKS) for a in alarms.see(SOUND, quality(0.3), 0.5)]
    assert alarm.kind == "labels not obeyed"
    assert "30% of the images" in alarm.message
    assert "--model gan-cls" in alarm.advice


def test_a_judge_that_knows_nothing_raises_nothing():
    assert kinds(Alarms([], 0.6), 10, SOUND, quality(0.1), 0.5) == []


def test_the_beginning_may_be_bad(alarms):
    assert kinds(alarms, 10, SOUND, quality(0.1, cat=0.0), 0.1) == []


def test_what_was_raised_before_is_not_raised_again():
    alarms = Alarms(["collapse"], 0.99)
    found = kinds(alarms, 10, SOUND, quality(0.1, cat=0.0), 0.5)
    assert found == ["labels not obeyed"]
