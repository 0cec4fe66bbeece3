"""Ctrl-C and SIGTERM save the training and say how to go on."""

import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from ganctl.cli.signals import stop_on_signals
from ganctl.runs import Run


@pytest.fixture
def training(tiny_data, home):
    """A training in a process of its own that would last for hours; it has begun."""
    command = [sys.executable, "-m", "ganctl", "train", "--data", str(tiny_data), "--name", "long"]
    command += ["--batch", "8", "--steps", "10000000", "--checkpoint-every", "50"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    metrics = home / "runs" / "long" / "metrics.jsonl"
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if metrics.exists() and metrics.stat().st_size:
            break
        time.sleep(0.05)
    assert process.poll() is None, process.communicate()
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_saves_and_says_how_to_go_on(training, home, ganctl, number):
    training.send_signal(number)
    out, err = training.communicate(timeout=30)
    assert training.returncode == 130
    run = Run.open(home / "runs" / "long")
    assert out == f"{run.folder}\n"
    assert run.status == "stopped"
    step = run.progress["step"]
    assert run.checkpoint_path(step).is_file()
    assert run.loss_plot_path.is_file()
    assert f"note: Stopped at step {step}; everything is saved." in err
    command = err.splitlines()[-1].removeprefix("hint: Go on with: ")
    assert command == "ganctl train --resume long"
    resumed = ganctl(*shlex.split(command)[1:], "--steps", str(step + 3), "--quiet")
    assert resumed.code == 0
    assert Run.open(run.folder).progress["step"] == step + 3


@pytest.mark.parametrize("place", [["--name", "short"], ["--out", "my run"]])
def test_a_training_stopped_before_its_first_step_goes_on(
    ganctl, tiny_data, train_once, monkeypatch, place
):
    train_once("lines", checkpoint_every=10)  # Nothing is left to prepare.
    with monkeypatch.context() as patch:
        patch.setattr("ganctl.cli.train.stop_on_signals", lambda: nullcontext(lambda: True))
        stopped = ganctl("train", "--data", tiny_data, "--batch", "8", "--steps", "3", *place)
    assert stopped.code == 130
    assert "note: Stopped at step 0; everything is saved." in stopped.err
    command = stopped.err.splitlines()[-1].removeprefix("hint: Go on with: ")
    resumed = ganctl(*shlex.split(command)[1:])
    assert (resumed.code, resumed.out) == (0, stopped.out)
    assert Run.open(Path(resumed.out.strip())).progress["step"] == 3


def test_a_preparation_can_be_stopped(ganctl, tiny_data, home, monkeypatch, tmp_path):
    """Judges of new data take minutes to train."""
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "empty"))
    with monkeypatch.context() as patch:
        patch.setattr("ganctl.cli.train.stop_on_signals", lambda: nullcontext(lambda: True))
        stopped = ganctl("train", "--data", tiny_data, "--batch", "8", "--steps", "3")
    assert stopped.code == 130
    assert "note: Stopped before the first step." in stopped.err
    command = stopped.err.splitlines()[-1].removeprefix("hint: Start again with: ")
    assert ganctl(*shlex.split(command)[1:]).code == 0


# A training whose step never ends, and needs no torch.
STUCK = """
import sys, time, types
engine = types.ModuleType("ganctl.engine.train")
engine.train = lambda *_, **__: (print("begun", file=sys.stderr, flush=True), time.sleep(600))
sys.modules["ganctl.engine.train"] = engine
from ganctl.cli import main
main(sys.argv[1:])
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15)])
def test_a_second_signal_quits_at_once(tiny_data, number, code):
    command = [sys.executable, "-c", STUCK, "train", "--data", str(tiny_data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as it:
        try:
            assert it.stderr.readline() == "begun\n"
            it.send_signal(number)
            assert "once more quits at once" in it.stderr.readline()
            assert it.poll() is None
            it.send_signal(number)
            assert it.wait(timeout=30) == code
            assert it.stdout.read() == ""
        finally:
            it.kill()


def test_the_first_signal_asks_and_the_second_quits():
    with stop_on_signals() as should_stop:
        assert not should_stop()
        os.kill(os.getpid(), signal.SIGINT)
        assert should_stop()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_the_handlers_are_put_back():
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGTERM) is not before
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_was_ignored_stays_ignored():
    """As ``nohup ganctl train`` asks for hangups."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stop_on_signals() as should_stop:
            os.kill(os.getpid(), signal.SIGHUP)
            assert not should_stop()
    finally:
        signal.signal(signal.SIGHUP, before)
