"""Several processes train as one does, and end as one does."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
import torch
from safetensors.torch import load_file

from ganctl.engine.training.checkpoint import load_state, save_state
from ganctl.engine.training.state import new_state
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run
from tests.conftest import made_once

LONG = ("--steps", "10000000", "--checkpoint-every", "20")


def started(*program, processes=2):
    """Start a program in several processes of one thread each."""
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", str(processes), *program]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )


def torchrun(tiny_data, *arguments, processes=2):
    """Start ``ganctl train`` on tiny data."""
    options = ("--data", str(tiny_data), "--batch", "8", *arguments)
    return started("-m", "ganctl", "train", *options, processes=processes)


def finished(process):
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


def workers_of(process):
    """Return the process ids of the trainings that a torchrun has started."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True)
    return [int(line) for line in found.stdout.split()]


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def long_training(tiny_data, home):
    """A training of two processes that would last for hours, once it has a checkpoint."""
    process = torchrun(tiny_data, "--name", "long", *LONG)
    deadline = time.monotonic() + 100
    while process.poll() is None and time.monotonic() < deadline:
        if list((home / "runs" / "long" / "checkpoints").glob("step*")):
            break
        time.sleep(0.05)
    assert process.poll() is None, process.communicate()
    yield process
    for worker in workers_of(process):
        os.kill(worker, signal.SIGKILL)
    process.kill()
    process.communicate()


# Several command lines one after the other, in the same processes: torch is imported once. Each
# needs a port of its own to meet at, where torchrun gives one for all. Each process measures
# another speed, which speak for other recipes.
SEVERAL = """
import json, os, sys
from ganctl.cli.app import run
from ganctl.engine.training import speed
from ganctl.requests import suited
class Unlike:
    def __init__(self, earlier):
        pass
    def seconds(self):
        return 0.02 if os.environ["RANK"] == "0" else 1e9
speed.Clock, suited.THOROUGH_FROM = Unlike, 100
os.environ["TORCHELASTIC_USE_AGENT_STORE"] = "False"
for port, arguments in json.loads(sys.argv[1]):
    os.environ["MASTER_PORT"] = str(port)
    if code := run(arguments):
        sys.exit(code)
"""
TWO = ("--model", "infogan", "--name", "two", "--steps", "3")
# By turns with batch norm; and in one pass, with the gradient penalty once.
EQUAL = {
    "turns": ("--model", "cgan", "--recipe", "quick", "--steps", "3", "--quiet"),
    "pass": ("--recipe", "swift", "--steps", "9", "--quiet"),
}
# What all scores have in common drops out of pairs, so that its gradient is rounding alone.
LEFT_TO_ROUNDING = "discriminator.realness.bias"


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@pytest.fixture(scope="session")
def session(tiny_data, shared):
    """What two processes trained: a run, one to compare, and one that a single one began."""
    from ganctl import train

    def make(folder):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("GANCTL_HOME", str(folder))
            train(data=str(tiny_data), batch=8, model="cgan-ac", steps=2, name="parts")
            data = ["--data", str(tiny_data), "--batch", "8"]
            lines = [
                ["train", *data, *TWO],
                *(["train", *data, *how, "--name", name] for name, how in EQUAL.items()),
                ["train", "--resume", "parts", "--steps", "4", "--quiet"],
                ["train", *data, "--minutes", "0.02", "--name", "timed", "--quiet"],
            ]
            (folder / "several.py").write_text(SEVERAL)
            numbered = list(zip(free_ports(len(lines)), lines, strict=True))
            process = started(str(folder / "several.py"), json.dumps(numbered))
            code, out, err = finished(process)
        assert code == 0, err
        (folder / "said.json").write_text(json.dumps([out, err]))

    folder = made_once(shared / "torchrun", make)
    return folder / "runs", *json.loads((folder / "said.json").read_text())


@pytest.mark.process
def test_two_train_together_and_one_goes_on(session, ganctl, home):
    runs, out, err = session
    assert out.splitlines() == [str(runs / name) for name in ("two", *EQUAL, "parts", "timed")]
    assert err.count("Trained on 24 images") == 1
    shutil.copytree(runs, home / "runs")
    two = Run.open(home / "runs" / "two")
    assert (two.status, two.progress.images_seen) == ("finished", 24)
    assert len(two.metrics()) == 1
    assert ganctl("train", "--resume", "two", "--steps", "5", "--quiet").code == 0


def numbers_of(run, unpacked):
    """Return every tensor of a run's latest checkpoint, which is packed where it has finished."""
    latest = run.latest_checkpoint()
    header = read_checkpoint_header(latest)
    state = new_state(header.network, run.config.numbers, run.config.seed, torch.device("cpu"))
    load_state(state, latest)
    save_state(state, header, unpacked)
    return load_file(unpacked)


