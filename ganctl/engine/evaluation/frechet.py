"""The Fréchet distance between two sets of features."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Moments:
    """Mean [F] and covariance [F, F] of features, in float64."""

    mean: Tensor
    covariance: Tensor

    @classmethod
    def of(cls, features: Tensor) -> Moments:
        """Return the moments of features [N, F], N at least 2; the covariance divides by N - 1."""
        exact = features.double()
        size = exact.shape[1]
        return cls(exact.mean(dim=0), torch.cov(exact.T).reshape(size, size))


def frechet_distance(one: Moments, other: Moments) -> float:
    """Return the squared Fréchet distance of two normal distributions (Dowson & Landau 1982).

    d² = |μ₁ - μ₂|² + tr(Σ₁ + Σ₂ - 2 (Σ₁^½ Σ₂ Σ₁^½)^½), as Heusel et al. (2017, equation 6)
    compare images. It is 0 for equal moments. Two samples of one distribution have a positive
    distance, which is the larger the smaller they are.
    """
    root = _square_root(one.covariance)
    # The product is symmetric and has the eigenvalues of Σ₁Σ₂.
    shared = torch.linalg.eigvalsh(root @ other.covariance @ root).clamp(min=0).sqrt().sum()
    apart = (one.mean - other.mean).square().sum()
    distance = apart + one.covariance.trace() + other.covariance.trace() - 2 * shared
    return max(0.0, float(distance))


def _square_root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root
