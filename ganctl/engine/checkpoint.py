"""The only reader and writer of weights: safetensors, whole files or none, no pickle.

A checkpoint's header carries a ``Card``; its tensors are named ``generator.*``,
``generator_ema.*``, ``discriminator.*`` and
``generator_optimizer.<parameter>.<quantity>`` (and so for the discriminator).
A file that holds ``generator_ema.*`` alone, in any float type, is enough to sample.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.optim import Optimizer

from ganctl.card import Card, NetworkSpec, read_card, unreadable
from ganctl.engine.networks import NETWORKS
from ganctl.engine.roles import Discriminator, Generator
from ganctl.engine.state import TrainState
from ganctl.errors import CheckpointError, UsageError
from ganctl.files import write_atomically

Tensors = dict[str, Tensor]
Player = TypeVar("Player", bound=nn.Module)


def save_state(state: TrainState, card: Card, path: Path) -> None:
    """Write everything that going on with the training needs.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    tensors: Tensors = {}
    for name, network in _networks(state).items():
        tensors |= _prefixed(name, network.state_dict())
    for name, optimizer in _optimizers(state).items():
        tensors |= _optimizer_tensors(name, optimizer)
    write_atomically(path, save(_contiguous(tensors), card.as_metadata()))


def save_generator(generator: nn.Module, card: Card, path: Path, dtype: torch.dtype) -> None:
    """Write the averaged generator alone, in ``dtype``: all that sampling needs.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    tensors = {
        name: value.to(dtype) if value.is_floating_point() else value
        for name, value in _prefixed("generator_ema", generator.state_dict()).items()
    }
    write_atomically(path, save(_contiguous(tensors), card.as_metadata()))


def load_state(state: TrainState, path: Path) -> None:
    """Fill a new state with what ``save_state`` wrote.

    Raises:
        CheckpointError: it is damaged, or belongs to other networks.
    """
    card = read_card(path)
    if card.network != state.spec:
        raise CheckpointError(
            f"{path} holds other networks than this run's.", "Resume the run it belongs to."
        )
    tensors = _load_tensors(path)
    for name, network in _networks(state).items():
        _load_network(network, _without_prefix(name, tensors), path)
    for name, optimizer in _optimizers(state).items():
        _load_optimizer(optimizer, _without_prefix(name, tensors), path)
    state.step = int(card.progress["step"])
    state.images_seen = int(card.progress["images_seen"])
    state.seconds = card.progress["seconds"]


def load_generator(path: Path) -> tuple[Generator, Card]:
    """Return the averaged generator of a checkpoint, in float32 on the CPU, and its card.

    Raises:
        CheckpointError: it is damaged, a pickle, of another version, or lacks the weights.
    """
    card, tensors = _usable(path)
    generator = _built(NETWORKS[card.network.name].generator, card.network, path)
    _load_network(generator, _without_prefix("generator_ema", tensors), path)
    return generator.eval().requires_grad_(False), card


def load_discriminator(path: Path) -> tuple[Discriminator, Card]:
    """Return the discriminator of a training's checkpoint, on the CPU, and its card.

    Raises:
        CheckpointError: as ``load_generator``, or the file holds a generator alone.
    """
    card, whole = _usable(path)
    discriminator = _built(NETWORKS[card.network.name].discriminator, card.network, path)
    tensors = _without_prefix("discriminator", whole)
    if not tensors:
        raise CheckpointError(
            f"{path} holds a generator alone.", "Give a run, or a checkpoint of its training."
        )
    _load_network(discriminator, tensors, path)
    return discriminator.eval().requires_grad_(False), card


def _usable(path: Path) -> tuple[Card, Tensors]:
    """Return a checkpoint's card, if this ganctl has its network, and the tensors that go with it.

    A training that goes on may replace the file between two looks at it.
    """
    card = read_card(path)
    if card.network.name not in NETWORKS:
        raise CheckpointError(
            f"{path} needs the network {card.network.name!r}, which this ganctl does not have.",
            f"It was written by ganctl {card.ganctl_version}: use that one.",
        )
    tensors = _load_tensors(path)
    return (card, tensors) if read_card(path) == card else _usable(path)


def _built(build: Callable[[NetworkSpec], Player], spec: NetworkSpec, path: Path) -> Player:
    """Return a network whose weights are to be loaded; no random numbers are used up."""
    try:
        with torch.random.fork_rng(devices=[]):
            return build(spec)
    except UsageError as error:
        raise unreadable(path, f"its header makes no sense ({error})") from error


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


def _without_prefix(prefix: str, tensors: Tensors) -> Tensors:
    start = f"{prefix}."
    return {
        name.removeprefix(start): value for name, value in tensors.items() if name.startswith(start)
    }


def _contiguous(tensors: Tensors) -> Tensors:
    return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}


def _load_tensors(path: Path) -> Tensors:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise unreadable(path, str(error)) from error


def _load_network(network: nn.Module, tensors: Tensors, path: Path) -> None:
    try:
        network.load_state_dict(tensors)
    except RuntimeError as error:
        raise unreadable(path, "its tensors do not fit its networks") from error


def _optimizer_tensors(name: str, optimizer: Optimizer) -> Tensors:
    return {
        f"{name}.{index}.{quantity}": value
        for index, quantities in optimizer.state_dict()["state"].items()
        for quantity, value in quantities.items()
    }


def _load_optimizer(optimizer: Optimizer, tensors: Tensors, path: Path) -> None:
    """Restore Adam's moments; its learning rates are the schedule's and are not stored."""
    moments: dict[int, Tensors] = {}
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    for name, value in tensors.items():
        index, _, quantity = name.partition(".")
        moments.setdefault(int(index), {})[quantity] = value
    fits = not moments or (
        sorted(moments) == list(range(len(parameters)))
        and all(moments[i]["exp_avg"].shape == p.shape for i, p in enumerate(parameters))
    )
    if not fits:
        raise unreadable(path, "its optimizer state does not fit its networks")
    optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    for parameter in parameters:
        for quantity, value in optimizer.state[parameter].items():
            if value.shape == parameter.shape:
                # Adam's fused kernel walks both in the order that they lie in memory.
                optimizer.state[parameter][quantity] = torch.empty_like(parameter).copy_(value)
