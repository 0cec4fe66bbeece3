"""What the record keeps of each training, and what it makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from benchmarks.record.board import board, figures_table, judged_by, lengths_table
from benchmarks.record.kept import Entry, Record, find, keep, read_records
from ganctl.errors import FileError
from tests.benchmarks.record.figures import ENTRY, GOOD, MACHINE, record


def three(minutes: float, *seconds: float, **found: Any) -> list[Record]:
    return [record(minutes, seed, each, **found) for seed, each in enumerate(seconds, 1)]


def test_a_record_is_read_as_it_was_kept(tmp_path):
    path = tmp_path / "record.jsonl"
    records = [record(1, 1, 58.5), record(0.7, 2, 44.1, cas=None)]
    for one in records:
        keep(path, one)
    assert read_records(path) == records
    assert len(path.read_text(encoding="utf-8").splitlines()) == 2


def test_there_is_nothing_before_the_first(tmp_path):
    assert read_records(tmp_path / "none.jsonl") == []


def test_the_same_training_replaces_what_was_kept(tmp_path):
    path = tmp_path / "record.jsonl"
    for one in (record(1, 1, 58.5, cas=None), record(1, 2, 60), record(1, 1, 59)):
        keep(path, one)
    assert read_records(path) == [record(1, 2, 60), record(1, 1, 59)]


def test_a_training_without_the_score_counts_as_missing_if_that_is_asked_for():
    records = [record(1, 1, 58.5, cas=None)]
    trial = records[0].trial
    assert find(records, trial, cas=False) == records[0]
    assert find(records, trial, cas=True) is None


@pytest.mark.parametrize(
    "spoiled",
    [
        "{",
        "[]",
        '{"trial": 1}',
        json.dumps({"seconds": 1}),
    ],
)
def test_a_line_that_is_no_record_is_named(tmp_path, spoiled):
    path = tmp_path / "record.jsonl"
    keep(path, record(1, 1, 58.5))
    with path.open("a", encoding="utf-8") as file:
        file.write(spoiled + "\n")
    with pytest.raises(
        FileError, match=r"Line 2 of .*record\.jsonl is not what was kept"
    ) as caught:
        read_records(path)
    assert "--json" in caught.value.hint


def test_a_row_has_the_slowest_seed_and_the_worst_figures():
    records = three(1, 58, 60.6, 59, label_accuracy=0.995) + three(2, 118, 119, 117, cas=0.99)
    records[0] = record(1, 1, 58, label_accuracy=0.9899)
    row = board(records).splitlines()[-1]
    assert row == (
        "| mine 1.0 | A CPU, 2 cores, torch 2.13.0 | 2026-01-03 "
        "| 119 s | 61 s | 61 s | 119 s | 119 s | 61 s | > 119 s |"
    )


def test_a_length_counts_once_all_three_seeds_are_there():
    two = three(1, 58, 60, 59)[:2]
    assert "no row" in board(two)
    both = board(two + three(2, 118, 119, 117)).splitlines()[-1]
    assert "119 s" in both
    assert "60 s" not in both


def test_each_program_and_each_machine_has_a_row():
    other = Entry("theirs", ENTRY.command)
    theirs = [record(1, seed, 30, entry=other) for seed in (1, 2, 3)]
    rows = board(three(1, 58, 60, 59) + theirs).splitlines()
    assert [row.split(" | ")[0] for row in rows[2:]] == ["| mine 1.0", "| theirs"]


def test_the_lengths_show_seconds_worst_figures_and_seeds():
    text = lengths_table([*three(2, 118, 119, 117), record(0.7, 2, 44.06, cas=None)])
    assert text.splitlines()[0] == f"mine 1.0, on {MACHINE}:"
    assert text.splitlines()[-2:] == [
        "| 0.7 | 44.1 | 99.50% | 0.900 | 1.40 | – | 0.97 | 2 |",
        "| 2 | 119.0 | 99.50% | 0.900 | 1.40 | 98.20% | 0.97 | 1, 2, 3 |",
    ]


def test_names_cannot_break_the_table():
    odd = Entry("a | b\x1b[31m", ENTRY.command)
    row = board([record(1, seed, 30, entry=odd) for seed in (1, 2, 3)]).splitlines()[-1]
    assert row.startswith("| a \\| b\\x1b[31m | A CPU")


def test_figures_stand_in_columns_and_checksums_are_short():
    assert "| labels right | 99.50% |" in figures_table({"mine.npz": GOOD})
    assert judged_by({"strided": "ab" * 32}, "cd" * 16) == (
        "Judges: strided abababababab. Data: cdcdcdcdcdcd."
    )
