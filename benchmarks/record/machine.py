"""What a program ran on, as its row names it."""

from __future__ import annotations

import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

import torch


@dataclass(frozen=True)
class Machine:
    """A machine: ``threads`` is ``OMP_NUM_THREADS``, ``gpu`` what torch sees; both may be empty."""

    processor: str
    cores: int
    threads: str
    gpu: str
    torch: str

    def __str__(self) -> str:
        cores = f"{self.cores} core" + ("s" if self.cores != 1 else "")
        threads = f" (OMP_NUM_THREADS={self.threads})" if self.threads else ""
        where = f"{self.gpu}, {self.processor}" if self.gpu else self.processor
        return f"{where}, {cores}{threads}, torch {self.torch}"


def this_machine(processor: str = "") -> Machine:
    """Return the machine as this process, and what it starts, sees it.

    Args:
        processor: its name, where that is known better; empty to look it up.
    """
    return Machine(
        processor=processor or _processor(),
        cores=_cores(),
        threads=os.environ.get("OMP_NUM_THREADS", ""),
        gpu=_gpu(),
        torch=torch.__version__,
    )


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    if sys.platform == "linux":  # taskset and containers give a process fewer than there are.
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _gpu() -> str:
    if torch.cuda.is_available():
        count = torch.cuda.device_count()
        return (f"{count} × " if count > 1 else "") + torch.cuda.get_device_name()
    return "Apple GPU" if torch.backends.mps.is_available() else ""
