"""What reaches the terminal: results on stdout; words, bars and errors on stderr.

Together with ``views.training`` the one home of rich, which honours ``NO_COLOR`` and
draws no bars where stderr is no terminal. It is imported when something is
first drawn, since ``--help`` and completions draw nothing with it.
"""

from __future__ import annotations

import contextlib
import io
import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganctl.files.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

LONGEST_WORDS = 4000
"""Characters of one sentence, which may quote from a file."""
_NO_END = 10_000
"""Columns of a file or a pipe, where no line is broken."""

Report = Callable[[str, int, "int | None"], None]
"""Called with what is under way, how much of it is done, and how much there is if known."""


def open_streams() -> None:
    """Let whatever is written find a stream that takes it.

    A stream that was closed (``>&-``) leads nowhere, and what a stream's encoding
    does not know is shown as a question mark.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
        elif isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors="replace")


def stderr() -> Console:
    """Return a console on the present stderr; where nobody reads that, it raises an OSError."""
    from ganctl.cli.honest_console import HonestConsole

    return HonestConsole(stderr=True, highlight=False, soft_wrap=True)


def print_error(message: str, advice: str) -> None:
    """Say on one line what is wrong and on another what to do, on stderr."""
    _say("error: ", "bold red", message)
    hint(advice)


def hint(text: str) -> None:
    """Say what to do, on stderr."""
    _say("hint: ", "bold cyan", text)


def note(text: str) -> None:
    """Say something the user should know, on stderr."""
    _say("note: ", "bold yellow", text)


def alarm_text(message: str, advice: str) -> Text:
    """Return an alarm and what to do about it, if that is known, as text."""
    from rich.text import Text

    if not advice:
        return labelled("alarm: ", "bold red", message)
    return Text.assemble(
        ("alarm: ", "bold red"),
        f"{printable(message)}\n",
        ("hint: ", "bold cyan"),
        printable(advice),
    )


def note_text(text: str) -> Text:
    """Return a note as text."""
    return labelled("note: ", "bold yellow", text)


def labelled(label: str, style: str, text: str) -> Text:
    """Return a text behind a label that has a style."""
    from rich.text import Text

    return Text.assemble((label, style), printable(text))


def say(text: str) -> None:
    """Say something on stderr."""
    _say("", "", text)


def let_go() -> bool:
    """Write what is left to write, and return whether that could be done.

    Where it could not, since the terminal or the pipe is gone or the disk is
    full, Python must not try it again at its exit, which it would complain of.
    """
    written = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            written = False
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
    return written


def print_path(path: Path) -> None:
    """Put a path on stdout, alone on its line; a script gets it as it is."""
    text = printable(str(path)) if sys.stdout.isatty() else str(path)
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def write_bytes(content: bytes) -> None:
    """Put the content of a file on stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Put a value on stdout as one line of JSON; numbers that JSON does not know become null."""
    sys.stdout.write(json.dumps(_finite(value), allow_nan=False) + "\n")
    sys.stdout.flush()


def print_facts(facts: Mapping[str, str]) -> None:
    """Put names and values on stdout in two columns."""
    from rich.text import Text

    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        line = Text.assemble((printable(name).ljust(width), "bold"), "  ", printable(value))
        _stdout().print(line, soft_wrap=True)


def print_sentence(text: str) -> None:
    """Put a sentence on stdout, on a line of its own."""
    from rich.text import Text

    _stdout().print(Text(printable(text)), soft_wrap=True)


def width() -> int:
    """Return how many characters fit into a line of stdout; in a file they are many."""
    return _stdout().width


def print_table(
    columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "", whole: bool = False
) -> None:
    """Put a table on stdout; the first column reads to the left, the others to the right.

    Cells are folded where it is too wide for the terminal, or, if ``whole``, left as they are.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for index, column in enumerate(columns):
        table.add_column(
            Text(printable(column)), justify="left" if index == 0 else "right", overflow="fold"
        )
    for row in rows:
        table.add_row(*(Text(printable(cell)) for cell in row))
    if title:
        _stdout().print(Text(f"\n{printable(title)}", style="bold"))
    (Console(highlight=False, width=_NO_END) if whole else _stdout()).print(table)


def print_list(sentences: Sequence[str], *, title: str) -> None:
    """Put sentences on stdout, one a line below a title."""
    from rich.text import Text

    _stdout().print(Text(f"\n{printable(title)}", style="bold"))
    for sentence in sentences:
        _stdout().print(Text(f"- {printable(sentence)}"), soft_wrap=True)


@contextmanager
def progress(*, quiet: bool = False) -> Iterator[Report]:
    """Show bars for long work, one for each name that is reported; none where stderr is a file."""
    console = stderr()
    if quiet or not console.is_terminal:
        yield lambda _what, _done, _total: None
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )

    from ganctl.cli.terminal import show_cursor
    from ganctl.signals import tidied

    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    tasks: dict[str, TaskID] = {}

    def report(what: str, done: int, total: int | None) -> None:
        if what not in tasks:
            bars.start()
            tasks[what] = bars.add_task(what, total=total)
        bars.update(tasks[what], completed=done, total=total)

    with tidied(lambda: show_cursor(console.file, "\n" if tasks else "")):
        try:
            yield report
        finally:
            bars.stop()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    return [_finite(part) for part in value] if isinstance(value, (list, tuple)) else value


def _say(prefix: str, style: str, text: str) -> None:
    if len(text) > LONGEST_WORDS:
        text = f"{text[:LONGEST_WORDS]} …"
    with contextlib.suppress(OSError):  # Nobody reads it: the terminal is closed, or the pipe.
        stderr().print(labelled(prefix, style, text))


def _stdout() -> Console:
    from rich.console import Console

    console = Console(highlight=False)
    # In a file or a pipe, lines are as long as what they say.
    return console if console.is_terminal else Console(highlight=False, width=_NO_END)
