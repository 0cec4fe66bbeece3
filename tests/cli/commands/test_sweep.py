"""``ganctl sweep``: a table, two pictures and two files; stopped, killed and resumed."""

import csv
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout

import pytest
from PIL import Image

from ganctl.cli.app import run as run_cli
from ganctl.cli.completion import complete_sweep, complete_varied
from ganctl.runs.run import Run
from ganctl.sweeps import conductor
from tests.conftest import long_process


class InThisProcess:
    """Stands for a process of ganctl: it does the same here, at once."""

    returncode: int | None = None

    def __init__(self, words, out, err, _environment):
        self.stdin = io.BytesIO()
        texts = io.StringIO(), io.StringIO()
        with redirect_stdout(texts[0]), redirect_stderr(texts[1]):
            self._code = run_cli(words)
        for file, text in zip((out, err), texts, strict=True):
            file.write(text.getvalue().encode())

    def poll(self):
        self.returncode = self._code
        return self._code


@pytest.fixture
def here(monkeypatch):
    """Train in this process."""
    monkeypatch.setattr(conductor, "_started", InThisProcess)
    monkeypatch.setattr(conductor, "PAUSE", 0.0)


def rows_of(folder):
    return list(csv.DictReader(io.StringIO((folder / "results.csv").read_text())))


def test_models_are_compared(ganctl, here, train_once, tiny_data, home):
    train_once("lines", checkpoint_every=10)  # No judge is left to train.
    result = ganctl(
        "sweep", "--data", tiny_data, "--vary", "model=cgan,gan", "--seeds", "1-2",
        "--steps", "4", "--batch", "8", "--name", "models",
    )  # fmt: skip
    folder = home / "sweeps" / "models"
    assert (result.code, result.out) == (0, f"{folder}\n")
    for words in ("training", "4/4  models_model-gan_seed-2: done", "mean", "worst", "spread",
                  "× floor", "sweep.png, curves.png, results.csv", "ganctl sample models_model-",
                  "evaluate --compare models_model-cgan_seed-"):  # fmt: skip
        assert words in result.err
    rows = rows_of(folder)
    assert [row["name"] for row in rows] == [
        "models_model-cgan_seed-1", "models_model-gan_seed-1",
        "models_model-cgan_seed-2", "models_model-gan_seed-2",
    ]  # fmt: skip
    assert {row["n"] for row in rows} == {"10"}
    assert [bool(row["label_accuracy"]) for row in rows] == [True, False] * 2
    # Its runs are ordinary ones.
    assert ganctl("info", "models_model-gan_seed-2").code == 0
    assert Run.open(home / "runs" / "models_model-gan_seed-2").evaluation() is not None
    for name in ("sweep.png", "curves.png"):
        with Image.open(folder / name) as picture:
            assert min(picture.size) > 100
        assert "of a sweep" in ganctl("info", folder / name).out
    # What is done is done, and is drawn again.
    again = ganctl("sweep", "--resume", "models", "--json")
    plain = json.loads(again.out)
    assert plain["sweep"] == str(folder)
    assert "training" not in again.err.replace("trainings", "")
    assert [each["state"] for each in plain["runs"]] == ["done"] * 4
    assert rows_of(folder) == rows


def test_a_training_that_fails_is_named(ganctl, here, tiny_data, home, monkeypatch, train_once):
    train_once("lines", checkpoint_every=10)
    real = conductor._train_words

    def spoilt(member):
        words = real(member)
        return [*words, "--no-such"] if "batch-16" in member.name else words

    monkeypatch.setattr(conductor, "_train_words", spoilt)
    asked = ["--data", str(tiny_data), "--vary", "batch=8,16", "--steps", "2", "--name", "half"]
    result = ganctl("sweep", *asked, "--quiet")
    assert result.code == 1
    assert "error: 1 of 2 trainings are not done: half_batch-16_seed-0 (No such" in result.err
    assert f"--resume {home / 'sweeps' / 'half'}" in result.err
    monkeypatch.setattr(conductor, "_train_words", real)
    assert ganctl("sweep", "--resume", "--quiet").code == 0
    assert [row["state"] for row in rows_of(home / "sweeps" / "half")] == ["done", "done"]


