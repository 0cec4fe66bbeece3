"""The only reader and writer of weights: safetensors, whole files or none, no pickle.

A checkpoint's header carries a ``CheckpointHeader``; its tensors are named ``generator.*``,
``generator_ema.*``, ``discriminator.*`` and
``generator_optimizer.<parameter>.<quantity>`` (and so for the discriminator).
A file that holds ``generator_ema.*`` alone, in any float type, is enough to sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn
from torch.optim import Optimizer

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.networks import NETWORKS
from ganctl.engine.training.state import TrainState
from ganctl.errors import CheckpointError, UsageError
from ganctl.files.atomic import write_atomically
from ganctl.files.limits import WEIGHTS
from ganctl.runs.checkpoint_header import (
    CheckpointHeader,
    NetworkSpec,
    read_checkpoint_header,
    unreadable,
)

Tensors = dict[str, Tensor]
Network = TypeVar("Network", bound=nn.Module)


def save_state(state: TrainState, header: CheckpointHeader, path: Path) -> None:
    """Write everything that going on with the training needs.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    tensors: Tensors = {}
    for name, network in _networks(state).items():
        tensors |= _prefixed(name, network.state_dict())
    for name, optimizer in _optimizers(state).items():
        tensors |= _optimizer_tensors(name, optimizer)
    write_atomically(path, save(_contiguous(tensors), header.as_metadata()))


def save_generator(
    generator: nn.Module, header: CheckpointHeader, path: Path, dtype: torch.dtype
) -> None:
    """Write the averaged generator alone, in ``dtype``: all that sampling needs.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    tensors = {
        name: value.to(dtype) if value.is_floating_point() else value
        for name, value in _prefixed("generator_ema", generator.state_dict()).items()
    }
    write_atomically(path, save(_contiguous(tensors), header.as_metadata()))


def load_state(state: TrainState, path: Path) -> None:
    """Fill a new state with what ``save_state`` wrote.

    Raises:
        CheckpointError: it is damaged, or belongs to other networks.
    """
    header = read_checkpoint_header(path)
    if header.network != state.spec:
        raise CheckpointError(
            f"{path} holds other networks than this run's.", "Resume the run it belongs to."
        )
    for name, network in _networks(state).items():
        network.load_state_dict(_fitting(name, network.state_dict(), path))
    for name, optimizer in _optimizers(state).items():
        _load_optimizer(name, optimizer, path)
    state.step = int(header.progress["step"])
    state.images_seen = int(header.progress["images_seen"])
    state.seconds = header.progress["seconds"]


def load_generator(path: Path) -> tuple[Generator, CheckpointHeader]:
    """Return the averaged generator of a checkpoint, in float32 on the CPU, and its card.

    Raises:
        CheckpointError: it is damaged, a pickle, of another version, or lacks the weights.
    """
    header = _usable_header(path)
    generator = _built(NETWORKS[header.network.name].generator, header.network, path)
    if not _is_filled("generator_ema", generator, header, path):
        return load_generator(path)
    return generator, header


def load_discriminator(path: Path) -> tuple[Discriminator, CheckpointHeader]:
    """Return the discriminator of a training's checkpoint, on the CPU, and its card.

    Raises:
        CheckpointError: as ``load_generator``, or the file holds a generator alone.
    """
    header = _usable_header(path)
    discriminator = _built(NETWORKS[header.network.name].discriminator, header.network, path)
    if not _shapes("discriminator", path):
        raise CheckpointError(
            f"{path} holds a generator alone.", "Give a run, or a checkpoint of its training."
        )
    if not _is_filled("discriminator", discriminator, header, path):
        return load_discriminator(path)
    return discriminator, header


def _usable_header(path: Path) -> CheckpointHeader:
    header = read_checkpoint_header(path)
    if header.network.name not in NETWORKS:
        raise CheckpointError(
            f"{path} needs the network {header.network.name!r}, which this ganctl does not have.",
            f"It was written by ganctl {header.ganctl_version}: use that one.",
        )
    return header


def _built(build: Callable[[NetworkSpec], Network], spec: NetworkSpec, path: Path) -> Network:
    """Return a network of shapes alone, so that a header costs no memory, whatever it says."""
    try:
        with torch.device("meta"):
            network = build(spec)
    except UsageError as error:
        raise unreadable(path, f"its header makes no sense ({error})") from error
    weights = sum(tensor.numel() for tensor in network.state_dict().values())
    if weights > WEIGHTS:
        raise unreadable(path, f"its header makes no sense (networks of {weights:,} weights)")
    return network


def _is_filled(prefix: str, network: nn.Module, header: CheckpointHeader, path: Path) -> bool:
    """Give a player its weights, to be used as it is; return whether they go with ``header``.

    A training that goes on may have replaced the file since the card was read.
    """
    weights = _fitting(prefix, network.state_dict(), path)
    if read_checkpoint_header(path) != header:
        return False
    network.load_state_dict(weights, assign=True)
    network.eval().requires_grad_(False)
    return True


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


def _prefixed(prefix: str, tensors: Tensors) -> Tensors:
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def _contiguous(tensors: Tensors) -> Tensors:
    return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}


def _shapes(prefix: str, path: Path) -> dict[str, tuple[tuple[int, ...], str]]:
    """Return the shape and the type of each tensor ``prefix.*``, as the header has them."""
    start = f"{prefix}."
    with _opened(path) as file:
        slices = {name: file.get_slice(name) for name in file.keys() if name.startswith(start)}  # noqa: SIM118
        return {
            name.removeprefix(start): (tuple(found.get_shape()), found.get_dtype())
            for name, found in slices.items()
        }


def _fitting(prefix: str, wanted: Tensors, path: Path) -> Tensors:
    """Return the tensors ``prefix.*`` in the types of ``wanted``, once the header fits it.

    Raises:
        CheckpointError: other names, shapes or kinds of numbers.
    """
    found = _shapes(prefix, path)
    fits = found.keys() == wanted.keys() and all(
        shape == tuple(wanted[name].shape) and kind in _kinds(wanted[name])
        for name, (shape, kind) in found.items()
    )
    if not fits:
        raise unreadable(path, "its tensors do not fit its networks")
    with _opened(path) as file:
        # Copies: a view of the file would change with it.
        return {
            name: file.get_tensor(f"{prefix}.{name}").to(like.dtype, copy=True)
            for name, like in wanted.items()
        }


def _kinds(like: Tensor) -> tuple[str, ...]:
    """Return the types of safetensors that may stand for a tensor's."""
    return ("F64", "F32", "F16", "BF16") if like.is_floating_point() else ("I64", "I32")


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with safe_open(path, framework="pt") as file:
            yield file
    except (SafetensorError, OSError, ValueError) as error:
        raise unreadable(path, str(error)) from error


def _optimizer_tensors(name: str, optimizer: Optimizer) -> Tensors:
    return {
        f"{name}.{index}.{quantity}": value
        for index, quantities in optimizer.state_dict()["state"].items()
        for quantity, value in quantities.items()
    }


def _load_optimizer(name: str, optimizer: Optimizer, path: Path) -> None:
    """Restore Adam's moments; its learning rates are the schedule's and are not stored."""
    if not _shapes(name, path):  # Before its first step it has none.
        return
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    wanted: Tensors = {}
    for index, parameter in enumerate(parameters):
        wanted[f"{index}.step"] = torch.empty((), device="meta")
        wanted |= {f"{index}.{moment}": parameter for moment in ("exp_avg", "exp_avg_sq")}
    tensors = _fitting(name, wanted, path)
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
