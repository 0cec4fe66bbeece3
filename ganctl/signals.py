"""Ctrl-C and its relatives: most commands end at once, ``train`` after the step.

The exit codes are those that shells know: 130 for Ctrl-C, 143 for SIGTERM, 129 for a hangup.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread, current_thread, main_thread
from types import FrameType
from typing import NoReturn

STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
NOTE = "stopping after this step; once more quits at once"


@dataclass
class StopRequest:
    """Whether a run was asked to stop, which is checked after each step.

    ``number`` is the signal that asked.
    """

    number: int | None = None

    def __call__(self) -> bool:
        """Return whether a signal came."""
        return self.number is not None

    @property
    def exit_code(self) -> int:
        """What a shell calls an end by this signal; by Ctrl-C where another process got it."""
        return 128 + (self.number or signal.SIGINT)


def quit_on_signals() -> None:
    """Let every signal that asks to stop end the process in good order.

    Temporary files are removed and the terminal is put right on the way out,
    which the system's own way to end a process at SIGTERM leaves undone.
    """
    for number in _heeded():
        signal.signal(number, _quit)


@contextmanager
def stop_on_signals(say: Callable[[str], None]) -> Iterator[StopRequest]:
    """Yield what tells whether a signal asked to stop; a second one quits at once.

    Args:
        say: called, from another thread, with the words for the first one.
    """
    request = StopRequest()
    words: SimpleQueue[str | None] = SimpleQueue()
    before = {number: signal.getsignal(number) for number in _heeded()}

    def stop(number: int, _frame: FrameType | None) -> None:
        request.number = number
        quit_on_signals()
        words.put(NOTE)

    # A handler that printed might do so in the middle of another print, which Python refuses.
    speaker = Thread(target=_say_all, args=(words, say), daemon=True)
    speaker.start()
    for number in before:
        signal.signal(number, stop)
    try:
        yield request
    finally:
        words.put(None)
        speaker.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_all(words: SimpleQueue[str | None], say: Callable[[str], None]) -> None:
    if sys.platform != "win32":
        # A signal that this thread took would not wake the main one, whose handlers are to run.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    for text in iter(words.get, None):
        say(text)


def _heeded() -> list[int]:
    """Return the signals that were not ignored at the start, so that ``nohup`` keeps its word.

    Nor those that a program around Python has taken, whose handlers could not be put back; and
    none outside of the main thread, where Python lets nobody handle them.
    """
    if current_thread() is not main_thread():
        return []
    return [number for number in STOPPING if signal.getsignal(number) not in (signal.SIG_IGN, None)]


def _quit(number: int, _frame: FrameType | None) -> NoReturn:
    for other in _heeded():
        signal.signal(other, signal.SIG_DFL)
    raise SystemExit(128 + number)
