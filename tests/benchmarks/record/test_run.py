"""The command that runs an entry: what is started, what is kept, and how it goes on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.record import run, trial
from benchmarks.record.judging import CHECKSUMS, FINGERPRINT, Judged, Panel
from benchmarks.record.kept import keep, read_records
from benchmarks.record.trial import filled
from tests.benchmarks.record.figures import GOOD, record

WRITES = "import sys; open(sys.argv[1] + '.npz', 'w').write(' '.join(sys.argv[2:]))"
"""A program that leaves its own words as its samples."""
PROGRAM = ("{python}", "-c", WRITES, "{out}", "{minutes}", "{seed}")


@pytest.fixture
def entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Call the command with a judge that finds everything good; return its exit code."""
    panel: Any = SimpleNamespace(
        reals=SimpleNamespace(train=SimpleNamespace(fingerprint=FINGERPRINT)), checksums=CHECKSUMS
    )
    monkeypatch.setattr(Panel, "of_the_board", lambda: panel)
    monkeypatch.setattr(trial, "judged", lambda *_, **__: Judged(GOOD, GOOD))
    read: Any = lambda path, _: SimpleNamespace(fingerprint=path.read_text())  # noqa: E731
    monkeypatch.setattr(trial, "read_samples", read)

    def call(*words: str) -> int:
        monkeypatch.setattr(sys, "argv", ["run", "--json", str(kept(tmp_path)), *words])
        with pytest.raises(SystemExit) as caught:
            run.main()
        return int(caught.value.code or 0)

    return call


def kept(tmp_path: Path) -> Path:
    return tmp_path / "record.jsonl"


def commands_at(monkeypatch: pytest.MonkeyPatch, seconds: float) -> list[list[str]]:
    """Run nothing: gather the commands, the first of which takes so long, and others for ever."""
    started: list[list[str]] = []

    def run_nothing(words: list[str], _hint: str = "") -> float:
        started.append(words)
        return seconds if len(started) == 1 else 1e6

    monkeypatch.setattr(trial, "run", run_nothing)
    return started


def test_a_program_is_run_timed_judged_and_cleared_away(entry, tmp_path, capsys):
    assert entry("--lengths", "2", "0.5", "--processor", "A CPU", "--", *PROGRAM) == 0
    records = read_records(kept(tmp_path))
    assert [one.samples for one in records] == [f"{m} {s}" for m in ("0.5", "2") for s in (1, 2, 3)]
    assert all(0 < one.seconds < 30 for one in records)
    assert records[0].trial.machine.processor == "A CPU"
    assert list((tmp_path / "record-runs").iterdir()) == []
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("Judges: strided ")
    assert " s | " in lines[-3]


def test_the_same_command_runs_only_what_is_not_kept(entry, tmp_path, monkeypatch):
    assert entry("--lengths", "1", "--seeds", "2", "--", *PROGRAM) == 0
    started = commands_at(monkeypatch, seconds=1.0)
    monkeypatch.setattr(trial, "samples_at", lambda *_: SimpleNamespace(fingerprint="ef"))
    assert entry("--lengths", "1", "--", *PROGRAM) == 0
    assert [words[-1] for words in started] == ["1", "3"]
    assert [one.trial.seed for one in read_records(kept(tmp_path))] == [2, 1, 3]


def test_after_an_interruption_what_was_trained_is_judged_and_not_trained_again(
    entry, tmp_path, monkeypatch, capsys
):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trial, "judged", interrupted)
        assert entry("--lengths", "1", "--seeds", "1", "--", *PROGRAM) == 130
    assert "the same command goes on" in capsys.readouterr().err
    assert read_records(kept(tmp_path)) == []
    monkeypatch.setattr(trial, "run", lambda _: pytest.fail("it was trained again"))
    assert entry("--lengths", "1", "--seeds", "1", "--", *PROGRAM) == 0
    assert read_records(kept(tmp_path))[0].samples == "1 1"


def test_what_an_interrupted_training_left_is_removed_first(entry, tmp_path, monkeypatch):
    def half(words: list[str]) -> float:
        Path(words[3]).mkdir()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(trial, "run", half)
        assert entry("--lengths", "1", "--seeds", "1", "--", *PROGRAM) == 130
    assert entry("--lengths", "1", "--seeds", "1", "--", *PROGRAM) == 0
    assert list((tmp_path / "record-runs").iterdir()) == []


