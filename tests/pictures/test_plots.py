"""The curves are a picture, also of few and of broken figures."""

import io

import pytest
from PIL import Image

from ganctl.pictures.images import read_metadata
from ganctl.pictures.plots import loss_plot as drawn
from ganctl.pictures.provenance import Origin
from ganctl.requests import training_metrics
from ganctl.requests.training_metrics import METRICS, Curve, Group, TrainingMetric

ORIGIN = Origin("demo", 7)
LINE = {"images_seen": 100, "generator_loss": 1.0, "discriminator_loss": 0.5}


def loss_plot(metrics, title, floor=None):
    return drawn(metrics, title, ORIGIN, floor)


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


MEASURED = [LINE | {"images_seen": n, "feature_distance": 9 / n} for n in range(1, 9)]


def test_it_says_which_run_it_is_of(tmp_path):
    path = tmp_path / "loss.png"
    path.write_bytes(loss_plot(MEASURED, "demo"))
    said = read_metadata(path)
    assert (said["run"], said["step"], said["kind"]) == ("demo", 7, "curves")
    assert "command" not in said


@pytest.fixture
def figures(monkeypatch):
    """The figures that were drawn."""
    from matplotlib.figure import Figure

    kept = []
    save = Figure.savefig

    def kept_too(self, *arguments, **options):
        kept.append(self)
        save(self, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", kept_too)
    return kept


def test_legends_stand_outside_the_curves_and_real_images_are_a_dashed_line(figures):
    more = {"label_accuracy": 0.5, "real_score": 1.0}
    loss_plot([line | more for line in MEASURED], "x", 0.6)
    panels = [axes for axes in figures[0].axes if axes.get_legend()]
    assert len(panels) == 3
    for axes in panels:
        bottom = axes.get_legend().get_window_extent().y0
        assert bottom >= axes.get_window_extent().y1 - 1
        assert axes.get_title(loc="left")
    names = [text.get_text() for text in panels[2].get_legend().get_texts()]
    assert names == ["feature distance", "real images", "labels right"]
    (dashed,) = [line for line in panels[2].lines if line.get_linestyle() == "--"]
    assert set(dashed.get_ydata()) == {0.6}


@pytest.mark.parametrize("floor", [None, 0.0])
def test_no_floor_is_no_line(figures, floor):
    """On a logarithmic axis there is no 0."""
    loss_plot(MEASURED, "x", floor)
    assert not [line for line in figures[0].axes[2].lines if line.get_linestyle() == "--"]
