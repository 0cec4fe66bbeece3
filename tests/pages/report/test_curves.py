import json

import pytest

from ganctl.pages.document import document
from ganctl.pages.report.curves import POINTS, ROWS, curves_section
from tests.pages.reading import check

LINE = {
    "images_seen": 16,
    "generator_loss": 1.5,
    "discriminator_loss": 1.0,
    "real_score": 0.5,
    "fake_score": -0.5,
}


def line(step, **more):
    return LINE | {"step": step} | more


def measured(step, **more):
    return line(step, label_accuracy=0.9, feature_distance=4.0, lowest_variety=0.8) | more


def page_of(metrics):
    section = curves_section(metrics)
    json.dumps(section.data, allow_nan=False)
    return check(document("A run", [section], description=""))


def test_a_chart_each_for_losses_scores_and_qualities():
    page = page_of([line(1), measured(2, floor=0.5)])
    assert [each.text for each in page.all("h3")] == [
        "Loss", "Mean score", "Labels right", "Feature distance",
    ]  # fmt: skip
    loss, score, labels, distance = page.data("curves")
    assert loss["steps"] == score["steps"] == [1, 2]
    assert [series["name"] for series in loss["series"]] == ["generator", "discriminator"]
    assert loss["series"][0]["values"] == [1.5, 1.5]
    assert labels["steps"] == distance["steps"] == [2]
    assert labels["percent"] and not labels["log"]
    assert distance["log"] and not distance["percent"]
    assert distance["images"] == [16]


def test_the_real_images_are_a_line_where_they_were_noted():
    *_, with_it = page_of([measured(1, floor=0.5)]).data("curves")
    *_, without = page_of([measured(1)]).data("curves")
    assert (with_it["floor"], without["floor"]) == (0.5, None)
    assert "The dashed line is the distance" in page_of([measured(1, floor=0.5)]).words
    assert "that line is missing" in page_of([measured(1)]).words


def test_a_reader_who_does_not_see_gets_a_summary_and_a_table():
    page = page_of([line(1, generator_loss=2.0), measured(9, floor=0.5)])
    plots = [each.attributes for each in page.elements if each.attributes.get("class") == "plot"]
    assert {plot["role"] for plot in plots} == {"img"}
    assert plots[0]["aria-label"] == (
        "Loss from step 1 to step 9: generator 2.000 at first and 1.500 at last; discriminator "
        "1.000 at first and 1.000 at last."
    )
    *_, distances = page.all("table")
    assert distances.text == "Feature distance by stepstepfeature distancereal images94.000.50"


def test_a_long_run_has_means_and_few_rows():
    metrics = [line(step, generator_loss=step % 2) for step in range(10 * POINTS)]
    page = page_of(metrics)
    loss = page.data("curves")[0]
    assert len(loss["steps"]) == POINTS
    assert set(loss["series"][0]["values"]) == {0.5}
    assert loss["steps"][-1] == 10 * POINTS - 1
    assert len(page.all("tr")) == 2 * (ROWS + 1)


def test_a_bold_curve_is_a_running_mean():
    metrics = [line(step, generator_loss=float(step % 2)) for step in range(200)]
    values = page_of(metrics).data("curves")[0]["series"][0]
    assert values["values"][:2] == [0, 1]
    assert all(0.4 < value < 0.6 for value in values["smooth"][10:-10])


@pytest.mark.parametrize("bad", [float("nan"), 1e300, -1e300])
def test_what_no_axis_has_a_place_for_is_left_out(bad):
    metrics = [line(1), line(2, generator_loss=bad), line(3)]
    series = page_of(metrics).data("curves")[0]["series"][0]
    assert series["values"] == [1.5, None, 1.5]
    assert series["smooth"] == [1.5, None, 1.5]


@pytest.mark.parametrize("bad", [0, -1.0, 1e-300])
def test_a_logarithm_needs_a_positive_number(bad):
    *_, distance = page_of([measured(1, floor=bad), measured(2, feature_distance=bad)]).data(
        "curves"
    )
    assert distance["series"][0]["values"] == [4.0, None]
    assert distance["floor"] is None


def test_a_line_without_a_count_of_images_or_a_loss_is_a_gap():
    page = page_of([{"step": 1, "generator_loss": 1.0}, {"step": 2, "discriminator_loss": 2.0}])
    loss = page.data("curves")[0]
    assert loss["images"] == [None, None]
    assert [series["values"] for series in loss["series"]] == [[1.0, None], [None, 2.0]]


def test_a_run_without_metrics_says_so():
    assert "no metrics.jsonl" in page_of([]).words
    assert "no metrics.jsonl" in page_of([{"step": 1}]).words
