"""A console that says when nobody reads it; a file of its own, since importing rich takes long."""

from __future__ import annotations

from rich.console import Console


class HonestConsole(Console):
    """Raises ``BrokenPipeError``, where rich would end the process: a run must be saved."""

    def on_broken_pipe(self) -> None:
        """Pass on the error that rich handles at this moment."""
        raise
