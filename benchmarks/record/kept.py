"""What was measured, a JSON line for each training, kept as soon as it is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.record.machine import Machine
from benchmarks.record.marks import SEEDS, Figures, Length, worst_of
from ganctl.errors import FileError
from ganctl.files.atomic import read_file, write_atomically
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import as_shape, parse


@dataclass(frozen=True)
class Entry:
    """A program: its name on the board, what is timed, and what draws its samples afterwards.

    The words of both commands have the placeholders that ``run`` explains.
    ``draw`` is empty if the timed command leaves samples, or a run of ganctl.
    """

    name: str
    command: tuple[str, ...]
    draw: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """One training: of what, where, for how long, and by which seed."""

    entry: Entry
    machine: Machine
    minutes: float
    seed: int


@dataclass(frozen=True)
class Record:
    """What one training gave.

    ``seconds`` are those of its whole process; ``judges`` are the sha256 of their weights, by name;
    ``data`` and ``samples`` are fingerprints; ``date`` is the day, as 2026-01-31.
    """

    trial: Trial
    seconds: float
    figures: Figures
    judges: Mapping[str, str]
    data: str
    samples: str
    date: str


def read_records(path: Path) -> list[Record]:
    """Return what a file holds; nothing if there is none.

    Raises:
        FileError: it cannot be read, or a line is no record.
    """
    if not path.exists():
        return []
    records = []
    for number, line in enumerate(read_file(path, JSON_BYTES).splitlines(), 1):
        try:
            records.append(as_shape(parse(line), Record))
        except ValueError as error:
            raise FileError(
                f"Line {number} of {path} is not what was kept of a training: {error}.",
                "Take the line out, or name another file with --json.",
            ) from error
    return records


def keep(path: Path, record: Record) -> None:
    """Add a record to a file, in the place of an earlier one of the same trial.

    Raises:
        FileError: the file cannot be read or written.
    """
    others = [other for other in read_records(path) if other.trial != record.trial]
    lines = [json.dumps(asdict(one)) + "\n" for one in (*others, record)]
    write_atomically(path, "".join(lines).encode())


def find(records: Iterable[Record], trial: Trial, *, cas: bool) -> Record | None:
    """Return what is known of a trial; None if that is nothing, or lacks the CAS asked for."""
    there = (one for one in records if one.trial == trial)
    return next((one for one in there if not cas or one.figures.cas is not None), None)


Lengths = dict[float, list[Record]]
"""The records of each length, from the shortest."""


def by_program(records: Iterable[Record]) -> dict[tuple[Entry, Machine], Lengths]:
    """Return the records of each program on each machine, which are a row of the board."""
    found: dict[tuple[Entry, Machine], Lengths] = {}
    for one in sorted(records, key=lambda record: (record.trial.minutes, record.trial.seed)):
        trial = one.trial
        lengths = found.setdefault((trial.entry, trial.machine), {})
        lengths.setdefault(trial.minutes, []).append(one)
    return found


def has_all_seeds(records: Iterable[Record]) -> bool:
    return {one.trial.seed for one in records} >= set(SEEDS)


def length_of(records: Iterable[Record]) -> Length:
    """Return the slowest and the worst of some records."""
    known = list(records)
    slowest = max(one.seconds for one in known)
    return Length(slowest, worst_of([one.figures for one in known]))
