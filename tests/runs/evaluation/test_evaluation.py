"""What an evaluation says: the worse judge, JSON, tables, the best of several."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import FileError, RunError
from ganctl.files.limits import JSON_BYTES
from ganctl.runs.evaluation import evaluation
from ganctl.runs.evaluation import tables as evaluation_tables
from ganctl.runs.evaluation.confusion import Confusion, chance_if_near
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import (
    METRICS,
    Figure,
    JudgeResult,
    Measurements,
    Metric,
    higher,
)
from ganctl.runs.evaluation.table import WORST
from ganctl.runs.evaluation.tables import comparison, page, tables
from tests.strategies import json_values


def measured(confusion, feature_distance, density, coverage):
    values = {"feature_distance": feature_distance, "density": density, "coverage": coverage}
    return Measurements(Confusion.of(confusion), values)


REAL = measured(((50, 0), (0, 50)), 2.0, 0.93, 0.94)
STRICT = JudgeResult("strict", "ab", measured(((40, 10), (0, 50)), 3.0, 0.8, 0.6), REAL)
MILD = JudgeResult(
    "mild",
    "cd",
    measured(((45, 5), (0, 50)), 3.9, 0.7, 0.7),
    measured(((50, 0), (0, 50)), 3.0, 0.93, 0.94),
)
FOUND = Evaluation(
    run="demo",
    model="cgan",
    step=1500,
    data="mnist",
    fingerprint="ff",
    ganctl_version="1.2",
    classes=("cat", "dog"),
    n=100,
    split="test",
    seconds=12.5,
    judges=(STRICT, MILD),
)
SCORED = replace(FOUND, scores={"cas": Figure(0.9, 0.99)})
UNLABELLED = replace(
    FOUND,
    run="free",
    classes=(),
    judges=tuple(replace(v, samples=replace(v.samples, confusion=None)) for v in FOUND.judges),
)


def test_each_figure_is_that_of_the_worse_judge():
    quoted = {key: figure.judge for key, figure in FOUND.figures().items()}
    assert quoted["label_accuracy"] is FOUND.label_judge() is STRICT
    assert STRICT.samples.label_accuracy == 0.9
    assert STRICT.samples.per_class == {0: 0.8, 1: 1.0}
    assert quoted["feature_distance"] is STRICT  # 1.5 times its floor, and the other 1.3 times.
    assert quoted["density"] is MILD
    assert quoted["coverage"] is STRICT
    assert "cas" not in quoted


def test_json_has_the_promised_keys():
    plain = FOUND.as_json()
    assert plain["label_accuracy"] == {
        "overall": 0.9,
        "per_class": {"cat": 0.8, "dog": 1.0},
        "confusion": [[0, 0, 40], [0, 1, 10], [1, 1, 50]],
    }
    assert plain["feature_distance"] == {"value": 3.0, "floor": 2.0}
    assert (plain["density"], plain["coverage"], plain["n"]) == (0.7, 0.6, 100)
    assert (plain["split"], plain["seconds"]) == ("test", 12.5)
    assert [judge["judge"] for judge in plain["judges"]] == ["strict", "mild"]
    assert not {"cas", "cas_real"} & set(plain)
    assert replace(FOUND, scores={"cas": Figure(0.95, 0.99)}).as_json()["cas_real"] == 0.99


@pytest.mark.parametrize("found", [FOUND, UNLABELLED, SCORED])
def test_json_round_trip(found):
    assert Evaluation.from_json(json.loads(json.dumps(found.as_json()))) == found


def test_without_labels_there_is_no_accuracy():
    assert UNLABELLED.label_judge() is None
    assert UNLABELLED.as_json()["label_accuracy"] is None
    assert [table.title for table in tables(UNLABELLED)][1:] == ["By judge"]


@given(st.sampled_from(list(FOUND.as_json())), json_values)
def test_a_damaged_evaluation_is_a_run_error_or_still_valid(key, value):
    try:
        assert isinstance(Evaluation.from_json(FOUND.as_json() | {key: value}), Evaluation)
    except RunError as error:
        assert "ganctl evaluate" in error.hint


@pytest.mark.parametrize(
    "damage",
    [
        lambda plain: plain.update(judges=[]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[[0, 0, 1], [0, 1]]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[[0, 0, 0]]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[[0, 0, 5], [0, 0, 6]]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[[0, 2, 5]]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[[-1, 0, 5]]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[]),
        lambda plain: plain["judges"][0]["samples"].update(confusion=None),
        lambda plain: plain["judges"][1]["real"].update(confusion=None),
        lambda plain: plain["judges"][0]["samples"].pop("density"),
        lambda plain: plain["judges"][0]["real"].update(coverage=True),
        lambda plain: plain.update(cas=0.9),
        lambda plain: plain.update(step=True),
        lambda plain: plain.update(classes=["a"]),
    ],
)
def test_figures_that_cannot_be_worked_out_are_refused(damage):
    plain = json.loads(json.dumps(FOUND.as_json()))
    damage(plain)
    with pytest.raises(RunError, match="cannot be read"):
        Evaluation.from_json(plain)


def test_what_says_more_is_not_replaced():
    assert SCORED.says_more_than(FOUND)
    assert FOUND.says_more_than(replace(SCORED, n=50))
    assert not FOUND.says_more_than(SCORED)
    assert not FOUND.says_more_than(FOUND)
    assert not SCORED.says_more_than(replace(FOUND, step=9))


def test_the_page_says_all():
    text = page(replace(FOUND, scores={"cas": Figure(0.95, 0.992)}))
    assert "demo, step 1,500: 100 images" in text
    assert "3.00 (1.50 × floor)" in text
    lines = text.splitlines()
    cells = [line.split() for line in lines]
    assert ["label", "accuracy", "90.00%", "100.00%", "strict"] in cells
    assert ["classification", "accuracy", "score", "95.00%", "99.20%"] in cells
    assert ["cat", "80.00%", "dog", "(10)"] in cells
    assert ["dog", "100.00%", "–"] in cells
    asked = lines.index("Asked for (down), taken for (across)")
    assert [line.split() for line in lines[asked + 1 : asked + 4]] == [
        ["cat", "dog"], ["cat", "40", "10"], ["dog", "0", "50"]
    ]  # fmt: skip
    assert "Judges learned from real training images alone." in text


def test_a_comparison_marks_the_best_of_each_line():
    better = replace(
        FOUND,
        run="other",
        judges=(JudgeResult("strict", "ab", measured(((49, 1), (0, 50)), 2.5, 1.5, 0.9), REAL),),
        scores={"cas": Figure(0.97, 0.99)},
    )
    table = comparison([FOUND, better, UNLABELLED])
    assert table.columns == ("", "demo", "other", "free")
    rows = {row[0]: row[1:] for row in table.rows}
    assert rows["label accuracy"] == ("90.00%", "99.00%*", "–")
    assert rows["feature distance"] == ("1.50 × floor", "1.25 × floor*", "1.50 × floor")
    # 0.7 is nearer to 0.93 than 1.5 is: samples may also be too typical.
    assert rows["density"] == ("0.700*", "1.500", "0.700*")
    assert rows["coverage"] == ("0.600", "0.900*", "0.600")
    assert rows["classification accuracy score"] == ("–", "97.00%*", "–")


def test_a_comparison_leaves_out_what_nobody_has():
    assert "classification accuracy score" not in {row[0] for row in comparison([FOUND]).rows}


# What ganctl 0.1 wrote: its keys, their order and its tables stay.
FROZEN = {
    "run": "demo",
    "step": 1500,
    "label_accuracy": {
        "overall": 0.9,
        "per_class": {"cat": 0.8, "dog": 1.0},
        "confusion": [[40, 10], [0, 50]],
    },
    "feature_distance": {"value": 3.0, "floor": 2.0},
    "density": 0.8,
    "density_real": 0.93,
    "coverage": 0.6,
    "coverage_real": 0.94,
    "cas": 0.9,
    "cas_real": 0.99,
    "n": 100,
    "judges": [
        {
            "judge": "strict",
            "checksum": "ab",
            "samples": {
                "confusion": [[40, 10], [0, 50]],
                "feature_distance": 3.0,
                "density": 0.8,
                "coverage": 0.6,
            },
            "real": {
                "confusion": [[50, 0], [0, 50]],
                "feature_distance": 2.0,
                "density": 0.93,
                "coverage": 0.94,
            },
        }
    ],
    "split": "test",
    "seconds": 12.5,
    "model": "cgan",
    "data": "mnist",
    "fingerprint": "ff",
    "classes": ["cat", "dog"],
    "ganctl_version": "1.2",
    "format_version": 1,
}


def test_the_first_format_is_read_and_written_as_the_present_one():
    found = Evaluation.from_json(FROZEN)
    assert found == replace(SCORED, judges=(STRICT,))
    now = found.as_json()
    *known, version = FROZEN
    assert list(now) == [*known, "described", "settings", "cas_by_attribute", version]
    assert now["judges"][0]["samples"]["confusion"] == [[0, 0, 40], [0, 1, 10], [1, 1, 50]]
    assert Evaluation.from_json(json.loads(json.dumps(now))) == found


@pytest.mark.parametrize("confusion", [[[1, 2], [3]], [[0, 0], [0, 0]], [[1]], [], None])
def test_a_damaged_first_format_is_refused(confusion):
    plain = json.loads(json.dumps(FROZEN))
    plain["judges"][0]["samples"]["confusion"] = confusion
    with pytest.raises(RunError, match="cannot be read"):
        Evaluation.from_json(plain)


def of_many(classes, wrong):
    """An evaluation of two images of each of many classes, one of them wrong for some."""
    rows = []
    for k in range(classes):
        rows += [(k, k, 1), (k, k + 1, 1)] if k < wrong else [(k, k, 2)]
    measured = Measurements(Confusion(tuple(rows)), STRICT.samples.values)
    judge = replace(STRICT, samples=measured, real=measured)
    names = tuple(f"class {k}" for k in range(classes))
    return replace(FOUND, n=2 * classes, classes=names, judges=(judge,))


def test_ten_thousand_classes_are_a_small_file_and_short_tables():
    found = of_many(10_000, wrong=5_000)
    text = json.dumps(found.as_json(), indent=2)
    assert len(text) < JSON_BYTES / 2
    assert Evaluation.from_json(json.loads(text)) == found
    *_, by_class, mistakes = tables(found)
    assert by_class.title == "By class: the 20 worst of 10,000"
    assert by_class.rows[0] == ("class 0", "50.00%", "class 1 (1)")
    assert mistakes.title == "Mistakes: the 20 commonest of 5,000"
    assert mistakes.rows[0] == ("class 0", "class 1", "1")
    assert len(by_class.rows) == len(mistakes.rows) == WORST
    assert len(page(found).splitlines()) < 70


def test_a_class_that_was_never_asked_for_has_no_figure():
    one = measured(((40, 10), (0, 0)), 3.0, 0.8, 0.6)
    found = replace(FOUND, judges=(replace(STRICT, samples=one),))
    assert found.as_json()["label_accuracy"]["per_class"] == {"cat": 0.8}
    assert tables(found)[2].rows == (("cat", "80.00%", "dog (10)"), ("dog", "–", "–"))


def by_real_images(*counts):
    judge = replace(STRICT, real=measured(counts, 2.0, 0.9, 0.9))
    return replace(FOUND, judges=(judge, judge))


def test_labels_that_no_judge_can_learn_look_meaningless():
    found = by_real_images((260, 240), (250, 250))
    says = "The labels look meaningless: a classifier of real images gets 51% right, where"
    assert says in page(found)
    assert says in tables(found)[1].title
    mixed = replace(found, judges=(found.judges[0], STRICT))
    assert "meaningless" not in page(mixed)


@pytest.mark.parametrize(
    ("right", "counts", "chance"),
    [
        (1100, [1000] * 10, 0.1),
        (1600, [1000] * 10, None),
        (8, [10] * 10, None),
        (11, [100] * 10, 0.1),
        (900, [900, 100], 0.9),
        (940, [900, 100], None),
        (10, [20], None),
        (20, [20, 0], None),
        (0, [1] * 1000, None),
    ],
)
def test_what_is_near_chance(right, counts, chance):
    assert chance_if_near(right, counts) == chance


def test_the_summary_has_the_bare_figures():
    assert list(Evaluation.from_json(FROZEN).summary().items()) == [
        ("step", 1500), ("label_accuracy", 0.9), ("feature_distance", 3.0), ("floor", 2.0),
        ("density", 0.8), ("coverage", 0.6), ("cas", 0.9), ("n", 100),
    ]  # fmt: skip


def test_a_metric_needs_a_row_and_nothing_else(monkeypatch):
    """The table, the page, JSON there and back, the comparison and the summary follow."""
    row = Metric("spread", "spread of features", ".1f", better=higher, optional=True)
    for module in (evaluation, evaluation_tables):
        monkeypatch.setattr(module, "METRICS", (*METRICS, row))
    values = {**STRICT.samples.values, "spread": 7.25}
    both = replace(STRICT.samples, values=values)
    found = replace(FOUND, judges=(replace(STRICT, samples=both, real=both),))
    plain = json.loads(json.dumps(found.as_json()))
    assert (plain["spread"], plain["spread_real"]) == (7.25, 7.25)
    assert Evaluation.from_json(plain) == found
    assert found.summary()["spread"] == 7.25
    short, by_judge, *_ = tables(found)
    assert short.rows[-1] == ("spread of features", "7.2", "7.2", "strict")
    assert by_judge.columns[-1] == "spread of features"
    assert comparison([found, FOUND]).rows[-1] == ("spread of features", "7.2*", "–")
    older = Evaluation.from_json(FROZEN)
    assert "spread" not in older.figures()
    assert "spread of features" not in tables(older)[1].columns


def test_what_could_not_be_read_again_is_not_written(run):
    found = of_many(10_000, wrong=0)
    long = tuple(f"{k:05}" + 195 * "字" for k in range(10_000))
    with pytest.raises(FileError, match="takes more than 16 MiB") as caught:
        run.keep_evaluation(replace(found, classes=long), "")
    assert "--json" in caught.value.hint
    assert not run.evaluation_path.exists()
