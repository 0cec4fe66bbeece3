"""Where does a step's time go, and how fast is each of its products?

    python -m benchmarks.speed.step_profile
    python -m benchmarks.speed.step_profile --recipe thorough --threads 1 --rows 20

Prints a table: the operations of a training step on MNIST, by what they are
applied to, with their milliseconds a step, their work (as torch's FlopCounterMode
counts it: two for each multiplication with its addition), and the speed that
follows. One row has all others that are dispatched together. The last line has
the whole step without this bookkeeping, and the fastest square torch.mm,
measured between the steps.

Each operation is timed as it is dispatched, which is right on a CPU alone.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.flop_counter import flop_registry

from ganctl.engine.data.dataset import load
from ganctl.engine.training.speed import rehearsal
from ganctl.requests.checks import values
from ganctl.requests.recipes import RecipeName
from ganctl.requests.training import TrainRequest
from ganctl.runs.world import World

WARM_UP = 8
GEMM_SIZES = (512, 1024, 2048)


@dataclass
class Spent:
    """What an operation took, over all its calls."""

    calls: int = 0
    seconds: float = 0.0
    flop: float = 0.0


class Timing(TorchDispatchMode):
    """Times every operation that is dispatched while it is entered."""

    def __init__(self) -> None:
        super().__init__()
        self.spent: dict[tuple[str, str], Spent] = defaultdict(Spent)

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Any = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        began = time.perf_counter()
        result = func(*args, **kwargs)
        elapsed = time.perf_counter() - began
        packet = func.overloadpacket
        spent = self.spent[packet.__name__, shapes_of(args)]
        spent.calls += 1
        spent.seconds += elapsed
        if packet in flop_registry:
            spent.flop += flop_registry[packet](*args, **kwargs, out_val=result)
        return result

    @property
    def flop(self) -> float:
        """What all operations together did."""
        return sum(spent.flop for spent in self.spent.values())


def main() -> None:
    arguments = parsed()
    torch.set_num_threads(arguments.threads)
    print(f"{arguments.recipe}, threads: {arguments.threads}, torch {torch.__version__}")
    with tempfile.TemporaryDirectory() as home:
        os.environ["GANCTL_HOME"] = home
        config = TrainRequest(recipe=arguments.recipe)
        step = rehearsal(config, load("mnist"), torch.device("cpu"), World())
    for _ in range(WARM_UP):
        step()
    plain, peaks = measured(step, arguments.steps)
    timing = Timing()
    with timing:
        for _ in range(arguments.steps):
            step()
    print_table(timing.spent, arguments.steps, arguments.rows)
    flop = timing.flop / arguments.steps
    seconds = statistics.median(plain)
    print(
        f"\nA step takes {1000 * statistics.mean(plain):.1f} ms (median {1000 * seconds:.1f}), "
        f"{config.batch / statistics.mean(plain):,.0f} images/s; its {flop / 1e9:.2f} GFLOP are "
        f"{flop / statistics.mean(plain) / 1e9:,.0f} GFLOP/s, "
        f"{flop / statistics.mean(plain) / max(peaks):.0%} of the fastest torch.mm, "
        f"{max(peaks) / 1e9:,.0f} GFLOP/s."
    )


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default=RecipeName.SWIFT.value, choices=values(RecipeName))
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--steps", type=int, default=80, help="steps that are timed, twice")
    parser.add_argument("--rows", type=int, default=16, help="operations to print")
    return parser.parse_args()


def measured(step: Callable[[], None], steps: int) -> tuple[list[float], list[float]]:
    """Return the seconds of each step, and FLOP/s of products that were taken between them."""
    seconds, peaks = [], []
    matrices = {size: torch.rand(size, size) for size in GEMM_SIZES}
    for place in range(steps):
        began = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - began)
        if place % 8 == 0:
            for size, matrix in matrices.items():
                began = time.perf_counter()
                torch.mm(matrix, matrix)
                peaks.append(2 * size**3 / (time.perf_counter() - began))
    return seconds, peaks


def shapes_of(arguments: Any) -> str:
    """Return the shapes of the tensors among an operation's arguments, in short."""
    tensors = [leaf for leaf in tree_leaves(arguments) if isinstance(leaf, Tensor)]
    shapes = ["×".join(map(str, tensor.shape)) or "1" for tensor in tensors]
    return ", ".join(shapes[:3]) + (", …" if len(shapes) > 3 else "")


def print_table(spent: dict[tuple[str, str], Spent], steps: int, rows: int) -> None:
    """Print the operations that took most, and then the sum of all others."""
    total = sum(each.seconds for each in spent.values())
    print(f"\n{'operation':<66} {'calls':>6} {'ms':>7} {'%':>5} {'GFLOP':>7} {'GFLOP/s':>8}")
    ranked = sorted(spent.items(), key=lambda item: -item[1].seconds)
    for (name, shapes), each in ranked[:rows]:
        print_row(f"{name} {shapes}", each, steps, total)
    others = [each for _, each in ranked[rows:]]
    if not others:
        return
    rest = Spent(
        sum(each.calls for each in others),
        sum(each.seconds for each in others),
        sum(each.flop for each in others),
    )
    print_row(f"{len(others)} others", rest, steps, total)


def print_row(name: str, spent: Spent, steps: int, total: float) -> None:
    flop = f"{spent.flop / steps / 1e9:7.3f} {spent.flop / spent.seconds / 1e9:8.0f}"
    print(
        f"{name:<66.66} {spent.calls / steps:6.1f} {1000 * spent.seconds / steps:7.2f} "
        f"{100 * spent.seconds / total:5.1f} {flop if spent.flop else ''}".rstrip()
    )


if __name__ == "__main__":
    main()
