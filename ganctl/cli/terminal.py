"""What the terminal itself shows: of the keys that are typed, of the cursor, to whom."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable
from typing import IO

PLAIN_AND_VISIBLE = "\x1b[0m\x1b[?25h"
"""Ends any colour, and an escape sequence that was cut off; shows the cursor."""


def show_cursor(stream: IO[str], before: str = "") -> None:
    """Let a terminal show its cursor, past whatever ``stream`` has in its buffer.

    For the middle of anything, where the stream itself may be in use.

    Args:
        stream: the terminal; nothing is done for another one.
        before: written before it.
    """
    with contextlib.suppress(OSError, ValueError):
        if stream.isatty():
            os.write(stream.fileno(), (before + PLAIN_AND_VISIBLE).encode())


def is_in_background(stream: IO[str]) -> bool:
    """Return whether ``stream`` is a terminal that another job has now, such as the shell."""
    if sys.platform == "win32":
        return False
    try:
        return os.tcgetpgrp(stream.fileno()) != os.getpgrp()
    except (OSError, ValueError):
        return False


def hide_control_keys(stream: IO[str]) -> Callable[[], None]:
    """Keep Ctrl-C and its like from spoiling a live panel, and return what undoes that.

    A terminal would show ``^C`` behind the last border of the panel, on a new line where the panel
    is as wide as the terminal, and the next picture would be drawn one line too low. And it would
    throw away what it has not shown yet: part of a picture, or what shows the cursor again.
    Nothing is done on Windows, whose consoles do neither, nor for a stream that is no terminal.
    """
    if sys.platform == "win32":
        return lambda: None
    import termios

    ours = termios.ECHOCTL | termios.NOFLSH

    def change(bits: int) -> int | None:
        """Set these of our bits alone, and return those that were set before; None if in vain."""
        if is_in_background(stream):
            return None  # The system halts a job in the background that does this.
        try:
            attributes = termios.tcgetattr(stream.fileno())
            before: int = attributes[3] & ours
            attributes[3] = attributes[3] & ~ours | bits
            termios.tcsetattr(stream.fileno(), termios.TCSANOW, attributes)
        except (OSError, ValueError, termios.error):
            return None
        return before

    before = change(termios.NOFLSH)

    def undo() -> None:
        if before is not None:
            change(before)

    return undo
