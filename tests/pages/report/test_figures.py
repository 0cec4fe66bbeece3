from dataclasses import replace

import pytest

from ganctl.pages.document import document
from ganctl.pages.report.figures import figures_section, tiles
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.locate import RunSource
from tests.pages.reading import check
from tests.runs.evaluation.test_attributes import FOUND as DESCRIBED
from tests.runs.evaluation.test_evaluation import FOUND, SCORED, UNLABELLED

HOSTILE = '</script><img src=x onerror="alert(1)">'
LINE = {"step": 40, "feature_distance": 4.0, "label_accuracy": 0.5, "lowest_variety": 1.0,
        "generator_loss": 1.0}  # fmt: skip


@pytest.fixture
def source(run):
    return RunSource("demo", run.folder, run)


def page_of(source, evaluation, metrics=()):
    section = figures_section(source, evaluation, metrics)
    return check(document("A run", [section], description=""))


def captions(page):
    return [each.text for each in page.all("caption")]


def cells(page, caption):
    (table,) = (each.around[-1] for each in page.all("caption") if each.text == caption)
    return [each for each in page.all("td") if table in each.around]


def test_an_evaluation_is_shown_beside_real_images(source):
    page = page_of(source, SCORED)
    assert captions(page) == [
        "Samples beside real images",
        "By judge",
        "By class",
        "Confusion: asked for (down), taken for (across)",
    ]
    shown = [cell.text for cell in cells(page, "Samples beside real images")]
    assert shown[1:4] == ["90.00%", "100.00%", "strict"]
    assert "90.00%99.00%" in page.words  # The accuracy of a classifier that learned from samples.
    assert page.all("code") == []


def test_without_the_slow_score_there_is_the_command_for_it(source):
    (command,) = page_of(source, FOUND).all("code")
    assert command.text == "ganctl evaluate demo --cas"


def test_a_matrix_is_shaded_and_says_which_is_right_without_colour(source):
    matrix = cells(page_of(source, FOUND), "Confusion: asked for (down), taken for (across)")
    assert [cell.text for cell in matrix] == ["", "40", "10", "0", "50"]
    assert [cell.attributes.get("class") for cell in matrix[1:]] == [
        "right", "wrong", "none", "right",
    ]  # fmt: skip
    assert [cell.attributes.get("style") for cell in matrix[1:3]] == [
        "--share:0.800", "--share:0.200",
    ]  # fmt: skip


def test_of_many_classes_there_are_the_commonest_mistakes_instead(source):
    names = tuple(f"kind {k}" for k in range(30))
    counts = [
        [90 if k == j else 10 if j == (k + 1) % 30 else 0 for j in range(30)] for k in range(30)
    ]
    judges = tuple(
        replace(
            judge,
            samples=replace(judge.samples, confusion=Confusion.of(counts)),
            real=replace(judge.real, confusion=Confusion.of(counts)),
        )
        for judge in FOUND.judges
    )
    found = captions(page_of(source, replace(FOUND, classes=names, judges=judges)))
    assert found[-1] == "Mistakes: the 20 commonest of 30"


def test_attributes_have_their_tables_and_a_matrix_each(source):
    page = page_of(source, DESCRIBED)
    assert {"By attribute", "By value", "By number"} <= {*captions(page)}
    assert [each.text for each in page.all("summary")] == [
        "Confusion of hair", "Confusion of eyes",
    ]  # fmt: skip
    assert "hair: asked for (down), taken for (across)" in captions(page)


def test_a_generator_without_labels_has_no_classes(source):
    assert captions(page_of(source, UNLABELLED)) == ["Samples beside real images", "By judge"]


def test_only_some_values_are_said(source):
    assert (
        "Only images with hair=red were judged."
        in page_of(source, replace(DESCRIBED, settings={"hair": "red"})).words
    )


def test_without_an_evaluation_there_is_what_the_training_measured(source):
    page = page_of(source, None, [LINE | {"floor": 0.5}, {"step": 50}])
    assert captions(page) == ["Measured while training"]
    shown = [cell.text for cell in cells(page, "Measured while training")]
    assert shown == ["", "50.0%", "–", "4.00", "0.50"]
    assert "at step 40" in page.words
    assert [each.text for each in page.all("code")] == ["ganctl evaluate demo"]


def test_without_anything_there_is_the_command_that_measures(source):
    assert "has not been evaluated here" in page_of(source, None).words
    alone = page_of(RunSource("my file.safetensors", source.checkpoint), None)
    assert "A generator alone has none" in alone.words
    assert alone.all("code")[0].text == "ganctl evaluate 'my file.safetensors'"


def test_names_of_classes_stay_text(source):
    page = page_of(source, replace(FOUND, classes=("cat", HOSTILE)))
    assert page.all("img") == []
    assert HOSTILE in page.words


def test_the_figures_to_begin_with():
    assert "".join(tiles(FOUND, [])).count("<dt>") == 4
    measured = "".join(tiles(None, [LINE | {"floor": 0.5}]))
    assert "4.00" in measured
    assert "real 0.50" in measured
