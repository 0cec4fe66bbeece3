"""Every test has a home, a cache and a working folder of its own, and no terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ganctl.cli import run as run_cli
from ganctl.cli.train import with_resume_value
from ganctl.config import train_config
from ganctl.runs import Run

TINY_CLASSES = ("across", "down")


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> None:
    """Small networks gain nothing from threads, and two test processes would fight over them."""
    import torch

    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One unpacked copy of MNIST for all tests of a process."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the user's home, cache, folder and terminal out of the tests."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TERM", "GANCTL_DEBUG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("GANCTL_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GANCTL_CACHE", str(shared_cache))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield


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
def ganctl(capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run a command line in this process, as ``main`` does."""

    def call(*arguments: str | Path) -> Result:
        capfd.readouterr()
        code = run_cli(with_resume_value([str(argument) for argument in arguments]))
        captured = capfd.readouterr()
        return Result(code, captured.out, captured.err)

    return call


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
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An ``.npz`` of tiny pictures in two classes with names."""
    path = tmp_path_factory.mktemp("data") / "lines.npz"
    images, labels = tiny_images()
    np.savez(path, images=images, labels=labels, class_names=np.array(TINY_CLASSES))
    return path


@pytest.fixture(scope="session")
def trained_folder(tmp_path_factory: pytest.TempPathFactory, tiny_data: Path) -> Path:
    """A finished run on tiny data: 40 steps, with checkpoints and previews every 10."""
    from ganctl.engine.train import train

    home = tmp_path_factory.mktemp("trained")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCTL_HOME", str(home))
        config = train_config(
            data=str(tiny_data), steps=40, batch=16, preview_every=10, checkpoint_every=10
        )
        run = Run.new(home / "runs" / "lines", config)
        for _ in train(run):
            pass
    return run.folder


@pytest.fixture
def trained(trained_folder: Path, home: Path) -> Run:
    """A copy of the finished run in this test's home, as its ``latest``."""
    import shutil

    folder = home / "runs" / "lines"
    shutil.copytree(trained_folder, folder)
    (home / "runs" / "latest").write_text("lines\n")
    return Run.open(folder)
