"""Checks that every request shares."""

import pytest

from ganctl.errors import UsageError
from ganctl.requests.checks import check_amount, check_count, check_run_name


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


@pytest.mark.parametrize("value", [True, "3", None, [1]])
def test_what_is_no_number_is_out_of_range(value):
    with pytest.raises(UsageError, match="out of range"):
        check_count("--n", value)
    with pytest.raises(UsageError, match="out of range"):
        check_amount("--x", value, least=0, most=10)
