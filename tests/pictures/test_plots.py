"""The curves are a picture, also of few and of broken figures."""

import io

import pytest
from PIL import Image

from ganctl.pictures.plots import loss_plot
from ganctl.requests import training_metrics
from ganctl.requests.training_metrics import METRICS, Curve, Group, TrainingMetric

LINE = {"images_seen": 100, "generator_loss": 1.0, "discriminator_loss": 0.5}


def test_quality_has_a_panel():
    measured = [
        LINE | {"images_seen": n, "feature_distance": 9 / n, "label_accuracy": 1 - 0.5 / n}
        for n in range(1, 9)
    ]
    unlabelled = [{k: v for k, v in line.items() if k != "label_accuracy"} for line in measured]
    for metrics in (measured, unlabelled):
        with Image.open(io.BytesIO(loss_plot([LINE, *metrics], "demo"))) as picture:
            assert picture.size == (800, 900)


@pytest.mark.parametrize(
    "metrics",
    [
        [LINE],
        [LINE | {"images_seen": n, "generator_loss": 1 / n, "real_score": n} for n in range(1, 99)],
        [LINE, LINE | {"generator_loss": float("nan")}],
    ],
)
def test_a_plot_is_a_png(metrics):
    with Image.open(io.BytesIO(loss_plot(metrics, "demo"))) as picture:
        assert picture.format == "PNG"
        assert picture.size == (800, 600)
        greys = picture.convert("L").getcolors()
        assert greys is not None
        assert len(greys) > 10


def test_a_metric_needs_a_row_and_nothing_else(monkeypatch):
    row = TrainingMetric(
        "lowest_variety", Group.QUALITY, "variety", ".2f", curve=Curve("variety", percent=True)
    )
    metrics = [LINE | {"feature_distance": 3.0, "lowest_variety": 0.5}]
    before = loss_plot(metrics, "demo")
    monkeypatch.setattr(training_metrics, "METRICS", (*METRICS[:-1], row))
    assert loss_plot(metrics, "demo") != before
