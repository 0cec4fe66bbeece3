"""Are the labels obeyed? A classifier that never saw a generated digit says.

    python benchmarks/label_accuracy.py RUN [RUN …]
    python benchmarks/label_accuracy.py --train --minutes 1 3 6 --seeds 1 2 3

The classifier is a small convolutional network, trained here on MNIST's
training split alone and checked on its test split; it is kept in the cache
folder. Each run draws 10,000 digits, 1,000 of each class. Beside the label
accuracy stands the variety: the mean distance in pixels of two digits of a
class, as a part of that of real digits.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

import ganctl
from ganctl import paths
from ganctl.engine.data import Dataset, load
from ganctl.engine.sample import from_pixels

PER_CLASS = 1000
EPOCHS = 6
BATCH = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("runs", nargs="*", metavar="RUN")
    parser.add_argument("--train", action="store_true", help="train runs first, and judge those")
    parser.add_argument("--minutes", type=float, nargs="+", default=[3.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()

    judge = trained_judge()
    test = load("mnist", "test")
    real = accuracy(judge, from_pixels(test.images), test.labels)
    print(f"real test digits: {real:.2%} right", flush=True)
    runs = list(arguments.runs)
    if arguments.train:
        for minutes in arguments.minutes:
            for seed in arguments.seeds:
                report(judge, test, train(minutes, seed))
    for run in runs:
        report(judge, test, run)


def train(minutes: float, seed: int) -> str:
    """Train by the command line, as a user would, and return the run's path."""
    command = [sys.executable, "-m", "ganctl", "train", "--quiet", "--json"]
    command += ["--minutes", f"{minutes:g}", "--seed", str(seed)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result = json.loads(done.stdout.splitlines()[-1])
    print(
        f"--minutes {minutes:g} --seed {seed}: {result['images_seen']:,} images, "
        f"{result['images_per_second']:,.0f} images/s",
        flush=True,
    )
    return str(result["run"])


def report(judge: nn.Module, test: Dataset, run: str) -> None:
    generator = ganctl.load(run)
    images = torch.from_numpy(generator.sample("all", PER_CLASS)).unsqueeze(1)
    labels = torch.arange(10).repeat_interleave(PER_CLASS)
    predicted = predict(judge, from_pixels(images))
    right = (predicted == labels).float().view(10, PER_CLASS).mean(dim=1)
    per_class = " ".join(f"{share:.1%}" for share in right.tolist())
    relative = variety(images, labels) / variety(test.images, test.labels)
    print(
        f"{run}: labels {right.mean():.2%} right, variety {relative:.2f} of real; "
        f"by class {per_class}",
        flush=True,
    )


def variety(images: Tensor, labels: Tensor) -> float:
    """Return the mean Euclidean distance in pixels of two images of a class."""
    distances = []
    for index in range(10):
        members = images[labels == index][:500].flatten(1).float()
        distances.append(torch.pdist(members).mean())
    return torch.stack(distances).mean().item()


def trained_judge() -> nn.Module:
    path = paths.cache() / "benchmarks" / "judge.safetensors"
    judge = nn.Sequential(
        *[nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()],
        *[nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()],
        *[nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Dropout(0.4), nn.Linear(64 * 7 * 7, 10)],
    )
    if path.is_file():
        judge.load_state_dict(load_file(path))
    else:
        fit(judge)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(judge.state_dict(), path)
    return judge.eval()


def fit(judge: nn.Module) -> None:
    torch.manual_seed(0)
    data = load("mnist", "train")
    steps = EPOCHS * len(data) // BATCH
    optimizer = torch.optim.Adam(judge.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    judge.train()
    for step in range(steps):
        if step % (len(data) // BATCH) == 0:
            shuffle = torch.randperm(len(data))
            start = 0
        chosen = shuffle[start : start + BATCH]
        start += BATCH
        images = shifted(from_pixels(data.images[chosen]))
        loss = functional.cross_entropy(judge(images), data.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()


def shifted(images: Tensor) -> Tensor:
    """Move a whole batch by up to two pixels each way."""
    down, right = torch.randint(-2, 3, (2,)).tolist()
    return images.roll((down, right), dims=(2, 3))


def accuracy(judge: nn.Module, images: Tensor, labels: Tensor) -> float:
    return (predict(judge, images) == labels).float().mean().item()


@torch.no_grad()
def predict(judge: nn.Module, images: Tensor) -> Tensor:
    return torch.cat([judge(part).argmax(dim=1) for part in images.split(500)])


if __name__ == "__main__":
    main()
