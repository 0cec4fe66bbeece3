"""The Fréchet distance against its closed forms."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.evaluation.frechet import Moments, frechet_distance, unbiased_frechet_distance


def moments(mean, covariance):
    return Moments(
        torch.tensor(mean, dtype=torch.float64), torch.tensor(covariance, dtype=torch.float64)
    )


def test_two_normal_distributions_with_independent_numbers():
    """|μ₁ - μ₂|² + Σ (σ₁ - σ₂)²."""
    one = moments([0.0, 1.0, 2.0], [[1.0, 0, 0], [0, 4.0, 0], [0, 0, 9.0]])
    other = moments([3.0, 1.0, 0.0], [[4.0, 0, 0], [0, 4.0, 0], [0, 0, 1.0]])
    expected = (9 + 0 + 4) + (1 - 2) ** 2 + 0 + (3 - 1) ** 2
    assert frechet_distance(one, other) == pytest.approx(expected, rel=1e-12)


def test_two_normal_distributions_whose_covariances_do_not_commute():
    """In two dimensions tr (Σ₁Σ₂)^½ is (tr Σ₁Σ₂ + 2 (det Σ₁Σ₂)^½)^½."""
    first, second = [[2.0, 0.5], [0.5, 1.0]], [[1.0, -0.7], [-0.7, 3.0]]
    trace = 2.0 * 1.0 + 2 * 0.5 * -0.7 + 1.0 * 3.0
    determinant = (2.0 * 1.0 - 0.5**2) * (1.0 * 3.0 - 0.7**2)
    expected = (2 + 1) + (1 + 3) - 2 * math.sqrt(trace + 2 * math.sqrt(determinant))
    found = frechet_distance(moments([0.0, 0.0], first), moments([0.0, 0.0], second))
    assert found == pytest.approx(expected, rel=1e-12)


def test_moments_are_unbiased():
    found = Moments.of(torch.tensor([[0.0, 1.0], [2.0, 1.0], [4.0, 4.0]]))
    assert found.mean.tolist() == [2.0, 2.0]
    assert found.covariance.tolist() == [[4.0, 3.0], [3.0, 3.0]]
    assert found.mean.dtype == torch.float64


def test_features_that_never_differ_have_a_distance_too():
    one = Moments.of(torch.ones(10, 4))
    assert frechet_distance(one, one) == 0
    assert frechet_distance(one, Moments.of(torch.zeros(10, 4))) == pytest.approx(4)


@given(st.integers(0, 2**32), st.integers(2, 40), st.integers(1, 8))
def test_it_is_a_distance(seed, count, size):
    rng = torch.Generator().manual_seed(seed)
    features = torch.randn(2, count, size, generator=rng)
    one, other = Moments.of(features[0]), Moments.of(features[1])
    there, back = frechet_distance(one, other), frechet_distance(other, one)
    assert there >= 0
    assert there == pytest.approx(back, rel=1e-6, abs=1e-6)
    assert frechet_distance(one, one) == pytest.approx(0, abs=1e-6)
    moved = Moments.of(features[1] + 3)
    assert frechet_distance(Moments.of(features[0] + 3), moved) == pytest.approx(
        there, rel=1e-4, abs=1e-4
    )


def gaussian(count, seed, features=4, shift=0.0):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(count, features, generator=rng) + shift


@pytest.mark.parametrize("shift", [0.0, 0.5, 1.0])
def test_the_unbiased_distance_does_not_depend_on_the_number(shift):
    """Two normal distributions apart by a shift of each of 4 features: the distance is 4 shift²."""
    plain, unbiased = [], []
    for count in (80, 400):
        pairs = [
            (gaussian(count, 2 * seed), gaussian(count, 2 * seed + 1, shift=shift))
            for seed in range(100)
        ]
        plain.append(
            sum(frechet_distance(Moments.of(one), Moments.of(other)) for one, other in pairs) / 100
        )
        unbiased.append(
            sum(unbiased_frechet_distance(one, other) or 0.0 for one, other in pairs) / 100
        )
    assert plain[0] > plain[1] + 0.05
    assert unbiased == pytest.approx([4 * shift**2] * 2, abs=0.04 + 0.1 * shift)


def test_too_few_images_have_no_unbiased_distance():
    assert unbiased_frechet_distance(gaussian(39, 0), gaussian(39, 1)) is None
    assert unbiased_frechet_distance(gaussian(40, 0), gaussian(40, 1)) is not None
