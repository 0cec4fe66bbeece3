"""The Fréchet distance between two sets of features, and an estimate free of its bias."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

import torch
from torch import Tensor

PARTS = (1, 2, 4)
"""Into how many parts the images are divided for the distances of an unbiased one."""
LEAST_IMAGES = 10
"""Images for each feature below which there is no unbiased distance."""


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


def unbiased_frechet_distance(one: Tensor, other: Tensor) -> float | None:
    """Return what the distance of two sets of features [N, F] would be for endlessly many images.

    Of N images the distance is too large by about a constant over N, which depends on what made
    them; so distances of different N cannot be compared (Chong & Forsyth 2020, "Effectively
    unbiased FID"). As there, the line through distances of N, N/2 and N/4 images, by 1/N, tells
    where 1/N is 0; those of fewer images are means over parts that do not overlap.

    Args:
        one: features in an order that has no meaning, or is that of classes.
        other: as many of other images.

    Returns:
        the distance, which may be slightly below 0 where there is none; None for fewer images
        than ten times F, whose distances lie on no line.
    """
    if len(one) < LEAST_IMAGES * one.shape[1]:
        return None
    distances = [
        sum(
            frechet_distance(Moments.of(one[start::parts]), Moments.of(other[start::parts]))
            for start in range(parts)
        )
        / parts
        for parts in PARTS
    ]
    _, intercept = statistics.linear_regression(PARTS, distances)
    return intercept


def _square_root(covariance: Tensor) -> Tensor:
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    return root
