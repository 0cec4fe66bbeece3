"""Does GAN-INT make what lies between two classes more real?

    python -m benchmarks.quality.blends --without RUN --with RUN --critic RUN [--picture FILE.png]

Both runs draw digits halfway between every two classes, and plain digits to
compare. Three judges that neither run was trained on look at them: the
discriminator of a run of ``--model gan``, which knows no labels (its mean
score, and the part that it takes for real); the distance to the nearest of
20,000 training images in pixels; and the same in the features of a classifier of real
digits (see judging.py).
"""

from __future__ import annotations

import argparse
from itertools import combinations
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import ganctl
from benchmarks.quality.judging import trained_judge
from ganctl.engine.data.dataset import load
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.models.base import Discriminator
from ganctl.engine.models.weights import load_discriminator
from ganctl.pictures import images as pictures
from ganctl.runs.locate import find_run

SEEDS = range(20)
TRAIN_IMAGES = 20_000
SHOWN = ((3, 8), (4, 9), (1, 7), (0, 6), (2, 5), (3, 5))
SHOWN_STEPS = 9
SHOWN_SEED = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without", required=True, metavar="RUN")
    parser.add_argument("--with", required=True, metavar="RUN", dest="practised")
    parser.add_argument("--critic", required=True, metavar="RUN")
    parser.add_argument("--picture", type=Path, metavar="FILE.png")
    arguments = parser.parse_args()

    train = load("mnist")
    test = train.test
    assert test is not None
    critic, _ = load_discriminator(find_run(arguments.critic).latest_checkpoint())
    judge = trained_judge("mnist")
    known = train.images[:TRAIN_IMAGES]
    known_features = judge.features(known)
    print(f"{'':28} score  taken for real  nearest, pixels  nearest, features")

    def report(name: str, images: Tensor) -> None:
        scores = score(critic, images)
        in_pixels = nearest(images.flatten(1).float() / 255, known.flatten(1).float() / 255)
        in_features = nearest(judge.features(images), known_features)
        print(
            f"{name:28} {scores.mean():5.2f}  {(scores > 0).float().mean():14.1%}  "
            f"{in_pixels:15.3f}  {in_features:17.3f}",
            flush=True,
        )

    report("real test digits", test.images[:900])
    for name, run in (("without", arguments.without), ("with", arguments.practised)):
        generator = ganctl.load(run)
        report(f"{name}: plain digits", sampled(generator, [f"{k}" for k in range(10)], 90))
        halfway = [f"{a}:0.5,{b}:0.5" for a, b in combinations(range(10), 2)]
        report(f"{name}: halfway", sampled(generator, halfway, len(SEEDS)))
    if arguments.picture:
        arguments.picture.write_bytes(picture(arguments.without, arguments.practised))


def sampled(generator: ganctl.Generator, labels: list[str], count: int) -> Tensor:
    parts = [generator.sample(label, count) for label in labels]
    return torch.from_numpy(np.concatenate(parts)).unsqueeze(1)


@torch.no_grad()
def score(critic: Discriminator, images: Tensor) -> Tensor:
    nothing = torch.empty(500, 0)
    return torch.cat(
        [critic(from_pixels(part), nothing[: len(part)]) for part in images.split(500)]
    )


def nearest(points: Tensor, real: Tensor) -> float:
    """Return the mean distance of points [N, F] to the nearest of real ones [M, F]."""
    parts = [torch.cdist(part, real).min(dim=1).values for part in points.split(250)]
    return torch.cat(parts).mean().item()


def picture(without: str, practised: str) -> bytes:
    """Return a sheet: from class to class across, on the left without, on the right with."""
    sheets = []
    for run in (without, practised):
        generator = ganctl.load(run)
        rows = []
        for a, b in SHOWN:
            for step in range(SHOWN_STEPS):
                share = step / (SHOWN_STEPS - 1)
                rows.append(generator.sample(f"{a}:{1 - share},{b}:{share}", seeds=[SHOWN_SEED]))
        sheets.append(pictures.sheet(np.concatenate(rows), SHOWN_STEPS))
    gap = np.full((sheets[0].shape[0], 8), 255, np.uint8)
    side_by_side = np.concatenate([sheets[0], gap, sheets[1]], axis=1)
    return pictures.png_bytes(pictures.enlarge(side_by_side, 2), None)


if __name__ == "__main__":
    main()
