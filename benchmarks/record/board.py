"""Rows of the board, and the figures behind them, as tables in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.record.kept import Entry, Lengths, Record, by_program, has_all_seeds, length_of
from benchmarks.record.machine import Machine
from benchmarks.record.marks import MARKS, MEASURES, SEEDS, Figures, when
from ganctl.files.text import printable

CHECKSUM_DIGITS = 12


def board(records: Iterable[Record]) -> str:
    """Return the rows of the board: the seconds to each mark, for the worst of the three seeds.

    A length counts if all three seeds are there; a program without such a length has no row.
    """
    rows = []
    for (entry, machine), lengths in by_program(records).items():
        whole = [group for group in lengths.values() if has_all_seeds(group)]
        if whole:
            rows.append(_row(entry, machine, whole))
    if not rows:
        return f"No length has all of the seeds {_seeds()} yet, so that there is no row."
    titles = ["program", "machine", "date", *(mark.title for mark in MARKS)]
    return table(titles, rows)


def lengths_table(records: Iterable[Record]) -> str:
    """Return what each length gave: the seconds of the slowest seed, and the worst figures."""
    found = by_program(records)
    titles = ["minutes", "seconds", *(measure.title for measure in MEASURES), "seeds"]
    parts = []
    for (entry, machine), lengths in found.items():
        parts.append(f"{printable(entry.name)}, on {printable(str(machine))}:\n")
        parts.append(table(titles, _length_rows(lengths)) + "\n")
    return "\n".join(parts)


def figures_table(columns: Mapping[str, Figures]) -> str:
    """Return a row for each figure, and a column for each of what was judged."""
    rows = [
        [measure.title, *(measure.text(figures) for figures in columns.values())]
        for measure in MEASURES
    ]
    return table(["", *columns], rows)


def judged_by(judges: Mapping[str, str], data: str) -> str:
    """Return a line that names the judges and the data by their checksums."""
    names = ", ".join(f"{name} {checksum[:CHECKSUM_DIGITS]}" for name, checksum in judges.items())
    return f"Judges: {names}. Data: {data[:CHECKSUM_DIGITS]}."


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [titles, ["---"] * len(titles), *rows]
    return "\n".join(
        "|" + "|".join(cell if cell == "---" else f" {_escaped(cell)} " for cell in line) + "|"
        for line in lines
    )


def _row(entry: Entry, machine: Machine, groups: Sequence[Sequence[Record]]) -> list[str]:
    lengths = [length_of(group) for group in groups]
    date = max(one.date for group in groups for one in group)
    return [entry.name, str(machine), date, *(str(when(mark, lengths)) for mark in MARKS)]


def _length_rows(lengths: Lengths) -> Iterable[list[str]]:
    for minutes, group in lengths.items():
        length = length_of(group)
        yield [
            f"{minutes:g}",
            f"{length.seconds:,.1f}",
            *(measure.text(length.worst) for measure in MEASURES),
            ", ".join(str(one.trial.seed) for one in group),
        ]


def _seeds() -> str:
    return f"{', '.join(map(str, SEEDS[:-1]))} and {SEEDS[-1]}"


def _escaped(cell: str) -> str:
    return printable(cell).replace("|", "\\|")
