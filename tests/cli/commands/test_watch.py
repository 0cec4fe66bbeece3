"""``ganctl watch`` follows what another process trains."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ganctl.cli.commands import watch
from ganctl.runs.header import RunStatus
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run
from tests.conftest import long_process


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(watch, "PAUSE_SECONDS", 0.01)


def test_of_a_finished_run_it_says_how_good_it_is_and_what_to_type(ganctl, trained):
    result = ganctl("watch")
    assert (result.code, result.out) == (0, "")
    assert f"The run lines is in {trained.folder}" in result.err
    assert "labels right" in result.err
    assert "(real " in result.err
    assert "\n  ganctl montage\n" in result.err
    assert "\n  ganctl report --open\n" in result.err


def test_commands_name_a_run_that_was_named(ganctl, trained):
    assert "\n  ganctl montage lines\n" in ganctl("watch", "li").err


def test_it_shows_what_comes_until_the_run_ends(ganctl, trained, soon):
    run = Run.open(trained.folder)
    run.status = RunStatus.RUNNING
    run.save()
    lock = Lock(run.folder / "lock", "it")

    def go_on():
        time.sleep(0.2)
        run.alarms.append({"step": 40, "kind": "odd", "message": "Something is odd."})
        run.save()
        time.sleep(0.2)
        run.status = RunStatus.FINISHED
        run.save()
        lock.release()

    other = threading.Thread(target=go_on)
    other.start()
    result = ganctl("watch")
    other.join()
    assert result.code == 0
    assert "100%  step 40/40" in result.err
    assert "alarm: Something is odd." in result.err
    assert "The run lines is in" in result.err


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.STOPPED])
def test_a_run_that_nobody_trains_is_told_with_how_to_resume_it(ganctl, trained, status):
    run = Run.open(trained.folder)
    run.status = status
    run.save()
    result = ganctl("watch")
    assert result.code == 0
    said = "interrupted" if status is RunStatus.RUNNING else "stopped"
    assert f"The run lines is {said}; step 40 is saved: labels right" in result.err
    assert "train --resume" in result.err


def test_there_must_be_a_run(ganctl, home):
    assert ganctl("watch").code == 1
    assert "There is no run yet." in ganctl("watch").err


@pytest.mark.process
def test_ctrl_c_leaves_the_run_alone(tiny_data, home):
    start = [sys.executable, "-m", "ganctl"]
    command = [*start, "train", "--data", str(tiny_data), "--name", "long", "--batch", "8"]
    metrics = home / "runs" / "long" / "metrics.jsonl"
    with long_process([*command, "--steps", "10000000"], metrics.exists) as training:
        watching = subprocess.Popen(
            [*start, "watch"], stderr=subprocess.PIPE, env={**os.environ, "FORCE_COLOR": "1"}
        )
        assert watching.stderr is not None
        while "step" not in (text := watching.stderr.readline().decode()):
            assert text
        watching.send_signal(signal.SIGINT)
        assert watching.wait(timeout=30) == 130
        assert b"Traceback" not in watching.stderr.read()
        watching.stderr.close()
        assert training.poll() is None
    assert Run.open(home / "runs" / "long").live_status() is RunStatus.INTERRUPTED
