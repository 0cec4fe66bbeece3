"""A network's tensors in a file: safetensors, no pickle.

A checkpoint's tensors are named ``generator.*``, ``generator_ema.*``, ``discriminator.*`` and, of
the optimizers, as ``engine.training.checkpoint`` says. A file that holds ``generator_ema.*``
alone, in any float type, is enough to sample. Where ``PREFIX.packed`` stands for the float32
tensors of a prefix, it holds their numbers as ``files.packed_floats`` packs them, tensor by tensor
in the order of their names.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save
from torch import Tensor, nn

from ganctl.engine.models.base import Discriminator, Generator
from ganctl.engine.models.networks import build_discriminator, build_generator, networks_for
from ganctl.errors import CheckpointError, UnknownName, UsageError
from ganctl.files.atomic import write_atomically
from ganctl.files.limits import WEIGHTS
from ganctl.files.packed_floats import pack, unpack
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader, open_checkpoint, unreadable

Tensors = dict[str, Tensor]
PACKED = "packed"
"""The tensor that stands for all float32 tensors of a prefix."""
Network = TypeVar("Network", bound=nn.Module)


def load_generator(path: Path) -> tuple[Generator, CheckpointHeader]:
    """Return the averaged generator of a checkpoint, in float32 on the CPU, and its header.

    Raises:
        CheckpointError: it is damaged, a pickle, of another version, or lacks the weights, or
            some are NaN or infinite.
    """
    with open_checkpoint(path, framework="pt") as (header, file):
        generator = _filled(_shaped(build_generator, header, path), file, "generator_ema", path)
    if not all(value.isfinite().all() for value in generator.state_dict().values()):
        raise unreadable(path, "some of its weights are NaN or infinite")
    return generator, header


def load_discriminator(path: Path) -> tuple[Discriminator, CheckpointHeader]:
    """Return the discriminator of a run's checkpoint, on the CPU, and its header.

    Raises:
        CheckpointError: as ``load_generator``, or the file holds a generator alone.
    """
    with open_checkpoint(path, framework="pt") as (header, file):
        discriminator = _shaped(build_discriminator, header, path)
        if not has_tensors(file, "discriminator"):
            raise CheckpointError(
                f"{path} holds a generator alone.", "Give a run, or a checkpoint of one."
            )
        return _filled(discriminator, file, "discriminator", path), header


def save_generator(
    generator: nn.Module, header: CheckpointHeader, path: Path, dtype: torch.dtype
) -> None:
    """Write the averaged generator alone, in ``dtype``: all that sampling needs.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    write_atomically(path, generator_bytes(generator, header, dtype))


def generator_bytes(generator: nn.Module, header: CheckpointHeader, dtype: torch.dtype) -> bytes:
    """Return a checkpoint of the averaged generator alone, its weights in ``dtype``."""
    tensors = {
        name: value.to(dtype) if value.is_floating_point() else value
        for name, value in prefixed("generator_ema", generator.state_dict()).items()
    }
    return _bytes(tensors, header)


def save_tensors(tensors: Tensors, header: CheckpointHeader, path: Path) -> None:
    """Write a checkpoint.

    Raises:
        FileError: it cannot be written; what was at ``path`` is still there.
    """
    write_atomically(path, _bytes(tensors, header))


