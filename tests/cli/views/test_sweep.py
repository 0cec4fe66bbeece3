"""A sweep as it shows: which training is where, on a terminal of any height, and in a file."""

import io
import re

import pytest
from rich.console import Console

from ganctl.cli.views.sweep import LiveTable, PlainLines, SweepView, in_words, shown, sweep_view
from ganctl.requests.budget import Progress
from ganctl.sweeps.members import Member, State
from ganctl.sweeps.plan import plan_sweep


@pytest.fixture
def members(tmp_path):
    trainings = plan_sweep(["batch=8,16"], "1-10", {"steps": 100}).trainings("demo")
    found = [Member(each, tmp_path / each.name) for each in trainings]
    for member in found[:6]:
        member.state = State.DONE
    found[6].state, found[6].why = State.DIVERGED, "a weight became NaN"
    found[7].state = State.TRAINING
    found[7].progress, found[7].spent = Progress(50, 800, 2.0), 0.5
    found[7].images_per_second = 400.0
    return found


def drawn(members, height=40, width=100):
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=width, height=height, color_system=None)
    table = LiveTable(console, "demo", members)
    table.prepare("reading", 1, 2)
    table.update(None)
    table.note("odd")
    table._area.close(keep=True)
    return file.getvalue()


def test_the_table_says_where_each_is(members):
    text = drawn(members)
    assert "demo: 12 waiting, 1 training, 6 done, 1 diverged" in text
    assert re.search(r"│ batch-16_seed-4 +training ", text)
    assert "50% · step 50 · 400 images/s" in text
    assert "a weight became NaN" in text


def test_a_narrow_terminal_cuts_no_name(members):
    text = drawn(members, width=60)
    assert re.search(r"│ batch-16_seed-4 +training .*50% · step", text)


def test_a_low_terminal_shows_what_works(members):
    assert [member.state for member in shown(members, 3)] == [
        State.DIVERGED, State.TRAINING, State.WAITING
    ]  # fmt: skip
    assert len(shown(members, 100)) == len(members)
    assert "batch-16_seed-4" in drawn(members, height=12)


def test_what_waits_or_is_over_is_shown_too(members):
    members[7].state = State.WAITING
    assert State.WAITING in {member.state for member in shown(members, 4)}
    for member in members:
        member.state = State.DONE
    assert shown(members, 4) == members[-4:]


def test_lines_are_one_for_each_change(members):
    file = io.StringIO()
    view = SweepView(Console(file=file, width=200), PlainLines(Console(file=file), members))
    view.prepare("reading", 0, None)
    view.prepare("reading", 1, 2)
    view.update(None)
    view.update(members[7])
    view.note("odd")
    view.close()
    assert file.getvalue().splitlines() == [
        "reading …",
        "7/20  demo_batch-16_seed-4: training  50% · step 50 · 400 images/s",
        "note: odd",
    ]


def test_a_lost_terminal_stops_nothing(members):
    class Lost(io.StringIO):
        def write(self, _text):
            raise OSError

    view = SweepView(Console(file=Lost()), PlainLines(Console(file=Lost()), members))
    view.update(members[7])
    view.update(members[7])


def test_where_nobody_looks_there_is_no_table(members, capfd):
    view = sweep_view("demo", members, quiet=True)
    view.update(members[7])
    view.prepare("reading", 0, None)
    view.close()
    sweep_view("demo", members, quiet=False).update(members[7])
    assert capfd.readouterr().err.count("\n") == 1


def test_words_of_a_member(members):
    assert in_words(members[8]) == ""
    members[7].progress = Progress(0, 0, 0.0)
    assert in_words(members[7]) == "starting"
    members[7].progress, members[7].state = Progress(5, 80, 1.0), State.STOPPED
    assert in_words(members[7]) == "step 5"
