"""Which recipe suits data and a length, where none was asked for. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganctl.requests.recipes import Model, RecipeName
from ganctl.requests.training import TrainRequest

THOROUGH_FROM = 225_000
"""Where ``swift`` would train on so many images, ``thorough`` is ahead of it in the same time."""


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
    if steps is None:
        exact = 60 * swift.budget.amount * images_per_second(swift)
        seen = round(exact, -3) or round(exact)
        how_many = f"about {seen:,.0f} images here"
    else:
        seen = steps * swift.batch
        how_many = f"{seen:,} images"
    if seen < THOROUGH_FROM:
        recipe, bound = RecipeName.SWIFT, f"below {THOROUGH_FROM:,}"
    else:
        recipe, bound = RecipeName.THOROUGH, f"{THOROUGH_FROM:,} or more"
    return Suited(request.by(recipe), f"{swift.budget}, {how_many}: {bound}")
