"""Which recipe suits data and a length, where none was asked for. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganctl.requests.budget import Budget, BudgetUnit
from ganctl.requests.recipes import Model, RecipeName
from ganctl.requests.training import TrainRequest

THOROUGH_FROM = 225_000
"""Where ``swift`` would train on so many images, ``thorough`` is ahead of it in the same time."""
AMPLE_FROM = 900_000
"""Where ``swift`` would train on so many images, ``ample`` is ahead of ``thorough`` likewise."""
FAST = 5_000
"""The images a second of ``swift`` from which ``ample`` may suit any number of minutes.

No CPU that was tried comes near on images of 28×28. An H100 has 28,000, and there a step of four
times as many images takes little longer (``docs/how-to/gpu.md``).
"""
FREE = 2.0
"""How many times the images a second of ``swift`` those of ``ample`` must then be.

With a batch that was asked for they are not, and the number of images decides.
"""


@dataclass(frozen=True)
class Suited:
    """A request whose recipe is settled, and in a few words why it is that one."""

    request: TrainRequest
    reason: str


def suited(
    request: TrainRequest,
    images: int,
    images_per_second: Callable[[TrainRequest], float],
    *,
    described: bool,
) -> Suited:
    """Return the request with the recipe that suits, unless one was asked for.

    Args:
        request: what was asked.
        images: how many there are to train on.
        images_per_second: measures how fast this machine trains by a request; it is called where
            the choice depends on it.
        described: whether more than a class is known of each image.
    """
    if request.is_settled:
        return Suited(request, "as asked")
    swift = request.by(RecipeName.SWIFT)
    if described:
        return Suited(request.by(RecipeName.MODERN), "for attributes and captions")
    if swift.model != Model.RPGAN:
        return Suited(request.by(RecipeName.MODERN), f"for --model {swift.model}")
    steps = swift.budget.steps(images, swift.batch)
    if steps is not None:
        count = steps * swift.batch
        return _by_images(request, swift.budget, count, f"{count:,} images by {swift.recipe}")
    speed = images_per_second(swift)
    if speed >= FAST:
        ample = request.by(RecipeName.AMPLE)
        larger = images_per_second(ample)
        if larger >= FREE * speed:
            found = f"{round(larger, -2):,.0f} images a second here"
            return Suited(ample, f"{found}, {round(speed, -2):,.0f} by {swift.recipe}")
    exact = 60 * swift.budget.amount * speed
    seen = round(exact, -3) or round(exact)
    counted = f"about {seen:,.0f} images by {swift.recipe} here"
    return _by_images(request, swift.budget, seen, counted)


def _by_images(request: TrainRequest, budget: Budget, seen: float, counted: str) -> Suited:
    """Return the recipe for so many images, those that ``swift`` would train on."""
    if seen < THOROUGH_FROM:
        recipe, bound = RecipeName.SWIFT, f"below {THOROUGH_FROM:,}"
    elif seen < AMPLE_FROM or budget.unit is BudgetUnit.STEPS:
        # So many steps of ``ample`` would take four times as long as those of ``swift``.
        recipe, bound = RecipeName.THOROUGH, f"{THOROUGH_FROM:,} or more"
    else:
        recipe, bound = RecipeName.AMPLE, f"{AMPLE_FROM:,} or more"
    return Suited(request.by(recipe), f"{budget}, {counted}: {bound}")
