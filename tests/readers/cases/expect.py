"""What a case has to be read as, or how it has to be refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Draw = Callable[[Path], Path]


@dataclass(frozen=True)
class Read:
    """A reading: images by class in the order of the classes, and what is said of it.

    ``line`` and each of ``says`` are parts of what people see. ``figures`` is False where images
    do not show their class. ``shows`` is the attribute whose value they show instead.
    """

    train: Mapping[str, int]
    test: Mapping[str, int] | None = None
    size: int = 8
    colour: bool = False
    layout: str = ""
    left_out: Mapping[str, int] | None = None
    says: tuple[str, ...] = ()
    figures: bool = True
    shows: str = ""


@dataclass(frozen=True)
class Refused:
    """An error, whose message and hint have these parts."""

    message: str
    hint: str


@dataclass(frozen=True)
class Case:
    """An input, the options that it is read with, and what comes of it.

    ``{folder}`` in an option is where the case is drawn. ``needs`` names what it cannot be drawn
    without: ``posix``, ``permissions`` that hold for the user, or a module.
    """

    name: str
    draw: Draw
    options: Mapping[str, Any]
    outcome: Read | Refused
    needs: str = ""


CASES: dict[str, Case] = {}


def _add(draw: Draw, options: Mapping[str, Any], outcome: Read | Refused, needs: str) -> Draw:
    told = ",".join(f"{key}={value}" for key, value in options.items())
    name = f"{draw.__name__}[{told}]" if told else draw.__name__
    assert name not in CASES, name
    CASES[name] = Case(name, draw, options, outcome, needs)
    return draw


def reads(
    train: Mapping[str, int],
    *,
    options: Mapping[str, Any] | None = None,
    needs: str = "",
    **outcome: Any,
) -> Callable[[Draw], Draw]:
    """Say what a case is read as; the outcome's fields are those of ``Read``."""
    return lambda draw: _add(draw, options or {}, Read(train, **outcome), needs)


def refused(
    message: str, hint: str, *, options: Mapping[str, Any] | None = None, needs: str = ""
) -> Callable[[Draw], Draw]:
    """Say how a case is refused."""
    return lambda draw: _add(draw, options or {}, Refused(message, hint), needs)
