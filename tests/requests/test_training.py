"""Every option is checked before anything is imported or written."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import RunError, UnknownName, UsageError
from ganctl.requests.budget import Budget, BudgetUnit
from ganctl.requests.recipes import RECIPES, Model, RecipeName
from ganctl.requests.training import (
    TrainConfig,
    check_amount,
    check_count,
    check_run_name,
    resumed_config,
    train_config,
)
from tests.strategies import json_values

MODERN = RECIPES[RecipeName.MODERN]


def test_the_defaults_are_the_recipes():
    config = train_config()
    assert (config.data, config.model, config.recipe) == ("mnist", MODERN.model, RecipeName.MODERN)
    assert config.batch == MODERN.batch
    assert config.budget == MODERN.budget == Budget(BudgetUnit.EPOCHS, 6)


def test_classic_has_its_own_defaults():
    config = train_config(recipe="classic")
    assert config.budget == Budget(BudgetUnit.STEPS, 60_000)
    assert (config.batch, config.preview_every) == (100, 1000)
    assert config.model is Model.CGAN
    assert train_config(recipe="classic", model="gan").model is Model.GAN


@pytest.mark.parametrize(
    ("option", "value", "near"),
    [
        ("model", "cgn", "cgan"),
        ("recipe", "modem", "modern"),
        ("device", "cude", "cuda"),
        ("precision", "fp16", "bf16"),
        ("data", "fashion_mnist", "fashion-mnist"),
        ("data", "no/such/folder", "mnist"),
    ],
)
def test_unknown_names_list_what_there_is(option, value, near):
    with pytest.raises(UnknownName, match=value) as caught:
        train_config(**{option: value})
    assert near in caught.value.hint


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *[(option, value) for option in ("epochs", "minutes") for value in (0, -1, float("nan"))],
        ("steps", 0),
        ("steps", -5),
        ("minutes", float("inf")),
        ("batch", 0),
        ("batch", 1),
        ("batch", -64),
        ("seed", -1),
        ("preview_every", 0),
        ("checkpoint_every", -1),
        ("keep", -1),
        ("image_size", 0),
        ("image_size", 30),
        ("image_size", 1000),
    ],
)
def test_numbers_out_of_range_name_their_option(option, value):
    with pytest.raises(UsageError) as caught:
        train_config(**{option: value})
    flag = "--" + option.replace("_", "-")
    assert flag in str(caught.value)
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
def test_two_budgets_exclude_each_other(given, named):
    with pytest.raises(UsageError, match=f"^{named} exclude each other") as caught:
        train_config(**given)
    assert caught.value.hint == "Give one of them."


def test_a_path_becomes_absolute(tmp_path, monkeypatch):
    (tmp_path / "pets").mkdir()
    monkeypatch.chdir(tmp_path)
    assert train_config(data="pets").data == str(tmp_path / "pets")


configs = st.builds(
    train_config,
    steps=st.integers(1, 10**6),
    batch=st.integers(2, 10**4),
    seed=st.integers(0, 2**63 - 1),
    image_size=st.none() | st.integers(2, 64).map(lambda n: 4 * n),
    keep=st.integers(0, 100),
)


@given(configs)
def test_json_round_trip(config):
    assert TrainConfig.from_json(json.loads(json.dumps(config.as_json()))) == config


@given(st.sampled_from(list(train_config().as_json())), json_values)
def test_a_damaged_configuration_is_a_run_error_or_still_valid(field, value):
    plain = train_config().as_json() | {field: value}
    try:
        assert isinstance(TrainConfig.from_json(plain), TrainConfig)
    except RunError as error:
        assert error.hint


@pytest.mark.parametrize("field", list(train_config().as_json()))
def test_a_missing_field_is_a_run_error(field):
    plain = train_config().as_json()
    del plain[field]
    with pytest.raises(RunError):
        TrainConfig.from_json(plain)


def test_resuming_may_change_the_budget_and_refuses_the_rest():
    old = train_config(steps=10)
    longer = Budget(BudgetUnit.STEPS, 20)
    assert resumed_config(old, {"budget": longer, "batch": old.batch}) == replace(
        old, budget=longer
    )
    with pytest.raises(UsageError, match="batch was 64, not 32; seed was 0, not 9") as caught:
        resumed_config(old, {"batch": 32, "budget": longer, "seed": 9})
    assert "--resume" in caught.value.hint


@pytest.mark.parametrize("name", ["demo", "a", "2026.1-x_y", "Latest-one", "x" * 100])
def test_good_run_names(name):
    assert check_run_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "latest", "LATEST", "pretrained", "runs", "../up", "a/b", "a\\b", ".hidden", "-x", "con",
     "nul.txt", "COM1", "dot.", "a b", "x" * 101, "é", "a\n"],
)  # fmt: skip
def test_bad_run_names(name):
    with pytest.raises(UsageError, match="cannot be the name"):
        check_run_name(name)


@pytest.mark.parametrize("number", [1, 10])
def test_counts_and_amounts_take_both_ends(number):
    assert check_count("--n", number, least=1, most=10) == number
    assert check_amount("--x", number, least=1, most=10) == number


@pytest.mark.parametrize("number", [0, 11, -1, float("nan"), float("inf")])
def test_counts_and_amounts_refuse_the_rest(number):
    with pytest.raises(UsageError, match=r"--n .* is out of range") as caught:
        check_count("--n", number, least=1, most=10)
    assert caught.value.hint == "--n takes a whole number from 1 to 10."
    with pytest.raises(UsageError, match=r"--x .* is out of range") as caught:
        check_amount("--x", number, least=1, most=10)
    assert caught.value.hint == "--x takes a number from 1 to 10."


@pytest.mark.parametrize("data", ["", "x" * 300, "~no-such-user-here/x"], ids=lambda data: data[:9])
def test_paths_that_cannot_be_are_unknown_data(data):
    with pytest.raises(UnknownName, match="no data set"):
        train_config(data=data)


@pytest.mark.parametrize(
    "damage",
    [
        {"budget": {"unit": "steps", "amount": 10**400}},
        {"batch": 8.5},
        {"seed": 1.5},
        {"keep": 1.5},
        {"image_size": 28.0},
        {"preview_every": 0.5},
        {"checkpoint_every": 2.5},
    ],
    ids=lambda damage: next(iter(damage)),
)
def test_numbers_that_no_training_has_are_a_run_error(damage):
    with pytest.raises(RunError, match="configuration cannot be read"):
        TrainConfig.from_json(train_config().as_json() | damage)
