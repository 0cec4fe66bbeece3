"""Text from files as it may reach a terminal: what would act there is written out."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Controls of both halves of Latin-1 (among them escape and CSI), line separators, marks that turn
# the direction of writing, and halves of surrogate pairs, which no encoding can print.
_ACTS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_NAMED = 5


def printable(text: str) -> str:
    r"""Return ``text`` with characters that would act on a terminal as escapes, such as \x1b."""
    return _ACTS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def listed(names: Iterable[str], most: int = _NAMED) -> str:
    """Return the first of several names, five if not told otherwise, as a message shows them."""
    some = [printable(name) for name in names]
    shown = ", ".join(some[:most])
    return f"{shown} and {len(some) - most:,} more" if len(some) > most else shown
