"""Ctrl-C and its relatives, as a question that the training loop asks after each step."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ganctl.cli import console

STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


@contextmanager
def stop_on_signals(*, quiet: bool = False) -> Iterator[Callable[[], bool]]:
    """Yield a function that tells whether a signal asked to stop; a second one quits at once.

    Unless ``quiet``, a line says that the first one came. A signal that was
    ignored when ganctl started stays ignored, so that ``nohup`` keeps its word.
    """
    requested = False
    handlers = {number: signal.getsignal(number) for number in STOPPING}
    before = {number: old for number, old in handlers.items() if old != signal.SIG_IGN}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def request(_number: int, _frame: FrameType | None) -> None:
        nonlocal requested
        requested = True
        restore()
        if not quiet:
            console.note("stopping after this step; once more quits at once")

    for number in before:
        signal.signal(number, request)
    try:
        yield lambda: requested
    finally:
        restore()
