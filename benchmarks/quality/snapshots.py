"""Trainings that are looked at: the generator as it is after some seconds, and what judges say.

What is looked at is a file of the generator alone, which is made once and may be judged again.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Protocol

import torch

from benchmarks.quality.quality_rows import Row, Spot
from benchmarks.speed.plain_port import CLASSES, DATA
from ganctl import __version__
from ganctl.engine.evaluation.evaluate import evaluate
from ganctl.engine.models.weights import load_generator, save_generator
from ganctl.engine.training.checkpoint import load_state, save_state
from ganctl.engine.training.state import TrainState
from ganctl.requests.recipes import Model
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.locate import find_source
from ganctl.runs.run import Run
from ganctl.signals import stop_on_signals

SAVE_EVERY = 300.0
"""Seconds of a loop's training that a crash may cost."""


class Loop(Protocol):
    """A training of digits whose ``state`` is the engine's, so that it is kept and judged so."""

    state: TrainState

    def step(self) -> None:
        """Take one step, and count it in the state's progress."""


@contextmanager
def workshop(kept: Path | None) -> Iterator[Path]:
    """Give a folder for the runs, which is ganctl's home meanwhile, so that ``latest`` stays."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept.with_name(f"{kept.stem}-runs") if kept else Path(temporary)
        os.environ["GANCTL_HOME"] = str(folder.absolute())
        yield folder.absolute()


def snapshot_path(spot: Spot, folder: Path) -> Path:
    """Return where the generator of a spot is kept in a workshop."""
    return folder / "snapshots" / f"{spot.run}-at-{spot.mark:g}s.safetensors"


def save_snapshot(source: Path, seconds: float, path: Path) -> None:
    """Write a checkpoint's generator, with the seconds that count for it."""
    generator, header = load_generator(source)
    timed = replace(header, progress=replace(header.progress, seconds=seconds))
    save_generator(generator, timed, path, torch.float32)


def train_whole(
    options: Mapping[str, object], folder: Path, *, threads: int | None = None
) -> tuple[float, Path]:
    """Train by the command line; return the seconds of the process and its last checkpoint."""
    if folder.exists():  # An interrupted run was not timed as a whole.
        shutil.rmtree(folder)
    command = [sys.executable, "-m", "ganctl", "train", "--quiet", f"--out={folder}"]
    start = time.monotonic()
    subprocess.run(
        [*command, *(f"--{option}={value}" for option, value in options.items())],
        check=True,
        stdout=subprocess.DEVNULL,
        env=os.environ | ({} if threads is None else {"OMP_NUM_THREADS": str(threads)}),
    )
    seconds = time.monotonic() - start
    return seconds, Run.open(folder).latest_checkpoint()


def train_loop(loop: Loop, spot: Spot, path: Path) -> Path:
    """Begin a loop's training or go on with it, until the mark; return its checkpoint.

    Only steps count; neither what comes before the first one nor saving does.

    Args:
        loop: at its start.
        spot: whose mark to reach, and the seed.
        path: the checkpoint to go on from, if it is there, and to write.

    Raises:
        KeyboardInterrupt: a signal asked to stop; what was trained is saved.
    """
    state = loop.state
    if path.exists():
        load_state(state, path)
    # So that a later part of the training does not draw again what the first one drew.
    torch.manual_seed(1000 * spot.seed + state.step)
    start = time.monotonic() - state.progress.seconds
    due = state.progress.seconds + SAVE_EVERY
    with stop_on_signals(say) as stop:
        while state.progress.seconds < spot.mark and not stop():
            loop.step()
            state.progress = replace(state.progress, seconds=time.monotonic() - start)
            if state.progress.seconds >= due:
                save_loop(state, spot.recipe, path)
                start = time.monotonic() - state.progress.seconds
                due = state.progress.seconds + SAVE_EVERY
        save_loop(state, spot.recipe, path)
    if stop():
        raise KeyboardInterrupt
    return path


def save_loop(state: TrainState, recipe: str, path: Path) -> None:
    """Write a state of a loop, which has no average beside its generator."""
    state.generator_ema.load_state_dict(state.generator.state_dict())
    header = CheckpointHeader(
        ganctl_version=__version__,
        model=Model.CGAN.value,
        recipe=recipe,
        data=DATA,
        classes=tuple(map(str, range(CLASSES))),
        network=state.spec,
        progress=state.progress,
    )
    save_state(state, header, path)


def judged(path: Path, count: int, *, cas: bool = False) -> Row:
    """Return what ``ganctl evaluate`` says of a generator, and how long it was trained."""
    progress = read_checkpoint_header(path).progress
    samples, real = figures(evaluate(find_source(str(path)), n=count, cas=cas))
    return Row(
        seconds=progress.seconds,
        images=progress.images_seen,
        samples=samples,
        real=real,
        judged=count,
        threads=torch.get_num_threads(),
        torch=torch.__version__,
        machine=machine(),
        date=date.today().isoformat(),
    )


def figures(evaluation: Evaluation) -> tuple[dict[str, float], dict[str, float]]:
    """Return each measure of the samples, and of real images."""
    found = evaluation.figures()
    if "label_accuracy" not in found:
        raise ValueError("a model without labels is never right about them")
    samples = {key: figure.samples for key, figure in found.items()}
    real = {key: figure.real for key, figure in found.items()}
    del samples["feature_distance"], real["feature_distance"]
    samples["times_floor"], real["times_floor"] = found["feature_distance"].times_floor, 1.0
    return samples, real


def machine() -> str:
    """Return the processor and how many cores it has here."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text(encoding="utf-8").splitlines() if known.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
