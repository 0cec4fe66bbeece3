"""The search: the latent, and what is free of the condition, whose picture is nearest to a target.

The nearest of many seeds are where it begins; then Adam follows the gradient of the distance
through the generator (Creswell & Bharath 2018, "Inverting the Generator of a Generative Adversarial
Network", algorithm 1, for a batch of latents at once).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ganctl.engine.models.base import Generator
from ganctl.readers.labelled import OnProgress
from ganctl.requests.recipes import Latent

LEARNING_RATE = 0.2
BETAS = (0.9, 0.99)
ROWS = 100
"""Images that are drawn at once."""
TRIED = 8
"""Of so many points, the nearest, every value of every free attribute is tried."""
SHARE = 2.326
"""How many standard deviations lie below 99% of a normal distribution."""


@dataclass(frozen=True)
class Points:
    """Where a search stands: ``latents`` [N, L], ``conditions`` [N, …], float32.

    ``starts`` int64 [N] says which of the searcher's starting points each one comes from.
    """

    latents: Tensor
    conditions: Tensor
    starts: Tensor

    def part(self, chosen: Tensor) -> Points:
        """Return the points of some indices."""
        return Points(self.latents[chosen], self.conditions[chosen], self.starts[chosen])


@dataclass(frozen=True)
class Freedom:
    """What of a condition [N, S] a search may change.

    ``columns`` are those of numbers in [-1, 1], which follow the gradient; ``attributes`` are
    ranges of columns that are one-hot, from which one is chosen.
    """

    columns: tuple[int, ...] = ()
    attributes: tuple[range, ...] = ()


@torch.no_grad()
def distances(generator: Generator, points: Points, target: Tensor) -> Tensor:
    """Return the mean squared difference [N] of each point's picture and a target, in [-1, 1].

    Args:
        generator: in evaluation mode.
        points: in any number.
        target: [1, C, H, W] in [-1, 1], or [N, C, H, W], one for each point.
    """
    found = []
    for start in range(0, len(points.latents), ROWS):
        part = slice(start, start + ROWS)
        images = generator(points.latents[part], points.conditions[part])
        found.append(_squares(images, target if len(target) == 1 else target[part]))
    return torch.cat(found)


def refined(
    generator: Generator,
    points: Points,
    target: Tensor,
    *,
    latent: Latent,
    freedom: Freedom,
    steps: int,
    on_progress: OnProgress | None = None,
) -> Points:
    """Return the points after a search from each of them.

    Half-way, values of free attributes are tried one by one, where the search is nearest.

    Args:
        generator: in evaluation mode; it needs no gradient of its weights.
        points: where it begins.
        target: as that of ``distances``; [1, C, H, W] where attributes are free.
        latent: what latents are drawn from. A uniform one is kept within [-1, 1], a normal one no
            longer than those of 99 seeds in a hundred.
        freedom: what else may change.
        steps: of Adam.
        on_progress: called after each of these.
    """
    half = steps // 2
    for first, last in ((0, half), (half, steps)):
        points = _followed(
            generator, points, target, latent, freedom, range(first, last), steps, on_progress
        )
        if last == half and freedom.attributes:
            points = _with_values(generator, points, target, freedom)
    return points


def longest(size: int) -> float:
    """Return the length that 99% of draws from N(0, 1)^size do not exceed.

    That is by the approximation of Wilson & Hilferty (1931) to the chi-squared distribution.
    """
    part = 2 / (9 * size)
    return math.sqrt(size * (1 - part + SHARE * math.sqrt(part)) ** 3)


def _followed(
    generator: Generator,
    points: Points,
    target: Tensor,
    latent: Latent,
    freedom: Freedom,
    steps: range,
    total: int,
    on_progress: OnProgress | None,
) -> Points:
    """Return points after some of the steps, whose rate falls with a cosine to 0 over ``total``."""
    z = points.latents.clone().requires_grad_()
    columns = list(freedom.columns)
    free = points.conditions[:, columns].clone().requires_grad_(bool(columns))
    optimizer = torch.optim.Adam([z, *([free] if columns else [])], betas=BETAS)
    conditions = points.conditions
    for step in steps:
        rate = LEARNING_RATE * (1 + math.cos(math.pi * step / total)) / 2
        for group in optimizer.param_groups:
            group["lr"] = rate
        if columns:
            conditions = points.conditions.clone()
            conditions[:, columns] = free
        optimizer.zero_grad()
        torch.autograd.backward(_squares(generator(z, conditions), target).sum())
        optimizer.step()
        with torch.no_grad():
            _keep_likely(z, latent)
            free.clamp_(-1, 1)
        if on_progress is not None:
            on_progress("searching", step + 1, total)
    if columns:
        conditions = points.conditions.clone()
        conditions[:, columns] = free.detach()
    return replace(points, latents=z.detach(), conditions=conditions)


def _keep_likely(z: Tensor, latent: Latent) -> None:
    if latent is Latent.UNIFORM:
        z.clamp_(-1, 1)
    else:
        z.mul_((longest(z.shape[1]) / z.norm(dim=1, keepdim=True)).clamp_(max=1))


def _with_values(generator: Generator, points: Points, target: Tensor, freedom: Freedom) -> Points:
    """Return the nearest points, each free attribute set to the value that comes nearest.

    One attribute after another, as the others are by then.
    """
    near = distances(generator, points, target).topk(min(TRIED, len(points.latents)), largest=False)
    points = points.part(near.indices)
    count = len(points.latents)
    for columns in freedom.attributes:
        every = points.part(torch.arange(count).repeat_interleave(len(columns)))
        conditions = every.conditions.clone()
        conditions[:, columns.start : columns.stop] = torch.eye(len(columns)).repeat(count, 1)
        every = replace(every, conditions=conditions)
        nearest = distances(generator, every, target).view(count, len(columns)).argmin(dim=1)
        points = every.part(torch.arange(count) * len(columns) + nearest)
    return points


def _squares(images: Tensor, target: Tensor) -> Tensor:
    return (images - target).square().flatten(1).mean(dim=1)
