"""Ctrl-C and its relatives: most commands end at once, ``train`` after the step.

The exit codes are those that shells know: 130 for Ctrl-C, 143 for SIGTERM, 129 for a hangup.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread, Timer, current_thread, main_thread
from types import FrameType
from typing import NoReturn

from ganctl.files.atomic import remove_unfinished

STOPPING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]
NOTE = "stopping after this step; once more quits at once"
TIDYING_SECONDS = 2.0
"""A terminal that was halted by Ctrl-S takes no words, and must not keep a process alive."""
_tidiers: list[Callable[[], object]] = []


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
    """Let every signal that asks to stop end the process at once, in good order and in silence.

    An exception would not do: raised in the middle of an import it becomes an ImportError of
    whatever was imported, raised in a callback of torch it is lost, and an interpreter that shuts
    down while C++ threads run may abort. So the process ends without all that, once what
    ``tidied`` named is done and temporary files are removed.
    """
    for number in _heeded():
        signal.signal(number, _quit)


def ignore_signals() -> None:
    """Let no signal interrupt the interpreter's own end, when nothing is left to stop."""
    for number in _heeded():
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def tidied(tidy: Callable[[], object]) -> Iterator[None]:
    """Call ``tidy`` if a signal ends the process at once in this block.

    It runs in the middle of anything, so it must neither wait for long nor use what may be in use.
    """
    _tidiers.append(tidy)
    try:
        yield
    finally:
        _tidiers.remove(tidy)


@contextmanager
def suspended_by(leave: Callable[[], object], come_back: Callable[[], object]) -> Iterator[None]:
    """Call ``leave`` before Ctrl-Z suspends the process in this block, ``come_back`` afterwards.

    ``come_back`` is also called where another signal halted it. Nothing happens on Windows, or
    where Ctrl-Z is ignored.
    """
    if sys.platform == "win32" or not _is_heeded(signal.SIGTSTP):
        yield
        return

    def suspend(number: int, _frame: FrameType | None) -> None:
        leave()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        signal.signal(number, suspend)
        come_back()

    before = {number: signal.getsignal(number) for number in (signal.SIGTSTP, signal.SIGCONT)}
    signal.signal(signal.SIGTSTP, suspend)
    signal.signal(signal.SIGCONT, lambda _number, _frame: come_back())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def stop_on_signals(say: Callable[[str], None], note: str = NOTE) -> Iterator[StopRequest]:
    """Yield what tells whether a signal asked to stop; a second one does what it did before.

    Args:
        say: called, from another thread, with ``note`` at the first one.
        note: what stops then, and that a second one quits at once.
    """
    request = StopRequest()
    words: SimpleQueue[str | None] = SimpleQueue()
    before = {number: signal.getsignal(number) for number in _heeded()}

    def put_back() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def stop(number: int, _frame: FrameType | None) -> None:
        request.number = number
        put_back()
        words.put(note)

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
        put_back()


def block_in_this_thread() -> None:
    """Leave signals to the main thread, where a thread that took one would not wake it."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)


def _say_all(words: SimpleQueue[str | None], say: Callable[[str], None]) -> None:
    block_in_this_thread()
    for text in iter(words.get, None):
        say(text)


def _heeded() -> list[int]:
    """Return the signals that were not ignored at the start, so that ``nohup`` keeps its word.

    Nor those that a program around Python has taken, whose handlers could not be put back; and
    none outside of the main thread, where Python lets nobody handle them.
    """
    return [number for number in STOPPING if _is_heeded(number)]


def _is_heeded(number: int) -> bool:
    if current_thread() is not main_thread():
        return False
    return signal.getsignal(number) not in (signal.SIG_IGN, None)


def _quit(number: int, _frame: FrameType | None) -> NoReturn:
    ignore_signals()
    code = 128 + number
    with contextlib.suppress(RuntimeError):  # No thread can be started as the interpreter ends.
        deadline = Timer(TIDYING_SECONDS, os._exit, [code])
        deadline.daemon = True
        deadline.start()
    for tidy in reversed(_tidiers):
        with contextlib.suppress(Exception):
            tidy()
    remove_unfinished()
    os._exit(code)
