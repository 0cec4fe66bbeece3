"""A batch is a function of (seed, step), whatever is asked of its images."""

import torch

from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.models.conditions import conditions_of, spec_for
from ganctl.engine.training.batches import Batches
from ganctl.requests.conditions.schema import UNKNOWN_WORD
from ganctl.requests.data import ReadOptions
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
    return batches_of(dataset, **options)


def batches_of(dataset, **options):
    config = TrainRequest(batch=32, **options)
    spec = spec_for(dataset, MODERN)
    return Batches(dataset, spec, config, MODERN, torch.device("cpu"), World())


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


def with_their_labels(dataset, batch):
    """Yield each image's y beside the conditions of all images like it."""
    every = conditions_of(dataset, spec_for(dataset, MODERN))
    for image, y in zip(batch.real, batch.y, strict=True):
        same = (dataset.images / 127.5 - 1 - image).abs().flatten(1).max(dim=1).values < 1e-5
        yield y, every[same]


def test_each_image_comes_with_its_own_parts(described_data):
    dataset = load(str(described_data), ReadOptions(condition=("line", "shade", "place")))
    batch = batches_of(dataset).at(0)
    for y, labels in with_their_labels(dataset, batch):
        assert any(torch.equal(y, label) for label in labels)
    assert len(batch.y.unique(dim=0)) > 3


def test_each_image_comes_with_its_own_caption_which_may_be_reworded(described_data):
    dataset = load(str(described_data), ReadOptions(condition=("caption",)))
    batch = batches_of(dataset).at(0)
    whole = 0
    for y, labels in with_their_labels(dataset, batch):
        kept = [word for word in y[0, 1:].tolist() if word > UNKNOWN_WORD]
        captions = [[word for word in label[0, 1:].tolist() if word] for label in labels]
        assert any(is_part(kept, 2 * caption) for caption in captions)
        whole += kept in captions
    assert 0 < whole < len(batch.y)
    assert torch.equal(batch.y, batches_of(dataset).at(0).y)


def is_part(kept, caption):
    """Whether words are in a caption in their order."""
    remaining = iter(caption)
    return all(word in remaining for word in kept)
