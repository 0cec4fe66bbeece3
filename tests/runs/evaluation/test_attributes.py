"""What an evaluation says where more than a class was asked for: figures, JSON, tables."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import RunError
from ganctl.requests.conditions.schema import Attribute, Quantity
from ganctl.runs.evaluation.attributes import Described, Obeyed, Share, worst_values
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.evaluation.metrics import Figure, JudgeResult, Measurements
from ganctl.runs.evaluation.tables import comparison, page, tables
from tests.strategies import json_values

HAIR = Attribute("hair", ("blond", "red"))
EYES = Attribute("eyes", ("blue", "brown", "green"))
DESCRIBED = Described((HAIR, EYES), (Quantity("angle", -90, 90),))
VALUES = {"feature_distance": 3.0, "density": 0.8, "coverage": 0.6}
PAIR = ((0, 0), (1, 0))
OBEYED = Obeyed(
    attributes=(
        Confusion.of(((40, 10), (0, 50))),
        Confusion.of(((30, 0, 0), (3, 7, 0), (0, 0, 60))),
    ),
    errors=(4.5,),
    at_once=Share(88, 100),
    unseen=Share(6, 8),
    unseen_pairs={PAIR: Share(450, 500), ((0, 1), (1, 2)): Share(500, 500)},
)
PERFECT = Obeyed(
    attributes=(
        Confusion.of(((50, 0), (0, 50))),
        Confusion.of(((30, 0, 0), (0, 10, 0), (0, 0, 60))),
    ),
    errors=(1.5,),
    at_once=Share(100, 100),
    unseen=Share(100, 100),
    unseen_pairs={PAIR: Share(99, 100), ((0, 1), (1, 2)): Share(100, 100)},
)
JUDGE = JudgeResult(
    "strict", "ab", Measurements(None, VALUES, OBEYED), Measurements(None, VALUES, PERFECT)
)
FOUND = Evaluation(
    run="demo",
    model="cgan",
    step=1500,
    data="avatars",
    fingerprint="ff",
    ganctl_version="1.2",
    classes=(),
    n=100,
    split="test",
    seconds=12.5,
    judges=(JUDGE,),
    described=DESCRIBED,
    scores={"cas": Figure(0.9, 0.99)},
    cas_by_attribute={"hair": Figure(0.85, 0.98), "eyes": Figure(0.95, 1.0)},
)
ANGLE_ALONE = Obeyed((), (4.5,), None)
NUMBERS = replace(
    FOUND,
    described=Described((), DESCRIBED.quantities),
    judges=(replace(JUDGE, samples=Measurements(None, VALUES, ANGLE_ALONE),
                    real=Measurements(None, VALUES, ANGLE_ALONE)),),
    cas_by_attribute={},
    scores={},
)  # fmt: skip
UNASKED = replace(OBEYED, attributes=(OBEYED.attributes[0], None), errors=(None,), unseen=None,
                  unseen_pairs=None)  # fmt: skip
PARTLY = replace(FOUND, judges=(replace(JUDGE, samples=Measurements(None, VALUES, UNASKED)),))
OF_BLOND = replace(FOUND, settings={"hair": "blond"})


def rows_of(found, title):
    (table,) = [table for table in tables(found) if table.title.startswith(title)]
    return table.rows


def test_the_figures():
    figures = {key: figure.samples for key, figure in FOUND.figures().items()}
    assert figures == {
        "label_accuracy": 0.88,
        "attribute_accuracy": pytest.approx((0.9 + 0.97) / 2),
        "unseen_accuracy": 0.75,
        "unseen_pair_accuracy": 0.95,
        **VALUES,
        "cas": 0.9,
    }
    assert "label_accuracy" not in NUMBERS.figures()
    assert NUMBERS.label_judge() is NUMBERS.judges[0]


def test_json_has_the_promised_keys():
    plain = FOUND.as_json()
    assert plain["label_accuracy"] == {
        "overall": 0.88,
        "by_attribute": {"hair": 0.9, "eyes": 0.97},
        "all_at_once": 0.88,
        "unseen": {
            "all_at_once": {"value": 0.75, "images": 8},
            "pairs": {
                "hair=blond, eyes=blue": {"value": 0.9, "images": 500},
                "hair=red, eyes=green": {"value": 1.0, "images": 500},
            },
        },
        "mean_absolute_error": {"angle": 4.5},
        "confusion": {
            "hair": [[0, 0, 40], [0, 1, 10], [1, 1, 50]],
            "eyes": [[0, 0, 30], [1, 0, 3], [1, 1, 7], [2, 2, 60]],
        },
    }
    assert (plain["cas"], plain["cas_by_attribute"]["hair"]) == (0.9, [0.85, 0.98])


@pytest.mark.parametrize("found", [FOUND, NUMBERS, PARTLY, OF_BLOND])
def test_json_round_trip(found):
    assert Evaluation.from_json(json.loads(json.dumps(found.as_json()))) == found


def samples(plain):
    return plain["judges"][0]["samples"]["obeyed"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda plain: plain["judges"][0]["samples"].pop("obeyed"),
        lambda plain: plain["judges"][0]["real"].pop("obeyed"),
        lambda plain: plain["judges"][0]["samples"].update(confusion=[[0, 0, 5]]),
        lambda plain: plain.update(described=None),
        lambda plain: plain["described"].update(attributes=[]),
        lambda plain: plain["described"]["attributes"][0].update(values=["blond"]),
        lambda plain: plain["described"]["attributes"][0].update(name="eyes"),
        lambda plain: plain["described"]["attributes"][0].update(name="\x1b[2J"),
        lambda plain: plain["described"]["quantities"][0].update(low=90),
        lambda plain: samples(plain)["attributes"][0].append([2, 0, 1]),
        lambda plain: samples(plain)["attributes"][0].append([0, 0, 1]),
        lambda plain: samples(plain).update(attributes=[[[0, 0, 1]]]),
        lambda plain: samples(plain).update(errors=[]),
        lambda plain: samples(plain).update(errors=[-1.0]),
        lambda plain: samples(plain).update(at_once=[3, 2]),
        lambda plain: samples(plain).update(at_once=[0, 0]),
        lambda plain: samples(plain).update(at_once=None),
        lambda plain: samples(plain)["unseen_pairs"].append([[0, 5], [1, 0], [1, 2]]),
        lambda plain: samples(plain)["unseen_pairs"].append([[1, 0], [0, 0], [1, 2]]),
        lambda plain: samples(plain)["unseen_pairs"].append([[0, 0], [9, 0], [1, 2]]),
        lambda plain: plain.update(settings={"hair": 3}),
        lambda plain: plain.update(cas_by_attribute={"hair": [0.5]}),
    ],
)
def test_figures_that_cannot_be_worked_out_are_refused(damage):
    plain = json.loads(json.dumps(FOUND.as_json()))
    damage(plain)
    with pytest.raises(RunError, match="cannot be read") as caught:
        Evaluation.from_json(plain)
    assert "ganctl evaluate" in caught.value.hint


@given(st.sampled_from(list(OBEYED.as_json())), json_values)
def test_damaged_figures_are_a_run_error_or_still_valid(key, value):
    plain = json.loads(json.dumps(FOUND.as_json()))
    samples(plain)[key] = value
    try:
        found = Evaluation.from_json(plain)
    except RunError as error:
        assert "ganctl evaluate" in error.hint
    else:
        assert page(found)
        assert found.as_json()


def test_the_second_format_is_read():
    right, wrong = Confusion.of(((9, 0), (0, 9))), Confusion.of(((9, 1), (0, 9)))
    judge = replace(JUDGE, samples=Measurements(wrong, VALUES), real=Measurements(right, VALUES))
    of_classes = replace(FOUND, classes=("cat", "dog"), described=Described(), judges=(judge,))
    plain = replace(of_classes, cas_by_attribute={}).as_json()
    now = Evaluation.from_json(plain)
    for key in ("described", "settings", "cas_by_attribute"):
        del plain[key]
    assert Evaluation.from_json({**plain, "format_version": 2}) == now


def test_tables_by_attribute_with_the_worst_value():
    assert rows_of(FOUND, "By attribute") == (
        ("hair", "90.00%", "100.00%", "100", "blond 80.00%", "red (10)", "85.00%", "98.00%"),
        ("eyes", "97.00%", "100.00%", "100", "brown 70.00%", "blue (3)", "95.00%", "100.00%"),
        ("all at once", "88.00%", "100.00%", "100", *"––––"),
        ("unseen combinations", "75.00%", "100.00%", "8", *"––––"),
    )
    assert rows_of(FOUND, "By value")[0] == ("eyes=brown", "70.00%", "blue (3)")
    assert rows_of(FOUND, "By number") == (("angle", "4.5", "1.5", "-90 to 90"),)
    assert rows_of(FOUND, "Pairs of values") == (
        ("hair=blond, eyes=blue", "90.00%", "99.00%", "500"),
        ("hair=red, eyes=green", "100.00%", "100.00%", "500"),
    )
    assert "By class" not in page(FOUND)
    assert "unseen pairs" in page(FOUND)


def test_tables_without_what_was_not_measured():
    assert [table.title for table in tables(NUMBERS)][2:] == ["By number"]
    assert [row[0] for row in rows_of(PARTLY, "By attribute")] == ["hair", "all at once"]
    (by_judge,) = [table for table in tables(PARTLY) if table.title == "By judge"]
    assert "unseen pairs" not in by_judge.columns
    said = replace(FOUND, described=replace(DESCRIBED, by_captions=True))
    assert rows_of(said, "By attribute that a caption names")
    assert tables(OF_BLOND)[0].title == "demo, step 1,500: 100 images of hair=blond"


def test_a_comparison_has_a_row_for_each_attribute():
    better = replace(JUDGE, samples=Measurements(None, VALUES, PERFECT))
    other = replace(FOUND, run="other", judges=(better,))
    rows = {row[0]: row[1:] for row in comparison([FOUND, other, PARTLY]).rows}
    assert rows["label accuracy"] == ("88.00%", "100.00%*", "88.00%")
    assert rows["  hair"] == ("90.00%", "100.00%*", "90.00%")
    assert rows["  eyes"] == ("97.00%", "100.00%*", "–")


def test_attributes_that_no_judge_can_see_are_named():
    guessed = replace(
        PERFECT, attributes=(Confusion.of(((260, 240), (250, 250))), PERFECT.attributes[1])
    )
    judge = replace(JUDGE, real=Measurements(None, VALUES, guessed))
    text = page(replace(FOUND, judges=(judge, judge)))
    assert "By judge. A classifier of real images is hardly better than chance at: hair." in text
    assert "chance" not in page(replace(FOUND, judges=(judge, JUDGE)))


def test_the_least_obeyed_values_come_first():
    found = list(worst_values(OBEYED, [0, 1]))
    assert found[:2] == [(0.7, 1, 1, (0, 3)), (0.8, 0, 0, (1, 10))]
    assert {one[0] for one in found[2:]} == {1.0}
