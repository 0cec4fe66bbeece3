"""What a picture of ``find`` says, and what a stranger's may say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import FileError, UsageError
from ganctl.requests.generators.found import Found, found_in, rounded
from ganctl.requests.networks import NetworkSpec

NUMBERS = st.lists(st.floats(-100, 100, allow_nan=False), min_size=1, max_size=20)
TEXTS = st.lists(st.text(max_size=9), max_size=2)


@given(NUMBERS, TEXTS, TEXTS, TEXTS, TEXTS)
def test_metadata_say_all_of_it(latent, labels, settings, texts, codes):
    found = Found("x.png", "demo", tuple(latent), *map(tuple, (labels, settings, texts, codes)))
    assert found_in({**found.metadata, "run": "demo"}, "x.png") == found


def test_numbers_are_kept_to_four_digits():
    assert rounded([1.23456789, -0.00001]) == (1.2346, 0.0)


def test_a_picture_without_a_latent():
    with pytest.raises(FileError, match="has no latent") as caught:
        found_in({"run": "demo"}, "x.png")
    assert "ganctl find" in caught.value.hint


@pytest.mark.parametrize(
    "wrong",
    [
        {"latent": []},
        {"latent": 3},
        {"latent": ["1"]},
        {"latent": [True]},
        {"latent": [1e9]},
        {"latent": [10**400]},
        {"latent": [float("inf")]},
        {"run": 5},
        {"run": None},
        {"found_labels": "7"},
        {"found_set": [7]},
    ],
)
def test_a_strangers_latent_is_checked(wrong):
    with pytest.raises(FileError, match="makes no sense"):
        found_in({"latent": [0.5], "run": "demo", **wrong}, "x.png")


def test_a_latent_of_another_generator():
    found = Found("x.png", "demo", (0.5, 0.25))
    found.check_fits(NetworkSpec("modern", 8, 1, 2, 2))
    with pytest.raises(UsageError, match="2 numbers, and this generator takes 64") as caught:
        found.check_fits(NetworkSpec("modern", 8, 1, 2, 64))
    assert "demo" in caught.value.hint
