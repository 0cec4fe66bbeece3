"""Checks that every request shares: a name from a table, a count, an amount, a run's name."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable
from enum import Enum
from numbers import Integral, Real
from pathlib import Path
from typing import TypeVar

from ganctl.errors import UnknownName, UsageError
from ganctl.files.paths import user_path

DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""

Choice = TypeVar("Choice", bound=Enum)


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
    if not os.fspath(out):
        raise UsageError("--out is empty.", "Give a path, or leave it out.")
    return user_path(os.fspath(out))


_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", re.ASCII)
_RESERVED = ("latest", "pretrained", "runs")


def check_run_name(name: str) -> str:
    """Return ``name`` if it can be a run's folder on Linux, macOS and Windows.

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
            "--name takes letters, digits, dots, dashes and underscores, and begins with a letter "
            "or digit; latest, pretrained and runs are reserved.",
        )
    return name
