"""Which of several processes this one is, as ``torchrun`` tells it. No torch."""

from __future__ import annotations

import os
from dataclasses import dataclass

from ganctl.errors import UsageError


@dataclass(frozen=True)
class World:
    """``size`` processes train together; this is number ``rank``.

    It is number ``local_rank`` on its machine. The main process has rank 0: it
    alone writes and prints.
    """

    rank: int = 0
    local_rank: int = 0
    size: int = 1

    @property
    def is_main(self) -> bool:
        """Whether this process writes and prints."""
        return self.rank == 0

    def shard(self, batch: int) -> slice:
        """Return this process's rows of a step's ``batch``.

        Raises:
            UsageError: it cannot be split evenly.
        """
        if batch % self.size:
            raise UsageError(
                f"--batch {batch} cannot be split evenly among {self.size} processes.",
                f"Give a multiple of {self.size}: --batch counts the images of all processes.",
            )
        rows = batch // self.size
        return slice(self.rank * rows, (self.rank + 1) * rows)


def this_world() -> World:
    """Return what ``torchrun`` set in the environment; without it, one process.

    Raises:
        UsageError: it makes no sense.
    """
    try:
        world = World(
            rank=int(os.environ.get("RANK", "0")),
            local_rank=int(os.environ.get("LOCAL_RANK", "0")),
            size=int(os.environ.get("WORLD_SIZE", "1")),
        )
    except ValueError:
        world = World(size=0)
    if not 0 <= world.rank < world.size:
        raise UsageError(
            "RANK, LOCAL_RANK and WORLD_SIZE do not describe processes that train together.",
            "Let torchrun set them, or unset them to train alone.",
        )
    return world
