"""``ganctl gif``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import ForceOption, OutFile, RunArgument, complete_from, open_source
from ganctl.errors import FileError, RunError, RunNotFound, UsageError
from ganctl.files.atomic import check_writable, write_result
from ganctl.files.limits import ANIMATION_PIXELS
from ganctl.requests.labels import Label, blend, one_hot, parse_class
from ganctl.requests.training import check_amount, check_count, choose, values
from ganctl.runs.locate import find
from ganctl.runs.run import Run

if TYPE_CHECKING:
    from ganctl.pictures.images import Images

MORPH_SEEDS = range(10)
MORPH_COLUMNS = 5
MORPH_FRAMES_A_LEG = 8


class Mode(str, Enum):
    """What moves."""

    TRAINING = "training"
    MORPH = "morph"


def gif(
    run: RunArgument = None,
    mode: Annotated[
        str,
        typer.Option(
            help="training: the previews in turn; morph: from class to class at fixed latents.",
            autocompletion=complete_from(values(Mode)),
        ),
    ] = Mode.TRAINING.value,
    path: Annotated[
        str | None,
        typer.Option(
            metavar="CLASSES",
            help="The classes that morph walks through, such as 3,8,0.",
            show_default="all",
        ),
    ] = None,
    fps: Annotated[float, typer.Option(help="Frames a second.")] = 5,
    frames: Annotated[
        int | None,
        typer.Option(
            help="Frames in all.",
            show_default=f"every preview; {MORPH_FRAMES_A_LEG} from class to class",
        ),
    ] = None,
    scale: Annotated[int, typer.Option(help="Make each pixel this many pixels wide.")] = 2,
    out: OutFile = None,
    force: ForceOption = False,
) -> None:
    """Make an animation (.gif, .webp or .apng) of the training, or of classes that melt.

    Prints its path.
    """
    from ganctl.pictures.images import animation_bytes, animation_format, enlarge

    chosen_mode = choose("mode", mode, Mode)
    check_amount("--fps", fps, least=0.1, most=50)
    check_count("--scale", scale, most=64)
    if frames is not None:
        check_count("--frames", frames, least=2, most=10_000)
    if out is not None:
        animation_format(out)
        check_writable(out.parent)
    if chosen_mode is Mode.TRAINING:
        if path is not None:
            raise UsageError("--path belongs to --mode morph.", "Give --mode morph, or no --path.")
        trained = _trained_run(run)
        stem, pictures = trained.name, _training_frames(trained, frames)
    else:
        stem, pictures = _morph_frames(run, path, frames)
    target = out or Path(f"{chosen_mode.value}-{stem}.gif")
    if sum(picture.size for picture in pictures) * scale**2 > ANIMATION_PIXELS:
        raise UsageError(
            f"{len(pictures):,} frames of this size are too large together.",
            "Give a smaller --scale, or fewer --frames.",
        )
    enlarged = [enlarge(picture, scale) for picture in pictures]
    content = animation_bytes(enlarged, fps, animation_format(target))
    write_result(target, content, force=force)
    console.print_path(target)


def _trained_run(reference: str | None) -> Run:
    """Return the run whose previews are wanted."""
    found = find(reference)
    if isinstance(found, Run):
        return found
    if found.note:
        raise RunNotFound(
            "There is no run yet.", "Make one with: ganctl train; or use --mode morph."
        )
    raise RunError(f"{found.reference} has no previews.", "Use --mode morph, or name a run.")


def _training_frames(run: Run, frames: int | None) -> list[Images]:
    from ganctl.pictures.images import read_images

    previews = run.previews()
    if not previews:
        raise RunError(
            f"The run {run.reference} has no previews.",
            "Train it further, or use --mode morph.",
        )
    chosen = _evenly(previews, frames)
    try:
        return read_images(chosen)
    except FileError:
        if all(map(os.path.lexists, chosen)):
            raise
    return _training_frames(run, frames)  # A training that was resumed has gone back meanwhile.


def _evenly(previews: Sequence[Path], frames: int | None) -> list[Path]:
    """Return ``frames`` of the previews, the first and the last among them."""
    last = len(previews) - 1
    if frames is None or frames > last:
        return list(previews)
    return [previews[round(index * last / (frames - 1))] for index in range(frames)]


def _morph_frames(
    run: str | None, path: str | None, frames: int | None
) -> tuple[str, list[Images]]:
    source, header = open_source(run)
    if not header.classes:
        raise UsageError(
            f"--mode morph walks through classes, and --model {header.model} knows none.",
            "Use --mode training, or train another --model, such as cgan.",
        )
    stops = _stops(path, header.classes)
    labels = _walk(stops, frames or MORPH_FRAMES_A_LEG * (len(stops) - 1) + 1)

    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.images import sheet

    images = Sampler.of(source).draw(labels, MORPH_SEEDS)
    frame_images = images.reshape(len(labels), len(MORPH_SEEDS), *images.shape[1:])
    return source.file_stem, [sheet(frame, MORPH_COLUMNS) for frame in frame_images]


def _stops(path: str | None, classes: tuple[str, ...]) -> list[Label]:
    names = list(classes) if path is None else path.split(",")
    stops = [one_hot(parse_class(name, classes), classes) for name in names]
    if len(stops) < 2:
        raise UsageError("A morph needs two classes at least.", "Write them as --path 3,8,0.")
    return stops


def _walk(stops: Sequence[Label], frames: int) -> list[Label]:
    """Return ``frames`` labels on the way through the stops, both ends in."""
    labels = []
    for frame in range(frames):
        leg, fraction = divmod(frame * (len(stops) - 1) / (frames - 1), 1)
        start = int(leg)
        end = min(start + 1, len(stops) - 1)
        labels.append(blend(stops[start], stops[end], fraction))
    return labels
