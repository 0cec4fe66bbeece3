"""An option of a request, and the checks that options share: a name, a count, an amount."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

from ganctl.errors import UnknownName, UsageError
from ganctl.files.paths import user_path
from ganctl.plugins import Kind

DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""

Choice = TypeVar("Choice", bound=Enum)


Check = Callable[[str, Any], Any]
"""Takes an option's flag and a value, and returns the value as the request keeps it."""


class Group(str, Enum):
    """What an option is about: the heading under which ``--help`` shows it."""

    DATA = "Data"
    LENGTH = "Length"
    MODEL = "Model"
    RUN = "Run"
    OUTPUT = "Output"


@dataclass(frozen=True)
class Option:
    """What is known of an option beside its name, its type and its default.

    ``metavar`` stands for the value in ``--help``, where ``default`` says in words what holds
    without the option. ``choices`` are the names that complete. ``by_recipe`` means that
    the recipe has a field of this name, which is the default. A run may be resumed with another
    value where it is ``resumable``. ``plugins`` is what other packages may add to the choices.
    """

    help: str
    group: Group
    metavar: str
    default: str
    check: Check
    choices: tuple[str, ...]
    by_recipe: bool
    resumable: bool
    plugins: Kind | None


def option(
    value: object = None,
    *,
    help: str,  # noqa: A002
    group: Group,
    metavar: str,
    check: Check,
    default: str = "",
    choices: tuple[str, ...] = (),
    by_recipe: bool = False,
    resumable: bool = False,
    plugins: Kind | None = None,
) -> Any:
    """Return a field of ``TrainRequest`` whose default is ``value``; None where it has none."""
    words = default or ("" if value is None else f"{value}")
    described = Option(help, group, metavar, words, check, choices, by_recipe, resumable, plugins)
    return field(default=value, metadata={"option": described})


def one_of(choices: type[Enum]) -> Check:
    """Return a check that wants the value of a member."""
    return lambda flag, name: choose(flag.removeprefix("--"), name, choices).value


def choose(kind: str, name: str, choices: type[Choice]) -> Choice:
    """Return the member of an enum whose value is ``name``.

    Raises:
        UnknownName: there is none; the hint lists the nearest and all.
    """
    try:
        return choices(name)
    except ValueError:
        raise UnknownName(kind, name, values(choices)) from None


def values(choices: Iterable[Enum]) -> list[str]:
    """Return the values of an enum in order."""
    return [str(member.value) for member in choices]


def check_count(option: str, number: int, *, least: int = 1, most: int = 10**9) -> int:
    """Return ``number`` if it is a whole number from ``least`` to ``most``.

    Raises:
        UsageError: it is not.
    """
    if isinstance(number, bool) or not isinstance(number, Integral) or not least <= number <= most:
        raise UsageError(
            f"{option} {number} is out of range.",
            f"{option} takes a whole number from {least} to {most:,}.",
        )
    return int(number)


def check_amount(option: str, number: float, *, least: float, most: float) -> float:
    """Return ``number`` if it is finite and from ``least`` to ``most``.

    Raises:
        UsageError: it is not.
    """
    is_number = isinstance(number, Real) and not isinstance(number, bool)
    if not is_number or not (math.isfinite(number) and least <= number <= most):
        raise UsageError(
            f"{option} {f'{number:g}' if is_number else number} is out of range.",
            f"{option} takes a number from {least:g} to {most:g}.",
        )
    return float(number)


_TABLE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)


def check_table_name(option: str, name: str, *, known: Sequence[str]) -> str:
    """Return ``name`` if ganctl, or a package that adds to it, may call something by it.

    Whether there is such a thing is another question: that of a stored run may be gone by now.

    Raises:
        UnknownName: it is nothing that could be a name.
    """
    if not isinstance(name, str) or not _TABLE_NAME.fullmatch(name):
        raise UnknownName(option.removeprefix("--"), name, known)
    return str(getattr(name, "value", name))


def check_text(option: str, text: str) -> str:
    """Return ``text`` if it is one, and not empty.

    Raises:
        UsageError: it is not.
    """
    if not isinstance(text, str) or not text:
        raise UsageError(f"{option} {text!r} is not a text.", "Give one, or leave it out.")
    return text


def check_switch(option: str, switch: bool) -> bool:
    """Return ``switch`` if it is True or False.

    Raises:
        UsageError: it is neither.
    """
    if not isinstance(switch, bool):
        raise UsageError(f"{option} {switch!r} is no switch.", f"{option} takes no value.")
    return switch


def check_image_size(option: str, size: int) -> int:
    """Return ``size`` if networks can be built for it: a multiple of 4 from 8 to 256 pixels.

    Raises:
        UsageError: it is something else.
    """
    if not isinstance(size, Integral) or not 8 <= size <= 256 or size % 4:
        raise UsageError(
            f"{option} {size} does not suit the networks.",
            f"{option} takes a multiple of 4 from 8 to 256.",
        )
    return int(size)


def check_out(out: str | os.PathLike[str]) -> Path:
    """Return the path that ``--out`` gives, with ``~`` as the home folder.

    Raises:
        UsageError: it is empty, as of a variable that is not set; that would mean this folder.
    """
    if not isinstance(out, (str, os.PathLike)):
        raise UsageError(f"--out {out!r} is not a path.", "Give a path, or leave it out.")
    if "\0" in os.fspath(out):
        raise UsageError(
            f"--out {os.fspath(out)!r} is not a path.", "Leave the null character out."
        )
    if not os.fspath(out):
        raise UsageError("--out is empty.", "Give a path, or leave it out.")
    return user_path(os.fspath(out))


_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_RESERVED = ("latest", "pretrained", "runs")


def check_run_name(name: str, option: str = "--name") -> str:
    """Return ``name`` if it can be a run's folder on Linux, macOS and Windows.

    Args:
        name: what was given.
        option: what gave it.

    Raises:
        UsageError: it cannot.
    """
    if (
        not isinstance(name, str)
        or not _SAFE_NAME.fullmatch(name)
        or DEVICE_NAME.fullmatch(name)
        or name.lower() in _RESERVED
        or name.endswith(".")
    ):
        raise UsageError(
            f"{name!r} cannot be the name of a run.",
            f"{option} takes letters, digits, dots, dashes and underscores, and begins with a "
            "letter or digit; latest, pretrained and runs are reserved.",
        )
    return name
