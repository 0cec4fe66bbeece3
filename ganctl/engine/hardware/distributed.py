"""Several processes that train one pair of networks together, through ``torch.distributed``.

Each works on its shard of every batch; gradients are averaged, so that all
processes have the same networks after each step. All of them call the functions
here in the same order; in a world of one process these return at once.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ganctl.engine.hardware.sync_batch_norm import convert_sync_batch_norm
from ganctl.errors import ProcessLost, UsageError
from ganctl.runs.world import World

Inputs = TypeVar("Inputs")
Loss = TypeVar("Loss")


@contextmanager
def process_group(world: World, device: torch.device) -> Iterator[None]:
    """Join the other processes, if there are any, and leave them at the end.

    Raises:
        UsageError: several processes cannot use this kind of device, or cannot find each other.
        ProcessLost: another process has died.
    """
    if world.size == 1:
        yield
        return
    if device.type not in ("cpu", "cuda"):
        raise UsageError(
            f"Several processes cannot train on {device.type}.",
            "Give --device cpu, or train with one process.",
        )
    # Small messages between processes stay on the CPU, so that no GPU has to wait for them.
    try:
        dist.init_process_group("cpu:gloo,cuda:nccl" if device.type == "cuda" else "gloo")
    except ValueError as error:
        raise UsageError(
            f"WORLD_SIZE says that {world.size} processes train together, but {error}.",
            "Start them with torchrun, or unset WORLD_SIZE to train with one process.",
        ) from error
    try:
        yield
    except RuntimeError as error:
        if _is_lost_connection(error):
            raise ProcessLost(
                "Another process of this run has died.",
                "The last checkpoint is intact: start all processes again with --resume.",
            ) from error
        raise
    finally:
        dist.destroy_process_group()


def share_batch_norm(world: World, *networks: nn.Module) -> None:
    """Let the batch norm of ``networks`` see the batch of all processes."""
    if world.size > 1:
        for network in networks:
            convert_sync_batch_norm(network)


def average_gradients(
    world: World, network: nn.Module, loss: Callable[[Inputs], Loss]
) -> Callable[[Inputs], Loss]:
    """Return ``loss`` with the gradients of ``network`` averaged over the processes.

    Each call must be followed by one backward pass to all parameters of ``network``.
    """
    if world.size == 1:
        return loss
    # DDP warns of weights of one channel, whose two layouts differ in strides alone.
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    return DistributedDataParallel(_LossModule(network, loss))


def agree(world: World, progress: float, stop: bool) -> tuple[float, bool]:
    """Return the main process's progress, and whether any process wants to stop."""
    if world.size == 1:
        return progress, stop
    message = torch.tensor([progress if world.is_main else 0.0, stop], dtype=torch.float64)
    dist.all_reduce(message)
    return message[0].item(), bool(message[1] > 0)


def of_main(world: World, number: float) -> float:
    """Return the main process's number."""
    agreed, _ = agree(world, number, stop=False)
    return agreed


def mean_over_processes(world: World, scalars: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the mean over the processes of each scalar."""
    if world.size == 1:
        return dict(scalars)
    values = torch.stack([value.float() for value in scalars.values()])
    dist.all_reduce(values)
    return dict(zip(scalars, values / world.size, strict=True))


@contextmanager
def main_first(world: World) -> Iterator[None]:
    """Run the block, such as a download, in the main process before the others."""
    if not world.is_main:
        dist.barrier()
    yield
    if world.is_main and world.size > 1:
        dist.barrier()


def barrier(world: World) -> None:
    """Wait until all processes are here."""
    if world.size > 1:
        dist.barrier()


class _LossModule(nn.Module):
    """A network's parameters, and their loss as the output: what DDP wraps.

    An objective calls parts of a network one by one, and the discriminator
    several times a step; DDP must see one forward call for each backward pass.
    It does not see the statistics of batch norm, which are the same in every
    process anyway.
    """

    def __init__(self, network: nn.Module, loss: Callable[[Any], Any]) -> None:
        super().__init__()
        self.weights = nn.ParameterList(network.parameters())
        self._loss = loss

    def forward(self, inputs: Any) -> Any:
        return self._loss(inputs)


def _is_lost_connection(error: RuntimeError) -> bool:
    return isinstance(error, dist.DistError) or "gloo" in str(error)
