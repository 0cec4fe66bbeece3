"""``--code``: what InfoGAN's codes are called and which values they take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.errors import UsageError
from ganctl.requests.conditions.codes import Codes, continuous_names, parse_codes
from ganctl.requests.networks import NetworkSpec

INFOGAN = NetworkSpec("modern", 28, 1, classes=0, latent_size=62, categories=10, continuous=2)
CGAN = NetworkSpec("modern", 28, 1, classes=10, latent_size=64)


def test_codes_are_numbered_from_the_categorical_one():
    assert continuous_names(INFOGAN) == ["c1", "c2"]
    assert continuous_names(CGAN) == []


def test_what_is_typed_is_what_is_held():
    assert parse_codes([], CGAN) == Codes()
    codes = parse_codes(["c2=0.5", "c0=9", "c1=-1.5"], INFOGAN)
    assert codes.category == 9
    assert codes.continuous == {1: -1.5, 2: 0.5}
    assert codes.texts == ("c1=-1.5", "c2=0.5")
    assert parse_codes(codes.texts, INFOGAN).continuous == codes.continuous


def test_a_code_given_twice_is_the_last():
    assert parse_codes(["c1=1", "c1=2"], INFOGAN).continuous == {1: 2.0}


@pytest.mark.parametrize(
    "text",
    [
        "c3=1",
        "c1",
        "c=1",
        "1",
        "",
        "c1:1",
        "c-1=0",
        "c0=10",
        "c0=-1",
        "c0=1.5",
        "c1=x",
        "c1=nan",
        "c1=inf",
        "c1=10.5",
        "c1=",
        "x1=1",
    ],
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(UsageError) as raised:
        parse_codes([text], INFOGAN)
    assert "c" in raised.value.hint


def test_models_without_codes_have_none_to_steer():
    with pytest.raises(UsageError, match="no codes") as raised:
        parse_codes(["c1=1"], CGAN)
    assert "infogan" in raised.value.hint


@given(st.text(max_size=20) | st.from_regex(r"c\d=.{0,8}", fullmatch=True))
def test_any_text_is_read_or_refused(text):
    try:
        codes = parse_codes([text], INFOGAN)
    except UsageError:
        return
    assert codes.category in (None, *range(10))
    assert all(-10 <= value <= 10 for value in codes.continuous.values())
