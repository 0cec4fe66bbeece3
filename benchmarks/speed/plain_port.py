"""The classic loop as people port it: what ``--recipe classic`` is compared with.

A DataLoader that turns each image by itself, float32, fakes made anew for each
update, both networks differentiated in each, every loss read as a number, and
a further pass of both networks for the losses that are printed. The networks,
the numbers and the steps are those of ``--recipe classic``: batch 100, one
update of the discriminator and two of the generator.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot
from torch.optim import Adam
from torch.utils.data import DataLoader, Dataset

from ganctl.engine.data import torchvision_door as vision
from ganctl.engine.data.dataset import load
from ganctl.engine.training.state import new_state
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.recipes import RECIPES, RecipeName

DATA = "mnist"
CLASSES = 10
RECIPE = RECIPES[RecipeName.CLASSIC]
SPEC = NetworkSpec(RECIPE.network, 28, 1, CLASSES, RECIPE.latent_size, RECIPE.latent)


class PlainPort:
    """A training whose ``state`` is the engine's, so that it is kept and judged as any other."""

    def __init__(self, seed: int, *, with_logging_pass: bool = True) -> None:
        state = new_state(SPEC, RECIPE, seed, torch.device("cpu"))

        def adam(network: torch.nn.Module, lr: float) -> Adam:
            return Adam(network.parameters(), lr, RECIPE.adam_betas)

        self.state = replace(
            state,
            generator_optimizer=adam(state.generator, RECIPE.generator_lr),
            discriminator_optimizer=adam(state.discriminator, RECIPE.discriminator_lr),
        )
        self._with_logging_pass = with_logging_pass
        self._batches = endless(loader(RECIPE.batch))

    def step(self) -> None:
        """Take the next batch, and one step on it."""
        x, labels = next(self._batches)
        y = one_hot(labels, CLASSES).float()
        z = torch.rand(len(x), RECIPE.latent_size) * 2 - 1
        optimizers = self.state.discriminator_optimizer, self.state.generator_optimizer
        for network in (0, *[1] * RECIPE.generator_updates):
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss = self._losses(x, z, y)[network]
            loss.backward()
            optimizers[network].step()
            loss.item()
        if self._with_logging_pass:
            with torch.no_grad():
                for loss in self._losses(x, z, y):
                    loss.item()
        done = self.state.progress
        self.state.progress = replace(
            done, step=done.step + 1, images_seen=done.images_seen + len(x)
        )

    def _losses(self, x: Tensor, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the discriminator minimises, and what the generator does."""
        generator, discriminator = self.state.generator, self.state.discriminator
        real, fake = discriminator(x, y), discriminator(generator(z, y), y)
        ones, zeros = torch.ones(len(x)), torch.zeros(len(x))
        discriminator_loss = binary_cross_entropy_with_logits(
            real, ones
        ) + binary_cross_entropy_with_logits(fake, zeros)
        return discriminator_loss, binary_cross_entropy_with_logits(fake, ones)


@dataclass(frozen=True)
class _Transformed(Dataset[tuple[Tensor, int]]):
    """Pictures that are transformed one by one whenever they are asked for."""

    pictures: list[Image.Image]
    labels: list[int]
    transform: Callable[[Image.Image], Tensor]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.pictures[index]), self.labels[index]


def loader(batch: int) -> DataLoader[tuple[Tensor, int]]:
    """Return shuffled batches of images [N, 1, 28, 28] in [-1, 1], and their labels [N]."""
    vision.datasets()
    transforms = importlib.import_module("torchvision.transforms")
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    dataset = load(DATA)
    pictures = [Image.fromarray(image) for image in dataset.images[:, 0].numpy()]
    return DataLoader(
        _Transformed(pictures, dataset.labels.tolist(), transform),
        batch_size=batch,
        shuffle=True,
    )


def endless(batches: DataLoader[tuple[Tensor, int]]) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield the batches of one epoch after the other."""
    while True:
        yield from batches
