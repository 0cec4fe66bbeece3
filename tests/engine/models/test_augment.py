"""Distortions are small, drawn for each image, and let gradients pass."""

import pytest
import torch

from ganctl.engine.models.augment import augment


def rng(seed=0):
    return torch.Generator().manual_seed(seed)


def blob(count=64, size=28):
    images = torch.full((count, 1, size, size), -1.0)
    images[:, :, 10:18, 12:16] = 1.0
    return images


def centre(images):
    """Return the mean row and column [N, 2] of what is not black, and its mass [N]."""
    light = images[:, 0] + 1
    mass = light.sum(dim=(1, 2))
    rows = torch.arange(images.shape[2]) + 0.5
    along = (light.sum(dim=2) * rows).sum(dim=1) / mass
    across = (light.sum(dim=1) * rows).sum(dim=1) / mass
    return torch.stack([along, across], dim=1), mass


def test_no_strength_leaves_the_images_alone():
    images = blob()
    assert augment(images, 0.0, rng()) is images


def test_little_strength_changes_little():
    images = blob()
    assert (augment(images, 1e-4, rng()) - images).abs().max() < 0.01


def test_each_image_gets_its_own_distortion_and_the_same_draw_gives_the_same():
    first = augment(blob(), 1.0, rng())
    assert torch.equal(first, augment(blob(), 1.0, rng()))
    assert not torch.equal(first, augment(blob(), 1.0, rng(1)))
    assert (first[1:] - first[:-1]).abs().amax(dim=(1, 2, 3)).min() > 0.01


def test_it_moves_up_to_a_pixel_and_stretches_up_to_a_tenth():
    images = blob(2000)
    (before, mass_before), (after, mass) = centre(images), centre(augment(images, 1.0, rng()))
    moved = (after - before).abs().amax(dim=0)
    assert (moved > 0.8).all()
    # Turning and stretching move a blob off the centre a little further.
    assert (moved < 1.5).all()
    share = mass / mass_before
    assert 0.8 < share.min() < 0.88
    assert 1.12 < share.max() < 1.25
    assert share.mean().item() == pytest.approx(1, abs=0.02)


def test_colours_and_black_outside():
    white = torch.ones(16, 3, 20, 20)
    out = augment(white, 1.0, rng())
    assert out.shape == white.shape
    assert out.min() >= -1
    assert out[:, :, 8:12, 8:12].min() == pytest.approx(1)
    assert (out[:, :, 0, 0] == -1).any()


def test_gradients_pass():
    images = blob(2).requires_grad_()
    augment(images, 1.0, rng()).sum().backward()
    assert (images.grad[:, :, 10:18, 12:16] > 0).all()
