"""What of a generator is nearest to an image: a latent, and what the image is of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganctl.engine.data import seeding
from ganctl.engine.data.pixels import from_pixels
from ganctl.engine.inversion.search import Freedom, Points, distances, refined
from ganctl.engine.inversion.target import read_target
from ganctl.engine.sampling.asked import Conditions
from ganctl.engine.sampling.sampler import NO_CODES, Sampler
from ganctl.readers.labelled import OnProgress
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.codes import Codes
from ganctl.requests.conditions.settings import Settings, single
from ganctl.requests.drawing.sample import SampleRequest
from ganctl.requests.generators.found import Found, rounded
from ganctl.requests.generators.search import FindRequest
from ganctl.requests.seeds import MAX_SEED
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.locate import RunSource

LOOKED_AT = 640
"""Pictures that a search looks at first: of each class, or each caption, as many."""
MOST_OF_EACH = 256
KEPT = 40
"""Of these, about so many are where it begins, and at most ``MOST_KEPT`` of one class."""
MOST_KEPT = 16
DIGITS = 4
"""Digits of a number that a quantity is found to have."""


@dataclass(frozen=True)
class Finding:
    """What was found.

    ``target`` and ``image`` are uint8 [1, C, H, W]: the image that was looked for, inverted where
    ``inverted``, and what the generator draws of ``found``. ``asked`` is what that is of.
    ``distance`` is theirs, as ``distance_of`` measures it, and ``by_text`` that of every class or
    caption that was tried. ``remarks`` are sentences on how the file was read; the checkpoint is of
    ``step``.
    """

    target: Tensor
    image: Tensor
    found: Found
    asked: Single
    distance: float
    by_text: dict[str, float]
    inverted: bool
    remarks: tuple[str, ...]
    step: int


def find(source: RunSource, request: FindRequest, on_progress: OnProgress | None = None) -> Finding:
    """Return the latent and the label whose picture is nearest to an image.

    Args:
        source: the generator.
        request: the image, and what is known of it.
        on_progress: called while it searches.

    Raises:
        DataError: the file is no image.
        UsageError: the generator does not know what was asked for.
        CheckpointError: the generator cannot be read.
    """
    sampler = Sampler.of(source)
    header = sampler.header
    asked, _ = request.asked(header.conditioning)
    pixels, remarks = read_target(request.image, header.network, request.fit)
    points = _starts(header, asked, request.seed)
    near, inverted = _nearer(sampler, points, pixels)
    pixels = 255 - pixels if inverted else pixels
    target = from_pixels(pixels)
    points = refined(
        sampler.generator,
        points.part(_chosen(near, len(asked))),
        target,
        latent=header.network.latent,
        freedom=_freedom(header, asked[0]),
        steps=request.steps,
        on_progress=on_progress,
    )
    reached = distances(sampler.generator, points, target)
    best = int(reached.argmin())
    which = asked[int(points.starts[best])]
    found = _found(header, which, points.part(torch.tensor([best])), source.reference)
    plan = SampleRequest(found=found).plan(header.conditioning)
    image = sampler.draw(plan)
    return Finding(
        pixels,
        image,
        found,
        plan.labels[0],
        distance_of(image, pixels),
        _by_text(asked, points, reached),
        inverted,
        remarks,
        header.progress.step,
    )


def distance_of(images: Tensor, others: Tensor) -> float:
    """Return the root of the mean squared difference of pixels, where white is 1 and black 0.

    Args:
        images: uint8 of any shape.
        others: uint8 of the same shape.
    """
    return _root((from_pixels(images) - from_pixels(others)).square().mean())


def _root(mean_square: Tensor) -> float:
    """Return the root in units of white, of a mean square of pixels in [-1, 1]."""
    return float(mean_square.sqrt()) / 2


def _by_text(asked: Sequence[Single], points: Points, reached: Tensor) -> dict[str, float]:
    """Return the least distance of each class or caption, as far as it was searched for."""
    tried = sorted(set(points.starts.tolist()))
    return {asked[k].text: _root(reached[points.starts == k].min()) for k in tried}


def _starts(header: CheckpointHeader, asked: Sequence[Single], seed: int) -> Points:
    """Return the points that a search looks at first: everything asked for, with every seed."""
    network = header.network
    each = max(1, min(LOOKED_AT // len(asked), MOST_OF_EACH))
    seeds = [(seed + number) % (MAX_SEED + 1) for number in range(each)]
    latents = seeding.sample_latents(seeds, network.latent_size, network.latent)
    pairs = [(one, one_seed) for one in asked for one_seed in seeds]
    everything, each_seed = zip(*pairs, strict=True)
    conditions, _ = Conditions(header).of(everything, each_seed, NO_CODES)
    starts = torch.arange(len(asked)).repeat_interleave(each)
    return Points(latents.repeat(len(asked), 1), _known(header, conditions), starts)


def _known(header: CheckpointHeader, conditions: Tensor) -> Tensor:
    """Return conditions whose unknown parts have a value, since nothing asks for an unknown one."""
    network = header.network
    if not network.has_parts:
        return conditions
    known = conditions.clone()
    for columns in _attribute_columns(header):
        part = known[:, columns.start : columns.stop]
        part[(part == 0).all(dim=1), 0] = 1
    first = sum(network.attributes)
    known[:, first + 1 :: 2] = 1
    return known


def _attribute_columns(header: CheckpointHeader) -> list[range]:
    """Return the columns of each attribute in a condition."""
    columns, first = [], 0
    for size in header.network.attributes:
        columns.append(range(first, first + size))
        first += size
    return columns


def _freedom(header: CheckpointHeader, asked: Single) -> Freedom:
    """Return what of a condition is not asked for: codes, or attributes and quantities."""
    network = header.network
    if network.categories:
        return Freedom(tuple(range(network.categories, network.condition_size)))
    if not isinstance(asked, Settings):
        return Freedom()
    named = {setting.place for setting in asked.named}
    attributes = _attribute_columns(header)
    first = sum(network.attributes)
    return Freedom(
        tuple(
            first + 2 * place
            for place in range(network.quantities)
            if len(attributes) + place not in named
        ),
        tuple(columns for place, columns in enumerate(attributes) if place not in named),
    )


def _nearer(sampler: Sampler, points: Points, pixels: Tensor) -> tuple[Tensor, bool]:
    """Return the distances [N] of an image's points, and whether its inverse is nearer.

    Only grey images are inverted: dark ink on white paper, where data are white on black.
    """
    near = distances(sampler.generator, points, from_pixels(pixels))
    if pixels.shape[1] > 1:
        return near, False
    inverse = distances(sampler.generator, points, from_pixels(255 - pixels))
    inverted = bool(inverse.min() < near.min())
    return (inverse if inverted else near), inverted


def _chosen(near: Tensor, asked: int) -> Tensor:
    """Return the indices of the points to search from: the nearest of each, or of all."""
    if asked > KEPT:
        return near.topk(KEPT, largest=False).indices
    each = min(KEPT // asked, MOST_KEPT, len(near) // asked)
    nearest = near.view(asked, -1).topk(each, largest=False).indices
    return (nearest + (len(near) // asked) * torch.arange(asked)[:, None]).flatten()


def _found(header: CheckpointHeader, asked: Single, point: Points, reference: str) -> Found:
    """Return a point in numbers and words that can be asked for again."""
    network = header.network
    latent = rounded(point.latents[0].tolist())
    condition = point.conditions[0]
    if isinstance(asked, Caption):
        return Found("", reference, latent, texts=(asked.text,))
    if isinstance(asked, Settings):
        return Found("", reference, latent, settings=_settings(header, asked, condition).typed)
    values = rounded(condition[network.categories + network.classes :].tolist())
    codes = Codes(continuous=dict(enumerate(values, 1))) if network.continuous else NO_CODES
    labels = (asked.typed,) if asked.parts else ()
    return Found("", reference, latent, labels, codes=codes.texts)


def _settings(header: CheckpointHeader, asked: Settings, condition: Tensor) -> Settings:
    """Return what was asked for, and of the other parts what a condition has."""
    schema = header.schema
    rest: list[Settings] = []
    for place, columns in enumerate(_attribute_columns(header)):
        rest.append(single(schema, place, int(condition[columns.start : columns.stop].argmax())))
    first = sum(header.network.attributes)
    for place, quantity in enumerate(schema.quantities):
        number = quantity.number(float(condition[first + 2 * place]))
        brief = min(max(float(f"{number:.{DIGITS}g}"), quantity.low), quantity.high)
        rest.append(single(schema, len(schema.attributes) + place, brief))
    everything = Settings(tuple(setting for each in rest for setting in each.named))
    return asked.within(everything)
