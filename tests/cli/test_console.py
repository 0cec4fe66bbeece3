"""Results on stdout, words and bars on stderr, and no bars in files."""

import json

import pytest
from rich.console import Console

from ganctl.cli import console


@pytest.fixture
def terminal(monkeypatch):
    """A console that believes in a terminal, and records."""
    recorder = Console(force_terminal=True, width=80, record=True, stderr=True)
    monkeypatch.setattr(console, "stderr", lambda: recorder)
    return recorder


def test_results_and_words_go_apart(capfd):
    console.print_json({"a": [1, "ä"]})
    console.note("look")
    console.print_error("it is so", "do this")
    captured = capfd.readouterr()
    assert json.loads(captured.out) == {"a": [1, "ä"]}
    assert captured.err == "note: look\nerror: it is so\nhint: do this\n"


def test_long_words_are_not_broken_and_brackets_are_no_markup(capfd):
    text = "x" * 300 + " [bold]not markup[/bold] [/]"
    console.note(text)
    assert capfd.readouterr().err == f"note: {text}\n"


def test_facts_and_tables_are_whole_in_a_file(capfd):
    console.print_facts({"name": "y" * 200, "list": "[1, 2]"})
    console.print_table(["run", "n"], [["z" * 200, "1"]])
    out = capfd.readouterr().out
    assert "y" * 200 in out
    assert "z" * 200 in out
    assert "[1, 2]" in out


def test_bars_show_on_a_terminal(terminal):
    with console.progress() as report:
        for done in range(0, 101, 10):
            report("drawing", done, 100)
        terminal.print("still going")
    assert "drawing" in terminal.export_text()


def test_no_bars_in_a_file_or_when_quiet(capfd, terminal, monkeypatch):
    with console.progress(quiet=True) as report:
        report("drawing", 1, 2)
    assert terminal.export_text() == ""
    monkeypatch.undo()
    with console.progress() as report:
        report("drawing", 1, 2)
    assert capfd.readouterr().err == ""
