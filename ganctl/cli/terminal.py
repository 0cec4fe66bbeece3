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
    """Keep a terminal from showing ``^C`` when Ctrl-C is typed, and return what undoes that.

    It would show it behind the last border of a live panel, on a new line where
    the panel is as wide as the terminal, and the next picture would be drawn
    one line too low. Nothing is done on Windows, whose consoles show no ``^C``,
    nor for a stream that is no terminal.
    """
    if sys.platform == "win32":
        return lambda: None
    import termios

    def show(wanted: bool) -> None:
        with contextlib.suppress(OSError, ValueError, termios.error):
            number = stream.fileno()
            if is_in_background(stream):
                return  # The system halts a job in the background that does this.
            attributes = termios.tcgetattr(number)
            echo = termios.ECHOCTL
            attributes[3] = attributes[3] | echo if wanted else attributes[3] & ~echo
            termios.tcsetattr(number, termios.TCSANOW, attributes)

    def is_shown() -> bool:
        try:
            return bool(termios.tcgetattr(stream.fileno())[3] & termios.ECHOCTL)
        except (OSError, ValueError, termios.error):
            return False

    if not is_shown():
        return lambda: None
    show(False)
    return lambda: show(True)
