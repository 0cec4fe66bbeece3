"""``ganctl runs``: list, rename, rm, restore, path."""

import json
import re
import shlex
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import typer

from ganctl.cli.app import main
from ganctl.cli.commands import runs as command
from ganctl.cli.views import runs as view
from ganctl.runs.layout import LOCK
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run
from ganctl.runs.tidying import trash
from ganctl.runs.tidying.overview import overview
from tests.conftest import copied

LINES = "lines"
SUBCOMMANDS = typer.main.get_group(command.app).commands
EXAMPLES = [example for each in SUBCOMMANDS.values() for example in str(each.epilog).splitlines()]


@pytest.fixture
def demo(trained, home):
    """Two runs: lines, which was trained, and a copy of it, demo, which is latest."""
    (home / "runs" / "latest").write_text("demo\n")
    return copied(trained.folder, home / "copy").folder.rename(home / "runs" / "demo")


@pytest.fixture
def terminal(monkeypatch):
    """A function that lets ganctl see a terminal at which somebody gives an answer."""
    asked = []

    def answer(yes):
        def confirm(question, **_options):
            asked.append(question)
            return yes

        monkeypatch.setattr(typer, "confirm", confirm)
        for stream in (sys.stdin, sys.stderr):
            monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
        return asked

    return answer


def test_runs_alone_lists_them(ganctl, demo, monkeypatch):
    monkeypatch.setattr(view, "_age", lambda created, now: "9 s")
    assert ganctl("runs") == ganctl("runs", "list")
    alone, told = (json.loads(ganctl("runs", *more, "--json").out) for more in ((), ("list",)))
    assert alone == told


def test_a_list_says_what_each_run_is_and_how_much_all_take(ganctl, demo, trained):
    header, *rows, total = ganctl("runs", "list").out.splitlines()
    assert header.split() == [
        *("run", "model", "data", "state", "steps"),
        *("best", "distance", "labels", "right", "size", "age"),
    ]
    best, size = trained.best, trained.size()
    figures = f"{best['feature_distance']:.2f} (real {best['floor']:.2f})"
    assert {row.split()[0] for row in rows} == {"lines", "demo"}
    for row in rows:
        assert re.search(r"rpgan +lines.npz +finished +40 ", row)
        assert f" {figures}  " in row
        assert f" {best['label_accuracy']:.1%} " in row
        assert f" {size / 1e6:.1f} MB " in row
    assert total == f"2 runs, {2 * size / 1e6:.1f} MB"


def test_the_trash_is_counted_but_not_among_the_runs(ganctl, demo, trained):
    ganctl("runs", "rm", "demo", "--yes")
    listed = ganctl("runs").out
    megabytes = f"{trained.size() / 1e6:.1f} MB"
    assert listed.splitlines()[-1].startswith(f"1 run, {megabytes}; 1 run, {megabytes} in the ")
    facts = json.loads(ganctl("runs", "list", "--json").out)
    assert [run["name"] for run in facts["runs"]] == [LINES]
    assert facts["bytes"] == facts["runs"][0]["bytes"] == trained.size()
    assert facts["trash"] == {"runs": 1, "bytes": trash.contents()[0].size()}
    assert "demo" not in ganctl("info", "--all").out


def test_a_list_of_the_trash(ganctl, demo):
    empty = ganctl("runs", "list", "--trash")
    assert (empty.out, empty.err) == ("", "note: the trash is empty\n")
    ganctl("runs", "rm", "demo", "--yes")
    shown = ganctl("runs", "list", "--trash").out
    (removed,) = trash.contents()
    assert removed.reference in shown
    assert "runs rm --forever" in shown
    facts = json.loads(ganctl("runs", "list", "--trash", "--json").out)
    assert facts["trash"][0]["reference"] == removed.reference


def test_there_is_no_run_yet(ganctl, demo):
    ganctl("runs", "rm", "demo", "lines", "--yes")
    result = ganctl("runs")
    assert result.out == ""
    assert result.err.startswith("note: there is no run yet; make one with: ganctl train\n")
    assert "2 runs, " in result.err


def test_a_damaged_run_is_listed_as_such_and_can_be_removed(ganctl, demo):
    (demo / "run.json").write_text("{")
    result = ganctl("runs")
    assert re.search(r"^demo +– +– +damaged +– ", result.out, re.MULTILINE)
    assert "run.json cannot be read" in result.err
    assert ganctl("runs", "path", "demo").out == f"{demo}\n"
    assert ganctl("runs", "rm", "demo", "--yes").code == 0
    assert not demo.exists()


