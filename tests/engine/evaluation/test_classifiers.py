"""Classifiers learn, and what they learn is a function of their seed."""

import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.evaluation.classifiers import ARCHITECTURES, accuracy, fit, predict, steps_for
from ganctl.engine.evaluation.heads import Heads


@pytest.fixture
def lines(tiny_data):
    return data.load(str(tiny_data))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_they_learn(lines, architecture):
    told = []
    classifier = fit(
        architecture, lines, steps=40, seed=0, distortion=0.0,
        on_progress=lambda *facts: told.append(facts), what="learning lines",
    )  # fmt: skip
    assert accuracy(classifier, lines) == 1
    assert not classifier.training
    assert told[-1] == ("learning lines", 40, 40)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_same_seed_same_weights(lines, architecture):
    one, same, other = (
        fit(architecture, lines, steps=3, seed=seed, distortion=0.7).state_dict()
        for seed in (1, 1, 2)
    )
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["last.weight"], other["last.weight"])


def test_learning_uses_up_no_random_numbers(lines):
    torch.manual_seed(3)
    fit("pooled", lines, steps=2, seed=0, distortion=0.7)
    assert torch.equal(torch.rand(3), torch.rand(3, generator=torch.Generator().manual_seed(3)))


@pytest.mark.parametrize("architecture", ARCHITECTURES)
@pytest.mark.parametrize(("size", "channels"), [(8, 1), (28, 1), (32, 3), (96, 3)])
def test_every_size_of_image_has_as_many_features(architecture, size, channels):
    classifier = ARCHITECTURES[architecture](channels, Heads((4,))).eval()
    pixels = torch.randint(0, 256, (3, channels, size, size), dtype=torch.uint8)
    predictions = predict(classifier, pixels)
    assert predictions.classes.shape == (3,)
    assert predictions.features.shape == (3, classifier.last.in_features)


def test_the_judges_are_of_different_kinds():
    sizes = {name: sum(p.numel() for p in made(1, Heads((10,))).parameters())
             for name, made in ARCHITECTURES.items()}  # fmt: skip
    assert len(set(sizes.values())) == len(sizes) == 2


def test_small_data_are_not_gone_through_without_end(lines):
    assert steps_for(lines, 2500) == 60
    assert steps_for(lines, 7) == 7
