"""Are the labels obeyed, and how varied are the images? A classifier of real images says.

    python -m benchmarks.quality.quality RUN [RUN …]
    python -m benchmarks.quality.quality --train --models cgan gan-cls --minutes 1 --seeds 1 2 3

Each run draws 10,000 images, as many of each class. The label accuracy is the
part that the judge (see judging.py) takes for what was asked for. Density and
coverage (Naeem et al. 2020, k = 5) are taken in its features, 5,000 test
images against 5,000 samples, and the coverage of a class within that class
alone. The variety is the mean distance in pixels of two images of a class, as
a part of that of real ones.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import torch
from torch import Tensor

import ganctl
from benchmarks.quality.judging import Judge, fidelity, trained_judge, variety
from ganctl.engine.data.dataset import Dataset, load

SAMPLES = 10_000
COMPARED = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", metavar="RUN")
    parser.add_argument("--train", action="store_true", help="train runs first, and judge those")
    parser.add_argument("--data", default="mnist", help="what to train on and to judge by")
    parser.add_argument("--models", nargs="+", default=["cgan"])
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, nargs="+")
    length.add_argument("--epochs", type=float, nargs="+")
    arguments = parser.parse_args()

    judge, test = trained_judge(arguments.data), load(arguments.data).test
    assert test is not None, "the data have no test split"
    right = (judge.classify(test.images) == test.labels).float().mean()
    half = len(test) // 2
    features = judge.features(test.images[torch.randperm(len(test))])
    real = fidelity(features[:half], features[half:])
    print(
        f"real test images: labels {right:.2%} right, "
        f"density {real.density:.2f}, coverage {real.coverage:.2f}",
        flush=True,
    )
    for run in arguments.runs:
        report(judge, test, run)
    if arguments.train:
        unit = "epochs" if arguments.epochs else "minutes"
        for amount in arguments.epochs or arguments.minutes or [3.0]:
            for seed in arguments.seeds:
                for model in arguments.models:
                    options = {
                        "data": arguments.data,
                        "recipe": arguments.recipe,
                        "model": model,
                        "seed": seed,
                        unit: amount,
                    }
                    report(judge, test, train(options))


def train(options: dict[str, object]) -> str:
    """Train by the command line, as a user would, and return the run's path."""
    command = [sys.executable, "-m", "ganctl", "train", "--quiet", "--json"]
    for option, value in options.items():
        command += [f"--{option}", f"{value:g}" if isinstance(value, float) else f"{value}"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{' '.join(command[6:])}: {result['images_seen']:,} images, "
        f"{result['images_per_second']:,.0f} images/s",
        flush=True,
    )
    return str(result["run"])


def report(judge: Judge, test: Dataset, run: str) -> None:
    generator = ganctl.load(run)
    classes = len(generator.classes)
    per_class = SAMPLES // max(classes, 1)
    images = torch.from_numpy(generator.sample("all" if classes else None, per_class)).unsqueeze(1)
    features, real_features = judge.features(images), judge.features(test.images)
    chosen = torch.randperm(SAMPLES)[:COMPARED]
    whole = fidelity(real_features[:COMPARED], features[chosen])
    facts = [f"density {whole.density:.3f}", f"coverage {whole.coverage:.3f}"]
    if classes:
        labels = torch.arange(classes).repeat_interleave(per_class)
        right = (judge.classify(images) == labels).float().view(classes, -1).mean(dim=1)
        coverage = torch.tensor(
            [
                fidelity(real_features[test.labels == k], features[labels == k]).coverage
                for k in range(classes)
            ]
        )
        facts = [
            f"labels {right.mean():.2%} right",
            *facts,
            f"coverage within classes {coverage.mean():.3f}",
            f"variety {relative_variety(images, labels, test):.2f} of real",
            f"by class {percents(right)}",
            f"coverage by class {percents(coverage)}",
        ]
    print(f"{run}: {', '.join(facts)}", flush=True)


def relative_variety(images: Tensor, labels: Tensor, test: Dataset) -> float:
    classes = range(int(labels.max()) + 1)
    ours = sum(variety(images[labels == k]) for k in classes)
    return ours / sum(variety(test.images[test.labels == k]) for k in classes)


def percents(shares: Tensor) -> str:
    return " ".join(f"{share:.1%}" for share in shares.tolist())


if __name__ == "__main__":
    main()
