"""Ctrl-C and SIGTERM save the training and say how to go on."""

import os
import shlex
import signal
import subprocess
import sys
import time

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
    while not metrics.exists() and process.poll() is None and time.monotonic() < deadline:
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
