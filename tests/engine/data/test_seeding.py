"""Randomness is a function of its key, and nothing else."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from ganctl.engine.data import seeding
from ganctl.engine.data.seeding import DataOrder
from ganctl.requests.recipes import Latent


def test_the_same_key_gives_the_same_numbers():
    first = torch.randn(5, generator=seeding.rng(1, 2, "latent"))
    again = torch.randn(5, generator=seeding.rng(1, 2, "latent"))
    assert torch.equal(first, again)


def test_every_part_of_the_key_counts():
    keys = [(1, 2, "latent"), (2, 1, "latent"), (1, 2, "order"), (12, "latent")]
    draws = {tuple(torch.randn(3, generator=seeding.rng(*key)).tolist()) for key in keys}
    assert len(draws) == len(keys)


def test_a_sample_seed_does_not_depend_on_its_neighbours():
    for draw in (
        lambda seeds: seeding.sample_latents(seeds, 16, Latent.NORMAL),
        lambda seeds: seeding.sample_latents(seeds, 16, Latent.UNIFORM),
        lambda seeds: seeding.sample_codes(seeds, 2),
    ):
        assert torch.equal(draw([7])[0], draw([3, 7, 5])[1])


def test_sample_latents_are_standard_normal():
    z = seeding.sample_latents(range(2000), 32, Latent.NORMAL)
    assert abs(z.mean().item()) < 0.02
    assert abs(z.std().item() - 1) < 0.02


def test_uniform_latents_and_codes_fill_the_interval():
    for z in (
        seeding.sample_latents(range(2000), 32, Latent.UNIFORM),
        seeding.sample_codes(range(2000), 32),
    ):
        assert z.abs().max() <= 1
        assert abs(z.mean().item()) < 0.02
        assert abs(z.var().item() - 1 / 3) < 0.01


def test_seeded_globals_leave_the_global_state_alone():
    before = torch.random.get_rng_state()
    with seeding.seeded_globals(3, "weights"):
        first = torch.rand(2)
    assert torch.equal(before, torch.random.get_rng_state())
    with seeding.seeded_globals(3, "weights"):
        assert torch.equal(first, torch.rand(2))


@given(count=st.integers(2, 40), batch=st.integers(1, 60), seed=st.integers(0, 5))
def test_each_epoch_shows_every_image_once(count, batch, seed):
    order = DataOrder(count, batch, seed)
    steps = -(-3 * count // batch)
    seen = torch.cat([order.indices(step) for step in range(steps)])[: 3 * count]
    for epoch in seen.split(count):
        assert sorted(epoch.tolist()) == list(range(count))


def test_epochs_are_shuffled_differently():
    order = DataOrder(50, 50, 0)
    assert not torch.equal(order.indices(0), order.indices(1))


def test_the_order_can_be_entered_anywhere():
    straight = DataOrder(10, 7, 4)
    walked = [straight.indices(step) for step in range(6)]
    assert torch.equal(DataOrder(10, 7, 4).indices(5), walked[5])


def test_a_balanced_order_draws_rare_classes_as_often_and_every_image():
    labels = torch.tensor([0] * 90 + [1] * 9 + [2])
    order = seeding.BalancedOrder(labels, 3, batch=50, seed=1)
    drawn = torch.cat([order.indices(step) for step in range(60)])
    counts = torch.bincount(labels[drawn], minlength=3)
    assert counts.min() > 900
    assert len(drawn.unique()) == 100
    assert order.indices(7).equal(seeding.BalancedOrder(labels, 3, batch=50, seed=1).indices(7))
    assert not order.indices(7).equal(order.indices(8))