def test_a_dry_run_says_what_would_be_trained(ganctl, tiny_data, home):
    asked = ["sweep", "--data", tiny_data, "--vary", "batch=8,16", "--minutes", "2", "-n"]
    result = ganctl(*asked, "--seeds", "1-3", "--jobs", "2", "--name", "demo")
    assert result.code == 0
    assert "6, 2 at a time" in result.out
    assert "6 minutes of training" in result.out
    assert "demo_batch-16_seed-3: " in result.out
    plain = json.loads(ganctl(*asked, "--json", "--n", "10", "--name", "demo").out)
    assert plain["trainings"][1]["name"] == "demo_batch-16_seed-0"
    assert "10 images" in ganctl(*asked, "--n", "10").out
    assert not home.exists()


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        (["--vary", "modle=cgan"], "no option of train 'modle'", "model"),
        (["--vary", "model=cgan,cgna"], "no model 'cgna'", "cgan"),
        (["--vary", "model=cgan,gan", "--model", "gan"], "--model is given, and varied", "one"),
        (["--vary", "recipe=classic,quick"], "recipe classic is made for", "--image-size 28"),
        (["--vary", "model=cgan,gan", "--n", "0"], "--n 0", "from 1"),
        (["--resume"], "no sweep yet", "--vary"),
        (["--resume", "x", "--steps", "5", "--vary", "a=b"], "--vary, --steps would", "--jobs"),
        ([], "nothing to compare", "--seeds"),
    ],
)
def test_what_cannot_be_asked(ganctl, tiny_data, home, options, message, hint):
    data = [] if "--resume" in options else ["--data", tiny_data]
    result = ganctl("sweep", *data, *options)
    assert result.code in (1, 2)
    assert message in result.err
    assert hint in result.err
    assert not home.exists()


def test_torchrun_cannot_start_it(ganctl, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    result = ganctl("sweep", "--vary", "batch=8,16")
    assert "without torchrun" in result.err


def test_words_complete(ganctl, here, home):
    assert "lr-scale=" in complete_varied("lr")
    assert complete_varied("model=cgan,gan-i") == ["model=cgan,gan-int", "model=cgan,gan-int-cls"]
    assert complete_varied("batch=") == []
    assert complete_sweep("") == []
    (home / "sweeps" / "models").mkdir(parents=True)
    (home / "sweeps" / "models" / "sweep.json").touch()
    assert complete_sweep("") == ["latest", "models"]


COMMAND = (sys.executable, "-m", "ganctl", "sweep")
# So many steps that a signal comes in the middle, also where the machine is quick.
ASKED = ("--vary", "batch=8,16", "--steps", "200", "--checkpoint-every", "50", "--name", "demo")


def has_trained(home, *names):
    def call():
        paths = [home / "runs" / name / "metrics.jsonl" for name in names]
        return all(path.exists() and path.stat().st_size > 0 for path in paths)

    return call


def results(home):
    """Return the rows of a finished sweep, without what depends on the clock and the folder."""
    rows = rows_of(home / "sweeps" / "demo")
    return [{k: v for k, v in row.items() if k not in ("seconds", "run")} for row in rows]


def status_in_the_end(folder):
    """Return the status of a run once no process trains it."""
    deadline = time.monotonic() + 60
    while Run.open(folder).live_status() == "running" and time.monotonic() < deadline:
        time.sleep(0.1)
    return Run.open(folder).live_status()


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory, tiny_data, train_once):
    train_once("lines", checkpoint_every=10)
    home = tmp_path_factory.mktemp("uninterrupted")
    environment = {**os.environ, "GANCTL_HOME": str(home), "OMP_NUM_THREADS": "1"}
    subprocess.run([*COMMAND, *ASKED, "--data", str(tiny_data)], env=environment, check=True)
    return results(home)


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_stopped_sweep_resumes_and_finds_the_same(
    uninterrupted, home, tiny_data, monkeypatch, jobs
):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")  # With other threads sums round otherwise.
    command = [*COMMAND, *ASKED, "--data", str(tiny_data), "--jobs", jobs]
    begun = ["demo_batch-8_seed-0", "demo_batch-16_seed-0"][: int(jobs)]
    with long_process(command, has_trained(home, *begun)) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert out == f"{home / 'sweeps' / 'demo'}\n"
    assert "note: each training stops after its step and is saved; once more quits at once" in err
    assert "trainings are done, and everything is saved" in err
    assert {Run.open(home / "runs" / name).status for name in begun} == {"stopped"}
    resume = shlex.split(err.splitlines()[-1].removeprefix("hint: Resume with: "))
    assert resume[:4] == [*COMMAND]
    finished = subprocess.run(resume, capture_output=True, text=True, check=True)
    assert "2/2" in finished.stderr
    assert results(home) == uninterrupted


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed so on Windows")
def test_trainings_stop_when_the_sweep_is_killed(home, tiny_data, train_once):
    train_once("lines", checkpoint_every=10)
    name = "demo_batch-8_seed-0"
    command = [*COMMAND, *ASKED, "--steps", "1000000", "--data", str(tiny_data)]
    with long_process(command, has_trained(home, name)) as process:
        process.kill()
        process.communicate()
    assert status_in_the_end(home / "runs" / name) == "stopped"


@pytest.mark.slow
@pytest.mark.process
def test_a_second_ctrl_c_quits_at_once(home, tiny_data, train_once):
    train_once("lines", checkpoint_every=10)
    name = "demo_batch-8_seed-0"
    command = [*COMMAND, *ASKED, "--steps", "1000000", "--data", str(tiny_data)]
    with long_process(command, has_trained(home, name)) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert status_in_the_end(home / "runs" / name) in ("stopped", "interrupted")
