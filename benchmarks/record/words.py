"""What both commands say on stderr, and how they end where something cannot be used. No torch."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ganctl.errors import GanctlError

REFUSED = 2


@contextmanager
def plain_errors() -> Iterator[None]:
    """End with one line, and exit code 2, where something cannot be used."""
    try:
        yield
    except GanctlError as error:
        say(f"error: {error} {error.hint}")
        sys.exit(REFUSED)


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def progress() -> Callable[[str, int, int | None], None]:
    """Return an ``on_progress`` that names each work once, when it begins."""
    named: set[str] = set()

    def tell(what: str, _done: int, _total: int | None) -> None:
        if what not in named:
            named.add(what)
            say(f"  {what}")

    return tell
