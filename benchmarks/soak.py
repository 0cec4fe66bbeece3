"""Does an hour of training, or do ten thousand samples, cost more and more?

    python benchmarks/soak.py

A training with its previews, looks and checkpoints runs in a process of its own
for ``--minutes``; its memory (resident, from /proc), open files and speed are
read each second. Then one process draws ``--samples`` times through the Python
API. Both must keep their memory within 2% of what it was at the end of the
warm-up (a tenth of the time), and their open files; their speed must not fall
below 95% of what it was. Memory is a median over a quarter of the time, since it
goes up and down with each look; speed is the upper decile of such a quarter,
since whatever else the machine does can only lower it. Linux only.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import ganctl
from ganctl.runs import Run

GROWTH = 0.02
SLOWEST = 0.95
WARM_UP = 0.1
ROWS = 60


@dataclass(frozen=True)
class Mark:
    """How a process stood at a time: seconds, resident bytes, open files, and work a second."""

    seconds: float
    memory: int
    files: int
    speed: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--preview-every", type=int, default=200)
    parser.add_argument("--home", type=Path, help="keep the run here (default: nowhere)")
    arguments = parser.parse_args()
    sound = []
    if arguments.minutes:
        marks = list(training(arguments.minutes, arguments.preview_every, arguments.home))
        sound.append(report("training", "images/s", marks))
    if arguments.samples:
        marks = list(sampling(arguments.samples))
        sound.append(report("ganctl.load().sample()", "requests/s", marks))
    sys.exit(0 if all(sound) else 1)


def training(minutes: float, preview_every: int, kept: Path | None) -> Iterator[Mark]:
    """Train in a process of its own, and yield how it stands each second."""
    with tempfile.TemporaryDirectory() as unkept:
        home = str(kept or unkept)
        command = [sys.executable, "-m", "ganctl", "train", "--quiet", "--seed=1", "--name=soak"]
        options = [f"--minutes={minutes}", f"--preview-every={preview_every}"]
        process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "GANCTL_HOME": home},
        )
        run = Path(home) / "runs" / "soak"
        while process.poll() is None:
            lines = Run.open(run).metrics() if (run / "metrics.jsonl").exists() else []
            if lines:
                memory, files = memory_of(process.pid), files_of(process.pid)
                yield Mark(lines[-1]["seconds"], memory, files, lines[-1]["images_per_second"])
            time.sleep(1.0)
        if process.returncode:
            sys.exit(f"The training ended with {process.returncode}.")


def sampling(requests: int) -> Iterator[Mark]:
    """Draw eight images again and again, and yield how this process stands."""
    generator = ganctl.load("pretrained/mnist")
    every = max(1, requests // 200)
    start = then = time.monotonic()
    for number in range(1, requests + 1):
        generator.sample(number % 10, n=8, seed=number)
        if number % every == 0:
            now = time.monotonic()
            memory, files = memory_of(os.getpid()), files_of(os.getpid())
            yield Mark(now - start, memory, files, every / (now - then))
            then = now


def report(what: str, unit: str, marks: Sequence[Mark]) -> bool:
    """Print a table and the verdict, and return whether it is good."""
    print(f"\n| {what}: minute | resident, MB | open files | {unit} |")
    print("|---|---|---|---|")
    for mark in marks[:: max(1, len(marks) // ROWS)]:
        facts = (f"{mark.memory / 1e6:.1f}", str(mark.files), f"{mark.speed:,.0f}")
        print(f"| {mark.seconds / 60:.1f} | {' | '.join(facts)} |")
    warm = marks[int(WARM_UP * len(marks)) :]
    part = max(1, len(warm) // 4)
    first, last = warm[:part], warm[-part:]
    growth = _median(last, "memory") / _median(first, "memory") - 1
    files = int(_median(last, "files") - _median(first, "files"))
    speed = _upper_decile(last) / _upper_decile(first)
    good = growth < GROWTH and files <= 0 and speed >= SLOWEST
    print(
        f"\n{what}: memory {growth:+.2%}, open files {files:+d}, speed {speed:.1%} of what it was: "
        f"{'sound' if good else 'NOT SOUND'}"
    )
    return good


def _median(marks: Sequence[Mark], name: str) -> float:
    return statistics.median(getattr(mark, name) for mark in marks)


def _upper_decile(marks: Sequence[Mark]) -> float:
    return statistics.quantiles([mark.speed for mark in marks], n=10)[-1]


def memory_of(process: int) -> int:
    """Return a process's resident bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def files_of(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


if __name__ == "__main__":
    main()
