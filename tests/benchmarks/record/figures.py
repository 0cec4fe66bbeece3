"""What tests of the record say was measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchmarks.record.kept import Entry, Record, Trial
from benchmarks.record.machine import Machine
from benchmarks.record.marks import Figures

GOOD = Figures(label_accuracy=0.995, coverage=0.9, times_floor=1.4, nearest=0.97, cas=0.982)
ENTRY = Entry("mine 1.0", ("mine", "{minutes}", "{seed}", "{out}"))
MACHINE = Machine(processor="A CPU", cores=2, threads="", gpu="", torch="2.13.0")


def record(minutes: float, seed: int, seconds: float, entry: Entry = ENTRY, **found: Any) -> Record:
    """Return the record of a training with ``GOOD`` figures but those that are given."""
    return Record(
        trial=Trial(entry, MACHINE, minutes, seed),
        seconds=seconds,
        figures=replace(GOOD, **found),
        judges={"strided": "ab" * 32},
        data="cd" * 16,
        samples="ef" * 16,
        date=f"2026-01-0{seed}",
    )
