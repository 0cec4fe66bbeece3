"""The rows of what is reported while training agree with what is measured."""

from ganctl.engine.training.watching.monitor import Quality
from ganctl.requests.training_metrics import METRICS, Group, has_quality, of_group


def test_keys_are_unique():
    assert len({metric.key for metric in METRICS}) == len(METRICS)


def test_every_quality_is_measured_and_every_measurement_has_the_distance():
    by_attribute = {"hair": 0.9, "eyes": 0.8}
    quality = Quality(0.9, 3.0, 1.0, {"cat": 0.5}, 0.99, by_attribute=by_attribute)
    measured = quality.as_metrics()
    assert list(measured) == [metric.key for metric in of_group(Group.QUALITY)]
    unlabelled = Quality(None, 3.0, 1.0, {"": 0.5}, 0.99).as_metrics()
    assert set(measured) - set(unlabelled) == {"label_accuracy", "attribute_accuracy"}
    assert has_quality(measured)
    assert has_quality(unlabelled)


def test_floors_are_attributes_of_a_quality():
    quality = Quality(0.9, 3.0, 1.0, {"cat": 0.5}, 0.99)
    assert [getattr(quality, metric.floor) for metric in METRICS if metric.floor] == [1.0]


def test_the_worst_attribute_has_its_name_and_accuracy():
    quality = Quality(0.7, 3.0, 1.0, {}, 0.99, by_attribute={"hair": 0.9, "eyes": 0.8})
    (metric,) = [metric for metric in METRICS if metric.of]
    assert metric.of == "worst_attribute"
    assert (quality.worst_attribute, getattr(quality, metric.key)) == ("eyes", 0.8)
    alone = Quality(0.7, 3.0, 1.0, {}, 0.99, by_attribute={"hair": 0.9})
    assert alone.attribute_accuracy is None


def test_a_step_has_no_quality():
    assert not has_quality({metric.key: 1.0 for metric in METRICS if metric.group != Group.QUALITY})
