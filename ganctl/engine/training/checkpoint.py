"""A run's state in a file: all that a resume needs, in one checkpoint.

Beside the networks' tensors (``engine.models.weights``) a checkpoint has those of Adam, named
``generator_optimizer.<parameter>.<quantity>`` (and so for the discriminator). Where a run has
finished, all that only a resume needs is packed, so that it takes less of the disk.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from ganctl.engine.models.weights import (
    Tensors,
    has_tensors,
    packed,
    prefixed,
    read_tensors,
    save_tensors,
)
from ganctl.engine.training.state import TrainState
from ganctl.errors import CheckpointError
from ganctl.runs.checkpoint_header import CheckpointHeader, open_checkpoint


def save_state(
    state: TrainState, header: CheckpointHeader, path: Path, *, compact: bool = False
) -> None:
    """Write everything that a resume needs.

    Args:
        state: what to write.
        header: where it comes from.
        path: where to.
        compact: whether to take the time (0.1 s for MNIST's networks) to pack what sampling does
            not need; nothing is rounded.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    tensors = prefixed("generator_ema", state.generator_ema.state_dict())
    named = packed if compact else prefixed
    for name, network in _networks(state).items():
        if network is not state.generator_ema:
            tensors |= named(name, network.state_dict())
    for name, optimizer in _optimizers(state).items():
        tensors |= named(name, _optimizer_tensors(optimizer))
    save_tensors(tensors, header, path)


def load_state(
    state: TrainState,
    path: Path,
    check: Callable[[CheckpointHeader], None] = lambda _header: None,
) -> None:
    """Fill a new state with what ``save_state`` wrote.

    Args:
        state: the state to fill.
        path: the checkpoint.
        check: called with the checkpoint's header first; what it raises is raised.

    Raises:
        CheckpointError: it is damaged, belongs to other networks, or holds a generator alone.
    """
    with open_checkpoint(path, framework="pt") as (header, file):
        check(header)
        if not has_tensors(file, "discriminator"):
            raise CheckpointError(
                f"{path} holds a generator alone, from which no run can be resumed.",
                "Restore the run's latest checkpoint; sample works from this one.",
            )
        if header.network != state.spec:
            raise CheckpointError(
                f"{path} holds other networks than this run's.", "Resume the run it belongs to."
            )
        for name, network in _networks(state).items():
            network.load_state_dict(read_tensors(file, name, network.state_dict(), path))
        for name, optimizer in _optimizers(state).items():
            _load_optimizer(name, optimizer, file, path)
    state.progress = header.progress


def _networks(state: TrainState) -> dict[str, nn.Module]:
    return {
        "generator": state.generator,
        "generator_ema": state.generator_ema,
        "discriminator": state.discriminator,
    }


def _optimizers(state: TrainState) -> dict[str, Optimizer]:
    return {
        "generator_optimizer": state.generator_optimizer,
        "discriminator_optimizer": state.discriminator_optimizer,
    }


def _optimizer_tensors(optimizer: Optimizer) -> Tensors:
    return {
        f"{index}.{quantity}": value
        for index, quantities in optimizer.state_dict()["state"].items()
        for quantity, value in quantities.items()
    }


def _load_optimizer(name: str, optimizer: Optimizer, file: Any, path: Path) -> None:
    """Restore Adam's moments; its learning rates are the schedule's and are not stored."""
    if not has_tensors(file, name):  # Before its first step it has none.
        return
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    wanted: Tensors = {}
    for index, parameter in enumerate(parameters):
        wanted[f"{index}.step"] = torch.empty((), device="meta")
        wanted |= {f"{index}.{moment}": parameter for moment in ("exp_avg", "exp_avg_sq")}
    tensors = read_tensors(file, name, wanted, path)
    moments = {
        index: {
            quantity: tensors[f"{index}.{quantity}"]
            for quantity in ("step", "exp_avg", "exp_avg_sq")
        }
        for index in range(len(parameters))
    }
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    for parameter in parameters:
        for quantity, value in optimizer.state[parameter].items():
            if value.shape == parameter.shape:
                # Adam's fused kernel walks both in the order that they lie in memory.
                optimizer.state[parameter][quantity] = torch.empty_like(parameter).copy_(value)
