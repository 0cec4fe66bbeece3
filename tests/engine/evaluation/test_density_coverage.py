"""Density and coverage against a hand-made case, their definition, and published figures."""

import pytest
import torch

from ganctl.engine.evaluation import density_coverage as neighbours
from ganctl.engine.evaluation.density_coverage import RealManifold, nearest


def test_on_a_line_by_hand():
    """Reals at 0, 1, 3 and k = 1: the balls reach 1, 1 and 2 far."""
    real = torch.tensor([[0.0], [1.0], [3.0]])
    found = RealManifold(real, k=1).density_coverage(torch.tensor([[0.5], [1.5], [9.0], [4.5]]))
    # 0.5 lies in the balls of 0 and 1; 1.5 in those of 1 and 3; 4.5 in that of 3; 9 in none.
    assert found.density == 5 / 4
    assert found.coverage == 1
    assert RealManifold(real, k=1).density_coverage(
        torch.tensor([[0.5]])
    ).coverage == pytest.approx(2 / 3)


def test_by_definition(monkeypatch):
    """Equations 5 and 6 of Naeem et al. (2020), for rows that do not fit in one part."""
    monkeypatch.setattr(neighbours, "ROWS", 7)
    rng = torch.Generator().manual_seed(0)
    real, fake = torch.randn(40, 3, generator=rng), torch.randn(30, 3, generator=rng)
    apart = torch.cdist(real, real).fill_diagonal_(torch.inf)
    radii = apart.sort(dim=1).values[:, 4]
    inside = torch.cdist(real, fake) < radii[:, None]
    found = RealManifold(real).density_coverage(fake)
    assert found.density == pytest.approx(inside.sum().item() / (5 * 30))
    assert found.coverage == pytest.approx(inside.any(dim=1).float().mean().item())


@pytest.mark.slow
def test_draws_from_one_normal_distribution_give_the_published_figures():
    """The authors' code prints density 1.056 and coverage 0.9735 for 10,000 in 1,000 dimensions.

    The expected density is 1, and from draw to draw it varies by about 0.03.
    """
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(10_000, 1000, generator=rng) for _ in range(2))
    found = RealManifold(real).density_coverage(fake)
    assert found.density == pytest.approx(1.056, abs=0.06)
    assert found.coverage == pytest.approx(0.9735, abs=0.005)


def test_draws_from_one_normal_distribution_are_as_good_as_each_other():
    """The same on a smaller scale: expected are density 1 and coverage 0.969 (equation 9)."""
    rng = torch.Generator().manual_seed(0)
    real, fake = (torch.randn(1500, 50, generator=rng) for _ in range(2))
    found = RealManifold(real).density_coverage(fake)
    assert found.density == pytest.approx(1, abs=0.06)
    assert found.coverage == pytest.approx(0.969, abs=0.015)


def test_expected_coverage_of_equal_distributions():
    """1 - ((N-1) … (N-k)) / ((2N-1) … (2N-k)): equation 9 of Naeem et al. (2020)."""
    rng = torch.Generator().manual_seed(0)
    count, draws = 30, 300
    expected = 1.0
    for i in range(1, 6):
        expected *= (count - i) / (2 * count - i)
    coverage = [
        RealManifold(torch.randn(count, 2, generator=rng))
        .density_coverage(torch.randn(count, 2, generator=rng))
        .coverage
        for _ in range(draws)
    ]
    assert sum(coverage) / draws == pytest.approx(1 - expected, abs=0.01)


def test_copies_of_one_image_reach_almost_nothing():
    rng = torch.Generator().manual_seed(0)
    real = torch.randn(200, 8, generator=rng)
    assert RealManifold(real).density_coverage(real[:1].repeat(200, 1)).coverage < 0.1


def test_nearest():
    candidates = torch.tensor([[0.0, 0.0], [5.0, 5.0], [9.0, 0.0]])
    assert nearest(torch.tensor([[4.0, 4.0], [8.0, 1.0]]), candidates).tolist() == [1, 2]
