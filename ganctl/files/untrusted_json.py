"""JSON from strangers: what is read has numbers, texts and depths that the rest can rely on."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar

from ganctl.files.limits import JSON_DEPTH, LARGEST_NUMBER

_LONGEST_INTEGER = 20


def parse(content: bytes | str) -> Any:
    """Return the value of a JSON text in UTF-8.

    Raises:
        ValueError: it is not JSON; a number is not finite or beyond 2^63; it is
            nested deeper than ``JSON_DEPTH``; or a text has half a surrogate pair.
    """
    text = content if isinstance(content, str) else content.decode()
    try:
        value = json.loads(
            text, parse_int=_integer, parse_float=_number, parse_constant=_not_a_number
        )
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    _check(value)
    return value


Shape = TypeVar("Shape")


def as_shape(value: object, shape: type[Shape]) -> Shape:
    """Return a value of ``parse`` as a dataclass, or another type with fields, taken strictly.

    A whole number may stand for a float; nothing else stands for another type. Keys that the
    shape does not have are left out.

    Raises:
        ValueError: a field is missing or of another type; or what the shape's own checks raise.
    """
    # It takes milliseconds to import, and only commands that read such a file need it.
    import msgspec

    return msgspec.convert(value, shape)


def migrated(
    header: dict[str, Any],
    version: int,
    migrations: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]],
) -> dict[str, Any]:
    """Return a header of format ``version`` as one of the newest format.

    Args:
        header: what a file of that version says.
        version: its format.
        migrations: for each former version, what makes the next one of it.

    Raises:
        LookupError, TypeError, ValueError, AttributeError: it is not of that version.
    """
    while version in migrations:
        header = migrations[version](header)
        version += 1
    return header


def is_number(value: object) -> bool:
    """Return whether a value of ``parse`` is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def as_text(value: object) -> str:
    """Return ``value`` if it is a text, else raise ``TypeError``."""
    if not isinstance(value, str):
        raise TypeError("a text was expected")
    return value


def as_number(value: object) -> float:
    """Return ``value`` as a float if it is a finite number, else raise ``TypeError``."""
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError("a number was expected")
    return float(value)


def as_count(value: object) -> int:
    """Return ``value`` if it is a whole number from 0, else raise ``TypeError``."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a whole number from 0 was expected")
    return value


def _integer(digits: str) -> int:
    if len(digits) > _LONGEST_INTEGER or abs(int(digits)) > LARGEST_NUMBER:
        raise ValueError("a number is too large")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number is too large")
    return number


def _not_a_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _check(value: Any) -> None:
    """Raise ``ValueError`` if it is too deep, or a text cannot be written again."""
    level = [value]
    for _ in range(JSON_DEPTH):
        below: list[Any] = []
        for part in level:
            if isinstance(part, str):
                part.encode()
            elif isinstance(part, list):
                below += part
            elif isinstance(part, dict):
                below += [*part, *part.values()]
        if not below:
            return
        level = below
    raise ValueError("it is nested too deep")
