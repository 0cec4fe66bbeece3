"""The papers' own figures, for our runs.

    python -m benchmarks.quality.papers RUN [RUN …]

The log-likelihood is Goodfellow et al.'s (2014) Parzen-window estimate: a
Gaussian on each of 10,000 samples (1,000 of each class where there are
classes), its width chosen on 1,000 images that were kept apart from the
training split, and the mean over the 10,000 test images with its standard
error, in nats, pixels in [0, 1]. Runs of InfoGAN also get the error of c0: the
part of the test images whose guessed category means another digit, by the map
that was learned on training images.
"""

from __future__ import annotations

import argparse
import statistics
from collections import defaultdict
from dataclasses import dataclass

import torch
from torch import Tensor

import ganctl
from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.models.weights import load_discriminator
from ganctl.engine.sampling.code_map import predict_categories
from ganctl.requests.networks import CodeMap
from ganctl.runs.locate import find_source

SAMPLES = 10_000
VALIDATION_START, VALIDATION_COUNT = 50_000, 1_000
WIDTHS = torch.logspace(-1, 0, 20).tolist()
# Goodfellow et al. 2014, table 1; Mirza & Osindero 2014, table 1; Chen et al. 2016, section 7.2.
PAPERS_LIKELIHOOD = {"gan": "225 ± 2", "cgan": "132 ± 1.8"}
PAPERS_ERROR = "5%"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="+", metavar="RUN")
    arguments = parser.parse_args()

    train = load("mnist")
    test = train.test
    assert test is not None
    validation = vectors(train.images[VALIDATION_START:][:VALIDATION_COUNT])
    print("Parzen-window log-likelihood in nats; a crude measure: by it the centres of k-means")
    print("beat real images (Theis et al. 2016, section 3.2)")
    chosen = torch.randperm(VALIDATION_START, generator=torch.Generator().manual_seed(0))
    real = vectors(train.images[chosen[:SAMPLES]])
    print(row("real training images", "", parzen(real, validation, vectors(test.images)), ""))
    errors: dict[str, list[float]] = defaultdict(list)
    for name in arguments.runs:
        source = find_source(name)
        generator = ganctl.load(name)
        model = generator.header.model
        estimate = parzen(samples(generator), validation, vectors(test.images))
        print(row(source.reference, model, estimate, PAPERS_LIKELIHOOD.get(model, "")), flush=True)
        if code_map := generator.header.code_map:
            discriminator, header = load_discriminator(source.checkpoint)
            guessed = predict_categories(discriminator, test.images, header.network.categories)
            errors[model].append(code_error(guessed, code_map, test))
    for model, values in errors.items():
        each = ", ".join(f"{error:.2%}" for error in values)
        print(
            f"{model}: error of c0 on test digits, median {statistics.median(values):.2%}, "
            f"worst {max(values):.2%} of {len(values)} ({each}); the paper: {PAPERS_ERROR}"
        )


@dataclass(frozen=True)
class Estimate:
    """A mean log-likelihood in nats, its standard error, and the width of the Gaussians."""

    mean: float
    error: float
    width: float


def parzen(centres: Tensor, validation: Tensor, test: Tensor) -> Estimate:
    """Return the estimate for vectors [N, F] under Gaussians on ``centres`` [M, F]."""
    squares = torch.cdist(validation, centres).square()
    width = max(WIDTHS, key=lambda width: likelihood(squares, width, centres.shape[1]).mean())
    parts = [torch.cdist(part, centres).square() for part in test.split(1000)]
    values = torch.cat([likelihood(part, width, centres.shape[1]) for part in parts])
    return Estimate(values.mean().item(), values.std().item() / len(values) ** 0.5, width)


def likelihood(squares: Tensor, width: float, dimensions: int) -> Tensor:
    """Return log p [N] for squared distances [N, M] to M Gaussians of standard deviation width."""
    exponents = -squares.double() / (2 * width**2)
    constant = dimensions / 2 * torch.log(torch.tensor(2 * torch.pi * width**2))
    return exponents.logsumexp(dim=1) - torch.log(torch.tensor(squares.shape[1])) - constant


def samples(generator: ganctl.Generator) -> Tensor:
    classes = len(generator.classes)
    images = generator.sample("all" if classes else None, SAMPLES // max(classes, 1))
    return vectors(torch.from_numpy(images))


def code_error(guessed: Tensor, code_map: CodeMap, test: Dataset) -> float:
    meaning = torch.tensor(code_map.category_of_class).argsort()
    return (meaning[guessed] != test.labels).float().mean().item()


def vectors(images: Tensor) -> Tensor:
    return images.flatten(1).float() / 255


def row(name: str, model: str, estimate: Estimate, paper: str) -> str:
    ours = f"{estimate.mean:7.1f} ± {estimate.error:.1f}"
    return f"{name:24} {model:12} {ours:16} width {estimate.width:.3f}   {paper}"


if __name__ == "__main__":
    main()
