"""What ``ganctl gif`` shows: the previews of a run, or a morph, frame after frame."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from ganctl.cli import console
from ganctl.cli.options import open_source
from ganctl.cli.program import program
from ganctl.errors import FileError, RunError, RunNotFound
from ganctl.requests.drawing.morph import frame_count, stops_of, titles, walk
from ganctl.requests.drawing.sample import choose_seeds
from ganctl.runs.layout import step_of
from ganctl.runs.locate import find
from ganctl.runs.run import Run

if TYPE_CHECKING:
    from ganctl.pictures.animations import Kind
    from ganctl.pictures.images import Images
    from ganctl.pictures.lettering import Names
    from ganctl.pictures.previews import Preview

MORPH_SEEDS = 10
ATTEMPTS = 5
"""How often previews are read again that a resumed run removes meanwhile."""


class Mode(str, Enum):
    """What moves."""

    TRAINING = "training"
    MORPH = "morph"


@dataclass(frozen=True)
class Film:
    """What is to be shown.

    ``frames`` are without names and not enlarged; ``titles`` has a text for each, and ``names``
    stand around them all. ``reference`` and ``step`` say of which checkpoint, ``stem`` is its name
    for files, and ``stops`` are those of a morph.
    """

    frames: Sequence[Images]
    titles: Sequence[str]
    names: Names
    reference: str
    step: int
    stem: str
    stops: Sequence[str] = ()

    def enlarged(self, scale: int, *, named: bool) -> list[Images]:
        """Return the frames as they are shown, with names or without."""
        from ganctl.pictures.images import enlarge
        from ganctl.pictures.lettering import beside, titled

        frames = [enlarge(frame, scale) for frame in self.frames]
        if not named:
            return frames
        return titled([beside(frame, self.names) for frame in frames], self.titles)


def previews_of(run: str | None, frames: int | None, scale: int, kind: Kind) -> Film:
    """Return the previews of a run, each below its step."""
    from ganctl.pictures.animations import check_sides

    trained = _trained_run(run)
    paths, previews = _training_frames(trained, frames, scale)
    height, width = previews[0].sheet.shape[:2]
    check_sides(height, width, scale, kind)
    steps = [step_of(path) for path in paths]
    return Film(
        [preview.sheet for preview in previews],
        [f"step {step:,}" for step in steps],
        previews[0].names,
        trained.reference,
        steps[-1],
        trained.name,
    )


def _trained_run(reference: str | None) -> Run:
    """Return the run whose previews are wanted."""
    found = find(reference)
    if isinstance(found, Run):
        return found
    if found.note:
        raise RunNotFound(
            "There is no run yet.", f"Make one with: {program()} train; or use --mode morph."
        )
    raise RunError(f"{found.reference} has no previews.", "Use --mode morph, or name a run.")


def _training_frames(run: Run, frames: int | None, scale: int) -> tuple[list[Path], list[Preview]]:
    """Return previews of a run; they are chosen anew if a resume removes some meanwhile."""
    from ganctl.pictures.previews import read_previews

    for _ in range(ATTEMPTS - 1):
        chosen = _previews(run, frames)
        try:
            return chosen, read_previews(chosen, scale)
        except FileError:
            if all(map(os.path.lexists, chosen)):
                raise
    chosen = _previews(run, frames)
    return chosen, read_previews(chosen, scale)


def _previews(run: Run, frames: int | None) -> list[Path]:
    """Return ``frames`` of the previews, the first and the last among them."""
    previews = run.previews()
    if not previews:
        raise RunError(
            f"The run {run.reference} has no previews.",
            "Train it further, or use --mode morph.",
        )
    last = len(previews) - 1
    if frames is None or frames > last:
        return previews
    return [previews[round(index * last / (frames - 1))] for index in range(frames)]


def morph_of(
    run: str | None,
    way: tuple[Sequence[str], Sequence[str], int | None],
    frames: int | None,
    scale: int,
    kind: Kind,
) -> Film:
    """Return a morph, each frame below what it is of.

    Args:
        run: RUN.
        way: each ``--path``, each ``--set``, and ``--seed``.
        frames: how many; None for the default.
        scale: how many pixels wide each pixel becomes.
        kind: of animation.
    """
    from ganctl.pictures.animations import check_morph, check_sides, morph_frames

    paths, settings, seed = way
    asks = any("=" in text for text in (*paths, *settings))
    # No name of a digit has a letter.
    says = not asks and any(character.isalpha() for text in paths for character in text)
    source, header = open_source(run, of_attributes=asks, of_words=says, label_option="--path")
    stops, notes = stops_of(header.conditioning, paths, settings)
    for note in notes:
        console.note(note)
    seeds = choose_seeds(MORPH_SEEDS, seed, "the number of seeds")
    count = frame_count(stops, frames)
    height, width = check_morph(count, len(seeds), header.network, scale)
    check_sides(height, width, scale, kind)

    from ganctl.engine.data.pixels import channels_last
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.lettering import Names

    sampler = Sampler.of(source)
    images = channels_last(sampler.draw_pairs(product(walk(stops, count), seeds)))
    return Film(
        morph_frames(images, count),
        titles(stops, count),
        Names(),
        source.reference,
        sampler.header.progress.step,
        source.file_stem,
        [stop.text for stop in stops],
    )
