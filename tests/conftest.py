"""Every test has a home and a working folder of its own, and no terminal.

``pytest -n 2`` runs the everyday tests, which the markers narrow down:

* ``slow``: more of what the everyday tests hold already (all combinations, published figures,
  real digits), and waits for nothing but the processor.
* ``process``: its subject is a process (a signal, a kill, torchrun, two trainings at once), so
  that it starts ganctl in one, which imports torch anew.

``pytest -n 2 -m ""`` runs all of them, ``-m slow`` or ``-m process`` some. Without the slow ones
Hypothesis tries 20 examples of everything, with them 100, unless ``--hypothesis-profile`` names
another profile than ``everyday`` or ``thorough``.

A GPU is out of sight, since what tests expect is exact on a CPU alone; with
``CUDA_VISIBLE_DEVICES=0`` they see it. In this process nothing is flushed to the disk and
``loss.png`` is a single pixel, unless a test asks for ``real_fsync`` or ``real_curves``. What takes
long to make (unpacked MNIST, judges, trained runs) is made once for all processes of a session; a
test gets a copy of what it might change.
"""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import settings
from numpy.typing import NDArray

from ganctl.cli.app import run as run_cli
from ganctl.cli.commands.train import with_resume_value
from ganctl.errors import RunError
from ganctl.pictures.images import png_bytes
from ganctl.requests.networks import CodeMap
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run

TINY_CLASSES = ("across", "down")
COMMAND_OF = functools.cache(typer.main.get_command)
ONE_PIXEL = png_bytes(np.zeros((1, 1), np.uint8), {})


def pytest_configure(config: pytest.Config) -> None:
    """Hide GPUs, and let Hypothesis try more where the slow tests are asked for."""
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
    # No deadline: a busy machine would break it.
    settings.register_profile("everyday", max_examples=20, deadline=None)
    settings.register_profile("thorough", max_examples=100, deadline=None)
    if not config.getoption("--hypothesis-profile"):
        everyday = "not slow" in config.getoption("markexpr")
        settings.load_profile("everyday" if everyday else "thorough")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Small networks gain nothing from threads, and two test processes would fight over them."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def _interruptible() -> None:
    """A shell starts its background jobs with Ctrl-C ignored, ``nohup`` hangups too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all the processes of this session."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process to ask for it has filled by ``make``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with only_one(folder.with_name(f"{folder.name}.lock")):
        done = folder.with_name(f"{folder.name}.done")
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return folder


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Wait until no other process holds the lock at ``path``, and hold it."""
    while True:
        try:
            lock = Lock(path, path.stem)
            break
        except RunError:
            continue
    try:
        yield
    finally:
        lock.release()


@pytest.fixture(scope="session", autouse=True)
def shared_cache(shared: Path) -> Iterator[Path]:
    """One unpacked copy of MNIST, and one judge of the same data, for all; nobody's home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCTL_CACHE", str(shared / "cache"))
        patch.setenv("GANCTL_HOME", str(shared / "nobody"))
        yield shared / "cache"


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the user's home, folder and terminal out of the tests."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "GANCTL_DEBUG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GANCTL_HOME", str(tmp_path / "home"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield


@pytest.fixture
def real_fsync() -> None:
    """Ask for files that are flushed to the disk."""


@pytest.fixture
def real_curves() -> None:
    """Ask for a ``loss.png`` that is drawn."""


@pytest.fixture(autouse=True)
def quick(request: pytest.FixtureRequest) -> Iterator[None]:
    """Spare this process what takes long and few tests look at."""
    real = {"fsync", "curves"} & {name.removeprefix("real_") for name in request.fixturenames}
    with pytest.MonkeyPatch.context() as patch:
        spare(patch, {"fsync", "curves"} - real)
        yield


def spare(patch: pytest.MonkeyPatch, what: set[str]) -> None:
    """Flush nothing to the disk, and draw no curves."""
    if "fsync" in what:
        patch.setattr(os, "fsync", lambda _descriptor: None)
    if "curves" in what:
        patch.setattr("ganctl.pictures.plots.loss_plot", lambda *_: ONE_PIXEL)


@pytest.fixture
def hasty_judges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judges that learn next to nothing, where no figure of theirs is looked at."""
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
    hurry_judges(monkeypatch)


