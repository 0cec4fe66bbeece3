"""The device that trains, and its number format."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

import torch

from ganctl.errors import UsageError
from ganctl.requests.training import Device, Precision
from ganctl.runs.world import World


def choose_device(wanted: Device, world: World | None = None) -> torch.device:
    """Return the device that was asked for; ``auto`` prefers CUDA, then MPS, then the CPU.

    Each process of a machine gets a GPU of its own.

    Raises:
        UsageError: it is not available.
    """
    available = {
        Device.CUDA: torch.cuda.is_available(),
        Device.MPS: torch.backends.mps.is_available(),
        Device.CPU: True,
    }
    if wanted is Device.AUTO:
        wanted = next(device for device, there in available.items() if there)
    if not available[wanted]:
        there = ", ".join(device.value for device, is_there in available.items() if is_there)
        raise UsageError(
            f"--device {wanted.value}: this machine, or this build of torch, has none.",
            f"Here --device takes auto, {there}.",
        )
    if wanted is Device.CUDA and world is not None and world.size > 1:
        return torch.device("cuda", world.local_rank)
    return torch.device(wanted.value)


def choose_precision(wanted: Precision, device: torch.device) -> Precision:
    """Return the format that was asked for; ``auto`` is bfloat16 on a GPU with hardware for it.

    On a CPU ``auto`` is float32: on two cores bfloat16 was not faster for networks this small
    (``benchmarks/quality/recipe_trials.md``).
    """
    if wanted is not Precision.AUTO:
        return wanted
    native = device.type == "cuda" and torch.cuda.is_bf16_supported(including_emulation=False)
    return Precision.BF16 if native else Precision.FP32


def autocast(
    precision: Precision, device: torch.device
) -> Callable[[], AbstractContextManager[None]]:
    """Return a function that makes contexts whose convolutions and products use ``precision``."""
    enabled = precision is Precision.BF16
    # A captured step must not use weights that were converted before its capture.
    cached = device.type != "cuda"
    return partial(
        torch.autocast, device.type, torch.bfloat16, enabled=enabled, cache_enabled=cached
    )
