"""Which recipe suits data and a length, where none was asked for. No torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganctl.requests.recipes import Model, RecipeName
from ganctl.requests.training import TrainRequest

LONG = 250_000
"""How many images a run trains on from which ``thorough`` is ahead of ``swift`` by time."""


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
        seen = 60 * swift.budget.amount * images_per_second(swift)
        how_many = f"about {round(seen, -3):,.0f} images here"
    else:
        seen = steps * swift.batch
        how_many = f"{seen:,} images"
    recipe = RecipeName.THOROUGH if seen >= LONG else RecipeName.SWIFT
    bound = f"{'not ' if seen >= LONG else ''}below {LONG:,}"
    return Suited(request.by(recipe), f"{swift.budget}, {how_many}: {bound}")
