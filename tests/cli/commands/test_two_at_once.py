"""A run has one training at a time; whoever reads meanwhile sees whole files."""

import json
import signal
import subprocess
import sys
import time
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

import ganctl as api
from ganctl.engine.sampling.sampler import Sampler
from ganctl.runs import lock
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run
from tests.conftest import long_process

EVERY_STEP = ["--checkpoint-every", "1", "--preview-every", "1", "--keep", "0"]


@pytest.fixture
def long_training(tiny_data, home, train_once):
    """A training in a process of its own, which replaces all its files at every step."""
    train_once("lines", checkpoint_every=10)  # Its judge is in the cache now.
    command = [sys.executable, "-m", "ganctl", "train", "--data", str(tiny_data), "--name", "long"]
    command += ["--batch", "8", "--steps", "10000000", *EVERY_STEP]
    checkpoints = home / "runs" / "long" / "checkpoints"
    # The first of them comes after the first best one.
    with long_process(command, lambda: any(checkpoints.glob("step*"))) as process:
        yield process


@pytest.mark.process
def test_one_trains_and_all_others_read(long_training, ganctl, home, tiny_data, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    for arguments in (["--resume", "long"], ["--resume"]):
        refused = ganctl("train", *arguments)
        assert (refused.code, refused.out) == (1, "")
        error, hint = refused.err.splitlines()[-2:]
        assert "error: The run long is already being trained by process " in error
        assert f"process {long_training.pid} on " in error
        assert hint.startswith("hint: Wait for it")
    taken = ganctl("train", "--data", tiny_data, "--name", "long")
    assert (taken.code, "already exists" in taken.err) == (1, True)

    steps: set[int] = set()
    deadline = time.monotonic() + 60
    for number in count():
        if number >= 6 and (len(steps) > 1 or time.monotonic() > deadline):
            break
        for command in (
            ["sample", "long@latest", "--digit", "all", "--n", "3", "--out", f"a{number}.png"],
            ["sample", "long", "--digit", "down", "--out", f"b{number}.npz"],
            ["montage", "--cols", "2", "--out", f"c{number}.png"],
            ["gif", "long", "--out", f"d{number}.gif"],
            ["info", "--all"],
        ):
            result = ganctl(*command)
            assert (result.code, result.err) == (0, ""), (command, result)
        facts = json.loads(ganctl("info", "long", "--json").out)
        assert facts["status"] == "running"
        steps.add(facts["step"])
        assert np.isfinite(api.load("long@latest").sample("down")).all()
    assert len(steps) > 1, "the run has not continued meanwhile"
    assert long_training.poll() is None

    long_training.send_signal(signal.SIGKILL)
    long_training.wait(timeout=30)
    facts = json.loads(ganctl("info", "long", "--json").out)
    assert (facts["status"], Run.open(home / "runs" / "long").status) == ("interrupted", "running")
    step = Run.open(home / "runs" / "long").progress.step + 2
    resumed = ganctl("train", "--resume", "long", "--steps", str(step), "--quiet")
    assert (resumed.code, resumed.err) == (0, "")
    assert "finished" in ganctl("info", "long").out


# The part of a training that makes its folder; it needs no torch.
BEGIN = """
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import new_run
run = new_run(TrainRequest())
input()
run.hold()
run.begin({}, {})
print(run.folder)
"""


def test_processes_that_start_at_once_are_runs_of_their_own(home):
    several = [
        subprocess.Popen(
            [sys.executable, "-c", BEGIN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    folders = {process.communicate("\n", timeout=60)[0].strip() for process in several}
    assert len(folders) == len(several)
    assert folders == {str(path.parent) for path in (home / "runs").glob("*/run.json")}
    assert str(home / "runs" / (home / "runs" / "latest").read_text().strip()) in folders


def test_an_exception_of_the_caller_lets_the_run_go(tiny_data, home):
    """A notebook keeps the traceback, and with it all that it refers to."""

    def fail(report):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as kept:
        api.train(data=str(tiny_data), steps=2, batch=8, name="a", on_report=fail)
    run = Run.open(home / "runs" / "a")
    assert kept.tb is not None
    assert run.live_status() == "finished"
    assert run.checkpoints()
    run.hold()
    run.release()


@pytest.mark.parametrize("command", [["sample", "--digit", "all"], ["montage"]])
def test_a_picture_says_the_step_that_it_is_of(ganctl, trained, monkeypatch, command):
    """The training went on while torch was imported, and pruned what had been chosen."""
    chosen = Sampler.of

    def later(source):
        last = trained.latest_checkpoint()
        data, header = load_file(last), read_checkpoint_header(last)
        newer = replace(header, progress=replace(header.progress, step=77))
        save_file(data, trained.checkpoint_path(77), newer.as_metadata())
        last.unlink()
        return chosen(source)

    monkeypatch.setattr(Sampler, "of", later)
    assert ganctl(*command, "latest@latest", "--out", "a.png").code == 0
    assert json.loads(ganctl("info", "a.png", "--json").out)["step"] == 77
