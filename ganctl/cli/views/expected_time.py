"""How long the default training would take: from the user's own runs, else from a measurement."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ganctl.requests.recipes import Networks
from ganctl.requests.suited import suited
from ganctl.requests.training import TrainRequest
from ganctl.runs.locate import all_runs
from ganctl.runs.run import Run

LEAST_SECONDS = 10.0
"""A run that was trained for less says little about speed."""
IMAGE_FLOP = {
    Networks.LEAN.value: 46e6,
    Networks.REFINED.value: 76e6,
    Networks.MODERN.value: 77e6,
}
"""What a step computes for an image of 28×28 grey pixels, by the networks of the defaults."""
SHARE_OF_PEAK = 0.5
"""How much of the speed of large matrix products a step reaches."""
HIDDEN = {
    Networks.LEAN.value: 256,
    Networks.REFINED.value: 512,
    Networks.MODERN.value: 512,
}
"""The width of the discriminator's hidden layer."""
PRODUCT_SIDE = 64
PRODUCTS = 64
MOST_CORES = 8
"""More of them have too little to do in one step."""
MEASURED_SECONDS = 0.1


@dataclass(frozen=True)
class ExpectedTime:
    """Seconds of the default training, and in a few words how they are known."""

    seconds: float
    source: str


def expected_time(images: int, shape: Sequence[int], *, described: bool) -> ExpectedTime:
    """Return how long the default training on data would take on this machine.

    Args:
        images: how many there are to train on.
        shape: [channels, height, width] of an image.
        described: whether more than a class is known of each.
    """
    request = suited(TrainRequest(), images, _not_measured, described=described).request
    steps = request.budget.steps(images, request.batch)
    assert steps is not None
    run = _run_alike(request, shape)
    if run is not None:
        speed = run.progress.images_seen / run.progress.seconds
        return ExpectedTime(steps * request.batch / speed, f"the speed of the run {run.name}")
    network = request.numbers.network
    hidden = HIDDEN[network]
    larger = _multiplications(shape, hidden) / _multiplications((1, 28, 28), hidden)
    work = request.batch * IMAGE_FLOP[network] * larger
    seconds = steps * work / (SHARE_OF_PEAK * _flop_a_second())
    return ExpectedTime(seconds, "the speed of this processor, give or take a factor of two")


def _not_measured(request: TrainRequest) -> float:
    raise AssertionError(f"the default length is {request.budget}")


def _run_alike(request: TrainRequest, shape: Sequence[int]) -> Run | None:
    """Return the newest run with the default's networks and batch on images of that shape."""
    found = None
    for run in all_runs():
        config = run.config
        is_alike = (config.model, config.recipe, config.batch) == (
            request.model,
            request.recipe,
            request.batch,
        ) and run.data.get("shape") == list(shape)
        if is_alike and run.progress.seconds >= LEAST_SECONDS:
            found = run
    return found


def _multiplications(shape: Sequence[int], hidden: int) -> int:
    """Return those of an image in the discriminator; the generator is its mirror image.

    Its convolutions of 4×4 halve the side, twice and then while it is even and above 8, and
    double the width from 32 on; a hidden layer follows.
    """
    channels, height, _ = shape
    side, width = height // 2, 32
    total = side**2 * 16 * channels * width
    while width == 32 or (side > 8 and side % 2 == 0):
        side //= 2
        total += side**2 * 16 * width * 2 * width
        width *= 2
    return total + side**2 * width * hidden


def _flop_a_second() -> float:
    """Return how fast all cores together multiply matrices, the best that was seen of one core.

    Products so small are computed by one core, so that a busy machine does not stall them.
    """
    matrices = np.ones((PRODUCTS, PRODUCT_SIDE, PRODUCT_SIDE), np.float32)
    result = np.empty_like(matrices)
    best, end = float("inf"), time.monotonic() + MEASURED_SECONDS
    while time.monotonic() < end:
        start = time.perf_counter()
        np.matmul(matrices, matrices, out=result)
        best = min(best, time.perf_counter() - start)
    return 2 * PRODUCTS * PRODUCT_SIDE**3 / best * min(_cores(), MOST_CORES)


def _cores() -> int:
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
