"""Does an hour of training, or do ten thousand samples, cost more and more?

    python -m benchmarks.safety.soak

A training with its previews, looks and checkpoints runs in a process of its own
for ``--minutes``; its memory (resident, from /proc), open files and processor
time are read every few seconds. Then one process draws ``--samples`` times
through the Python API. Both must keep their memory within 2% of what it was at
the end of the warm-up (a tenth of the time), and their open files; their speed
must not fall below 95% of what it was. All are taken over a quarter of the time,
since memory goes up and down with each look; speed is what was done for a second
of the processor, since other work on the machine takes none of that. Linux only.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ganctl

GROWTH = 0.02
SLOWEST = 0.95
WARM_UP = 0.1
ROWS = 60
EVERY_SECONDS = 5.0
LONGEST_LINE = 2**12


@dataclass(frozen=True)
class Mark:
    """How a process stood at a time.

    ``seconds`` since its start, ``memory`` resident in bytes, open ``files``, the ``work`` that
    it had done, and the seconds of the ``processor`` that it had taken.
    """

    seconds: float
    memory: int
    files: int
    work: int
    processor: float


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
        sound.append(report("training", "images", marks))
    if arguments.samples:
        marks = list(sampling(arguments.samples))
        sound.append(report("ganctl.load().sample()", "requests", marks))
    sys.exit(0 if all(sound) else 1)


def training(minutes: float, preview_every: int, kept: Path | None) -> Iterator[Mark]:
    """Train in a process of its own, and yield how it stands every few seconds."""
    with tempfile.TemporaryDirectory() as unkept:
        home = str(kept or unkept)
        command = [sys.executable, "-m", "ganctl", "train", "--quiet", "--seed=1", "--name=soak"]
        options = [f"--minutes={minutes}", f"--preview-every={preview_every}"]
        process = subprocess.Popen(
            [*command, *options],
            stdout=subprocess.DEVNULL,
            env={**os.environ, "GANCTL_HOME": home},
        )
        metrics = Path(home) / "runs" / "soak" / "metrics.jsonl"
        while process.poll() is None:
            if metrics.exists():
                line = last_line(metrics)
                yield mark(process.pid, line["seconds"], line["images_seen"])
            time.sleep(EVERY_SECONDS)
        if process.returncode:
            sys.exit(f"The training ended with {process.returncode}.")


def sampling(requests: int) -> Iterator[Mark]:
    """Draw eight images again and again, and yield how this process stands."""
    generator = ganctl.load("pretrained/mnist")
    every = max(1, requests // 200)
    start = time.monotonic()
    for number in range(1, requests + 1):
        generator.sample(number % 10, n=8, seed=number)
        if number % every == 0:
            yield mark(os.getpid(), time.monotonic() - start, number)


def report(what: str, unit: str, marks: Sequence[Mark]) -> bool:
    """Print a table and the verdict, and return whether it is good."""
    print(f"\n| {what}: minute | resident, MB | open files | {unit} |")
    print("|---|---|---|---|")
    for mark in marks[:: max(1, len(marks) // ROWS)]:
        facts = (f"{mark.memory / 1e6:.1f}", str(mark.files), f"{mark.work:,}")
        print(f"| {mark.seconds / 60:.1f} | {' | '.join(facts)} |")
    warm = marks[int(WARM_UP * len(marks)) :]
    part = max(1, len(warm) // 4)
    first, last = warm[:part], warm[-part:]
    growth = _median(last, "memory") / _median(first, "memory") - 1
    files = int(_median(last, "files") - _median(first, "files"))
    speed = _speed(last) / _speed(first)
    good = growth < GROWTH and files <= 0 and speed >= SLOWEST
    print(
        f"\n{what}: memory {growth:+.2%}, open files {files:+d}, speed {speed:.1%} of what it was: "
        f"{'sound' if good else 'NOT SOUND'}"
    )
    return good


def _median(marks: Sequence[Mark], name: str) -> float:
    numbers: list[float] = [getattr(mark, name) for mark in marks]
    return statistics.median(numbers)


def _speed(marks: Sequence[Mark]) -> float:
    """Return the work for each second of the processor."""
    return (marks[-1].work - marks[0].work) / (marks[-1].processor - marks[0].processor)


def last_line(metrics: Path) -> dict[str, Any]:
    """Return the last whole line; all of them would take longer and longer to read."""
    with metrics.open("rb") as file:
        file.seek(max(0, metrics.stat().st_size - LONGEST_LINE))
        found: dict[str, Any] = json.loads(file.read().rsplit(b"\n", 2)[-2])
    return found


def mark(process: int, seconds: float, work: int) -> Mark:
    """Return how a process stands now."""
    # The name of the program, in brackets, may hold anything.
    status = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    user, system = (int(status[index]) / os.sysconf("SC_CLK_TCK") for index in (11, 12))
    return Mark(seconds, memory_of(process), files_of(process), work, user + system)


def memory_of(process: int) -> int:
    """Return a process's resident bytes."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def files_of(process: int) -> int:
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


if __name__ == "__main__":
    main()
