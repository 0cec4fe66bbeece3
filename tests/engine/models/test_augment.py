"""Distortions are small, drawn for each image, and let gradients pass; all of it fades."""

import pytest
import torch

from ganctl.engine.models.augment import Augmentation, distort


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
    assert distort(images, 0.0, rng()) is images


def test_little_strength_changes_little():
    images = blob()
    assert (distort(images, 1e-4, rng()) - images).abs().max() < 0.01


def test_each_image_gets_its_own_distortion_and_the_same_draw_gives_the_same():
    first = distort(blob(), 1.0, rng())
    assert torch.equal(first, distort(blob(), 1.0, rng()))
    assert not torch.equal(first, distort(blob(), 1.0, rng(1)))
    assert (first[1:] - first[:-1]).abs().amax(dim=(1, 2, 3)).min() > 0.01


def test_it_moves_up_to_a_pixel_and_stretches_up_to_a_tenth():
    images = blob(2000)
    (before, mass_before), (after, mass) = centre(images), centre(distort(images, 1.0, rng()))
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
    out = distort(white, 1.0, rng())
    assert out.shape == white.shape
    assert out.min() >= -1
    assert out[:, :, 8:12, 8:12].min() == pytest.approx(1)
    assert (out[:, :, 0, 0] == -1).any()


def test_gradients_pass():
    images = blob(2).requires_grad_()
    distort(images, 1.0, rng()).sum().backward()
    assert (images.grad[:, :, 10:18, 12:16] > 0).all()


@pytest.mark.parametrize(("progress", "strength"), [(0, 1), (0.2, 1), (0.3, 0.5), (0.4, 0), (1, 0)])
def test_noise_and_distortion_fade(progress, strength):
    images = blob(4)
    seen = Augmentation(noise=0.4, distortion=0.8, fade=(0.2, 0.4))(images, progress, rng())
    same = rng()
    noise = torch.randn(images.shape, generator=same)
    expected = distort(images, strength * 0.8, same) + strength * 0.4 * noise
    assert torch.allclose(seen, expected)
    assert strength or seen is images


def test_no_augmentation_draws_nothing():
    images, unused = blob(2), rng()
    augmentation = Augmentation()
    assert augmentation.is_identity
    assert augmentation(images, 0.0, unused) is images
    assert torch.equal(unused.get_state(), rng().get_state())


@pytest.mark.parametrize("redraw", [False, True])
def test_the_generators_loss_sees_the_same_draws_or_new_ones(redraw):
    real, fake = torch.zeros(2, 1, 8, 8), torch.zeros(2, 1, 8, 8, requires_grad=True)
    augmentation = Augmentation(noise=0.5, redraw=redraw)
    real, for_discriminator, for_generator = augmentation.views(real, fake, 0.0, rng())
    assert not for_discriminator.requires_grad
    assert for_generator.requires_grad
    assert torch.equal(for_discriminator, for_generator) is not redraw
    assert not torch.equal(real, for_discriminator)
