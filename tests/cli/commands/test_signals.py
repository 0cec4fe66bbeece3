"""Ctrl-C, SIGTERM and a hangup save the training and say how to go on."""

import os
import shlex
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from ganctl.runs.run import Run
from ganctl.signals import NOTE, StopRequest, ignore_signals, stop_on_signals
from tests.conftest import long_process

CODES = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]


class AskedLater(StopRequest):
    """Ctrl-C after it was asked for once."""

    def __call__(self):
        asked = super().__call__()
        self.number = signal.SIGINT
        return asked


class AskedOnceItHasBegun(StopRequest):
    """Ctrl-C once a run is in its folder."""

    def __init__(self, above):
        super().__init__()
        self._above = above

    def __call__(self):
        if any(self._above.rglob("run.json")):
            self.number = signal.SIGINT
        return super().__call__()


def ask(monkeypatch, request):
    monkeypatch.setattr(
        "ganctl.cli.commands.train.stop_on_signals", lambda _say: nullcontext(request)
    )


def advised(err, before):
    """Return the arguments of the command that the last line says."""
    program, *arguments = shlex.split(err.splitlines()[-1].removeprefix(before))
    assert program == "ganctl"
    return arguments


@pytest.fixture
def training(tiny_data, home):
    """A training in a process of its own that would last for hours; it has begun."""
    command = [sys.executable, "-m", "ganctl", "train", "--data", str(tiny_data), "--name", "long"]
    command += ["--batch", "8", "--steps", "10000000", "--checkpoint-every", "50"]
    metrics = home / "runs" / "long" / "metrics.jsonl"
    with long_process(command, lambda: metrics.exists() and metrics.stat().st_size > 0) as process:
        yield process


@pytest.mark.process
@pytest.mark.parametrize(("number", "code"), CODES[:2])
def test_a_signal_saves_and_says_how_to_go_on(training, home, ganctl, number, code):
    training.send_signal(number)
    out, err = training.communicate(timeout=120)
    assert training.returncode == code
    run = Run.open(home / "runs" / "long")
    assert out == f"{run.folder}\n"
    assert run.status == "stopped"
    step = run.progress.step
    assert run.checkpoint_path(step).is_file()
    assert run.loss_plot_path.is_file()
    assert f"note: Stopped at step {step}; everything is saved." in err
    command = shlex.split(err.splitlines()[-1].removeprefix("hint: Resume with: "))
    assert command[:3] == [sys.executable, "-m", "ganctl"]
    resumed = ganctl(*command[3:], "--steps", str(step + 3), "--quiet")
    assert resumed.code == 0
    assert Run.open(run.folder).progress.step == step + 3


@pytest.mark.parametrize("place", [["--name", "short"], ["--out", "my run"]])
def test_a_training_stopped_before_its_first_step_goes_on(
    ganctl, tiny_data, train_once, monkeypatch, place, tmp_path
):
    train_once("lines", checkpoint_every=10)  # No judge is left to train.
    with monkeypatch.context() as patch:
        ask(patch, AskedOnceItHasBegun(tmp_path))
        stopped = ganctl("train", "--data", tiny_data, "--batch", "8", "--steps", "3", *place)
    assert stopped.code == 130
    assert "note: Stopped at step 0; everything is saved." in stopped.err
    # The command is pasted into another shell, in another folder.
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    monkeypatch.setenv("GANCTL_HOME", str(tmp_path / "other home"))
    resumed = ganctl(*advised(stopped.err, "hint: Resume with: "))
    assert (resumed.code, resumed.out) == (0, stopped.out)
    assert Run.open(Path(resumed.out.strip())).progress.step == 3


def test_a_preparation_can_be_stopped(ganctl, tiny_data, home, monkeypatch, tmp_path):
    """Judges of new data take minutes to train."""
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "empty"))
    with monkeypatch.context() as patch:
        ask(patch, AskedLater())
        stopped = ganctl("train", "--data", tiny_data, "--batch", "8", "--steps", "3")
    assert stopped.code == 130
    assert "note: Stopped before the first step." in stopped.err
    assert ganctl(*advised(stopped.err, "hint: Start again with: ")).code == 0


def test_a_stop_before_anything_is_written_gives_the_same_command(
    ganctl, tiny_data, home, monkeypatch
):
    command = ["train", "--data", str(tiny_data), "--name", "new", "--steps", "3"]
    with monkeypatch.context() as patch:
        ask(patch, StopRequest(signal.SIGINT))
        stopped = ganctl(*command)
    assert stopped.code == 130
    assert not home.exists()
    assert advised(stopped.err, "hint: Start again with: ") == command