def test_drawing_is_another_command_and_not_timed(entry, tmp_path, monkeypatch):
    started = commands_at(monkeypatch, seconds=58.0)
    monkeypatch.setattr(trial, "samples_at", lambda *_: SimpleNamespace(fingerprint="ef"))
    words = ("train", "{out}", "{seed}")
    assert entry("--lengths", "1", "--seeds", "1", "--draw", "draw '{out}'", "--", *words) == 0
    assert [words[0] for words in started] == ["train", "draw"]
    assert read_records(kept(tmp_path))[0].seconds == 58


def test_a_training_that_left_nothing_of_use_is_repeated(entry, tmp_path, capsys):
    words = ("--lengths", "1", "--seeds", "1", "--name", "mine", "--")
    forgets = tmp_path / "mine.py"
    forgets.write_text("")
    program = ("{python}", str(forgets), "{out}", "{minutes}", "{seed}")
    assert entry(*words, *program) != 0
    assert "left neither" in capsys.readouterr().err
    forgets.write_text(WRITES)
    assert entry(*words, *program) == 0
    assert read_records(kept(tmp_path))[0].samples == "1 1"


def test_what_other_judges_judged_is_refused_before_anything_is_run(entry, tmp_path, monkeypatch):
    keep(kept(tmp_path), record(1, 1, 60))
    monkeypatch.setattr(trial, "run", lambda _: pytest.fail("it was run"))
    assert entry("--show") != 0
    assert entry("--lengths", "1", "--", *PROGRAM) != 0


def test_changes_that_are_not_committed_are_another_program(tmp_path, monkeypatch):
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    package = tmp_path / "ganctl"
    package.mkdir()
    (package / "one.py").write_text("one = 1")
    git("init", "--quiet")
    git("add", ".")
    git("-c", "user.name=A", "-c", "user.email=a@b", "commit", "--quiet", "--message=one")
    monkeypatch.setattr(run, "PACKAGE", package)
    names = [run.this_checkout()]
    for text in ("one = 2", "one = 3"):
        (package / "one.py").write_text(text)
        names.append(run.this_checkout())
    (package / "two.bin").write_bytes(b"2")
    names.append(run.this_checkout())
    assert len({*names}) == 4
    assert "changes" not in names[0]
    assert all(" with changes " in name for name in names[1:])


def test_show_runs_nothing(entry, monkeypatch, capsys):
    assert entry("--lengths", "1", "--name", "mine 1.0", "--", *PROGRAM) == 0
    monkeypatch.setattr(trial, "run", lambda _: pytest.fail("it was run"))
    capsys.readouterr()
    assert entry("--show") == 0
    assert "| mine 1.0 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["--", "train", "{out}"], "has no {seed} and no {minutes}"),
        (["--lengths", "1", "--", "train", "{seed}"], "has no {out}"),
        (["--lengths", "0", "--", *PROGRAM], "is no time"),
        (["--lengths", "nan", "--", *PROGRAM], "is no time"),
        (["--draw", "draw {out}"], "belongs to a command"),
        (["--draw", "draw", "--", *PROGRAM], "--draw has no {out}"),
        (["--draw", "'draw", "--", *PROGRAM], "is not a command"),
        (["--", "no-such-program", *PROGRAM], "no-such-program cannot be started"),
        (["--", "{python}", "-c", "exit(3)", *PROGRAM], "ended with exit code 3"),
        (["--", "{python}", "-c", "0", *PROGRAM], "left neither"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exit_code_2(entry, tmp_path, capsys, words, error):
    assert entry(*words) == 2
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: ")
    assert error in line
    assert not kept(tmp_path).exists()


def test_the_default_entry_is_the_training_of_this_checkout():
    found = run.entry_of(run.parsed(["--json", "x"]), [])
    assert found.name.startswith("ganctl ")
    values = {"minutes": "0.7", "seed": "2", "out": "there", "python": "py"}
    assert filled(found.command, values) == [
        *("py", "-m", "ganctl", "train", "--quiet"),
        *("--minutes", "0.7", "--seed", "2", "--out", "there"),
    ]


def test_other_braces_stay():
    assert filled(["{a}", "x={seed}{seed}"], {"seed": "3"}) == ["{a}", "x=33"]
