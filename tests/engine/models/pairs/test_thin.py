"""Convolutions from and to images are the plain ones, computed otherwise in training."""

import copy

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import pixel_unshuffle

from ganctl.engine.models.pairs import thin
from ganctl.engine.models.pairs.thin import FromImages, ToImages

SHAPES = {"channels": st.integers(1, 4), "width": st.integers(1, 9), "half": st.integers(1, 8)}


def from_images(channels, width, half):
    images = torch.randn(3, channels, 2 * half, 2 * half, dtype=torch.float64)
    return FromImages(channels, width), nn.Conv2d(channels, width, 4, 2, 1), images


def to_images(channels, width, half):
    maps = torch.randn(3, width, half, half, dtype=torch.float64)
    return ToImages(width, channels), nn.ConvTranspose2d(width, channels, 4, 2, 1), maps


def derivatives(layer, x):
    """Return what a layer makes of x, its gradients, and those of a gradient's square."""
    x = x.clone().requires_grad_()
    y = layer(x)
    weights = list(layer.parameters())
    gradients = torch.autograd.grad(y.sin().sum(), [x, *weights], create_graph=True)
    second = torch.autograd.grad(gradients[0].square().sum(), [x, *weights])
    return [y, *gradients, *second]


@pytest.mark.parametrize("pair", [from_images, to_images])
@given(**SHAPES, seed=st.integers(0, 2**32))
def test_results_and_both_derivatives_are_those_of_the_plain_layer(
    pair, channels, width, half, seed
):
    torch.manual_seed(seed)
    ours, plain, x = pair(channels, width, half)
    plain.load_state_dict(ours.state_dict())
    torch.testing.assert_close(derivatives(ours.double(), x), derivatives(plain.double(), x))


@pytest.mark.parametrize("pair", [from_images, to_images])
def test_a_finished_one_computes_the_very_bits_of_the_plain_layer(pair):
    ours, plain, x = pair(1, 32, 14)
    plain.load_state_dict(copy.deepcopy(ours.state_dict()))
    assert torch.equal(ours.eval()(x.float()), plain(x.float()))


@pytest.mark.parametrize("pair", [from_images, to_images])
@pytest.mark.parametrize(
    ("channels", "is_training", "quarters"),
    [
        (3, True, True),
        (3, False, False),
        (4, True, False),
    ],
)
def test_only_training_on_few_channels_is_by_quarters(
    monkeypatch, pair, channels, is_training, quarters
):
    unshuffled: list[int] = []

    def counted(x, factor):
        unshuffled.append(factor)
        return pixel_unshuffle(x, factor)

    monkeypatch.setattr(thin, "pixel_unshuffle", counted)
    ours, _, x = pair(channels, 8, 4)
    ours.train(is_training)(x.float())
    assert bool(unshuffled) == quarters
