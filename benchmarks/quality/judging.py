"""A judge for the benchmarks: a classifier that never saw a generated image, and what it measures.

It is a small convolutional network, trained here on the training split of a
data set alone, and kept in the cache folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.data.pixels import from_pixels
from ganctl.files import paths

EPOCHS = 6
BATCH = 128
NEIGHBOURS = 5


class Judge(nn.Module):
    """Four convolutions 3×3 and a linear layer; images [N, 1, 28, 28] in [-1, 1]."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *[nn.Conv2d(1, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU()],
            *[nn.Conv2d(32, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)],
            *[nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU()],
            *[nn.Conv2d(64, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2)],
            nn.Flatten(),
        )
        self.drop = nn.Dropout(0.4)
        self.last = nn.Linear(64 * 7 * 7, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Return logits [N, classes]."""
        logits: Tensor = self.last(self.drop(self.trunk(x)))
        return logits

    @torch.no_grad()
    def classify(self, pixels: Tensor) -> Tensor:
        """Return the likeliest class [N] of images uint8 [N, 1, 28, 28]."""
        return torch.cat([self(from_pixels(part)).argmax(1) for part in pixels.split(500)])

    @torch.no_grad()
    def features(self, pixels: Tensor) -> Tensor:
        """Return what the last layer sees, [N, 3136], of images uint8 [N, 1, 28, 28]."""
        return torch.cat([self.trunk(from_pixels(part)) for part in pixels.split(500)])


def trained_judge(data: str) -> Judge:
    """Return the judge of a data set, trained now or earlier."""
    dataset = load(data)
    path = paths.cache() / "benchmarks" / f"judge-{Path(data).name}-{dataset.fingerprint[:8]}"
    judge = Judge(len(dataset.classes))
    if path.is_file():
        judge.load_state_dict(load_file(path))
    else:
        fit(judge, dataset)
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(judge.state_dict(), path)
    return judge.eval()


def fit(judge: Judge, dataset: Dataset) -> None:
    torch.manual_seed(0)
    steps = EPOCHS * (len(dataset) // BATCH)
    optimizer = torch.optim.Adam(judge.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    judge.train()
    for _ in range(EPOCHS):
        for chosen in torch.randperm(len(dataset)).split(BATCH)[: len(dataset) // BATCH]:
            images = shifted(from_pixels(dataset.images[chosen]))
            loss = functional.cross_entropy(judge(images), dataset.labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def shifted(images: Tensor) -> Tensor:
    """Move a whole batch by up to two pixels each way."""
    down, right = torch.randint(-2, 3, (2,)).tolist()
    return images.roll((down, right), dims=(2, 3))


@dataclass(frozen=True)
class Fidelity:
    """Density and coverage (Naeem et al. 2020, equations 5 and 6)."""

    density: float
    coverage: float


def fidelity(real: Tensor, fake: Tensor) -> Fidelity:
    """Return how densely fakes lie where real images are, and how many of these they reach.

    Args:
        real: features [N, F]; each one's ball reaches to its fifth nearest neighbour.
        fake: features [M, F].
    """
    among_real = torch.cdist(real, real)
    # The nearest is the image itself.
    radius = among_real.kthvalue(NEIGHBOURS + 1, dim=1).values
    inside = torch.cdist(real, fake) < radius[:, None]
    return Fidelity(
        density=inside.sum().item() / (NEIGHBOURS * fake.shape[0]),
        coverage=inside.any(dim=1).float().mean().item(),
    )


def variety(images: Tensor) -> float:
    """Return the mean Euclidean distance in pixels of two of up to 500 images [N, …]."""
    return torch.pdist(images[:500].flatten(1).float()).mean().item()