def _bytes(tensors: Tensors, header: CheckpointHeader) -> bytes:
    contiguous = {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    return save(contiguous, header.as_metadata())


def prefixed(prefix: str, tensors: Tensors) -> Tensors:
    """Return tensors by their names in a checkpoint."""
    return {f"{prefix}.{name}": value for name, value in tensors.items()}


def packed(prefix: str, tensors: Tensors) -> Tensors:
    """Return tensors by their names in a checkpoint, those of float32 as one that takes less."""
    floats = {name: value for name, value in tensors.items() if value.dtype == torch.float32}
    others = {name: value for name, value in tensors.items() if name not in floats}
    if floats:
        flat = torch.cat([floats[name].detach().cpu().reshape(-1) for name in sorted(floats)])
        others[PACKED] = torch.from_numpy(pack(flat.numpy()))
    return prefixed(prefix, others)


def has_tensors(file: Any, prefix: str) -> bool:
    """Return whether a checkpoint, as ``open_checkpoint`` yields it, has tensors ``prefix.*``."""
    return any(name.startswith(f"{prefix}.") for name in file.keys())  # noqa: SIM118


def read_tensors(file: Any, prefix: str, wanted: Tensors, path: Path) -> Tensors:
    """Return the tensors ``prefix.*`` in the types of ``wanted``, once the header fits it.

    Args:
        file: what ``open_checkpoint`` yields.
        prefix: which tensors.
        wanted: tensors of the names, shapes and types to read; they may have shapes alone.
        path: the file's, for the error.

    Raises:
        CheckpointError: other names, shapes or kinds of numbers.
    """
    start = f"{prefix}."
    if f"{start}{PACKED}" in file.keys():  # noqa: SIM118
        floats = {name: like for name, like in wanted.items() if like.dtype == torch.float32}
        others = {name: like for name, like in wanted.items() if name not in floats}
        unpacked = _unpacked(file.get_tensor(f"{start}{PACKED}"), floats, path)
        return unpacked | _stored(file, start, others, path)
    return _stored(file, start, wanted, path)


def _unpacked(stored: Tensor, wanted: Tensors, path: Path) -> Tensors:
    """Return the float32 tensors that ``packed`` made one of."""
    sizes = [wanted[name].numel() for name in sorted(wanted)]
    try:
        numbers = torch.from_numpy(unpack(stored.numpy(), sum(sizes)))
    except (TypeError, ValueError) as error:  # A type that NumPy does not have; other numbers.
        raise unreadable(path, str(error)) from error
    parts = zip(sorted(wanted), torch.split(numbers, sizes), strict=True)
    return {name: part.reshape(wanted[name].shape).clone() for name, part in parts}


def _stored(file: Any, start: str, wanted: Tensors, path: Path) -> Tensors:
    """Return tensors that lie in a file one by one, in the types of ``wanted``."""
    found = {
        name.removeprefix(start): file.get_slice(name)
        for name in file.keys()  # noqa: SIM118
        if name.startswith(start) and name != f"{start}{PACKED}"
    }
    fits = found.keys() == wanted.keys() and all(
        tuple(tensor.get_shape()) == tuple(wanted[name].shape)
        and tensor.get_dtype() in _kinds(wanted[name])
        for name, tensor in found.items()
    )
    if not fits:
        raise unreadable(path, "its tensors do not fit its networks")
    # Copies: a view of the file would change with it.
    return {
        name: file.get_tensor(f"{start}{name}").to(like.dtype, copy=True)
        for name, like in wanted.items()
    }


def _kinds(like: Tensor) -> tuple[str, ...]:
    """Return the types of safetensors that may stand for a tensor's."""
    return ("F64", "F32", "F16", "BF16") if like.is_floating_point() else ("I64", "I32")


def _shaped(
    build: Callable[[NetworkSpec], Network], header: CheckpointHeader, path: Path
) -> Network:
    """Return a network of shapes alone, so that a header costs no memory, whatever it says."""
    try:
        networks_for(header.network.name, header.packages.get("networks", ""))
    except UnknownName:
        raise CheckpointError(
            f"{path} needs the networks {header.network.name!r}, which this ganctl does not have.",
            f"It was written by ganctl {header.ganctl_version}: use that one.",
        ) from None
    try:
        with torch.device("meta"):
            network = build(header.network)
    except UsageError as error:
        raise unreadable(path, f"its header makes no sense ({error})") from error
    weights = sum(tensor.numel() for tensor in network.state_dict().values())
    if weights > WEIGHTS:
        raise unreadable(path, f"its header makes no sense (networks of {weights:,} weights)")
    return network


def _filled(network: Network, file: Any, prefix: str, path: Path) -> Network:
    """Return a network of shapes with its weights, in evaluation mode, which needs no gradient."""
    weights = read_tensors(file, prefix, network.state_dict(), path)
    network.load_state_dict(weights, assign=True)
    return network.eval().requires_grad_(False)
