"""How near the same search comes to real images: what the distance of another one is held against.

A generator that was trained well comes near to images like its data, and to no others.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.inversion.search import Freedom, Points, distances, refined
from ganctl.engine.models.conditions import conditions_of
from ganctl.engine.sampling.sampler import Sampler
from ganctl.readers.labelled import OnProgress

IMAGES = 10
STARTS = 4
LOOKED_AT = 64
"""Seeds that are looked at for each image, of which ``STARTS`` are searched from."""


@dataclass(frozen=True)
class Reached:
    """The distances of some real images, whose labels were known, from what was found of them.

    ``split`` is ``test``, or ``training`` for data that have no test images.
    """

    distances: tuple[float, ...]
    split: str

    @property
    def median(self) -> float:
        """The distance that half of them are below."""
        return median(self.distances)

    def farther_than(self, distance: float) -> int:
        """Return to how many of the images the generator comes less near."""
        return sum(each > distance for each in self.distances)


def reached_for_real_images(
    sampler: Sampler, dataset: Dataset, steps: int, on_progress: OnProgress | None = None
) -> Reached:
    """Return how near a generator comes to ``IMAGES`` images that it was not trained on.

    Args:
        sampler: the generator.
        dataset: that it was trained on; without a test split, its own images serve.
        steps: of the search.
        on_progress: called while it searches.
    """
    network = sampler.header.network
    held = dataset if dataset.test is None else dataset.test
    shuffle = torch.randperm(len(held), generator=seeding.rng("find", "real images"))
    real = held.part(shuffle[:IMAGES])
    target = from_pixels(real.images)
    conditions, freedom = _conditions(sampler, real)
    count = len(real)
    seeds = range(LOOKED_AT)
    latents = seeding.sample_latents(seeds, network.latent_size, network.latent)
    of_image = torch.arange(count).repeat_interleave(LOOKED_AT)
    points = Points(latents.repeat(count, 1), conditions[of_image], of_image)
    near = distances(sampler.generator, points, target[of_image]).view(count, LOOKED_AT)
    first = LOOKED_AT * torch.arange(count)[:, None]
    points = points.part((near.topk(STARTS, largest=False).indices + first).flatten())
    targets = target[points.starts]
    points = refined(
        sampler.generator,
        points,
        targets,
        latent=network.latent,
        freedom=freedom,
        steps=steps,
        on_progress=on_progress,
    )
    reached = distances(sampler.generator, points, targets).view(count, STARTS).amin(dim=1)
    split = "training" if dataset.test is None else "test"
    return Reached(tuple((reached.sqrt() / 2).tolist()), split)


def _conditions(sampler: Sampler, real: Dataset) -> tuple[Tensor, Freedom]:
    """Return what images are of [N, …], and what of it is not known: InfoGAN's codes."""
    header = sampler.header
    network = header.network
    conditions = conditions_of(real, network)
    if not network.categories:
        return conditions, Freedom()
    if header.code_map is not None:
        conditions = conditions[:, torch.tensor(header.code_map.category_of_class).argsort()]
    codes = torch.zeros(len(real), network.continuous)
    columns = tuple(range(network.categories, network.condition_size))
    return torch.cat([conditions, codes], dim=1), Freedom(columns)
