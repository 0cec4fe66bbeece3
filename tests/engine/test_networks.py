"""Both networks: shapes, ranges, and labels and gradients that reach every part."""

import pytest
import torch

from ganctl.card import NetworkSpec
from ganctl.config import RECIPES
from ganctl.engine.networks import NETWORKS, parameter_count
from ganctl.engine.objectives import OBJECTIVES, Turn

SHAPES = [(8, 1), (28, 1), (32, 3), (64, 3), (20, 1)]


def pair(name="modern", size=28, channels=1, classes=10):
    spec = NetworkSpec(name, size, channels, classes, latent_size=16)
    torch.manual_seed(0)
    return NETWORKS[name].generator(spec), NETWORKS[name].discriminator(spec), spec


def inputs(spec, count=6):
    torch.manual_seed(1)
    z = torch.randn(count, spec.latent_size)
    y = torch.eye(spec.classes)[torch.arange(count) % spec.classes]
    x = torch.rand(count, spec.channels, spec.image_size, spec.image_size) * 2 - 1
    return z, y, x


def test_every_recipe_names_a_network():
    assert {recipe.network for recipe in RECIPES.values()} <= set(NETWORKS)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize(("size", "channels"), SHAPES)
def test_shapes_and_range(name, size, channels):
    generator, discriminator, spec = pair(name, size, channels)
    z, y, x = inputs(spec)
    images = generator(z, y)
    assert images.shape == x.shape
    assert images.abs().max() <= 1
    assert discriminator(x, y).shape == (len(x),)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("objective", OBJECTIVES.values())
def test_every_parameter_gets_a_gradient(name, objective):
    generator, discriminator, spec = pair(name)
    z, y, x = inputs(spec, 20)
    # The label's path may start at zero; after a step it must carry gradients to everything.
    optimizer = torch.optim.SGD(discriminator.parameters(), lr=1e-3)
    for _ in range(2):
        fake = generator(z, y)
        optimizer.zero_grad()
        objective.discriminator_loss(discriminator, Turn(x, fake.detach(), y)).total.backward()
        silent = [n for n, p in discriminator.named_parameters() if not p.grad.abs().sum() > 0]
        optimizer.step()
    assert silent == []
    objective.generator_loss(discriminator, Turn(x, generator(z, y), y)).total.backward()
    assert [n for n, p in generator.named_parameters() if not p.grad.abs().sum() > 0] == []


@pytest.mark.parametrize("name", NETWORKS)
def test_the_label_changes_the_picture_and_the_blend_lies_elsewhere(name):
    generator, _, spec = pair(name)
    generator.eval()
    z, _, _ = inputs(spec, 1)
    three, eight = torch.eye(10)[3:4], torch.eye(10)[8:9]
    pictures = [generator(z, y) for y in (three, eight, (three + eight) / 2)]
    assert all(
        (a - b).abs().max() > 1e-4
        for a, b in zip(pictures, pictures[1:] + pictures[:1], strict=True)
    )


@pytest.mark.parametrize("name", NETWORKS)
def test_the_discriminator_is_indifferent_to_labels_at_first_and_then_is_not(name):
    _, discriminator, spec = pair(name)
    discriminator.eval()
    _, y, x = inputs(spec)
    wrong = y.roll(1, dims=1)
    assert torch.equal(discriminator(x, y), discriminator(x, wrong))
    with torch.no_grad():
        discriminator.label.normal_()
    assert not torch.allclose(discriminator(x, y), discriminator(x, wrong))


def test_parameter_count_leaves_out_what_is_frozen():
    generator, _, _ = pair()
    whole = parameter_count(generator)
    assert whole == sum(p.numel() for p in generator.parameters())
    first = next(generator.parameters())
    first.requires_grad_(False)
    assert parameter_count(generator) == whole - first.numel()
