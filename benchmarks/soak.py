"""Does an hour of training, or do ten thousand samples, cost more and more?

    python benchmarks/soak.py

A training with its previews, looks and checkpoints runs in a process of its own
for ``--minutes``; its memory (resident, from /proc), open files and speed are
read each minute. Then one process draws ``--samples`` times through the Python
API. Both must keep their memory within 2% of what it was at the end of the
warm-up (a tenth of the time), and their open files; their speed must not fall
below 95% of what it was. Memory is a median over a quarter of the time, since it
goes up and down with each look. Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ganctl
from ganctl.runs import Run

GROWTH = 0.02
SLOWEST = 0.95
SECONDS_BETWEEN = 1.0
MARKS = 60
"""Rows of a table at most."""


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
    arguments = parser.parse_args()
    sound = []
    if arguments.minutes:
        marks = list(training(arguments.minutes, arguments.preview_every))
        sound.append(report("training", "images/s", marks))
    if arguments.samples:
        marks = list(sampling(arguments.samples))
        sound.append(report("ganctl.load().sample()", "requests/s", marks))
    sys.exit(0 if all(sound) else 1)
