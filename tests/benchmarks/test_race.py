"""``benchmarks/peers/race.py`` looks until the target is there, goes on, and says the ratio."""

import sys

import pytest
import torch

from benchmarks.peers.race import looks_of, main, parsed, planned, race
from benchmarks.peers.times import print_times
from benchmarks.quality.quality_rows import Kept, Row, Spot, read_rows, write_rows

TARGET = 0.97


def row(seconds: float, right: float, machine: str = "some, 2 cores") -> Row:
    samples = {"label_accuracy": right, "coverage": 0.5, "times_floor": 7.25}
    return Row(seconds, 1000, samples, {}, 100, 1, "2.0", machine, "2026-01-02")


def spots_of(peer: str, *marks: float) -> list[Spot]:
    return [Spot(peer, False, None, mark, 1) for mark in marks]


class Track:
    """Peers that have so many labels right after so many seconds, and what was looked at."""

    def __init__(self, **right: dict[float, float]) -> None:
        self.right = right
        self.looked: list[tuple[str, float]] = []

    def look(self, spot: Spot) -> Row:
        self.looked.append((spot.recipe, spot.mark))
        return row(spot.mark, self.right[spot.recipe][spot.mark])


def test_peers_take_turns_until_they_are_there():
    track = Track(a={1: 0.5, 2: 0.97, 4: 0.99}, b={1: 0.1, 2: 0.2, 4: 0.3})
    kept: Kept = {}
    spots = spots_of("a", 1, 2, 4) + spots_of("b", 1, 2, 4)
    race(spots, kept, look=track.look, keep=lambda: None, target=TARGET)
    assert track.looked == [("a", 1), ("b", 1), ("a", 2), ("b", 2), ("b", 4)]
    assert [found.seconds for found in looks_of("a", spots, kept, TARGET)] == [1, 2]
    assert [found.seconds for found in looks_of("b", spots, kept, TARGET)] == [1, 2, 4]


def test_what_was_found_is_kept_at_once_and_not_looked_for_again(tmp_path):
    file, spots = tmp_path / "rows.jsonl", spots_of("a", 1, 2, 4)
    track, kept = Track(a={1: 0.5, 2: 0.6, 4: 0.99}), read_rows(file)

    def look(spot: Spot) -> Row:
        if spot.mark == 4:
            raise KeyboardInterrupt
        return track.look(spot)

    with pytest.raises(KeyboardInterrupt):
        race(spots, kept, look=look, keep=lambda: write_rows(file, kept), target=TARGET)
    track.looked.clear()
    again = read_rows(file)
    race(spots, again, look=track.look, keep=lambda: None, target=TARGET)
    assert track.looked == [("a", 4)]
    assert again[spots[0]] == kept[spots[0]] == row(1, 0.5)


def test_looks_end_at_most(tmp_path):
    arguments = ["--json", str(tmp_path / "rows"), "--peers", "ganctl", "plain-port"]
    plan = list(planned(parsed([*arguments, "--marks", "60", "120", "240", "--most", "200"])))
    assert [spot.mark for spot in plan if spot.recipe == "plain-port"] == [60, 120, 200]
    assert [spot.mark for spot in plan if spot.whole_run] == [18, 30, 42, 60]
    assert list(planned(parsed(arguments)))[-1].mark == 28_800


def test_the_table_says_between_which_looks_and_how_many_times_the_base(capsys):
    looks = {
        "ganctl": [row(20, 0.9), row(30, 0.98)],
        "a": [row(120, 0.5), row(240, 0.975)],
        "b": [row(120, 0.6), row(240, 0.5)],
        "c": [row(60, 0.99)],
        "d": [row(60, 0.5, "other"), row(120, 0.99, "other")],
        "e": [],
    }
    print_times(looks, "ganctl", TARGET)
    lines = capsys.readouterr().out.splitlines()
    cells = [[cell.strip() for cell in line.split("|")[1:4]] for line in lines[2:]]
    assert lines[0].startswith("| | seconds to 97% | times ganctl's |")
    assert cells == [
        ["ganctl", "30 (not at 20)", "1"],
        ["a", "240 (not at 120)", "4.0 to 8.0"],
        ["b", "not within 240 (best 60.00%)", "> 8.0"],
        ["c", "60", "≤ 2.0"],
        ["d", "120 (not at 60)", "–"],
    ]
    assert lines[3].endswith("| 97.50% | 0.500 | 7.2 | 1 | some, 2 cores | 2026-01-02 |")


def test_without_the_base_there_is_no_ratio(capsys):
    print_times({"ganctl": [row(20, 0.9)], "a": [row(60, 0.99)]}, "ganctl", TARGET)
    out = capsys.readouterr().out
    assert "| ganctl | not within 20 (best 90.00%) | – |" in out
    assert "| a | 60 | – |" in out


def test_show_prints_what_is_kept_and_trains_nothing(tmp_path, monkeypatch, capsys):
    file = tmp_path / "rows.jsonl"
    write_rows(file, {Spot("plain-port", False, None, 60, 1): row(61, 0.25)})
    threads = str(torch.get_num_threads())
    monkeypatch.setattr(sys, "argv", ["race", "--json", str(file), "--show", "--threads", threads])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert "| plain-port | not within 61 (best 25.00%) | – |" in capsys.readouterr().out
    assert not (tmp_path / "rows-runs").exists()
