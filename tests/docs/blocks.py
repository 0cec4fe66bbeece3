"""The fenced blocks of a page, and what the comments before them say to a test.

A comment stands on a line of its own, directly above the block, where every reader of the page's
source sees it::

    <!-- test: --minutes 3 becomes --steps 60 -->   run a shorter command than the page shows
    <!-- test: figures differ -->                   take every number for equal
    <!-- test: …, so the output is not compared --> run it, and look at nothing
    <!-- test: not run here; … -->                  do not run it, and why

In the output that a page shows, a line of ``...`` stands for any lines, and ``^C`` for the key.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(
    r"(?P<comments>(?:^<!--[^\n]*-->\n)*)^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)
_COMMENT = re.compile(r"<!-- test: (.*) -->")
_BECOMES = re.compile(r"(.+) becomes (.+)")


@dataclass(frozen=True)
class Example:
    """A command, and the lines that the page shows below it."""

    command: str
    shown: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """A fenced block; ``line`` is where it begins, ``notes`` is what the comments say."""

    line: int
    language: str
    text: str
    notes: tuple[str, ...]

    @property
    def is_run(self) -> bool:
        """Whether a test runs it."""
        return not any(note.startswith("not run here") for note in self.notes)

    @property
    def is_compared(self) -> bool:
        """Whether what it prints is compared with what the page shows."""
        return not any(note.endswith("the output is not compared") for note in self.notes)

    @property
    def figures_differ(self) -> bool:
        """Whether its numbers are those of another, longer training."""
        return "figures differ" in self.notes

    def shorter(self, command: str) -> str:
        """Return the command that is run in place of the one that the page shows."""
        for note in self.notes:
            match = _BECOMES.fullmatch(note)
            if match:
                command = command.replace(match[1], match[2])
        return command

    def examples(self) -> list[Example]:
        """Return the commands after ``$``, each with what is shown below it."""
        found: list[Example] = []
        for part in re.split(r"^\$ ", self.text, flags=re.M)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            found.append(Example(command, tuple(shown)))
        return found


def blocks(page: Path) -> list[Block]:
    """Return every fenced block of a page that names its language."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            line=text.count("\n", 0, match.start("language")) + 1,
            language=match["language"],
            text=match["text"],
            notes=tuple(_COMMENT.findall(match["comments"])),
        )
        for match in _FENCE.finditer(text)
    ]
