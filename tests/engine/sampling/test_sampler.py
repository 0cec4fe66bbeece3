"""A seed is a picture, whatever else is asked for."""

import math
import subprocess
import sys

import pytest
import torch

from ganctl.engine.data.pixels import channels_first, channels_last, from_pixels, to_pixels
from ganctl.engine.models.base import Generator
from ganctl.engine.models.networks import NETWORKS
from ganctl.engine.sampling.sampler import BATCH, Sampler
from ganctl.requests.budget import AT_THE_START
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.conditions.labels import UNLABELLED, blend, one_hot
from ganctl.requests.drawing.sample import SamplePlan
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def sampler():
    """An untrained generator of the real size, whose kernels are those of real use."""
    torch.manual_seed(0)
    spec = NetworkSpec("modern", 28, 1, 10, 64)
    generator = NETWORKS["modern"].generator(spec).eval().requires_grad_(False)
    progress = AT_THE_START
    return Sampler(
        generator, CheckpointHeader("0.0", "cgan", "modern", "mnist", DIGITS, spec, progress)
    )


def draw(sampler, seeds, label=7, **options):
    return sampler.draw(SamplePlan((one_hot(label, DIGITS),), seeds, **options))


@pytest.mark.parametrize("threads", [1, 2])
def test_a_seed_gives_the_same_bits_alone_and_among_others(sampler, threads):
    torch.set_num_threads(threads)
    try:
        many = draw(sampler, range(BATCH + 30))
        for seed in (0, 1, 17, BATCH - 1, BATCH, BATCH + 29):
            assert torch.equal(draw(sampler, [seed])[0], many[seed])
        backwards = draw(sampler, range(BATCH + 29, -1, -1))
        assert torch.equal(backwards.flip(0), many)
    finally:
        torch.set_num_threads(1)


def test_batches_say_what_they_are(sampler):
    labels = [one_hot(1, DIGITS), blend(one_hot(3, DIGITS), one_hot(8, DIGITS), 0.5)]
    plan = SamplePlan(tuple(labels), range(60))
    batches = list(sampler.batches(plan))
    assert [len(batch.images) for batch in batches] == [BATCH, 20]
    assert batches[0].labels == (labels[0],) * 60 + (labels[1],) * 40
    assert batches[1].seeds == tuple(range(40, 60))
    assert batches[0].images.shape == (BATCH, 1, 28, 28)
    assert batches[0].images.dtype == torch.uint8
    assert torch.equal(torch.cat([batch.images for batch in batches]), sampler.draw(plan))


def test_label_and_seed_both_change_the_picture(sampler):
    assert not torch.equal(draw(sampler, [0], 3), draw(sampler, [0], 8))
    assert not torch.equal(draw(sampler, [0]), draw(sampler, [1]))


def test_truncation_moves_latents_to_their_mean(sampler):
    images = draw(sampler, range(3), truncation=0.0)
    assert torch.equal(images[0], images[2])


def test_pixels_and_floats_are_inverse():
    pixels = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    floats = from_pixels(pixels)
    assert (floats.min().item(), floats.max().item()) == (-1.0, 1.0)
    assert torch.equal(to_pixels(floats), pixels)


@pytest.mark.parametrize("shape", [(2, 8, 4), (2, 8, 4, 3)])
def test_channels_come_first_in_tensors_and_last_in_arrays(shape):
    images = torch.arange(math.prod(shape), dtype=torch.uint8).reshape(shape).numpy()
    first = channels_first(images)
    assert first.shape == (2, *((1, 8, 4) if len(shape) == 3 else (3, 8, 4)))
    assert (channels_last(first) == images).all()


@pytest.mark.process
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


class Listens(Generator):
    """Keeps what it is told, and shows a dark picture."""

    def __init__(self):
        super().__init__()
        self.unused = torch.nn.Parameter(torch.zeros(()))

    def forward(self, z, condition):
        self.z, self.condition = z, condition
        return torch.zeros(len(z), 1, 8, 8)


ABC = ("a", "b", "c")


def listening(code_map=None, continuous=2):
    spec = NetworkSpec("infogan", 8, 1, 0, 4, categories=3, continuous=continuous)
    progress = AT_THE_START
    header = CheckpointHeader("0.0", "infogan", "modern", "toy", ABC, spec, progress, code_map)
    return Sampler(Listens(), header)


def told(sampler, labels, seeds=(0,), **options):
    sampler.draw(SamplePlan(tuple(labels), seeds, **options))
    return sampler.generator.condition[: len(labels) * len(seeds)]


@pytest.mark.parametrize("continuous", [0, 2])
def test_a_class_asks_for_the_category_that_means_it(continuous):
    sampler = listening(CodeMap((1, 2, 0), 0.1), continuous)
    rows = told(sampler, [one_hot(index, ABC) for index in range(3)])
    assert rows.shape == (3, 3 + continuous)
    assert rows[:, :3].argmax(dim=1).tolist() == [1, 2, 0]
    half = told(sampler, [blend(one_hot(0, ABC), one_hot(2, ABC), 0.25)])
    assert half[0, :3].tolist() == [0.25, 0.75, 0]


def test_before_they_are_matched_categories_are_in_their_order():
    rows = told(listening(), [one_hot(index, ABC) for index in range(3)])
    assert rows[:, :3].argmax(dim=1).tolist() == [0, 1, 2]


def test_codes_are_held_or_depend_on_the_seed_alone():
    sampler, label = listening(), one_hot(0, ABC)
    free = told(sampler, [label, one_hot(1, ABC)], range(40))[:, 3:]
    assert torch.equal(free[:40], free[40:])
    assert len(set(free[:40].flatten().tolist())) == 80
    assert ((free >= -1) & (free <= 1)).all()
    held = told(sampler, [label], range(40), codes=Codes(continuous={2: -1.5}))[:, 3:]
    assert torch.equal(held[:, 0], free[:40, 0])
    assert (held[:, 1] == -1.5).all()


def test_truncation_leaves_codes_alone():
    sampler, label = listening(), one_hot(0, ABC)
    whole = told(sampler, [label], range(5))
    assert sampler.generator.z.abs().max() > 0
    assert torch.equal(told(sampler, [label], range(5), truncation=0.0), whole)
    assert sampler.generator.z.abs().max() == 0


def test_without_labels_nothing_is_told():
    spec = NetworkSpec("modern", 8, 1, classes=0, latent_size=4)
    progress = AT_THE_START
    sampler = Sampler(
        Listens(), CheckpointHeader("0.0", "gan", "modern", "toy", (), spec, progress)
    )
    assert told(sampler, [UNLABELLED], range(3)).shape == (3, 0)