def hurry_judges(patch: pytest.MonkeyPatch) -> None:
    """Let judges learn next to nothing, of data that no other test is judged by."""
    patch.setattr("ganctl.engine.evaluation.judges.STEPS", 3)
    patch.setattr("ganctl.engine.evaluation.judges.QUICK_STEPS", 3)
    patch.setattr("ganctl.engine.evaluation.cas.STEPS", 3)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The home that ganctl sees; it does not exist yet."""
    return tmp_path / "home"


@dataclass(frozen=True)
class Result:
    """What a command line gave back."""

    code: int
    out: str
    err: str


@pytest.fixture
def ganctl(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    """Run a command line in this process, as ``main`` does."""
    # Hints name the program as it was called; ``python -m pytest`` looks like ``python -m ganctl``.
    monkeypatch.setattr(sys, "argv", ["pytest"])
    # Typer would read the options of all commands anew at each call, which takes 20 ms.
    monkeypatch.setattr("typer.main.get_command", COMMAND_OF)

    def call(*arguments: str | Path) -> Result:
        capfd.readouterr()
        code = run_cli(with_resume_value([str(argument) for argument in arguments]))
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return call


@contextmanager
def long_process(
    command: Sequence[str], has_begun: Callable[[], bool]
) -> Iterator[subprocess.Popen[str]]:
    """Start a training that would last for hours, and yield its process once it has begun."""
    process = subprocess.Popen(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        if has_begun():
            break
        time.sleep(0.05)
    assert process.poll() is None, process.communicate()
    yield process
    process.kill()
    process.communicate()


def tiny_images(count: int = 64) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return 8×8 pictures of a line across (class 0) or down (class 1), and their classes."""
    images = np.zeros((count, 8, 8), np.uint8)
    labels = np.arange(count) % 2
    for index, label in enumerate(labels):
        place = 1 + index // 2 % 6
        if label == 0:
            images[index, place, :] = 255
        else:
            images[index, :, place] = 255
    return images, labels


@pytest.fixture(scope="session")
def tiny_data(shared: Path) -> Path:
    """An ``.npz`` of tiny pictures in two classes with names."""

    def make(folder: Path) -> None:
        images, labels = tiny_images()
        names = np.array(TINY_CLASSES)
        np.savez(folder / "lines.npz", images=images, labels=labels, class_names=names)

    return made_once(shared / "data", make) / "lines.npz"


@pytest.fixture(scope="session")
def small_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ``.npz`` of a few pictures of 28×28, as ``--recipe classic`` wants them."""
    path = tmp_path_factory.mktemp("data") / "lines28.npz"
    images, labels = tiny_images(8)
    large = np.zeros((8, 28, 28), np.uint8)
    large[:, 2:26, 2:26] = images.repeat(3, axis=1).repeat(3, axis=2)
    np.savez(path, images=large, labels=labels, class_names=np.array(TINY_CLASSES))
    return path


@pytest.fixture(scope="session")
def single_class(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ``.npz`` of tiny pictures that are all of one class."""
    path = tmp_path_factory.mktemp("data") / "single.npz"
    images, labels = tiny_images(8)
    np.savez(path, images=images, labels=0 * labels, class_names=np.array(["only"]))
    return path


@pytest.fixture(scope="session")
def train_once(shared: Path, tiny_data: Path) -> Callable[..., Path]:
    """Train on tiny data for 40 steps, with previews every 10; only once for the same name."""

    def call(
        name: str, *, finishing: Callable[[Path], object] = lambda _run: None, **options: Any
    ) -> Path:
        def make(home: Path) -> None:
            from ganctl.engine.training.loop import train

            config = TrainRequest(
                data=str(tiny_data), steps=40, batch=16, preview_every=10, keep=2, **options
            )
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("GANCTL_HOME", str(home))
                spare(patch, {"fsync", "curves"})
                for _ in train(Run.new(home / "runs" / name, config)):
                    pass
            finishing(home / "runs" / name)

        return made_once(shared / "trained" / name, make) / "runs" / name

    return call


@pytest.fixture
def trained(train_once: Callable[..., Path], home: Path) -> Run:
    """A copy of a finished run, with checkpoints every 10 steps, in this test's home."""
    return copied(train_once("lines", checkpoint_every=10), home)


@pytest.fixture
def trained_gan(train_once: Callable[..., Path], home: Path) -> Run:
    """The same for a generator that knows no labels."""
    return copied(train_once("free", model="gan"), home)


@pytest.fixture(scope="session")
def crossed(train_once: Callable[..., Path]) -> Path:
    """A run with codes, whose category 0 means class 1 and the reverse, whatever it learned."""
    from safetensors.torch import load_file, save_file

    def cross(folder: Path) -> None:
        path = Run.open(folder).latest_checkpoint()
        header = replace(read_checkpoint_header(path), code_map=CodeMap((1, 0), 0.25))
        save_file(load_file(path), path, header.as_metadata())

    return train_once("coded", model="infogan", finishing=cross)


@pytest.fixture
def trained_infogan(crossed: Path, home: Path) -> Run:
    """The same for a generator with codes, whose category 0 means class 1 and the reverse."""
    return copied(crossed, home)


def copied(folder: Path, home: Path) -> Run:
    """Return a copy of a run in this test's home, as its ``latest``."""
    copy = home / "runs" / folder.name
    shutil.copytree(folder, copy)
    (home / "runs" / "latest").write_text(f"{folder.name}\n")
    return Run.open(copy)


@pytest.fixture
def run(home: Path) -> Run:
    """A run that has begun, and has no checkpoint yet."""
    run = Run.new(home / "runs" / "demo", TrainRequest(steps=10))
    run.begin({"name": "mnist", "classes": ["a", "b"], "count": 100}, {"generator": 5})
    return run
