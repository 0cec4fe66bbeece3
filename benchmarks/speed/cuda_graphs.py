"""What CUDA graphs give on a GPU: images a second and how busy it is, with them and without.

    python -m benchmarks.speed.cuda_graphs --recipes swift ample --batches 32 64 128

Each row is trained in turn with a step that is replayed from a CUDA graph, and with one whose
kernels the host launches one by one. The images a second are those of the steps alone, without
start and looks, and the median of the rounds. ``busy`` is NVIDIA's own figure: in which share of
the time at least one kernel ran, as ``nvidia-smi`` samples it. How much of the GPU that kernel
filled, it does not say.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import torch

from benchmarks.speed.throughput import (
    GEMM_TYPES,
    NEVER,
    Variant,
    Workshop,
    print_table,
    synchronise,
    without_graphs,
)
from ganctl.engine.training.loop import train
from ganctl.engine.training.watching.previews import EARLY_STEPS
from ganctl.requests.checks import values
from ganctl.requests.recipes import RECIPES, RecipeName

SMI = [
    *("nvidia-smi", "--id=0", "--query-gpu=utilization.gpu"),
    *("--format=csv,noheader,nounits", "--loop-ms=100"),
]
WAYS: dict[str, Callable[[], AbstractContextManager[None]]] = {
    "replayed": nullcontext,
    "launched": without_graphs,
}


@dataclass
class Taken:
    """What the rounds of one way found."""

    images_per_second: list[float]
    busy: list[float]

    def cells(self) -> list[str]:
        busy = f"{statistics.mean(self.busy):.0f}%" if self.busy else "–"
        return [f"{statistics.median(self.images_per_second):,.0f}", busy]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--recipes", nargs="+", choices=values(RecipeName), default=["swift", "ample"])
    add("--batches", type=int, nargs="+", default=[32, 64, 128])
    add("--precisions", nargs="+", choices=list(GEMM_TYPES), default=list(GEMM_TYPES))
    add("--seconds", type=float, default=3.0, help="of each measurement")
    add("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    if not torch.cuda.is_available():
        sys.exit("This needs a GPU with CUDA.")
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}", flush=True)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GANCTL_HOME"] = folder
        workshop = Workshop(Path(folder), torch.device("cuda"))
        for recipe, batch, precision in product(
            arguments.recipes, arguments.batches, arguments.precisions
        ):
            model = RECIPES[RecipeName(recipe)].model.value
            variant = Variant(recipe, model, batch, 28, precision)
            taken = measured(workshop, variant, arguments.rounds, arguments.seconds)
            cells = [cell for way in WAYS for cell in taken[way].cells()]
            rows.append([f"`{recipe}`, `{model}`", batch, precision, *cells])
    titles = ["training", "batch", "precision"]
    print_table([*titles, "replayed: images/s", "busy", "launched: images/s", "busy"], rows)


def measured(workshop: Workshop, variant: Variant, rounds: int, seconds: float) -> dict[str, Taken]:
    """Return what was found of each way to take a step."""
    trainings = {way: at_work(workshop, variant, way) for way in WAYS}
    taken = {way: Taken([], []) for way in WAYS}
    for _ in range(rounds):
        for way, images in trainings.items():
            with sampled(taken[way].busy):
                taken[way].images_per_second.append(speed(images, seconds))
    return taken


def at_work(workshop: Workshop, variant: Variant, way: str) -> Iterator[int]:
    """Return a training that is warm: an iterator over the images that it has seen."""
    reports = train(workshop.run(variant, NEVER))
    # The step is chosen before the first report. Graphs, and early previews, come after it.
    with WAYS[way]():
        report = next(reports)
    while report.step <= EARLY_STEPS[-1]:
        report = next(reports)
    return (report.images_seen for report in reports)


def speed(images: Iterator[int], seconds: float) -> float:
    """Train for so many seconds, and return the images a second."""
    first = last = next(images)
    synchronise()
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        last = next(images)
    synchronise()
    return (last - first) / (time.perf_counter() - start)


@contextmanager
def sampled(found: list[float]) -> Iterator[None]:
    """Sample how busy the first GPU is, in percent, but for the first second."""
    with subprocess.Popen(SMI, stdout=subprocess.PIPE, text=True) as smi:
        try:
            yield
        finally:
            smi.terminate()
            lines = smi.stdout.read().split() if smi.stdout else []
    found.extend(float(line) for line in lines[10:] if line.replace(".", "").isdigit())


if __name__ == "__main__":
    main()
