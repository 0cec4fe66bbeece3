"""JSON from strangers: what others rely on holds, or it is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.files.limits import JSON_DEPTH
from ganctl.files.untrusted_json import as_count, as_number, as_text, migrated, parse
from tests.strategies import json_values


def depth(value):
    parts = [*value, *value.values()] if isinstance(value, dict) else value
    return 1 + max(map(depth, parts), default=0) if isinstance(value, (dict, list)) else 1


def numbers(value):
    if isinstance(value, (dict, list)):
        parts = value.values() if isinstance(value, dict) else value
        return [number for part in parts for number in numbers(part)]
    return [value] if isinstance(value, (int, float)) else []


@given(json_values)
def test_what_is_read_is_what_was_written_and_plain(value):
    text = json.dumps(value)
    try:
        read = parse(text)
    except ValueError:
        return
    assert read == value
    assert depth(read) <= JSON_DEPTH
    assert all(abs(number) <= 2**63 or number == float(number) for number in numbers(read))


@given(st.binary(max_size=30) | st.text('[]{}":,0123456789.eE-+tfnrualsINy', max_size=30))
def test_anything_is_a_value_or_a_value_error(content):
    try:
        json.dumps(parse(content), allow_nan=False).encode()
    except ValueError:
        return


@pytest.mark.parametrize(
    "text",
    [
        "NaN",
        "[-Infinity]",
        "1e999",
        str(2**63 + 1),
        "9" * 5000,
        "[" * 100_000,
        "[" * (JSON_DEPTH + 1) + "]" * (JSON_DEPTH + 1),
        '{"a":' * (JSON_DEPTH + 1) + "1" + "}" * (JSON_DEPTH + 1),
        '"\\ud800"',
        '{"\\udfff": 1}',
        "",
        b"\xff",
        '{"a": 1} x',
    ],
    ids=range(13),
)
def test_what_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def test_the_largest_that_is_read():
    assert parse(str(2**63 - 1)) == 2**63 - 1
    assert depth(parse("[" * JSON_DEPTH + "]" * JSON_DEPTH)) == JSON_DEPTH


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (as_text, "", [None, 1, ["a"]]),
        (as_number, -1.5, [None, "1", True, float("nan"), float("inf")]),
        (as_count, 0, [None, "1", True, -1, 1.0]),
    ],
)
def test_values_of_a_kind(check, good, bad):
    assert check(good) == good
    for value in bad:
        with pytest.raises(TypeError):
            check(value)


def test_migrations_are_made_one_after_the_other():
    steps = {1: lambda h: {"then": [h]}, 2: lambda h: {"then": [*h["then"], "two"]}}
    assert migrated({"x": 1}, 1, steps) == {"then": [{"x": 1}, "two"]}
    assert migrated({"then": []}, 2, steps) == {"then": ["two"]}
    assert migrated({"x": 1}, 3, steps) == {"x": 1}
