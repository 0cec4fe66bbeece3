"""The last lines of a terminal, drawn again in place.

As rich's ``Live``, but whole after its terminal was made narrower, lower or taller, and after
Ctrl-Z and ``fg``, which that one tears; it draws when there is something new, not four times a
second.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, RLock, Thread
from typing import TextIO, cast

from rich.console import (
    Console,
    ConsoleOptions,
    ConsoleRenderable,
    RenderableType,
    RenderHook,
    RenderResult,
)
from rich.control import Control
from rich.file_proxy import FileProxy
from rich.segment import ControlType, Segment

from ganctl.cli.terminal import hide_control_keys, is_in_background, show_cursor
from ganctl.signals import block_in_this_thread, suspended_by, tidied

PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 0.5
"""How long a signal waits for a frame to be drawn to its end."""


class LiveArea(RenderHook):
    """Draws what it is told to last, below what is printed.

    One thread of its own draws, so that a signal, which interrupts the main one, finds no frame
    that is drawn by half. A job in the background draws nothing.

    Args:
        console: a terminal.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._lock = RLock()
        self._ended = Event()
        self._called = Event()
        self._wanted: RenderableType | None = None
        self._words: deque[RenderableType] = deque()
        self._keep = True
        self._widths: list[int] = []
        self._size = console.size
        self._has_spilled = False
        self._is_left = False
        self._is_taken = False
        self._is_abandoned = False
        self._error: OSError | None = None
        self._show_control_keys: Callable[[], None] = lambda: None
        self._open = ExitStack()
        self._thread = Thread(target=self._draw_until_the_end, daemon=True)

    def start(self) -> None:
        """Take the cursor away, and draw from now on."""
        self._open.enter_context(tidied(self.abandon))
        self._open.enter_context(suspended_by(self._leave, self._come_back))
        self._open.enter_context(self._hooked())
        self._thread.start()

    def close(self, *, keep: bool = True) -> None:
        """Draw what is left to draw, and leave it on the terminal unless it is not to be kept.

        Raises:
            OSError: the terminal is lost.
        """
        self._keep = keep
        self._ended.set()
        self._called.set()
        try:
            self._thread.join()
        finally:
            self._open.close()
        self._check()

    def show(self, wanted: RenderableType) -> None:
        """Draw this in place of what was there.

        Raises:
            OSError: the terminal is lost.
        """
        self._wanted = wanted
        self._called.set()
        self._check()

    def say(self, words: RenderableType) -> None:
        """Print something above.

        Raises:
            OSError: the terminal is lost.
        """
        self._words.append(words)
        self._called.set()
        self._check()

    def abandon(self) -> None:
        """Put the terminal right at once, in the middle of anything; nothing is drawn any more."""
        self._is_abandoned = True
        self._lock.acquire(timeout=PATIENCE_SECONDS)
        self._put_right()

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        """Draw the frame below whatever is printed."""
        with self._lock:
            above: list[ConsoleRenderable] = [self._erased(), *renderables]
            if self._wanted is None or self._is_away():
                self._widths = []
                return above
            return [*above, _Frame(self._wanted, self._remember)]

    def _draw_until_the_end(self) -> None:
        block_in_this_thread()
        try:
            while not self._ended.is_set():
                called = self._called.wait(PAUSE_SECONDS)
                with self._lock:
                    if called or self._is_out_of_date():
                        self._called.clear()
                        self._draw()
            with self._lock:
                self._wanted = self._wanted if self._keep else None
                self._draw()
                self._put_right()
        except OSError as error:
            self._error = error
            self._show_control_keys()

    def _is_out_of_date(self) -> bool:
        """Return whether the terminal has another size, or is ours again and shows no frame."""
        if self._console.size != self._size:
            return True
        return not self._widths and self._wanted is not None and not self._is_away()

    def _is_away(self) -> bool:
        return is_in_background(self._console.file)

    def _draw(self) -> None:
        if self._is_abandoned:
            return
        if not self._is_taken and not self._is_away():
            self._take()
        while self._words:
            self._console.print(self._words.popleft())
        self._console.print(Control())

    def _remember(self, widths: list[int]) -> None:
        self._widths = widths

    def _erased(self) -> Control:
        """Return what takes the last frame away and leaves the cursor where it began.

        A terminal that becomes narrower breaks each line that is too wide for it into several. If
        the frame is too high then, its top is where nobody can erase it, but comes down again when
        the terminal becomes taller; so from then on a terminal of another size is emptied.
        """
        size, before = self._console.size, self._size
        self._size = size
        if not self._widths:
            return Control()
        if size == before:
            return _up(len(self._widths))
        lines = sum(max(1, -(-width // size.width)) for width in self._widths)
        self._has_spilled |= lines > size.height
        if not self._has_spilled:
            return _up(lines)
        down = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_DOWN, 1)) * size.height
        return Control(ControlType.HOME, *down, ControlType.HOME)

    def _take(self) -> None:
        """Hide the cursor and control keys; a shell that was here meanwhile may show them."""
        self._is_taken = True
        self._show_control_keys()
        self._show_control_keys = hide_control_keys(self._console.file)
        self._console.show_cursor(False)

    def _put_right(self) -> None:
        """Go to a line of its own, and let the terminal show its cursor and keys."""
        self._is_taken = False
        if not self._is_away():
            show_cursor(self._console.file, "\n" if self._widths else "")
        self._widths = []
        self._show_control_keys()

    def _leave(self) -> None:
        """Leave the frame to a shell, which writes below it; nothing is drawn until it is back."""
        self._is_left = self._lock.acquire(timeout=PATIENCE_SECONDS)
        self._put_right()

    def _come_back(self) -> None:
        """Draw a new frame, below what a shell has written."""
        self._widths = []
        if self._is_left:
            self._is_left = False
            self._lock.release()
        self._is_taken = False
        self._called.set()

    @contextmanager
    def _hooked(self) -> Iterator[None]:
        """Let whatever is printed, by plug-ins too, stand above the frame."""
        streams = sys.stdout, sys.stderr
        with ExitStack() as undo:
            undo.callback(self._console.pop_render_hook)
            self._console.push_render_hook(self)
            for name, stream in zip(("stdout", "stderr"), streams, strict=True):
                if stream.isatty():
                    setattr(sys, name, cast("TextIO", FileProxy(self._console, stream)))
                    undo.callback(setattr, sys, name, stream)
            yield

    def _check(self) -> None:
        if self._error is not None:
            raise self._error


class _Frame:
    """Something as lines that fit on the screen; the last one does not end."""

    def __init__(self, content: RenderableType, remember: Callable[[list[int]], None]) -> None:
        self._content = content
        self._remember = remember

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        # Sentences on stderr are as long as they are; what is drawn again has to fit.
        fitting = options.update(no_wrap=False, overflow="fold")
        lines = console.render_lines(self._content, fitting, pad=False)[: console.size.height]
        self._remember([sum(part.cell_length for part in line) for line in lines])
        for index, line in enumerate(lines):
            if index:
                yield Segment.line()
            yield from line


def _up(lines: int) -> Control:
    """Return what erases so many lines upwards from the one with the cursor."""
    each = ((ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)) * (lines - 1)
    return Control(ControlType.CARRIAGE_RETURN, (ControlType.ERASE_IN_LINE, 2), *each)
