"""A table of text, and what tables have in common. No torch."""

from __future__ import annotations

from dataclasses import dataclass

NOTHING = "–"
WORST = 20
"""The rows of a table by class or by value, or of mistakes, where there are more."""


@dataclass(frozen=True)
class Table:
    """A table of text: each row has a cell for each column."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """Return it in aligned columns: the first to the left, the others to the right."""
        rows = [self.columns, *self.rows]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        return "\n".join([self.title, *lines])
