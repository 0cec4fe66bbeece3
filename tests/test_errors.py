"""The exception tree is as drawn, and every error says what to do."""

import inspect
import re

import pytest

from ganctl import errors
from ganctl.errors import GanctlError, UnknownName, nearest

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, GanctlError)
}


def test_the_tree_in_the_docstring_is_the_tree():
    sampled: dict[str, str] = {}
    parents: list[str] = []
    for indent, name in re.findall(r"^    ([ │├└─]*)([A-Z]\w+) ", errors.__doc__, re.MULTILINE):
        depth = len(indent) // 4
        parents[depth:] = [name]
        sampled[name] = parents[depth - 1] if depth else "Exception"
    assert sampled == {name: kind.__bases__[0].__name__ for name, kind in CLASSES.items()}


@pytest.mark.parametrize("kind", CLASSES.values())
def test_exit_codes(kind):
    expected = {"UsageError": 2, "UnknownName": 2, "Stopped": 130}.get(kind.__name__, 1)
    assert kind.exit_code == expected


def test_an_error_has_a_message_and_a_hint():
    error = GanctlError("It is so.", "Do this.")
    assert (str(error), error.hint) == ("It is so.", "Do this.")


def test_unknown_names_list_the_nearest_first():
    error = UnknownName("model", "cgna", ["gan", "cgan"])
    assert str(error) == "There is no model 'cgna'."
    assert error.hint == "Did you mean cgan or gan? Choose from: gan, cgan."
    assert nearest("zzz", ["gan"]) == "Choose from: gan"
    assert nearest("zzz", []) == "There are none yet"


@pytest.mark.parametrize("kind", CLASSES.values())
def test_every_class_is_described(kind):
    assert kind.__doc__.strip().endswith(".")
