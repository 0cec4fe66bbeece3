"""Mean, worst and spread of each combination, and what seeds alone may explain."""

import csv
import io
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.sweeps.members import State
from ganctl.sweeps.results import MEASURES, Point, Results, Summary
from ganctl.sweeps.table import explanations, results_table
from tests.sweeps.conftest import evaluation

LABELS = next(each for each in MEASURES if each.key == "label_accuracy")
FLOOR = next(each for each in MEASURES if each.key == "feature_distance_over_floor")


@pytest.fixture
def results(sweep, members_with):
    """Batches of 8 and 16, seed after seed: 90% and 80% of labels right, then 96% and 85%."""
    return Results.of(
        sweep,
        members_with(
            evaluation(90, 4.0), evaluation(80, 10.0), evaluation(96, 6.0), evaluation(85, 8.0)
        ),
    )


def test_seeds_are_summed_up(results):
    labels = results.summaries[0]["label_accuracy"]
    assert (labels.mean, labels.worst) == (pytest.approx(0.93), 0.9)
    assert labels.spread == pytest.approx(0.06)
    # The distance is over the floor of real images, and the highest is the worst.
    distance = results.summaries[1]["feature_distance_over_floor"]
    assert (distance.mean, distance.worst, distance.spread) == (4.5, 5.0, 1.0)
    assert results.summaries[0]["images_seen"].mean == 24


def test_a_range_of_seeds_that_overlaps_says_nothing(sweep, members_with, results):
    assert results.is_best(LABELS, results.summaries[0]["label_accuracy"])
    assert not results.is_alike(LABELS, results.summaries[1]["label_accuracy"])
    near = Results.of(
        sweep,
        members_with(
            evaluation(90, 4.0), evaluation(80, 10.0), evaluation(96, 6.0), evaluation(90, 8.0)
        ),
    )
    assert near.is_alike(LABELS, near.summaries[1]["label_accuracy"])
    assert not near.is_alike(FLOOR, near.summaries[1]["feature_distance_over_floor"])


@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_a_summary_holds_its_values(values):
    summary = Summary.of([Point(value, value) for value in values])
    assert summary.worst == min(values)
    assert summary.worst <= summary.mean + 1e-12
    assert summary.mean <= summary.worst + summary.spread + 1e-12
    assert summary.overlaps(summary)


def test_the_table_has_three_lines_for_a_combination(results):
    head, *rows = results_table(results).as_text().splitlines()[1:]
    assert head.split()[:5] == ["batch", "runs", "labels", "×", "floor"]
    assert rows[0].split()[:5] == ["8", "2", "mean", "93.00%*", "2.50*"]
    assert rows[1].split()[:3] == ["worst", "90.00%", "3.00"]
    assert rows[2].split()[:3] == ["spread", "6.00%", "1.00"]
    assert rows[3].split()[:4] == ["16", "2", "mean", "82.50%"]
    assert len(rows) == 6
    assert "overlap" in " ".join(explanations(results))


def test_what_failed_is_a_row_all_the_same(sweep, members_with):
    members = members_with(State.DIVERGED, State.FAILED, evaluation(96, 6.0), State.WAITING)
    results = Results.of(sweep, members)
    rows = results_table(results).as_text().splitlines()[2:]
    assert "1 of 2: 1 diverged" in rows[0]
    assert "0 of 2: 1 failed, 1 waiting" in rows[3]
    assert "–" in rows[3]
    assert results.best(LABELS) is None
    # One run has no spread to be told apart by.
    assert results.summaries[0]["label_accuracy"].spread == 0


def test_a_single_seed_has_a_line_and_a_warning(sweep, members_with):
    sweep.plan.__dict__["seeds"] = (1,)
    results = Results.of(sweep, members_with_first(sweep, members_with))
    assert len(results_table(results).rows) == 2
    assert "add --seeds" in " ".join(explanations(results))


def members_with_first(sweep, members_with):
    return members_with(evaluation(90, 4.0), evaluation(80, 10.0))


def test_the_files_have_all(sweep, results):
    results.write()
    plain = json.loads((sweep.folder / "results.json").read_text())
    assert plain["combinations"][0]["figures"]["label_accuracy"]["worst"] == 0.9
    assert plain["combinations"][0]["figures"]["label_accuracy"]["best"] is True
    assert plain["runs"][0]["values"] == {"batch": "8"}
    rows = list(csv.DictReader(io.StringIO((sweep.folder / "results.csv").read_text())))
    assert [(row["batch"], row["seed"], row["state"]) for row in rows] == [
        ("8", "1", "done"), ("16", "1", "done"), ("8", "2", "done"), ("16", "2", "done")
    ]  # fmt: skip
    assert float(rows[1]["feature_distance_over_floor"]) == 5
    assert rows[0]["name"] == "demo_batch-8_seed-1"


def test_the_best_run_is_the_nearest(results):
    assert results.best_run(results.combinations[1]).name == "demo_batch-16_seed-2"


def test_other_data_and_budgets_are_said(sweep, members_with, results):
    assert results.notes() == []
    other = replace(evaluation(90, 4.0), fingerprint="0" * 64)
    mixed = Results.of(sweep, members_with(other, *[evaluation(90, 4.0)] * 3))
    assert "different data" in mixed.notes()[0]
