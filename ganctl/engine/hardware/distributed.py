"""Several processes that train one pair of networks, by PyTorch's own engine.

Each works on its share of every batch; the gradients are averaged, so that all
hold the same networks after each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from ganctl.engine.hardware.sync_batch_norm import synchronise
from ganctl.engine.models.objectives import Loss, StepInputs
from ganctl.errors import ProcessLost, UsageError
from ganctl.runs.world import World

LossOf = Callable[[StepInputs], Loss]


class Team:
    """One process alone: there is nobody to agree with."""

    def __init__(self, world: World) -> None:
        self.world = world

    def share_layers(self, *networks: nn.Module) -> None:
        """Let layers that look at a whole batch see that of all processes."""

    def averaging(self, network: nn.Module, loss: LossOf) -> LossOf:  # noqa: ARG002
        """Return ``loss`` such that the gradients of ``network`` are the mean of all processes'."""
        return loss

    def agree(self, progress: float, stop: bool) -> tuple[float, bool]:
        """Return how much of the budget is spent, and whether any process was asked to stop."""
        return progress, stop

    def mean(self, losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each term's mean over the processes."""
        return dict(losses)

    @contextmanager
    def main_first(self) -> Iterator[None]:
        """Let the leader do something, such as a download, before the others do."""
        yield

    def part(self) -> None:
        """Wait until all are done: torchrun ends the others when one leaves with an error."""


class ManyProcesses(Team):
    """One process among several, which all call the same methods in the same order."""

    def share_layers(self, *networks: nn.Module) -> None:
        """Let layers that look at a whole batch see that of all processes."""
        for network in networks:
            synchronise(network)

    def averaging(self, network: nn.Module, loss: LossOf) -> LossOf:
        """Return ``loss`` such that the gradients of ``network`` are the mean of all processes'."""
        return DistributedDataParallel(_Side(network, loss))

    def agree(self, progress: float, stop: bool) -> tuple[float, bool]:
        """Return what the leader has spent, and whether any process was asked to stop."""
        message = torch.tensor([progress if self.world.is_main else 0.0, stop], dtype=torch.float64)
        dist.all_reduce(message)
        return message[0].item(), bool(message[1] > 0)

    def mean(self, losses: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Return each term's mean over the processes."""
        values = torch.stack([term.float() for term in losses.values()])
        dist.all_reduce(values)
        return dict(zip(losses, values / self.world.size, strict=True))

    @contextmanager
    def main_first(self) -> Iterator[None]:
        """Let the leader do something, such as a download, before the others do."""
        if not self.world.is_main:
            dist.barrier()
        yield
        if self.world.is_main:
            dist.barrier()

    def part(self) -> None:
        """Wait until all are done: torchrun ends the others when one leaves with an error."""
        dist.barrier()


@contextmanager
def joined(world: World, device: torch.device) -> Iterator[Team]:
    """Join the other processes, if there are any, and leave them at the end.

    Raises:
        UsageError: this kind of device cannot train together with others.
        ProcessLost: another process is gone.
    """
    if world.size == 1:
        yield Team(world)
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
            "Start them by torchrun, or unset WORLD_SIZE to train alone.",
        ) from error
    try:
        yield ManyProcesses(world)
    except RuntimeError as error:
        if _speaks_of_peers(error):
            raise ProcessLost(
                "Another process of this training is gone.",
                "The last checkpoint is whole: start them all again with --resume.",
            ) from error
        raise
    finally:
        dist.destroy_process_group()


class _Side(nn.Module):
    """A player's parameters, and as output the loss that they minimise: what torch's engine wraps.

    The objectives call a player's parts one by one, and the discriminator
    several times in a step; the engine must see one call for each backward
    pass. It is shown no statistics of batch norm, which are the same in every
    process as they are.
    """

    def __init__(self, network: nn.Module, loss: LossOf) -> None:
        super().__init__()
        self.weights = nn.ParameterList(network.parameters())
        self._loss = loss

    def forward(self, inputs: StepInputs) -> Loss:
        return self._loss(inputs)


def _speaks_of_peers(error: RuntimeError) -> bool:
    return isinstance(error, dist.DistError) or "gloo" in str(error)
