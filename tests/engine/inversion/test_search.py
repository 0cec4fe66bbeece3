"""Gradients and tried values lead to where a picture came from."""

import math

import pytest
import torch

from ganctl.engine.inversion.search import Freedom, Points, distances, longest, refined
from ganctl.engine.models.base import Generator
from ganctl.requests.recipes import Latent

NORMAL, UNIFORM = Latent.NORMAL, Latent.UNIFORM


class Linear(Generator):
    """The first pixels are the latent, the others the condition."""

    def forward(self, z, condition):
        return torch.cat([z, condition], dim=1)[:, None, None, :]


def target_of(*numbers):
    return torch.tensor([numbers])[:, None, None, :].float()


def points(count, latent, condition):
    generator = torch.Generator().manual_seed(0)
    z = torch.randn(count, latent, generator=generator)
    return Points(z, torch.tensor([condition]).float().repeat(count, 1), torch.arange(count))


def search(start, target, latent=NORMAL, freedom=None, steps=200):
    return refined(
        Linear(), start, target, latent=latent, freedom=freedom or Freedom(), steps=steps
    )


def test_a_latent_is_found_from_everywhere():
    start = points(5, 3, [0.5])
    found = search(start, target_of(0.3, -1, 0.7, 0.5))
    assert torch.allclose(found.latents, torch.tensor([0.3, -1, 0.7]).expand(5, 3), atol=1e-3)
    assert distances(Linear(), found, target_of(0.3, -1, 0.7, 0.5)).max() < 1e-6
    assert torch.equal(found.conditions, start.conditions)
    assert torch.equal(found.starts, torch.arange(5))


def test_each_point_may_have_a_target_of_its_own():
    targets = torch.cat([target_of(0.1, 0.2, 0), target_of(-0.4, 0.5, 0)])
    found = search(points(2, 2, [0]), targets)
    assert torch.allclose(found.latents, torch.tensor([[0.1, 0.2], [-0.4, 0.5]]), atol=1e-3)


@pytest.mark.parametrize("latent", Latent)
def test_a_latent_stays_one_that_seeds_could_have(latent):
    found = search(points(4, 3, [0]), target_of(50, 50, 50, 0), latent).latents
    if latent is UNIFORM:
        assert torch.equal(found, torch.ones(4, 3))
    else:
        assert torch.allclose(found.norm(dim=1), torch.full((4,), longest(3)), atol=1e-4)


def test_the_longest_latent_is_that_of_99_in_100():
    lengths = torch.randn(100_000, 64, generator=torch.Generator().manual_seed(1)).norm(dim=1)
    assert (lengths > longest(64)).float().mean() == pytest.approx(0.01, abs=2e-3)
    # The chi-squared distribution with one degree of freedom ends 99% at 6.6349.
    assert longest(1) == pytest.approx(math.sqrt(6.6349), rel=0.02)


def test_free_numbers_follow_the_gradient_within_their_range():
    found = search(
        points(2, 1, [0, 0, 0]), target_of(0.5, 0.25, 0.75, 3), freedom=Freedom(columns=(1, 2))
    )
    expected = torch.tensor([[0, 0.75, 1]]).expand(2, 3)
    assert torch.allclose(found.conditions, expected, atol=1e-3)


def test_free_attributes_get_the_nearest_value():
    freedom = Freedom(attributes=(range(3), range(3, 5)))
    found = search(points(12, 1, [1, 0, 0, 1, 0]), target_of(0, 0, 0, 1, 0, 1), freedom=freedom)
    assert len(found.latents) == 8
    assert torch.equal(found.conditions, torch.tensor([[0, 0, 1, 0, 1.0]]).expand(8, 5))


def test_progress_is_told_of_every_step():
    told = []
    refined(
        Linear(), points(2, 2, [0]), target_of(0, 0, 0), latent=NORMAL, freedom=Freedom(), steps=5,
        on_progress=lambda *report: told.append(report),
    )  # fmt: skip
    assert told == [("searching", step, 5) for step in range(1, 6)]
