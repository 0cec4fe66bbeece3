"""What lies near what among features: density, coverage, and the nearest of all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

K = 5
ROWS = 1000


@dataclass(frozen=True)
class Fidelity:
    """How densely fakes lie where real images are, and which part of these they reach.

    Density and coverage of Naeem et al. (2020, equations 5 and 6).
    """

    density: float
    coverage: float


class Neighbourhood:
    """Real features [N, F], N above ``k``, and the distance of each to its k-th nearest other."""

    def __init__(self, real: Tensor, k: int = K) -> None:
        self._real = real
        self._k = k
        self._radii = torch.cat(list(self._distances_to_the_kth()))

    def fidelity(self, fake: Tensor) -> Fidelity:
        """Return density and coverage of fake features [M, F] among the real ones."""
        inside, reached = 0, 0
        for rows, radii in self._parts():
            within = torch.cdist(rows, fake) < radii[:, None]
            inside += int(within.sum())
            reached += int(within.any(dim=1).sum())
        return Fidelity(density=inside / (self._k * len(fake)), coverage=reached / len(self._real))

    def _parts(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield some rows at a time: all distances at once would take gigabytes."""
        yield from zip(torch.split(self._real, ROWS), torch.split(self._radii, ROWS), strict=True)

    def _distances_to_the_kth(self) -> Iterator[Tensor]:
        for start in range(0, len(self._real), ROWS):
            rows = self._real[start : start + ROWS]
            distances = torch.cdist(rows, self._real)
            distances[torch.arange(len(rows)), start + torch.arange(len(rows))] = torch.inf
            yield distances.topk(self._k, dim=1, largest=False).values[:, -1]


def nearest(queries: Tensor, candidates: Tensor) -> Tensor:
    """Return for each query [N, F] the index [N] of the nearest candidate [M, F]."""
    return torch.cat(
        [torch.cdist(part, candidates).argmin(dim=1) for part in torch.split(queries, ROWS)]
    )
