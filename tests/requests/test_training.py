"""Every option is checked before anything is imported or written."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from ganctl.errors import UnknownName, UsageError
from ganctl.requests.budget import LENGTHS, Budget, BudgetUnit
from ganctl.requests.data import check_data_exists
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.training import OPTIONS, TrainRequest, flag_of

MODERN = RECIPES[RecipeName.MODERN]


def test_the_defaults_are_the_recipes():
    request = TrainRequest()
    assert (request.data, request.model, request.recipe) == ("mnist", "cgan-ac", "modern")
    assert request.batch == MODERN.batch
    assert request.budget == MODERN.budget == Budget(BudgetUnit.EPOCHS, 6)


def test_classic_has_its_own_defaults():
    request = TrainRequest(recipe="classic")
    assert request.budget == Budget(BudgetUnit.STEPS, 60_000)
    assert (request.batch, request.preview_every, request.model) == (100, 1000, "cgan")
    assert TrainRequest(recipe="classic", model="gan").model == "gan"


def test_every_field_is_an_option_that_the_help_describes():
    assert list(OPTIONS) == [field.name for field in fields(TrainRequest)]
    for name, option in OPTIONS.items():
        assert option.help.endswith("."), name
        assert option.metavar.isupper() or isinstance(
            TrainRequest.__dataclass_fields__[name].default, bool
        )
        has_default = name in LENGTHS or option.by_recipe or option.default
        assert has_default, name


@pytest.mark.parametrize(
    ("option", "value", "near"),
    [
        ("recipe", "modem", "modern"),
        ("device", "cude", "cuda"),
        ("precision", "fp16", "bf16"),
    ],
)
def test_unknown_names_list_what_there_is(option, value, near):
    with pytest.raises(UnknownName, match=value) as caught:
        TrainRequest(**{option: value})
    assert near in caught.value.hint


@pytest.mark.parametrize(
    ("data", "near"), [("fashion_mnist", "fashion-mnist"), ("no/such/folder", "mnist")]
)
def test_unknown_data_list_what_there_is(data, near):
    with pytest.raises(UnknownName, match=data) as caught:
        check_data_exists(TrainRequest(data=data).data)
    assert near in caught.value.hint


@pytest.mark.parametrize("data", ["", "x" * 300, "~no-such-user-here/x"], ids=lambda data: data[:9])
def test_paths_that_cannot_be_are_unknown_data(data):
    with pytest.raises(UnknownName, match="no data set"):
        check_data_exists(TrainRequest(data=data).data)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *[(option, value) for option in ("epochs", "minutes") for value in (0, -1, float("nan"))],
        ("steps", 0),
        ("steps", -5),
        ("steps", 1.5),
        ("steps", True),
        ("epochs", "3"),
        ("minutes", [3]),
        ("minutes", float("inf")),
        ("batch", 0),
        ("batch", 1),
        ("batch", -64),
        ("batch", 8.5),
        ("batch", True),
        ("seed", -1),
        ("seed", 1.5),
        ("preview_every", 0),
        ("checkpoint_every", -1),
        ("keep", -1),
        ("lr_scale", 0),
        ("image_size", 0),
        ("image_size", 30),
        ("image_size", 28.0),
        ("image_size", 1000),
    ],
)
def test_numbers_out_of_range_name_their_option(option, value):
    with pytest.raises(UsageError) as caught:
        TrainRequest(**{option: value})
    assert flag_of(option) in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"epochs": 1, "minutes": 1}, "--epochs and --minutes"),
        ({"epochs": 1, "steps": 1}, "--epochs and --steps"),
        ({"steps": 1, "minutes": 1}, "--steps and --minutes"),
        ({"epochs": 1, "steps": 1, "minutes": 1}, "--epochs and --steps and --minutes"),
    ],
)
def test_two_lengths_exclude_each_other(given, named):
    with pytest.raises(UsageError, match=f"^{named} exclude each other") as caught:
        TrainRequest(**given)
    assert caught.value.hint == "Give one of them."


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_becomes_absolute(tmp_path, monkeypatch, kind):
    (tmp_path / "pets").mkdir()
    monkeypatch.chdir(tmp_path)
    assert TrainRequest(data=kind("pets")).data == str(tmp_path / "pets")


def test_what_is_no_path_is_no_data():
    with pytest.raises(UsageError, match="--data 3 is not a name or a path"):
        number: Any = 3
        TrainRequest(data=number)


def test_resuming_may_change_the_length_and_refuses_the_rest():
    old = TrainRequest(steps=10)
    assert old.resumed(steps=20, batch=old.batch) == replace(old, steps=20)
    assert old.resumed(minutes=3).budget == Budget(BudgetUnit.MINUTES, 3)
    with pytest.raises(UsageError, match="batch was 64, not 32; seed was 0, not 9") as caught:
        old.resumed(batch=32, steps=20, seed=9)
    assert "--resume" in caught.value.hint


@pytest.mark.parametrize("name", [name for name, option in OPTIONS.items() if option.resumable])
def test_what_may_change_on_resume_changes(name):
    known = {"device": "cpu", "precision": "fp32", "data": "kmnist", "log": ("csv",)}
    other = known.get(name, 7)
    assert getattr(TrainRequest(steps=10).resumed(**{name: other}), name) == other


def test_whole_steps_are_a_whole_number_and_none_is_the_default():
    given: dict[str, Any] = dict.fromkeys(OPTIONS)
    request = TrainRequest(**given)
    assert request == TrainRequest()
    given["steps"] = 2.0
    steps = TrainRequest(**given).steps
    assert (steps, type(steps)) == (2, int)


def test_resuming_names_no_default_as_a_wish():
    classic = TrainRequest(recipe="classic", steps=10)
    assert classic.resumed(steps=20).recipe == "classic"


def test_columns_that_a_run_was_not_started_with_are_said_in_words():
    begun = TrainRequest(data="faces", condition=("hair", "eyes"))
    with pytest.raises(UsageError) as caught:
        begun.resumed(condition=("hair",), preview_rows="eyes")
    assert "condition was hair and eyes, not hair;" in str(caught.value)
    assert "preview_rows was auto, not eyes" in str(caught.value)
