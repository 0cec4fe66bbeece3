"""A batch is a function of (seed, step), whatever is asked of its images."""

import torch

from ganctl.engine.data.dataset import Dataset
from ganctl.engine.training.batches import Batches
from ganctl.requests.recipes import RECIPES, RecipeName
from ganctl.requests.training import TrainRequest
from ganctl.runs.world import World

MODERN = RECIPES[RecipeName.MODERN]


def batches(**options):
    """Return batches of images whose left half is black and whose right half is white."""
    images = torch.zeros(40, 1, 8, 8, dtype=torch.uint8)
    images[..., 4:] = 255
    labels = torch.tensor([0] * 36 + [1] * 4)
    dataset = Dataset("halves", images, labels, ("often", "rare"))
    config = TrainRequest(batch=32, **options)
    return Batches(dataset, config, MODERN, torch.device("cpu"), World())


def left(batch):
    return batch.real[:, 0, 0, 0]


def test_no_image_is_mirrored_unless_asked_for():
    assert (left(batches().at(0)) == -1).all()


def test_flip_mirrors_half_of_the_images_and_the_same_ones_again():
    flipped = torch.cat([left(batches(flip=True).at(step)) for step in range(10)])
    assert 0.4 < (flipped == 1).float().mean() < 0.6
    assert torch.equal(batches(flip=True).at(3).real, batches(flip=True).at(3).real)
    assert not torch.equal(batches(flip=True).at(3).real, batches(flip=True).at(4).real)


def test_balance_draws_a_rare_class_as_often():
    shares = [batches(balance=True).at(step).y.mean(0) for step in range(20)]
    assert 0.4 < torch.stack(shares).mean(0)[1].item() < 0.6
    usual = [batches().at(step).y.mean(0) for step in range(20)]
    assert torch.stack(usual).mean(0)[1].item() < 0.2
