"""Sheets and morphs in Python, as ``ganctl montage`` and ``ganctl gif`` draw them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganctl.api.asking import Label, Setting, settings_of, tell
from ganctl.files.atomic import check_file, write_result
from ganctl.pictures.animations import (
    animation_bytes,
    animation_kind,
    check_morph,
    check_sides,
    morph_frames,
)
from ganctl.pictures.images import check_enlarged, check_sheet, enlarge, sheet
from ganctl.pictures.lettering import Names, beside
from ganctl.requests.checks import check_amount, check_count, check_out
from ganctl.requests.conditions.asked import Asked
from ganctl.requests.conditions.schema import Schema
from ganctl.requests.drawing.morph import frame_count, stops_of, walk
from ganctl.requests.drawing.sample import LARGEST_SCALE, check_memory
from ganctl.requests.drawing.sheets import SheetRequest

if TYPE_CHECKING:
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.images import Images


def draw_sheet(sampler: Sampler, request: SheetRequest, scale: int, *, names: bool) -> Image.Image:
    """Return a sheet, once it is known that it fits into memory.

    Raises:
        UsageError: it is too large, or asks for what the generator does not know.
    """
    plan = request.plan(sampler.header.conditioning)
    tell(plan.notes)
    network = sampler.header.network
    check_memory(len(plan.cells), network)
    side = network.image_size
    check_enlarged(*check_sheet(len(plan.cells), plan.columns, side, side), scale)
    laid_out = enlarge(sheet(_drawn(sampler, plan.cells), plan.columns), scale)
    if names:
        heading = [plan.heading] if plan.column_names else []
        laid_out = beside(laid_out, Names(plan.row_names, plan.column_names, heading))
    return Image.fromarray(laid_out)


def draw_morph(
    sampler: Sampler,
    stops: Sequence[Label | Mapping[str, Setting]],
    settings: Sequence[str],
    seeds: Sequence[int],
    frames: int | None,
    scale: int,
) -> NDArray[np.uint8]:
    """Return the frames of a morph, uint8 [F, H, W] or [F, H, W, 3].

    Raises:
        UsageError: there are too many or too few, or a stop is unknown.
    """
    check_count("scale", scale, most=LARGEST_SCALE)
    header = sampler.header
    paths = [_as_path(stop, header.conditioning.schema) for stop in stops]
    found, notes = stops_of(header.conditioning, paths, settings, files=False)
    tell(notes)
    if frames is not None:
        check_count("frames", frames, least=2, most=10_000)
    count = frame_count(found, frames)
    check_morph(count, len(seeds), header.network, scale)
    images = _drawn(sampler, product(walk(found, count), seeds))
    return np.stack([enlarge(frame, scale) for frame in morph_frames(images, count)])


class AnimationFile:
    """An animation to be written: its path and its speed are checked before a frame is drawn.

    Raises:
        UsageError: its ending is none of an animation, or ``fps`` is out of range.
        FileError: its folder cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str], fps: float, *, force: bool) -> None:
        self._path: Path = check_out(path)
        self._fps = check_amount("fps", fps, least=0.1, most=50)
        self._force = force
        self._kind = animation_kind(self._path)
        check_file(self._path)

    def write(self, frames: Images) -> None:
        """Write frames uint8 [F, H, W] or [F, H, W, 3].

        Raises:
            UsageError: they are too large for the format.
            FileError: another file is there, or it cannot be written.
        """
        height, width = frames.shape[1:3]
        check_sides(height, width, 1, self._kind)
        content = animation_bytes(list(frames), self._fps, self._kind)
        write_result(self._path, content, force=self._force)


def _as_path(stop: Label | Mapping[str, Setting], schema: Schema) -> str:
    """Return a stop as ``--path`` has it."""
    return "+".join(settings_of(stop, schema)) if isinstance(stop, Mapping) else str(stop)


def _drawn(sampler: Sampler, pairs: Iterable[tuple[Asked, int]]) -> Images:
    """Return images uint8 [N, H, W] or [N, H, W, 3]."""
    from ganctl.engine.data.pixels import channels_last

    return channels_last(sampler.draw_pairs(pairs))