@pytest.mark.parametrize("columns", [200, 100, 80, 60, 40, 20, 10])
def test_columns_give_way_and_names_are_whole(trained, monkeypatch, capsys, columns):
    monkeypatch.setattr("ganctl.cli.console.width", lambda: columns)
    name = "20261126-081701-cgan-ac-mnist"
    runs = [overview(trained.folder), replace(overview(trained.folder), name=name)]
    view.print_runs(runs, [])
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith(name) for line in lines)
    if columns >= len(name):
        assert max(map(len, lines)) <= columns
    assert ("size" in lines[0]) == (columns > 35)
    assert ("best distance" in lines[0]) == (columns > 75)
    assert ("age" in lines[0]) == (columns > 100)


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(seconds=-5), "0 s"),
        (timedelta(seconds=59), "59 s"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=23), "23 h"),
        (timedelta(days=13), "13 d"),
        (timedelta(days=29), "4 weeks"),
    ],
)
def test_ages(ago, shown):
    now = datetime.now(timezone.utc)
    assert view._age(now - ago, now) == shown


def test_a_run_gets_another_name(ganctl, demo):
    result = ganctl("runs", "rename", "latest", "digits")
    assert result.out == f"{demo.with_name('digits')}\n"
    assert ganctl("runs", "path").out == result.out
    facts = json.loads(ganctl("runs", "rename", "dig", "demo", "--json").out)
    assert facts == {"run": "demo", "folder": str(demo)}
    assert ganctl("sample", "demo", "--digit", "0", "--out", "0.png").code == 0


def test_a_name_that_is_taken_is_refused(ganctl, demo):
    result = ganctl("runs", "rename", "demo", LINES)
    assert result.code == 1
    assert "error: There is a run lines already" in result.err


def test_without_a_terminal_removing_needs_yes(ganctl, demo):
    result = ganctl("runs", "rm", "demo")
    assert result.code == 2
    assert "hint: Give --yes." in result.err
    assert demo.exists()


def test_at_a_terminal_it_asks(ganctl, demo, terminal):
    asked = terminal(yes=False)
    result = ganctl("runs", "rm", "demo")
    assert result.code == 1
    assert "nothing was removed" in result.err
    assert demo.exists()
    terminal(yes=True)
    result = ganctl("runs", "rm", "demo")
    assert result.code == 0
    assert "demo is in the trash. Take it back: ganctl runs restore demo" in result.err
    assert not demo.exists()
    assert ganctl("runs", "rm", "--forever").code == 0
    assert re.fullmatch(r"Move demo \(\d\.\d MB\) to the trash\?", asked[0])
    assert re.fullmatch(r"Delete demo \(\d\.\d MB\) for good\?", asked[2])


def test_several_are_all_moved_or_none(ganctl, demo):
    result = ganctl("runs", "rm", "demo", "nobody", "--yes")
    assert (result.code, demo.exists()) == (1, True)
    lock = Lock(demo.with_name(LINES) / LOCK, "The run lines")
    result = ganctl("runs", "rm", "demo", LINES, "--yes")
    lock.release()
    assert (result.code, demo.exists()) == (1, True)
    assert "lines is already being trained" in result.err
    facts = json.loads(ganctl("runs", "rm", "demo", "dem", LINES, "--yes", "--json").out)
    assert [removed["name"] for removed in facts["removed"]] == ["demo", LINES]


def test_no_run_is_named(ganctl, demo):
    result = ganctl("runs", "rm", "--yes")
    assert result.code == 2
    assert "hint: Name the runs to remove; or empty the trash: --forever" in result.err


def test_a_removed_run_is_restored(ganctl, demo):
    before = Run.open(demo)
    ganctl("runs", "rm", "demo", "--yes")
    assert ganctl("runs", "path").out == f"{demo.with_name(LINES)}\n"
    result = ganctl("runs", "restore", "demo")
    assert (result.out, result.err) == (f"{demo}\n", "")
    assert Run.open(demo) == before
    assert ganctl("runs", "path").out == f"{demo}\n"


def test_of_two_of_a_name_the_last_is_restored(ganctl, demo):
    ganctl("runs", "rm", "demo", "--yes")
    ganctl("runs", "rename", LINES, "demo")
    ganctl("runs", "rm", "demo", "--yes")
    first, _second = trash.contents()
    result = ganctl("runs", "restore", "demo", "--json")
    assert json.loads(result.out)["folder"] == str(demo)
    assert first.reference in result.err
    refused = ganctl("runs", "restore", first.reference)
    assert refused.code == 1
    assert "ganctl runs rename demo NAME" in refused.err
    ganctl("runs", "rename", "demo", LINES)
    assert ganctl("runs", "restore", first.reference).out == f"{demo}\n"


