"""SEEDS: numbers and rising ranges such as ``0,1,4-6``, both ends in."""

from __future__ import annotations

import re
from collections.abc import Iterable
from numbers import Integral

from ganctl.errors import UsageError

MAX_SEED = 2**63 - 1
MAX_SEEDS = 10_000_000

_RANGE = re.compile(r"(\d{1,19})(?:-(\d{1,19}))?", re.ASCII)


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read ``0,1,4-6`` as (0, 1, 4, 5, 6), in the order written, each seed once.

    Raises:
        UsageError: not numbers and rising ranges of seeds, or more than ten million of them.
    """
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if not match:
            raise UsageError(
                f"--seeds: {part.strip()[:40]!r} is not a seed or a range of seeds.",
                "Write seeds as numbers and rising ranges, such as 0,1,4-6.",
            )
        first = check_seed(int(match[1]), "--seeds")
        last = check_seed(int(match[2] or match[1]), "--seeds")
        if last < first:
            raise UsageError(
                f"--seeds: the range {part.strip()!r} runs backwards.",
                f"Write the smaller seed first: {last}-{first}.",
            )
        if last - first >= MAX_SEEDS or len(seeds) + last - first >= MAX_SEEDS:
            raise UsageError(
                f"--seeds names more than {MAX_SEEDS:,} seeds.", "Ask for fewer at a time."
            )
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return tuple(seeds)


def check_seed(seed: int, option: str = "--seed") -> int:
    """Return ``seed`` if it is a valid one.

    Raises:
        UsageError: it is negative or above 2^63 - 1.
    """
    is_whole = isinstance(seed, Integral) and not isinstance(seed, bool)
    if not (is_whole and 0 <= seed <= MAX_SEED):
        raise UsageError(
            f"{option} {seed} is out of range.", f"Seeds are whole numbers from 0 to {MAX_SEED}."
        )
    return int(seed)


def seeds_text(seeds: Iterable[int]) -> str:
    """Return seeds in the form that ``parse_seeds`` reads, with runs as ranges."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and parts[-1][1] == seed - 1:
            parts[-1][1] = seed
        else:
            parts.append([seed, seed])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
