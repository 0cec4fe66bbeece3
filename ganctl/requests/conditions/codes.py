"""The small language of ``--code``: InfoGAN's codes, such as c0=3 and c1=-1.5. No torch."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ganctl.errors import UsageError
from ganctl.requests.networks import NetworkSpec

MAX_CODE = 10.0
_CODE = re.compile(r"c(\d{1,3})=(.+)", re.ASCII)


@dataclass(frozen=True)
class Codes:
    """The codes that are fixed; all others depend on a sample's seed.

    ``category`` is c0; ``continuous`` has the number j of a continuous code cj
    and its value. The networks were trained with values in [-1, 1].
    """

    category: int | None = None
    continuous: Mapping[int, float] = field(default_factory=dict)

    @property
    def texts(self) -> tuple[str, ...]:
        """The continuous codes as a user types them."""
        return tuple(
            f"c{number}={float(value)!r}".removesuffix(".0")
            for number, value in self.continuous.items()
        )


def continuous_names(network: NetworkSpec) -> list[str]:
    """Return what the continuous codes are called: c1, c2, …"""
    return [f"c{number}" for number in range(1, network.continuous + 1)]


def parse_codes(texts: Sequence[str], network: NetworkSpec) -> Codes:
    """Read each ``--code`` of the command line.

    Args:
        texts: what was typed, such as ``["c0=3", "c1=-1.5"]``.
        network: what the codes are for.

    Raises:
        UsageError: these networks have no codes, or not this one, or the value is out of range.
    """
    if not texts:
        return Codes()
    if not network.categories:
        raise UsageError(
            "This generator has no codes for --code to set.",
            "Only --model infogan learns codes; the others are steered by --digit.",
        )
    category: int | None = None
    continuous: dict[int, float] = {}
    for text in texts:
        match = _CODE.fullmatch(text.strip())
        number = int(match[1]) if match else -1
        if not match or not 0 <= number <= network.continuous:
            names = ", ".join(continuous_names(network))
            raise UsageError(
                f"--code {text!r} is not a code of this generator.",
                f"Write c0=CATEGORY, or {names} with a value, such as c1=-1.5.",
            )
        if number == 0:
            category = _category(match[2], network.categories)
        else:
            continuous[number] = _value(match[1], match[2])
    return Codes(category, dict(sorted(continuous.items())))


def _category(text: str, categories: int) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or int(text) >= categories:
        raise UsageError(
            f"--code c0={text} is not a category.",
            f"c0 takes a whole number from 0 to {categories - 1}.",
        )
    return int(text)


def _value(number: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not -MAX_CODE <= value <= MAX_CODE:
        raise UsageError(
            f"--code c{number}={text} is out of range.",
            f"c{number} takes a number from {-MAX_CODE:g} to {MAX_CODE:g}; "
            "it was trained from -1 to 1.",
        )
    return value
