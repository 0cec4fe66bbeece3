"""What more processes give: images a second of one process, of two, and of one with two threads.

    python -m benchmarks.speed.processes

Each trains the same batches of MNIST with one thread a process, unless it says
otherwise; they take turns, and the table has the medians and their ratio to
one process. The speed is that of the steps alone, without start and looks: it counts
from the first log interval after the early previews, and leaves out the last one.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from ganctl.engine.training.watching.previews import EARLY_STEPS

ONE = [sys.executable, "-m", "ganctl"]
TWO = [
    *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
    *("--nproc-per-node", "2", "-m", "ganctl"),
]
WAYS = {
    "one process, one thread": (ONE, 1),
    "two processes, one thread each": (TWO, 1),
    "one process, two threads": (ONE, 2),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--recipe", default="modern")
    arguments = parser.parse_args()
    options = {"recipe": arguments.recipe, "batch": arguments.batch, "steps": arguments.steps}

    speeds: dict[str, list[float]] = {way: [] for way in WAYS}
    for _ in range(arguments.rounds):
        for way, (command, threads) in WAYS.items():
            speeds[way].append(images_per_second(command, threads, options))
    medians = {way: statistics.median(found) for way, found in speeds.items()}
    print("| | images/s | ratio |")
    print("|---|---|---|")
    for way, speed in medians.items():
        print(f"| {way} | {speed:,.0f} | {speed / medians['one process, one thread']:.2f} |")


def images_per_second(command: list[str], threads: int, options: dict[str, object]) -> float:
    """Train once in a home of its own, and return the median speed of the log intervals.

    Raises:
        SystemExit: there is none between the early previews and the look at the end.
    """
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "GANCTL_HOME": home, "OMP_NUM_THREADS": str(threads)}
        flags = [f"--{name}={value}" for name, value in options.items()]
        out = subprocess.run(
            [*command, "train", "--quiet", "--preview-every=1000000", *flags],
            check=True,
            stdout=subprocess.PIPE,
            env=environment,
            text=True,
        ).stdout
        metrics = (Path(out.strip()) / "metrics.jsonl").read_text(encoding="utf-8")
    lines = [json.loads(line) for line in metrics.splitlines()]
    # The last one is short, or has a look in it.
    speeds: list[float] = [
        line["images_per_second"]
        for before, line in pairwise(lines[:-1])
        if before["step"] >= EARLY_STEPS[-1]
    ]
    if not speeds:
        sys.exit(f"{options['steps']} steps are too few: early previews end at {EARLY_STEPS[-1]}.")
    return statistics.median(speeds)


if __name__ == "__main__":
    main()
