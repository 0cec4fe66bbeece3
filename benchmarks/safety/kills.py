"""Does a training survive ``kill -9`` at any moment?

    python -m benchmarks.safety.kills

Trainings with a checkpoint every three steps are killed at random moments, from
their first to long after; each is gone on with and killed again, and so on.
After every kill each file of the run is read, ``ganctl info`` opens it,
``ganctl sample`` draws from it, and a copy of it is gone on with to its end. The
last of a chain of kills must equal a training that nobody killed, bit for bit.

Most are forked from one process that has imported torch, so that a kill takes
about a second; some are whole processes.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import torch
from safetensors.torch import load_file

from benchmarks.safety.faults import damage, images, leftovers
from ganctl.cli.app import run as run_cli
from ganctl.engine.training.loop import train
from ganctl.requests.training import TrainRequest
from ganctl.runs.layout import step_of
from ganctl.runs.run import Run

CHAIN = 20
"""Kills of one run."""
MODELS = ("cgan-ac", "infogan", "gan", "gan-int-cls")
OPTIONS = {"batch": 8, "steps": 100_000, "checkpoint_every": 3, "preview_every": 20}
FORKED_SECONDS, WHOLE_SECONDS = 1.5, 8.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--whole", type=int, default=20, help="of these, whole processes")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    chance = random.Random(arguments.seed)
    whole = set(chance.sample(range(arguments.kills), arguments.whole))
    with tempfile.TemporaryDirectory() as name:
        os.environ["GANCTL_HOME"] = name
        data = images(Path(name) / "data.npz")
        # What is forked need not import the rest of torch, nor train judges of these data.
        for _ in train(Run.new(Path(name) / "first", TrainRequest(data=str(data), steps=2))):
            pass
        counts = Counter[str]()
        for start in range(0, arguments.kills, CHAIN):
            model = MODELS[start // CHAIN % len(MODELS)]
            chain = Chain(Path(name) / "runs", f"run{start}", data, model)
            for number in range(start, min(start + CHAIN, arguments.kills)):
                counts += chain.kill(chance, whole=number in whole)
            counts += chain.end()
    print("| kill -9 | |")
    print("|---|---|")
    for what in WHATS:
        print(f"| {what} | {counts[what]:,} |")
    survived = (
        counts["kills survived"] == counts["kills"] and counts["runs equal"] == counts["runs"]
    )
    sys.exit(0 if survived else 1)


WHATS = (
    "kills",
    "kills survived",
    "kills before the run began",
    "kills before the first checkpoint",
    "kills in the middle of a write",
    "temporary files left when it was gone on with",
    "bytes lost",
    "runs",
    "runs equal",
)


class Chain:
    """One run, killed and gone on with again and again."""

    def __init__(self, runs: Path, name: str, data: Path, model: str) -> None:
        self.folder = runs / name
        self.name = name
        self.step = 0
        self._data = data
        self._model = model

    def kill(self, chance: random.Random, *, whole: bool) -> Counter[str]:
        """Train for a random time, kill the process, and return what was found."""
        arguments = self._arguments(self.name)
        if whole:
            command = [sys.executable, "-m", "ganctl", *arguments]
            process = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            time.sleep(chance.uniform(0, WHOLE_SECONDS))
            process.kill()
            code = process.wait()
        else:
            child = forked(lambda: run_cli(arguments))
            time.sleep(chance.uniform(0, FORKED_SECONDS))
            os.kill(child, signal.SIGKILL)
            code = ended(child)
        found = Counter[str](["kills"])
        wrong = [] if code == -signal.SIGKILL else [f"it had ended with {code}"]
        wrong += self._examine(found)
        if wrong:
            print(f"{self.name} at step {self.step}: {'; '.join(wrong)}", file=sys.stderr)
        else:
            found["kills survived"] += 1
        return found

    def end(self) -> Counter[str]:
        """Train as far without a kill, and return whether the weights are the same."""
        if not self.step:
            return Counter()
        straight = self.folder.with_name(f"{self.name}-straight")
        if ended(forked(lambda: self._train_to_step(straight))):
            return Counter(["runs"])
        one, other = (
            load_file(Run.open(f).checkpoint_path(self.step)) for f in (straight, self.folder)
        )
        same = one.keys() == other.keys() and all(
            torch.equal(one[name], other[name]) for name in one
        )
        shutil.rmtree(straight)
        return Counter(["runs", "runs equal"] if same else ["runs"])

    def _arguments(self, name: str) -> list[str]:
        if (self.folder / "run.json").exists():
            return ["train", "--resume", name, "--quiet"]
        options = [f"--{option.replace('_', '-')}={value}" for option, value in OPTIONS.items()]
        return [
            "train",
            f"--data={self._data}",
            f"--model={self._model}",
            f"--name={name}",
            "--quiet",
            *options,
        ]

    def _examine(self, found: Counter[str]) -> list[str]:
        """Return what is wrong with the run as the killed process left it."""
        if not (self.folder / "run.json").exists():
            found["kills before the run began"] += 1
        else:
            found["bytes lost"] += sum(path.stat().st_size for path in damage(self.folder))
            wrong = [f"{path.name}: {error}" for path, error in damage(self.folder).items()]
            if wrong:
                return wrong
        found["kills in the middle of a write"] += bool(leftovers(self.folder))
        copy = self.folder.with_name(f"{self.name}-copy")
        if self.folder.exists():
            shutil.copytree(self.folder, copy)
        code = ended(forked(lambda: self._use(copy.name)))
        found["temporary files left when it was gone on with"] += len(leftovers(copy))
        shutil.rmtree(copy)
        if code:
            return [f"its use failed at {Use(code).name}"]
        before, self.step = self.step, latest_step(self.folder)
        found["kills before the first checkpoint"] += not self.step
        return [] if self.step >= before else [f"it was at step {before} before"]

    def _use(self, copy: str) -> int:
        """Do what a user does with a run, and return what failed, or 0."""
        step = latest_step(self.folder)
        commands: list[tuple[Use, list[str]]] = []
        if (self.folder / "run.json").exists():
            commands.append((Use.INFO, ["info", copy]))
        if step:
            label = [] if self._model == "gan" else ["--class=all"]
            commands.append(
                (Use.SAMPLE, ["sample", copy, *label, f"--out={self.folder}.npz", "--force"])
            )
        arguments = [*self._arguments(copy), f"--steps={step + 2}"]
        commands.append((Use.RESUME, arguments))
        for use, command in commands:
            if run_cli(command):
                return use.value
        return 0 if latest_step(self.folder.with_name(copy)) == step + 2 else Use.RESUME.value

    def _train_to_step(self, folder: Path) -> int:
        config = Run.open(self.folder).config
        asked = iter(range(self.step + 1))
        for _ in train(Run.new(folder, config), should_stop=lambda: next(asked) == self.step):
            pass
        return 0


class Use(Enum):
    """What a user does with a run; the exit code that says that it failed."""

    INFO = 41
    SAMPLE = 42
    RESUME = 43


def latest_step(folder: Path) -> int:
    """Return the step of a run's newest checkpoint, 0 if there is none."""
    paths = (folder / "checkpoints").glob("step*.safetensors")
    return max(map(step_of, paths), default=0)


def forked(work: Callable[[], int]) -> int:
    """Do something in a process that is forked from this one, in silence; return its number."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        code = work()
    finally:
        os._exit(code)


def ended(child: int) -> int:
    """Wait for a process, and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
