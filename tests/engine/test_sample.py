"""A seed is a picture, whatever else is asked for."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from ganctl.card import Card, NetworkSpec
from ganctl.engine.networks import NETWORKS
from ganctl.engine.sample import BATCH, Sampler, from_pixels, to_pixels
from ganctl.labels import blend, one_hot

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def sampler():
    """An untrained generator of the real size, whose kernels are those of real use."""
    torch.manual_seed(0)
    spec = NetworkSpec("modern", 28, 1, 10, 64)
    generator = NETWORKS["modern"].generator(spec).eval().requires_grad_(False)
    progress = {"step": 0, "images_seen": 0, "seconds": 0.0}
    return Sampler(generator, Card("0.0", "cgan", "modern", "mnist", DIGITS, spec, progress))


def draw(sampler, seeds, label=7, **options):
    return sampler.draw([one_hot(label, DIGITS)], seeds, **options)


@pytest.mark.parametrize("threads", [1, 2])
def test_a_seed_gives_the_same_bits_alone_and_among_others(sampler, threads):
    torch.set_num_threads(threads)
    try:
        many = draw(sampler, range(BATCH + 30))
        for seed in (0, 1, 17, BATCH - 1, BATCH, BATCH + 29):
            assert np.array_equal(draw(sampler, [seed])[0], many[seed])
        backwards = draw(sampler, range(BATCH + 29, -1, -1))
        assert np.array_equal(backwards[::-1], many)
    finally:
        torch.set_num_threads(1)


def test_batches_say_what_they_are(sampler):
    labels = [one_hot(1, DIGITS), blend(one_hot(3, DIGITS), one_hot(8, DIGITS), 0.5)]
    batches = list(sampler.batches(labels, range(60)))
    assert [len(batch.images) for batch in batches] == [BATCH, 20]
    assert batches[0].labels == (labels[0],) * 60 + (labels[1],) * 40
    assert batches[1].seeds == tuple(range(40, 60))
    assert batches[0].images.shape == (BATCH, 28, 28)
    assert batches[0].images.dtype == np.uint8
    assert np.array_equal(
        np.concatenate([b.images for b in batches]), sampler.draw(labels, range(60))
    )


def test_label_and_seed_both_change_the_picture(sampler):
    assert not np.array_equal(draw(sampler, [0], 3), draw(sampler, [0], 8))
    assert not np.array_equal(draw(sampler, [0]), draw(sampler, [1]))


def test_truncation_moves_latents_to_their_mean(sampler):
    images = draw(sampler, range(3), truncation=0.0)
    assert np.array_equal(images[0], images[2])


def test_pixels_and_floats_are_inverse():
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    floats = from_pixels(pixels)
    assert (floats.min().item(), floats.max().item()) == (-1.0, 1.0)
    assert np.array_equal(to_pixels(floats), pixels[:, 0].numpy())


def test_colour_comes_last():
    assert to_pixels(torch.zeros(2, 3, 8, 4)).shape == (2, 8, 4, 3)


def test_another_process_gives_the_same_bits(trained):
    code = (
        "import ganctl, hashlib; "
        "print(hashlib.sha256(ganctl.load('lines').sample('down', 5).tobytes()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(digests) == 1
