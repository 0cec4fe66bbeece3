"""How long a user waits: start-up, a hundred digits, ten thousand digits.

    python -m benchmarks.speed.startup [--runs 7]

Prints the median, least and greatest wall-clock seconds of whole processes,
taken in turn, so that a drift of the machine's speed touches all alike.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GANCTL = [sys.executable, "-m", "ganctl"]
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "ganctl --help": [*GANCTL, "--help"],
    "ganctl info": [*GANCTL, "info"],
    "python -c 'import torch'": [sys.executable, "-c", "import torch"],
    "ganctl sample --digit 7 --n 100": [*GANCTL, "sample", "--digit", "7", "--n", "100"],
    "ganctl sample --digit all --n 1000 --out digits.npz": [
        *[*GANCTL, "sample", "--digit", "all", "--n", "1000", "--out", "digits.npz"]
    ],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=7, help="counted runs of each command")
    runs = parser.parse_args().runs
    seconds = waited(runs)
    print(f"{'seconds, of ' + str(runs) + ' runs':<54} {'median':>7} {'least':>7} {'most':>7}")
    for name, times in seconds.items():
        print(f"{name:<54} {statistics.median(times):7.3f} {min(times):7.3f} {max(times):7.3f}")


def waited(runs: int) -> dict[str, list[float]]:
    """Return the wall-clock seconds of each command, in turn, so many times."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory() as home:
        # A new home has no run, so that the bundled generator is what is sampled.
        environment = os.environ | {"GANCTL_HOME": home}
        for inputs in range(runs + 1):
            for name, command in COMMANDS.items():
                elapsed = timed(command, environment, Path(home))
                if inputs:  # The first turn warms the disk's cache.
                    seconds[name].append(elapsed)
    return seconds


def timed(command: list[str], environment: dict[str, str], home: Path) -> float:
    """Run a command in an empty folder and return its wall-clock seconds."""
    folder = home / "work"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    start = time.perf_counter()
    subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
