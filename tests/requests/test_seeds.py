"""SEEDS: what is typed, and what is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import UsageError
from ganctl.requests.seeds import MAX_SEED, check_seed, parse_seeds, seeds_text


def test_seeds_with_both_ends_in_their_order_and_once():
    assert parse_seeds("0,1,4-6") == (0, 1, 4, 5, 6)
    assert parse_seeds("9, 2-3,2") == (9, 2, 3)


@given(st.lists(st.integers(0, 300), min_size=1, max_size=50, unique=True))
def test_seeds_round_trip(seeds):
    assert list(parse_seeds(seeds_text(seeds))) == seeds


@given(st.text("0123456789,- ", max_size=6))
def test_any_text_is_seeds_or_a_usage_error(text):
    try:
        seeds = parse_seeds(text)
    except UsageError as error:
        assert error.hint
        return
    assert len(set(seeds)) == len(seeds) > 0
    assert parse_seeds(seeds_text(seeds)) == seeds


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not a seed"),
        ("a", "'a' is not a seed"),
        ("1,,2", "'' is not a seed"),
        ("-1", "'-1' is not a seed"),
        ("1.5", "'1.5' is not a seed"),
        ("1-", "'1-' is not a seed"),
        ("٣", "'٣' is not a seed"),
        ("5-3", "'5-3' runs backwards"),
        ("0-10000000", "more than 10,000,000"),
        ("0-9,10-10000000", "more than 10,000,000"),
        (str(MAX_SEED + 1), "out of range"),
        (f"0-{MAX_SEED + 1}", "out of range"),
        pytest.param("9" * 5000, "is not a seed", id="5000 digits"),
    ],
)
def test_bad_seeds(text, message):
    with pytest.raises(UsageError, match=message) as caught:
        parse_seeds(text)
    assert "--seeds" in str(caught.value)
    assert caught.value.hint


def test_a_backward_range_says_how_to_write_it():
    with pytest.raises(UsageError) as caught:
        parse_seeds("5-3")
    assert "3-5" in caught.value.hint


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1])
def test_seeds_out_of_range(seed):
    with pytest.raises(UsageError, match="out of range"):
        check_seed(seed)
    assert check_seed(MAX_SEED) == MAX_SEED