@pytest.mark.process
@pytest.mark.parametrize("way", EQUAL)
def test_two_equal_one(session, ganctl, tiny_data, home, tmp_path, way):
    data = ("--data", tiny_data, "--batch", "8")
    assert ganctl("train", *data, *EQUAL[way], "--name", "one").code == 0
    two, one = Run.open(session[0] / way), Run.open(home / "runs" / "one")
    for name in ("generator_loss", "discriminator_loss", "real_score", "fake_score"):
        assert two.metrics()[-1][name] == pytest.approx(one.metrics()[-1][name], abs=1e-3)
    halves, whole = numbers_of(two, tmp_path / "two"), numbers_of(one, tmp_path / "one")
    assert halves.keys() == whole.keys()
    for name, value in whole.items():
        if way == "pass" and name == LEFT_TO_ROUNDING:
            continue
        # Adam turns a gradient that is nearly zero into a step of either sign.
        apart = (halves[name].double() - value.double()).abs().mean()
        of_more_steps = 0.02 * value.double().abs().mean() if way == "pass" else 0
        assert apart < 1e-3 + of_more_steps, name


@pytest.mark.process
def test_two_go_on_with_the_run_of_one(session, ganctl, tiny_data, home):
    options = ("--model", "cgan-ac", "--steps", "4", "--name", "straight")
    assert ganctl("train", "--data", tiny_data, "--batch", "8", *options).code == 0
    straight, parts = Run.open(home / "runs" / "straight"), Run.open(session[0] / "parts")
    assert parts.progress.step == 4
    assert parts.metrics()[-1]["generator_loss"] == pytest.approx(
        straight.metrics()[-1]["generator_loss"], abs=1e-2
    )


@pytest.mark.process
def test_two_that_measure_other_speeds_agree_on_that_of_the_main_process(session):
    timed = Run.open(session[0] / "timed")
    assert (timed.status, timed.config.recipe) == ("finished", "thorough")


@pytest.mark.process
def test_ctrl_c_saves_once(long_training, home):
    long_training.send_signal(signal.SIGINT)
    code, _, err = finished(long_training)
    assert code != 0
    run = Run.open(home / "runs" / "long")
    assert run.status == "stopped"
    assert run.checkpoint_path(run.progress.step).is_file()
    assert err.count("everything is saved") == 1
    assert err.count("stopping after this step") == 1


@pytest.mark.process
def test_when_one_process_is_killed_the_others_end_and_the_checkpoint_is_whole(
    long_training, home, ganctl
):
    workers = workers_of(long_training)
    assert len(workers) == 2
    os.kill(workers[1], signal.SIGKILL)
    code, _, _ = finished(long_training)
    assert code != 0
    assert not any(is_alive(worker) for worker in workers)
    step = Run.open(home / "runs" / "long").progress.step
    resumed = ganctl("train", "--resume", "long", "--steps", str(step + 2), "--quiet")
    assert resumed.code == 0


@pytest.mark.process
def test_a_batch_that_cannot_be_split_is_refused_once(tiny_data, home):
    code, out, err = finished(torchrun(tiny_data, "--steps", "3", processes=3))
    assert code != 0 and out == ""
    assert err.count("error: --batch 8 cannot be split evenly among 3 processes.") == 1
    assert not (home / "runs").exists()


@pytest.mark.process
@pytest.mark.parametrize("also", [(), ("--dry-run",)])
def test_batch_norm_with_a_gradient_penalty_is_refused(tiny_data, home, also):
    code, out, err = finished(torchrun(tiny_data, "--steps", "3", "--networks", "quick", *also))
    assert code != 0 and out == ""
    assert err.count("error: The networks quick have batch norm in the discriminator") == 1
    assert not (home / "runs").exists()


@pytest.mark.process
def test_a_leader_that_is_refused_holds_up_nobody(ganctl, tiny_data, home):
    options = ("--data", tiny_data, "--batch", "8", "--name", "held", "--quiet")
    assert ganctl("train", *options, "--steps", "2").code == 0
    held = Run.open(home / "runs" / "held")
    held.hold()
    process = torchrun(tiny_data, "--resume", "held", "--steps", "9")
    code, out, err = finished(process)
    held.release()
    assert code != 0 and out == ""
    assert err.count("error: The run held is already being trained") == 1
    assert Run.open(held.folder).progress.step == 2


@pytest.mark.process
def test_a_dry_run_waits_for_nobody(tiny_data, home):
    code, out, err = finished(torchrun(tiny_data, "--steps", "3", "--dry-run", "--json"))
    assert code == 0, err
    assert out.count('"run"') == 1
    assert not home.exists()