def test_forever_touches_the_trash_alone(ganctl, demo):
    result = ganctl("runs", "rm", "demo", "--forever", "--yes")
    assert result.code == 1
    assert "first ganctl runs rm." in result.err
    assert demo.exists()
    ganctl("runs", "rm", "demo", LINES, "--yes")
    result = ganctl("runs", "rm", "demo", "--forever", "--yes")
    assert "MB are free" in result.err
    assert [removed.name for removed in trash.contents()] == [LINES]
    facts = json.loads(ganctl("runs", "rm", "--forever", "--yes", "--json").out)
    assert [deleted["name"] for deleted in facts["deleted"]] == [LINES]
    assert ganctl("runs", "rm", "--forever", "--yes").err == "note: the trash is empty\n"


def test_where_a_run_and_its_checkpoints_lie(ganctl, demo):
    run = Run.open(demo)
    for reference, expected in (
        ("dem", demo),
        (str(demo), demo),
        ("demo@20", run.checkpoint_path(20)),
        ("demo@latest", run.latest_checkpoint()),
        ("demo@best", run.best_checkpoint()),
        ("latest@40", run.latest_checkpoint()),
    ):
        assert ganctl("runs", "path", reference).out == f"{expected}\n"
        facts = json.loads(ganctl("runs", "path", reference, "--json").out)
        assert facts == {"path": str(expected)}
    assert Path(ganctl("runs", "path", "pretrained/mnist").out.strip()).is_file()


@pytest.mark.parametrize("reference", ["nobody", "demo@7", ""])
def test_what_is_not_there_has_no_path(ganctl, demo, reference):
    result = ganctl("runs", "path", reference)
    assert (result.code, result.out) == (1, "")
    assert "hint: " in result.err


def test_before_there_is_any_run_there_is_no_path(ganctl):
    for reference in ((), ("latest",)):
        result = ganctl("runs", "path", *reference)
        assert (result.code, result.out) == (1, "")
        assert "There is no run yet" in result.err


def test_json_before_the_command_is_told(ganctl, demo):
    result = ganctl("runs", "--json", "path")
    assert result.code == 2
    assert "hint: Put it behind path." in result.err


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_help_ends_with_examples(ganctl, name):
    shown = ganctl("runs", name, "--help").out
    assert re.findall(r"^(\w+):$", shown, re.MULTILINE)[-1] == "Examples"
    assert not re.search(r"<\w+>|\bTEXT\b", shown)


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_work(ganctl, demo, terminal, example):
    terminal(yes=True)
    if "restore" in example:
        ganctl("runs", "rm", "demo", "--yes")
    words = shlex.split(re.sub(r'^cd "\$\((.*)\)"$', r"\1", example))
    assert ganctl(*words[1:]).code == 0


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ganctl runs re", ["rename", "restore"]),
        ("ganctl runs rename de", ["demo"]),
        ("ganctl runs rm li", []),
        ("ganctl runs rm de", ["demo"]),
        ("ganctl runs path de", ["demo"]),
        ("ganctl runs restore li", ["lines"]),
        ("ganctl runs rm --forever li", ["lines"]),
        ("ganctl runs rm --forever de", []),
    ],
)
def test_words_complete(demo, ganctl, capfd, monkeypatch, line, expected):
    ganctl("runs", "rm", LINES, "--yes")
    variables = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    for name, value in {**variables, "_GANCTL_COMPLETE": "complete_bash"}.items():
        monkeypatch.setenv(name, value)
    capfd.readouterr()
    with pytest.raises(SystemExit):
        main()
    assert capfd.readouterr().out.split() == expected


def test_commands_that_are_printed_are_of_this_program(ganctl, demo, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/ganctl/__main__.py"])
    said = ganctl("runs", "rm", "demo", "--yes").err
    assert f"Take it back: {shlex.quote(sys.executable)} -m ganctl runs restore demo" in said
    ganctl("runs", "rm", LINES, "--yes")
    for words in (["runs", "list"], ["info", "--all"]):
        said = ganctl(*words).err
        assert f"make one with: {shlex.quote(sys.executable)} -m ganctl train" in said


def test_data_from_memory_are_counted(ganctl, demo, home):
    assert "from memory" not in ganctl("runs").out
    (home / "data" / "0123").mkdir(parents=True)
    (home / "data" / "0123" / "memory.npz").write_bytes(bytes(1_500_000))
    assert f"data from memory: 1 file, 1.5 MB in {home / 'data'}" in ganctl("runs").out
    facts = json.loads(ganctl("runs", "--json").out)
    assert facts["data_from_memory"] == {"files": 1, "bytes": 1_500_000}
