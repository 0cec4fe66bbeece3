"""A live panel leaves the terminal as it was, and a terminal that is closed ends no training."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from rich.console import Console

from ganctl.cli.terminal import hide_control_keys
from ganctl.cli.views.live.lines import PlainLines
from ganctl.cli.views.training import TrainingView
from ganctl.runs.run import Run
from tests.cli.views.live.moments import moment

pty = pytest.importorskip("pty")
fcntl = pytest.importorskip("fcntl")
termios = pytest.importorskip("termios")

# A training of no networks, which is quick to start: it goes on until it is asked to stop.
ENDLESS = """
import sys, time, types
from types import SimpleNamespace
from ganctl.requests.budget import Progress
from ganctl.runs.header import RunStatus
engine = types.ModuleType("ganctl.engine.training.loop")

def train(run, *, should_stop, **_):
    run.begin({"classes": [], "count": 1}, {})
    losses = {"generator_loss": 1.0, "discriminator_loss": 1.0}
    facts = dict(step=1, total_steps=100, images_seen=8, epoch=0.1, progress=0.5, seconds=1.0)
    facts["judge_progress"] = None
    while not should_stop():
        yield SimpleNamespace(
            **facts,
            images_per_second=8.0,
            losses=losses,
            preview=None,
            preview_names=(),
            quality=None,
            alarms=(),
        )
        time.sleep(0.02)
    run.status = RunStatus.STOPPED
    run.progress = Progress(1, 8, 1.0)
    run.save()

engine.train = train
sys.modules["ganctl.engine.training.loop"] = engine
from ganctl.cli.app import main
main(sys.argv[1:])
"""
CURSOR_UP = b"\x1b[1A"
SHOW_CURSOR, HIDE_CURSOR = b"\x1b[?25h", b"\x1b[?25l"


class Terminal:
    """A terminal of 80 columns, and a training in it."""

    def __init__(self, tiny_data):
        self.master, slave = pty.openpty()
        command = [sys.executable, "-c", ENDLESS, "train", "--data", str(tiny_data)]
        self.process = subprocess.Popen(
            [*command, "--name", "long"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm", "COLUMNS": "80", "LINES": "40"},
        )
        os.close(slave)
        self.shown = b""

    def read_until(self, text):
        deadline = time.monotonic() + 30
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            self.shown += os.read(self.master, 4096)

    def read_to_the_end(self):
        with contextlib.suppress(OSError):  # Linux's way to say that nobody has it open any more.
            while more := os.read(self.master, 4096):
                self.shown += more

    def shows_control_keys(self):
        """Whether Ctrl-C shows as ``^C``, and throws away what was not shown yet."""
        bits = termios.tcgetattr(self.master)[3]
        shown = bool(bits & termios.ECHOCTL)
        assert shown == (not bits & termios.NOFLSH)
        return shown


@pytest.fixture
def terminal(tiny_data):
    terminal = Terminal(tiny_data)
    yield terminal
    terminal.process.kill()
    terminal.process.wait()
    with contextlib.suppress(OSError):
        os.close(terminal.master)


def test_ctrl_c_leaves_the_panel_whole_and_the_terminal_as_it_was(terminal, home):
    assert terminal.shows_control_keys()
    terminal.read_until(b"step 1 of 100")
    assert not terminal.shows_control_keys()
    os.write(terminal.master, b"\x03")
    terminal.read_to_the_end()
    assert terminal.process.wait(timeout=30) == 130
    assert terminal.shows_control_keys()
    assert b"^C" not in terminal.shown
    assert terminal.shown.rindex(SHOW_CURSOR) > terminal.shown.rindex(HIDE_CURSOR)
    last_words = terminal.shown[terminal.shown.rindex(SHOW_CURSOR) :].decode()
    assert str(home / "runs" / "long") in last_words
    assert "everything is saved" in last_words


def test_a_second_ctrl_c_shows_the_cursor_too(terminal):
    terminal.read_until(b"step 1 of 100")
    terminal.process.send_signal(signal.SIGSTOP)
    terminal.process.send_signal(signal.SIGTERM)
    terminal.process.send_signal(signal.SIGINT)
    terminal.process.send_signal(signal.SIGCONT)
    terminal.read_to_the_end()
    assert terminal.process.wait(timeout=30) in (130, 143)
    assert terminal.shows_control_keys()
    assert terminal.shown.rindex(SHOW_CURSOR) > terminal.shown.rindex(HIDE_CURSOR)


def test_ctrl_z_leaves_the_terminal_and_comes_back_below(terminal):
    terminal.read_until(b"step 1 of 100")
    os.write(terminal.master, b"\x1a")
    # Nobody could bring this process back, so that the system lets it go on at once.
    terminal.read_until(SHOW_CURSOR)
    before = len(terminal.shown)
    while HIDE_CURSOR not in terminal.shown[before:]:
        terminal.shown += os.read(terminal.master, 4096)
    terminal.read_until(b"step 1 of 100")
    _, again = terminal.shown.split(SHOW_CURSOR, 1)
    assert CURSOR_UP not in again.split(b"step 1 of 100")[0]
    assert not terminal.shows_control_keys()
    os.write(terminal.master, b"\x03")
    terminal.read_to_the_end()
    assert terminal.process.wait(timeout=30) == 130
    assert terminal.shows_control_keys()


def test_a_terminal_that_is_closed_saves_the_training(terminal, home):
    terminal.read_until(b"step 1 of 100")
    os.close(terminal.master)
    assert terminal.process.wait(timeout=30) == 129
    assert Run.open(home / "runs" / "long").status == "stopped"


def test_control_keys_of_what_is_no_terminal_are_left_alone():
    with Path(os.devnull).open("w") as stream:
        hide_control_keys(stream)()


@pytest.mark.parametrize("lost_by", ["note", "update"])
def test_a_lost_terminal_is_not_written_to_again(lost_by, monkeypatch):
    calls: list[str] = []

    def lose(name):
        def call(*_):
            calls.append(name)
            raise BrokenPipeError

        return call

    console = Console()
    display = PlainLines(console)
    monkeypatch.setattr(console, "print", lose("note"))
    monkeypatch.setattr(display, "update", lose("update"))
    monkeypatch.setattr(display, "prepare", lose("prepare"))
    view = TrainingView(console, display)
    getattr(view, lost_by)("one")
    view.note("two")
    view.update(moment())
    view.prepare("four", 0, None)
    view.close()
    assert calls == [lost_by]
