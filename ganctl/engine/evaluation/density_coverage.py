"""Density and coverage, and the nearest neighbours among features."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

K = 5
ROWS = 1000


@dataclass(frozen=True)
class DensityCoverage:
    """Density and coverage of Naeem et al. (2020, equations 5 and 6).

    ``density``, from 0, says how densely fakes lie around real images, and ``coverage`` in
    [0, 1] the share of real images with a fake nearby.
    """

    density: float
    coverage: float


class RealManifold:
    """Balls around real features [N, F], each as wide as the distance to its k-th neighbour.

    N must be greater than ``k``.
    """

    def __init__(self, real: Tensor, k: int = K) -> None:
        self._real = real
        self._k = k
        self._radii = torch.cat(list(self._distances_to_kth_neighbour()))

    def density_coverage(self, fake: Tensor) -> DensityCoverage:
        """Return the density and coverage of fake features [M, F]."""
        inside, covered = 0, 0
        for rows, radii in self._parts():
            within = torch.cdist(rows, fake) < radii[:, None]
            inside += int(within.sum())
            covered += int(within.any(dim=1).sum())
        return DensityCoverage(
            density=inside / (self._k * len(fake)), coverage=covered / len(self._real)
        )

    def _parts(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield some rows at a time, since all distances at once would take gigabytes."""
        yield from zip(torch.split(self._real, ROWS), torch.split(self._radii, ROWS), strict=True)

    def _distances_to_kth_neighbour(self) -> Iterator[Tensor]:
        for start in range(0, len(self._real), ROWS):
            rows = self._real[start : start + ROWS]
            distances = torch.cdist(rows, self._real)
            distances[torch.arange(len(rows)), start + torch.arange(len(rows))] = torch.inf
            yield distances.topk(self._k, dim=1, largest=False).values[:, -1]


def nearest(queries: Tensor, candidates: Tensor) -> Tensor:
    """Return the index [N] of the nearest of the candidates [M, F] to each query [N, F]."""
    return torch.cat(
        [torch.cdist(part, candidates).argmin(dim=1) for part in torch.split(queries, ROWS)]
    )
