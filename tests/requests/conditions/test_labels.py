"""LABEL and SEEDS: what the command line's two small languages mean."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import UsageError
from ganctl.requests.conditions.labels import (
    UNLABELLED,
    blend,
    evenly,
    one_hot,
    parse_classes,
    parse_labels,
)
from ganctl.requests.conditions.names import typed

DIGITS = tuple("0123456789")
FASHION = ("T-shirt/top", "Trouser", "Bag", "3")


def weights(text, classes=DIGITS):
    (label,) = parse_labels([text], classes).labels
    return {classes[i]: weight for i, weight in enumerate(label.weights) if weight}


def test_a_class_by_index_and_by_name():
    assert weights("7") == {"7": 1.0}
    assert weights("1", FASHION) == {"Trouser": 1.0}
    assert weights("trouser", FASHION) == {"Trouser": 1.0}


def test_a_name_wins_over_an_index():
    assert weights("3", FASHION) == {"3": 1.0}
    assert parse_labels(["3"], ("a", "b", "3", "d")).labels[0].index == 2


def test_all_and_repetitions():
    labels = parse_labels(["3", "all", "3"], DIGITS).labels
    assert [label.text for label in labels] == ["3", *"012456789"]


def test_a_blend_and_its_strongest_class():
    parsed = parse_labels(["3:0.25,8:0.75"], DIGITS)
    assert weights("3:0.25,8:0.75") == {"3": 0.25, "8": 0.75}
    assert parsed.labels[0].index == 8
    assert parsed.labels[0].is_blend
    assert parsed.notes == ()


def test_a_blend_by_name():
    assert weights("Bag:0.5,T-shirt/top:0.5", FASHION) == {"T-shirt/top": 0.5, "Bag": 0.5}


def test_a_blend_that_does_not_sum_to_one_is_scaled_with_a_note():
    parsed = parse_labels(["3:1,8:3"], DIGITS)
    assert parsed.labels[0].weights[8] == pytest.approx(0.75)
    assert parsed.notes == ("the weights of 3:1,8:3 sum to 4; they were scaled to sum to 1",)


@given(st.lists(st.floats(0.001, 1000), min_size=10, max_size=10))
def test_every_blend_sums_to_one(numbers):
    text = ",".join(f"{digit}:{number!r}" for digit, number in zip(DIGITS, numbers, strict=True))
    (label,) = parse_labels([text], DIGITS).labels
    assert sum(label.weights) == pytest.approx(1)
    assert label.weights == pytest.approx([number / sum(numbers) for number in numbers])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10", "out of range"),
        ("-1", "out of range"),
        ("seven", "no class 'seven'"),
        ("", "no class ''"),
        ("3:0.5,8:-0.5", "negative weight"),
        ("3:0,8:0", "sum to 0"),
        ("3:x", "'x' is not a weight"),
        ("3:nan", "'nan' is not a weight"),
        ("3:inf", "'inf' is not a weight"),
        ("3:0.5,8", "no weight for '8'"),
        ("3:0.5,12:0.5", "out of range"),
    ],
)
def test_bad_labels(text, message):
    with pytest.raises(UsageError, match=message) as caught:
        parse_labels([text], DIGITS)
    assert caught.value.hint


def test_an_unknown_class_lists_the_nearest():
    with pytest.raises(UsageError) as caught:
        parse_labels(["Trousers"], FASHION)
    assert "Did you mean Trouser?" in caught.value.hint


@given(st.text("0123456789:,.-+e_ alinf", max_size=20) | st.text(max_size=20))
def test_any_text_is_a_label_or_a_usage_error(text):
    try:
        labels = parse_labels([text], DIGITS).labels
    except UsageError as error:
        assert error.hint
        return
    assert labels
    assert all(sum(label.weights) == pytest.approx(1) for label in labels)


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("7", "7"),
        ("T-shirt/top", "T-shirt-top"),
        ("3:0.5,8:0.5", "3x0.5-8x0.5"),
        ("..", "class0"),
        ("../../etc", "etc"),
        ("C:\\x", "Cx-x"),
    ],
)
def test_folders_are_safe_names(text, folder):
    classes = DIGITS if text[0] == "3" else (text,)
    assert parse_labels([text], classes).labels[0].folder == folder


def test_blend_walks_from_one_label_to_another():
    start, end = one_hot(3, DIGITS), one_hot(8, DIGITS)
    assert blend(start, end, 0).weights == start.weights
    assert blend(start, end, 1).weights == end.weights
    quarter = blend(start, end, 0.25)
    assert (quarter.weights[3], quarter.weights[8], quarter.index) == (0.75, 0.25, 3)


def test_the_strongest_of_equals_is_the_first():
    assert parse_labels(["8:0.5,3:0.5"], DIGITS).labels[0].index == 3
    assert not parse_labels(["8:1,3:0"], DIGITS).labels[0].is_blend


@pytest.mark.parametrize("name", ["con", "NUL", "aux.txt", "COM1"])
def test_folders_are_not_devices_of_windows(name):
    folder = parse_labels([name], (name,)).labels[0].folder
    assert folder.split(".")[0].upper() not in {"CON", "NUL", "AUX", "COM1"}


def test_no_label_has_a_folder_and_an_index_and_is_no_blend():
    assert (UNLABELLED.folder, UNLABELLED.index, UNLABELLED.is_blend) == ("unlabelled", 0, False)
    assert UNLABELLED.weights == ()


AWKWARD = ("all", "a,b", "c:d", 'say "x"', "cat ", " dog", "-9", "é", "plain")


@pytest.mark.parametrize("name", AWKWARD)
def test_every_name_can_be_typed_alone_in_a_list_and_in_a_blend(name):
    index = AWKWARD.index(name)
    assert parse_labels([typed(name)], AWKWARD).labels == (one_hot(index, AWKWARD),)
    both = parse_labels([f"{typed(name)},plain"], AWKWARD).labels
    assert both == tuple(dict.fromkeys([one_hot(index, AWKWARD), one_hot(8, AWKWARD)]))
    (mixed,) = parse_labels([f"{typed(name)}:0.5,8:0.5"], AWKWARD).labels
    assert mixed.weights[index] + mixed.weights[8] * (index != 8) == 1


@given(st.lists(st.text(min_size=1, max_size=6), min_size=1, max_size=5, unique=True))
def test_what_a_label_says_is_typed_means_that_label(names):
    for index in range(len(names)):
        label = one_hot(index, names)
        assert parse_labels([label.typed], names).labels == (label,)


def test_a_list_of_classes_and_all_in_it():
    assert [label.index for label in parse_labels(["3,5, 3"], DIGITS).labels] == [3, 5]
    assert [label.index for label in parse_labels(["9,all"], DIGITS).labels][:3] == [9, 0, 1]
    assert parse_classes("3,8,3", DIGITS, "--path") == [3, 8, 3]


def test_a_whole_name_wins_over_a_list_and_a_blend():
    classes = ("a", "b", "a,b", "a:1")
    assert weights("a,b", classes) == {"a,b": 1.0}
    assert weights("A,B", classes) == {"a,b": 1.0}
    assert weights("a:1", classes) == {"a:1": 1.0}
    assert [label.index for label in parse_labels(["a:1,b"], classes).labels] == [3, 1]
    assert weights('"a:1":0.5,b:0.5', classes) == {"a:1": 0.5, "b": 0.5}


def test_all_beside_a_class_of_that_name_is_said():
    parsed = parse_labels(["all"], ("All", "b"))
    assert len(parsed.labels) == 2
    assert parsed.notes == ('all means every class; the one called All is "All"',)
    assert parse_labels(['"all"'], ("All", "b")).labels[0].index == 0


def test_case_and_the_forms_of_a_letter_do_not_matter_where_one_class_is_meant():
    assert weights("SNEAKER", ("Bag", "Sneaker")) == {"Sneaker": 1.0}
    assert weights("e\u0301", ("\u00e9", "b")) == {"\u00e9": 1.0}
    assert weights("\u00e9", ("e\u0301", "b")) == {"e\u0301": 1.0}
    assert weights("cat", ("Cat", "cat")) == {"cat": 1.0}
    with pytest.raises(UsageError, match="'CAT' could be Cat and cat") as caught:
        parse_labels(["CAT"], ("Cat", "cat"))
    assert caught.value.hint == "Give --digit / --class the name as it is there."


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("a", "no class 'a'", "For the class 'a,b' write --class '\"a,b\"'."),
        ("a,x", "no class 'a'", "For the class 'a,b' write --class '\"a,b\"'."),
        ('"plai"', "no class 'plai'", "Did you mean plain?"),
        ('"2"', "no class '2'", "0 to 8, or all"),
        ('"a,b', "quotation mark without its other one", "a quotation mark in it twice"),
        ('"a,b"x', "quotation mark without its other one", "nothing but :WEIGHT"),
        ('"a,b",8:1', "no weight for '\"a,b\"'", "CLASS:WEIGHT"),
    ],
)
def test_errors_show_how_a_name_is_typed(text, message, hint):
    with pytest.raises(UsageError, match=message) as caught:
        parse_labels([text], AWKWARD)
    assert hint in caught.value.hint


@pytest.mark.parametrize("text", ["3:0.5", '"3":0.5', "3:0.5,8:0.5"])
def test_a_path_has_no_blends(text):
    with pytest.raises(UsageError, match="no class") as caught:
        parse_classes(text, DIGITS, "--path")
    assert caught.value.hint.startswith("--path takes 0 to 9, or all.")


def test_ten_thousand_classes_take_little_memory():
    names = tuple(map(str, range(10_000)))
    labels = parse_labels(["all"], names).labels
    assert [label.index for label in labels] == list(range(10_000))
    assert all(len(label.parts) == 1 for label in labels)
    assert sum(labels[7].weights) == labels[7].weights[7] == 1


@pytest.mark.parametrize(("count", "most"), [(0, 5), (5, 5), (6, 5), (1000, 32), (10_000, 32)])
def test_an_even_choice_has_the_first_and_the_last(count, most):
    names = tuple(map(str, range(count)))
    chosen = [label.index for label in evenly([one_hot(k, names) for k in range(count)], most)]
    assert len(chosen) == min(count, most)
    if count:
        steps = [after - before for before, after in pairwise(chosen)]
        assert (chosen[0], chosen[-1]) == (0, count - 1)
        assert max(steps) - min(steps) <= 1