def test_a_stop_while_torch_is_imported_leaves_a_run_as_it_is(ganctl, trained, monkeypatch):
    before = trained.latest_checkpoint().stat()
    with monkeypatch.context() as patch:
        ask(patch, StopRequest(signal.SIGTERM))
        stopped = ganctl("train", "--resume", "lines", "--steps", "41")
    assert stopped.code == 143
    assert "note: Stopped before the first step." in stopped.err
    assert trained.latest_checkpoint().stat() == before
    arguments = advised(stopped.err, "hint: Start again with: ")
    assert ganctl(*arguments, "--steps", "41").code == 0


# A training whose step never ends, and needs no torch. Its naps are short, since a signal that
# comes just before a nap does not cut it off.
STUCK = """
import sys, time, types
engine = types.ModuleType("ganctl.engine.training.loop")
def train(*_, **__):
    print("begun", file=sys.stderr, flush=True)
    for _ in range(6000):
        time.sleep(0.1)
engine.train = train
sys.modules["ganctl.engine.training.loop"] = engine
from ganctl.cli.app import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(("number", "code"), CODES)
def test_a_second_signal_quits_at_once(tiny_data, number, code):
    command = [sys.executable, "-c", STUCK, "train", "--data", str(tiny_data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        try:
            assert it.stdout is not None
            assert it.stderr is not None
            assert it.stderr.readline() == "begun\n"
            it.send_signal(number)
            assert "once more quits at once" in it.stderr.readline()
            assert it.poll() is None
            it.send_signal(number)
            assert it.wait(timeout=30) == code
            assert it.stdout.read() == ""
        finally:
            it.kill()


@pytest.mark.parametrize(("number", "code"), CODES)
def test_the_first_signal_asks_and_the_second_does_what_it_did_before(number, code):
    said: list[str] = []
    heard: list[int] = []
    before = signal.signal(number, lambda given, _frame: heard.append(given))
    try:
        with stop_on_signals(said.append) as should_stop:
            assert not should_stop()
            os.kill(os.getpid(), number)
            assert should_stop()
            assert should_stop.exit_code == code
            assert not heard
            os.kill(os.getpid(), number)
        assert heard == [number]
    finally:
        signal.signal(number, before)
    assert said == [NOTE]


def test_the_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals(print):
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


# What a command may be in the middle of: a temporary file, and what nobody should hear of.
BUSY = """
import os, sys, threading, time
from pathlib import Path
from ganctl.files import atomic
from ganctl.signals import quit_on_signals, tidied
folder, where = Path(sys.argv[1]), sys.argv[2]
quit_on_signals()

def wait(*_):
    print("begun", file=sys.stderr, flush=True)
    for _ in range(6000):
        time.sleep(0.1)

def fail():
    raise RuntimeError("it cannot be tidied")

def hang():
    threading.Event().wait()

if where == "write":
    atomic.os.fsync = wait
    atomic.write_atomically(folder / "file", b"new")
elif where == "import":
    (folder / "slow.py").write_text("import __main__; __main__.wait()")
    sys.path.insert(0, str(folder))
    try:
        import slow
    except BaseException as error:
        print(f"{type(error).__name__} was raised", file=sys.stderr)
else:
    tidy = {"tidy": lambda: (folder / "tidied").touch(), "fail": fail, "hang": hang}[where]
    with tidied(tidy):
        wait()
"""


@pytest.mark.parametrize(
    ("where", "number", "code"),
    [
        ("write", *CODES[0]),
        ("import", *CODES[1]),
        ("tidy", *CODES[2]),
        ("fail", *CODES[0]),
        ("hang", *CODES[0]),
    ],
)
def test_a_command_ends_at_once_in_good_order(tmp_path, where, number, code):
    (tmp_path / "file").write_bytes(b"old")
    command = [sys.executable, "-c", BUSY, str(tmp_path), where]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as it:
        try:
            assert it.stderr is not None
            assert it.stderr.readline() == "begun\n"
            it.send_signal(number)
            assert it.wait(timeout=30) == code
            assert it.stderr.read() == ""
        finally:
            it.kill()
    assert (tmp_path / "file").read_bytes() == b"old"
    assert list(tmp_path.glob(".*")) == []
    assert (tmp_path / "tidied").exists() == (where == "tidy")


def test_where_nothing_is_left_to_stop_signals_are_ignored():
    before = {each: signal.getsignal(each) for each, _ in CODES}
    try:
        ignore_signals()
        for each, _ in CODES:
            os.kill(os.getpid(), each)
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def test_what_was_ignored_stays_ignored():
    """As ``nohup ganctl train`` asks for hangups."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals(print) as should_stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not should_stop()
    finally:
        signal.signal(signal.SIGHUP, before)
