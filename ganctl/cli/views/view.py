"""What the views of trainings and sweeps share: who shows, and until when."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from rich.console import Console

from ganctl.cli.console import note_text


class Display(Protocol):
    """How something shows: live, or in plain lines."""

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how much of a download or another preparation is done."""

    def note(self, text: str) -> None:
        """Say something."""

    def close(self) -> None:
        """Leave the terminal as it was."""


Shown = TypeVar("Shown", bound=Display)


class View(Generic[Shown]):
    """Shows something on stderr until stderr is lost, which stops nothing.

    Args:
        console: stderr.
        display: how it is shown; None shows notes alone.
    """

    def __init__(self, console: Console, display: Shown | None) -> None:
        self._console = console
        self._display = display
        self._is_lost = False

    def prepare(self, what: str, done: int, total: int | None) -> None:
        """Show how much of a download or another preparation is done."""
        display = self._display
        if display is not None:
            self._show(lambda: display.prepare(what, done, total))

    def note(self, text: str) -> None:
        """Say something the user should know."""
        display = self._display
        if display is None:
            self._show(lambda: self._console.print(note_text(text)))
        else:
            self._show(lambda: display.note(text))

    def close(self) -> None:
        """Leave what was shown last on the terminal, and the terminal as it was."""
        if self._display is not None:
            with suppress(OSError):
                self._display.close()

    def _show(self, show: Callable[[], None]) -> None:
        if not self._is_lost:
            try:
                show()
            except OSError:
                self._is_lost = True


class Lines:
    """Plain lines for files and pipes, as far as all of them are alike.

    Args:
        console: stderr.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._prepared: set[str] = set()

    def close(self) -> None:
        """Nothing is left to print."""

    def note(self, text: str) -> None:
        """Say something."""
        self._console.print(note_text(text))

    def prepare(self, what: str, done: int, total: int | None) -> None:  # noqa: ARG002
        """Print the name of a preparation, once."""
        if what not in self._prepared:
            self._prepared.add(what)
            self._console.print(f"{what} …")
