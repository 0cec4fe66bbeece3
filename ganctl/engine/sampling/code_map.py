"""The match of InfoGAN's categories with the classes of the data."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.models.base import Discriminator
from ganctl.requests.networks import CodeMap

MATCHED_IMAGES = 10_000
BATCH = 1000


def learn_code_map(discriminator: Discriminator, dataset: Dataset) -> CodeMap:
    """Match the categories that Q predicts for real images with their classes, one to one.

    The Hungarian method (Kuhn 1955) finds the match with the fewest errors on up to
    ``MATCHED_IMAGES`` training images. This is the only use of labels, and it trains nothing.
    """
    # scipy is slow to import, and only this model needs it.
    from scipy.optimize import linear_sum_assignment

    # At random, since a regular pattern could favour some of MNIST's writers.
    shuffle = torch.randperm(len(dataset), generator=seeding.rng("code map"))
    chosen = shuffle[:MATCHED_IMAGES]
    images, labels = dataset.images[chosen], dataset.labels[chosen]
    classes = len(dataset.classes)
    predicted = predict_categories(discriminator, images, classes)
    counts = one_hot(labels, classes).T.float() @ one_hot(predicted, classes).float()
    rows, columns = linear_sum_assignment(counts.numpy(), maximize=True)
    matched = counts[rows, columns].sum().item()
    return CodeMap(tuple(columns.tolist()), 1 - matched / len(labels))


@torch.no_grad()
def predict_categories(discriminator: Discriminator, images: Tensor, categories: int) -> Tensor:
    """Return the likeliest category [N] on the CPU, by Q, of each image uint8 [N, C, H, W].

    The statistics of batch norm are the running ones, so that no image depends on the others.
    """
    device = next(discriminator.parameters()).device
    was_training = discriminator.training
    discriminator.eval()
    predicted = []
    for part in torch.split(images, BATCH):
        x = from_pixels(part.to(device))
        features = discriminator.features(x, x.new_empty(len(x), 0))
        predicted.append(discriminator.codes(features)[:, :categories].argmax(dim=1).cpu())
    discriminator.train(was_training)
    return torch.cat(predicted)
