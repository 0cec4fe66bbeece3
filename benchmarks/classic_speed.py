"""How much faster is the classic recipe here than as people port it?

    python benchmarks/classic_speed.py [--rounds 3] [--threads 2]

Three ways to take the same steps (batch 100, one update of the discriminator
and two of the generator) in turn, so that a drift of the machine's speed
touches all alike. The plain port is the loop as it is usually written: a
DataLoader that turns each image by itself, float32, fakes made anew for each
update, both networks differentiated in each, and a further pass of both for
the losses that are printed. Without that pass it is the second row.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, one_hot
from torch.utils.data import DataLoader, Dataset

from ganctl.card import NetworkSpec
from ganctl.config import train_config
from ganctl.engine import vision
from ganctl.engine.classic import ClassicDiscriminator, ClassicGenerator
from ganctl.engine.data import load
from ganctl.engine.train import train
from ganctl.recipes import RECIPES, RecipeName
from ganctl.runs import Run

BATCH = 100
# As many as lie between two reports of the recipe.
STEPS = RECIPES[RecipeName.CLASSIC].log_every


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    ways: dict[str, Callable[[], float]] = {
        "plain port": plain_port(with_logging_pass=True),
        "plain port without the logging pass": plain_port(with_logging_pass=False),
        "ganctl, fp32": ganctl_steps("fp32"),
        "ganctl, bf16": ganctl_steps("bf16"),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(arguments.rounds):
        for name, take in ways.items():
            speeds[name].append(STEPS * BATCH / take())
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    print(f"{arguments.threads} threads, median of {arguments.rounds}; × the plain port")
    for name, median in medians.items():
        print(f"{name:36} {median:6.1f} images/s   {median / medians['plain port']:.2f}")


def ganctl_steps(precision: str) -> Callable[[], float]:
    """Return a function that takes ``STEPS`` steps by the engine and returns their seconds."""

    def take() -> float:
        with tempfile.TemporaryDirectory() as folder:
            config = train_config(recipe="classic", steps=3 * STEPS, precision=precision)
            reports = train(Run.new(Path(folder) / "run", config))
            start = next(reports).seconds
            return next(reports).seconds - start

    return take


def plain_port(*, with_logging_pass: bool) -> Callable[[], float]:
    """Return a function that takes ``STEPS`` plain steps and returns their seconds."""
    spec = NetworkSpec("classic", 28, 1, classes=10, latent_size=100)
    generator, discriminator = ClassicGenerator(spec), ClassicDiscriminator(spec)
    generator_adam = torch.optim.Adam(generator.parameters(), 2e-4, (0.5, 0.999))
    discriminator_adam = torch.optim.Adam(discriminator.parameters(), 2e-4, (0.5, 0.999))
    batches = endless(loader())

    def losses(x: Tensor, z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        real, fake = discriminator(x, y), discriminator(generator(z, y), y)
        ones, zeros = torch.ones(len(x)), torch.zeros(len(x))
        discriminator_loss = binary_cross_entropy_with_logits(
            real, ones
        ) + binary_cross_entropy_with_logits(fake, zeros)
        return discriminator_loss, binary_cross_entropy_with_logits(fake, ones)

    def step(x: Tensor, labels: Tensor) -> None:
        y = one_hot(labels, 10).float()
        z = torch.rand(len(x), 100) * 2 - 1
        for optimizer, which in ((discriminator_adam, 0), (generator_adam, 1), (generator_adam, 1)):
            discriminator_adam.zero_grad()
            generator_adam.zero_grad()
            loss = losses(x, z, y)[which]
            loss.backward()
            optimizer.step()
            loss.item()
        if with_logging_pass:
            with torch.no_grad():
                [loss.item() for loss in losses(x, z, y)]

    def take() -> float:
        step(*next(batches))
        start = time.monotonic()
        for _ in range(STEPS):
            step(*next(batches))
        return time.monotonic() - start

    return take


@dataclass(frozen=True)
class Transformed(Dataset[tuple[Tensor, int]]):
    """Pictures that are transformed one by one whenever they are asked for."""

    pictures: list[Image.Image]
    labels: list[int]
    transform: Callable[[Image.Image], Tensor]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return self.transform(self.pictures[index]), self.labels[index]


def loader() -> DataLoader[tuple[Tensor, int]]:
    vision.datasets()
    transforms = importlib.import_module("torchvision.transforms")
    transform = transforms.Compose([transforms.ToTensor(), transforms.Normalize((0.5,), (0.5,))])
    dataset = load("mnist")
    pictures = [Image.fromarray(image) for image in dataset.images[:6000, 0].numpy()]
    return DataLoader(
        Transformed(pictures, dataset.labels.tolist(), transform), batch_size=BATCH, shuffle=True
    )


def endless(batches: DataLoader[tuple[Tensor, int]]) -> Iterator[tuple[Tensor, Tensor]]:
    while True:
        yield from batches


if __name__ == "__main__":
    main()
