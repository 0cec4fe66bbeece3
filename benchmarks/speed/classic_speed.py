"""How much faster is the classic recipe here than as people port it?

    python -m benchmarks.speed.classic_speed [--rounds 3] [--threads 2]

Three ways to take the same steps (batch 100, one update of the discriminator
and two of the generator) in turn, so that a drift of the machine's speed
touches all alike. The plain port is the loop as it is usually written (see
plain_port.py); without its pass for the losses that are printed it is the
second row.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from benchmarks.speed.plain_port import PlainPort
from ganctl.engine.training.loop import train
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run

RECIPE = RECIPES[RecipeName.CLASSIC]
# As many as lie between two reports of the recipe.
STEPS = RECIPE.log_every


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    ways: dict[str, Callable[[], float]] = {
        "plain port": plain_steps(with_logging_pass=True),
        "plain port without the logging pass": plain_steps(with_logging_pass=False),
        "ganctl, fp32": ganctl_steps("fp32"),
        "ganctl, bf16": ganctl_steps("bf16"),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name, take in ways.items():
            speeds[name].append(STEPS * RECIPE.batch / take())
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    print(f"{arguments.threads} threads, median of {arguments.rounds}; × the plain port")
    for name, median in medians.items():
        print(f"{name:36} {median:6.1f} images/s   {median / medians['plain port']:.2f}")


def ganctl_steps(precision: str) -> Callable[[], float]:
    """Return a function that takes ``STEPS`` steps by the engine and returns their seconds."""

    def take() -> float:
        with tempfile.TemporaryDirectory() as folder:
            config = TrainRequest(recipe="classic", steps=3 * STEPS, precision=precision)
            reports = train(Run.new(Path(folder) / "run", config))
            start = next(reports).seconds
            return next(reports).seconds - start

    return take


def plain_steps(*, with_logging_pass: bool) -> Callable[[], float]:
    """Return a function that takes ``STEPS`` steps of the plain port and returns their seconds."""
    port = PlainPort(seed=0, with_logging_pass=with_logging_pass)

    def take() -> float:
        port.step()
        start = time.monotonic()
        for _ in range(STEPS):
            port.step()
        return time.monotonic() - start

    return take


if __name__ == "__main__":
    main()
