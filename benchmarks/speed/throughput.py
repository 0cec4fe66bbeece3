"""How many images a second, of how many the machine could do, in how much memory?

    python -m benchmarks.speed.throughput
    python -m benchmarks.speed.throughput --batches 64 --sizes 28 --precisions fp32 --runs 0

Prints, as tables: the wall-clock seconds of whole processes (as startup.py);
training, by batch, image size and precision, one of them changed at a time; and
sampling. The width of a network is part of its recipe: other widths are other
``--recipes``.

Training is the engine's own loop, with its optimizers, averages and log, but
without previews and checkpoints, on 48 digits, which are too few to be judged
by, so that nothing is looked at: a step costs the same whatever it sees. Steps
are timed in numbers that have the gradient penalty equally often. All
variants are kept ready, and a round takes a few steps of each and then some
products of matrices, so that a drift of the machine's speed touches all alike.
Given are medians over the rounds.

The work of a step is counted as torch's FlopCounterMode counts, forward and
backward, operation by operation: two for each multiplication with its addition
in convolutions and matrix products, and nothing for the rest (norms,
activations, Adam). So a gradient that is not computed is not counted, and a
convolution counts the positions that it skips as padding. The peak is the
fastest of square torch.mm of several sizes in the variant's precision, measured
in the same rounds. On CUDA it may use TF32, as torch lets convolutions do.

The peak memory is the greatest resident size of a process of its own that
trains three steps, draws a preview and writes a checkpoint; on CUDA also what
torch's allocator held there at most.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import numpy as np
import torch
from torch import Generator, Tensor

from benchmarks.speed.startup import waited
from benchmarks.speed.step_profile import Timing
from ganctl.engine.data.dataset import load
from ganctl.engine.data.pixels import channels_last
from ganctl.engine.hardware.cuda_graphs import Outputs, Work
from ganctl.engine.hardware.devices import choose_device
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training import loop, step
from ganctl.engine.training.loop import train
from ganctl.errors import UsageError
from ganctl.requests.checks import values
from ganctl.requests.conditions.labels import UNLABELLED, one_hot
from ganctl.requests.drawing.sample import SamplePlan
from ganctl.requests.recipes import Model, RecipeName, recipe_for
from ganctl.requests.training import Device, Precision, TrainRequest
from ganctl.runs.run import Run

IMAGES = 48
NEVER = 10**9
LEAST_STEPS = 10
"""How many steps are taken at a time, or a few more."""
MEMORY_STEPS = 3
GEMM_SIZES = {"cpu": (512, 1024, 2048), "mps": (2048, 4096), "cuda": (4096, 8192, 16384)}
GEMM_TYPES = {Precision.FP32.value: torch.float32, Precision.BF16.value: torch.bfloat16}

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Variant:
    """What is trained, and how."""

    recipe: str
    model: str
    batch: int
    image_size: int
    precision: str


@dataclass(frozen=True)
class Product:
    """A product of two square matrices."""

    precision: str
    size: int


@dataclass(frozen=True)
class Peak:
    """The greatest number of bytes that a process had in memory, and on the GPU."""

    host: int
    device: int

    def __str__(self) -> str:
        on_device = f" + {self.device / 1e6:,.0f} MB on the GPU" if self.device else ""
        return f"{self.host / 1e6:,.0f} MB{on_device}"


def main() -> None:
    arguments = parsed()
    torch.set_num_threads(arguments.threads)
    device = choose_device(Device(arguments.device))
    name = torch.cuda.get_device_name() if device.type == "cuda" else device.type
    print(f"{name}, threads: {arguments.threads}, torch {torch.__version__}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        # A home of its own, so that the user's ``latest`` stays what it is.
        os.environ["GANCTL_HOME"] = folder
        workshop = Workshop(Path(folder), device)
        try:
            if arguments.runs:
                print_waiting(waited(arguments.runs))
            with patch.object(loop, "EARLY_STEPS", ()):
                print_training(workshop, list(variants(arguments)), arguments.rounds)
            print_sampling(workshop, arguments)
        except KeyboardInterrupt:
            sys.exit(130)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--recipes", nargs="+", choices=values(RecipeName), default=["modern"])
    add("--models", nargs="+", choices=values(Model), default=["cgan"])
    add("--batches", type=int, nargs="*", default=[32, 64, 128, 256, 512])
    add("--sizes", type=int, nargs="+", default=[28, 32, 64], help="the first one for the rest")
    precisions = list(GEMM_TYPES)
    add("--precisions", nargs="+", choices=precisions, default=precisions, help="likewise")
    add("--device", choices=values(Device), default=Device.CPU.value)
    add("--threads", type=int, default=torch.get_num_threads())
    add("--rounds", type=int, default=5)
    add("--samples", type=int, default=10_000, help="images to draw")
    add("--runs", type=int, default=7, help="of each process that starts up; 0 leaves these out")
    return parser.parse_args()


def variants(arguments: argparse.Namespace) -> Iterator[Variant]:
    """Yield every recipe and model as it is, and with one thing after another changed."""
    for recipe in arguments.recipes:
        for model in arguments.models:
            batch = recipe_for(RecipeName(recipe), Model(model)).batch
            base = Variant(recipe, model, batch, arguments.sizes[0], arguments.precisions[0])
            yield from dict.fromkeys(
                [base]
                + [replace(base, batch=batch) for batch in arguments.batches]
                + [replace(base, image_size=size) for size in arguments.sizes]
                + [replace(base, precision=precision) for precision in arguments.precisions]
            )


class Workshop:
    """Where runs are made: a folder, with a few digits to train on, and a device."""

    def __init__(self, folder: Path, device: torch.device) -> None:
        self.device = device
        self._folder = folder
        self._data = folder / "digits.npz"
        digits = load("mnist")
        np.savez(
            self._data,
            images=channels_last(digits.images[:IMAGES]),
            labels=digits.labels[:IMAGES].numpy(),
            class_names=digits.classes,
        )

    def run(self, variant: Variant, steps: int) -> Run:
        """Return a new run of so many steps."""
        config = TrainRequest(
            data=str(self._data),
            model=variant.model,
            recipe=variant.recipe,
            steps=steps,
            batch=variant.batch,
            device=self.device.type,
            precision=variant.precision,
            image_size=variant.image_size,
            preview_every=NEVER,
            checkpoint_every=NEVER,
        )
        return Run.new(Path(tempfile.mkdtemp(dir=self._folder)), config)


class Training:
    """A training that goes on a few steps at a time: as many as have R1 equally often."""

    def __init__(self, run: Run) -> None:
        numbers = run.config.numbers
        every = numbers.r1_every * -(-LEAST_STEPS // numbers.r1_every)
        self._reports = train(run, recipe=replace(numbers, log_every=every))
        # This is also the warm-up.
        self._images = next(self._reports).images_seen

    def images_per_second(self) -> float:
        """Take some steps."""
        start = time.perf_counter()
        images = self._take()
        synchronise()
        return images / (time.perf_counter() - start)

    def _take(self) -> int:
        before, self._images = self._images, next(self._reports).images_seen
        return self._images - before


def flops_an_image(run: Run) -> float:
    """Return the operations for each image of a run, which takes the first steps of it.

    They are counted where Python asks for them, which a replayed step does not show; and in as many
    steps as have R1 once, none of which has an early preview.
    """
    every = run.config.numbers.r1_every
    with without_graphs():
        reports = train(run, recipe=replace(run.config.numbers, log_every=every))
        report = next(reports)
        while report.step < 3 * every:
            report = next(reports)
        with Timing() as timing:
            images = next(reports).images_seen - report.images_seen
    return float(timing.flop / images)


@contextmanager
def without_graphs() -> Iterator[None]:
    """Let the trainings that begin here launch their kernels one by one."""

    def launched(_: Hashable, work: Work, tensors: Sequence[Tensor], rng: Generator) -> Outputs:
        return work(*tensors, rng)

    with patch.object(step, "CudaGraphs", lambda: launched):
        yield


def multiplying(product: Product, device: torch.device) -> Callable[[], float]:
    """Return a function that multiplies matrices and returns operations a second."""
    size = product.size
    a, b = torch.randn(2, size, size, device=device).to(GEMM_TYPES[product.precision])
    count = max(1, (2048 // size) ** 3) if device.type == "cpu" else 10

    def take() -> float:
        torch.mm(a, b)
        synchronise()
        start = time.perf_counter()
        for _ in range(count):
            torch.mm(a, b)
        synchronise()
        return 2 * size**3 * count / (time.perf_counter() - start)

    def take_with_tf32() -> float:
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("high")
        try:
            return take()
        finally:
            torch.set_float32_matmul_precision(before)

    return take_with_tf32 if device.type == "cuda" else take


def synchronise() -> None:
    """Wait for what was asked of the GPU, if there is one."""
    if torch.accelerator.is_available():
        torch.accelerator.synchronize()


def medians(ways: Mapping[Key, Callable[[], float]], rounds: int) -> dict[Key, float]:
    """Return the median of what each way returns, taken in turn."""
    found: dict[Key, list[float]] = {key: [] for key in ways}
    for _ in range(rounds):
        for key, take in ways.items():
            found[key].append(take())
    return {key: statistics.median(numbers) for key, numbers in found.items()}


def weighed(run: Run | None) -> Peak | None:
    """Return the memory of a process that trains; None where networks do not suit the size.

    None is a run of nothing, to compare with.
    """
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        # The new process leaves Ctrl-C, which reaches both, to this one.
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            trained = pool.submit(train_and_weigh, run)
        finally:
            signal.signal(signal.SIGINT, handler)
        return trained.result()


def train_and_weigh(run: Run | None) -> Peak | None:
    try:
        for _ in train(run) if run else ():
            pass
    except UsageError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    host = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return Peak(host, torch.cuda.max_memory_allocated() if torch.cuda.is_available() else 0)


def print_waiting(seconds: Mapping[str, Sequence[float]]) -> None:
    rows = [
        [f"`{name}`", *(f"{number:.2f}" for number in (statistics.median(all_), min(all_)))]
        for name, all_ in seconds.items()
    ]
    print_table(["what a user waits for", "seconds, median", "least"], rows)


def print_training(workshop: Workshop, wanted: Sequence[Variant], rounds: int) -> None:
    # Memory first: Linux counts what a process had before it became another program, so that a
    # child is never smaller than this process was when it began.
    idle = weighed(None)
    peaks = {variant: weighed(workshop.run(variant, MEMORY_STEPS)) for variant in wanted}
    suited = [variant for variant, peak in peaks.items() if peak]
    flops = {variant: flops_an_image(workshop.run(variant, NEVER)) for variant in suited}
    trainings = {variant: Training(workshop.run(variant, NEVER)) for variant in suited}
    products = [
        Product(precision, size)
        for precision in dict.fromkeys(variant.precision for variant in trainings)
        for size in GEMM_SIZES[workshop.device.type]
    ]
    ways: dict[Variant | Product, Callable[[], float]] = {}
    for variant, training in trainings.items():
        ways[variant] = training.images_per_second
    for product in products:
        ways[product] = multiplying(product, workshop.device)
    found = medians(ways, rounds)
    fastest: dict[str, Product] = {}
    for product in sorted(products, key=lambda product: found[product]):
        fastest[product.precision] = product

    rows = []
    for variant, peak in peaks.items():
        cells = [f"`{variant.recipe}`, `{variant.model}`", variant.batch, variant.image_size]
        figures = ["–"] * 5
        if peak:
            speed = found[variant]
            best = found[fastest[variant.precision]]
            figures = [
                f"{speed:,.0f}",
                f"{flops[variant] / 1e6:,.0f}",
                f"{speed * flops[variant] / 1e9:,.1f}",
                f"{speed * flops[variant] / best:.0%}",
                f"{peak}",
            ]
        rows.append([*cells, variant.precision, *figures])
    titles = ["training", "batch", "size", "precision", "images/s", "MFLOP an image", "GFLOP/s"]
    print_table([*titles, "of the peak", "peak memory"], rows)
    for precision, product in fastest.items():
        speed = found[product]
        print(f"{precision} peak: {speed / 1e9:,.1f} GFLOP/s, torch.mm of {product.size}².")
    print(f"A process that has imported the same, and trains nothing: {idle}.")


def print_sampling(workshop: Workshop, arguments: argparse.Namespace) -> None:
    ways = {}
    for recipe in arguments.recipes:
        for model in arguments.models:
            batch = recipe_for(RecipeName(recipe), Model(model)).batch
            run = workshop.run(Variant(recipe, model, batch, 28, Precision.FP32.value), 1)
            for _ in train(run):
                pass
            ways[recipe, model] = drawing(run, workshop.device, arguments.samples)
    found = medians(ways, arguments.rounds)
    title = f"sampling {arguments.samples:,} images of 28×28"
    rows = [[f"`{recipe}`, `{model}`", f"{speed:,.0f}"] for (recipe, model), speed in found.items()]
    print_table([title, "images/s"], rows)


def drawing(run: Run, device: torch.device, count: int) -> Callable[[], float]:
    """Return a function that draws images as ``ganctl sample`` does, and returns images/s."""
    sampler = Sampler.load(run.latest_checkpoint())
    sampler.generator.to(device)
    classes = sampler.header.classes
    labels = tuple(one_hot(index, classes) for index in range(len(classes))) or (UNLABELLED,)
    plan = SamplePlan(labels, range(-(-count // len(labels))))

    def take() -> float:
        start = time.perf_counter()
        images = sampler.draw(plan)
        return len(images) / (time.perf_counter() - start)

    return take


def print_table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print(f"\n| {' | '.join(titles)} |\n|{'---|' * len(titles)}")
    for row in rows:
        print(f"| {' | '.join(map(str, row))} |")
    print(flush=True)


if __name__ == "__main__":
    main()
