"""``ganctl gif``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_from, complete_stops
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    ForceOption,
    JsonOption,
    OutFile,
    RunArgument,
    SetOption,
    open_source,
    scale_option,
)
from ganctl.errors import FileError, RunError, RunNotFound, UsageError
from ganctl.files.atomic import check_writable, write_result
from ganctl.requests.checks import check_amount, check_count, choose, values
from ganctl.requests.conditions.names import changed_options, part_of_file_name
from ganctl.requests.morph import stops_of, walk
from ganctl.requests.sample import LARGEST_SCALE, check_memory
from ganctl.runs.locate import RunSource, find
from ganctl.runs.run import Run

if TYPE_CHECKING:
    from ganctl.pictures.images import Images

EXAMPLES = (
    "ganctl gif pretrained/avatars --mode morph --path hair=blond,hair=red",
    "ganctl gif --mode morph --path 3,8,0 --out morph.webp",
    "ganctl gif demo --fps 10",
)
DEFAULT_NAME = "morph.gif"
FPS = 5.0
"""Frames a second."""
MORPH_SEEDS = range(10)
MORPH_COLUMNS = 5
MORPH_FRAMES_A_LEG = 8
ATTEMPTS = 5
"""How often previews are read again that a resumed run removes meanwhile."""


class Mode(str, Enum):
    """What moves."""

    TRAINING = "training"
    MORPH = "morph"


ModeOption = Annotated[
    str,
    typer.Option(
        "--mode",
        metavar="MODE",
        help="training: the previews, one after the other; morph: from class to class, or "
        "from words to words, at fixed latents. Default: training.",
        show_default=False,
        autocompletion=complete_from(values(Mode)),
        rich_help_panel=INPUT,
    ),
]
PathOption = Annotated[
    list[str] | None,
    typer.Option(
        "--path",
        metavar="STOPS",
        help="What morph walks through: classes 3,8,0; settings hair=blond,hair=red, of which + "
        "joins several, hair=red+eyes=blue; or words, a --path for each stop. Repeatable. Default: "
        "all classes, or values of the first attribute.",
        show_default=False,
        autocompletion=complete_stops,
        rich_help_panel=INPUT,
    ),
]
SpeedOption = Annotated[
    float,
    typer.Option(
        "--fps",
        metavar="NUMBER",
        help="Frames a second. Default: 5.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
FramesOption = Annotated[
    int | None,
    typer.Option(
        "--frames",
        metavar="NUMBER",
        help=f"Frames in all. Default: every preview; {MORPH_FRAMES_A_LEG} from stop to stop.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
SCALE = 2
ScaleOption = Annotated[int, scale_option(SCALE)]


def gif(
    run: RunArgument = None,
    mode: ModeOption = Mode.TRAINING.value,
    path: PathOption = None,
    settings: SetOption = None,
    fps: SpeedOption = FPS,
    frames: FramesOption = None,
    scale: ScaleOption = SCALE,
    out: OutFile = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Make an animation (.gif, .webp or .apng) of a run's previews, or of classes that morph.

    Prints its path.
    """
    from ganctl.pictures.images import animation_bytes, animation_format, check_sides, enlarge

    chosen_mode = choose("mode", mode, Mode)
    check_amount("--fps", fps, least=0.1, most=50)
    check_count("--scale", scale, most=LARGEST_SCALE)
    if frames is not None:
        check_count("--frames", frames, least=2, most=10_000)
    kind = animation_format(out or Path(DEFAULT_NAME))
    if out is not None:
        check_writable(out.parent)
    if chosen_mode is Mode.TRAINING:
        for option, given in {"--path": path, "--set": settings}.items():
            if given:
                raise UsageError(
                    f"{option} belongs to --mode morph.", f"Give --mode morph, or no {option}."
                )
        trained = _trained_run(run)
        stem, reference = trained.name, trained.reference
        pictures, stops = _training_frames(trained, frames, scale), list[str]()
        height, width = pictures[0].shape[:2]
        check_sides(height, width, scale, kind)
    else:
        way = (path or (), settings or ())
        source, stops, pictures = _morph_frames(run, way, frames, scale, kind)
        stem, reference = source.file_stem, source.reference
    changed = changed_options(
        {"fps": (fps, FPS), "frames": (frames, None), "scale": (scale, SCALE)}
    )
    said = part_of_file_name([*(path or ()), *(settings or ()), *changed])
    words = [chosen_mode.value, stem, said]
    named = "-".join(word for word in words if word) + Path(DEFAULT_NAME).suffix
    target = out or Path(named)
    enlarged = [enlarge(picture, scale) for picture in pictures]
    content = animation_bytes(enlarged, fps, kind)
    write_result(target, content, force=force)
    if not json:
        console.print_path(target)
        return
    facts = {"mode": chosen_mode.value, "frames": len(pictures), "fps": fps, "stops": stops}
    console.print_json({"run": reference, "path": str(target), **facts})


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


def _training_frames(run: Run, frames: int | None, scale: int) -> list[Images]:
    """Return the previews of a run; they are chosen anew if a resume removes some meanwhile."""
    from ganctl.pictures.images import read_images

    for _ in range(ATTEMPTS - 1):
        chosen = _previews(run, frames)
        try:
            return read_images(chosen, scale)
        except FileError:
            if all(map(os.path.lexists, chosen)):
                raise
    return read_images(_previews(run, frames), scale)


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


def _morph_frames(
    run: str | None,
    way: tuple[Sequence[str], Sequence[str]],
    frames: int | None,
    scale: int,
    kind: str,
) -> tuple[RunSource, list[str], list[Images]]:
    """Return what draws a morph, its stops in words, and its frames.

    Args:
        run: RUN.
        way: each ``--path``, and each ``--set``.
        frames: how many; None for the default.
        scale: how many pixels wide each pixel becomes.
        kind: of animation.
    """
    from ganctl.pictures.images import check_animation, check_sheet, check_sides, sheet

    asks = any("=" in text for texts in way for text in texts)
    # No name of a digit has a letter.
    says = not asks and any(character.isalpha() for text in way[0] for character in text)
    source, header = open_source(run, of_attributes=asks, of_words=says)
    stops, notes = stops_of(header.conditioning, *way)
    for note in notes:
        console.note(note)
    asked = walk(stops, frames or MORPH_FRAMES_A_LEG * (len(stops) - 1) + 1)
    check_memory(len(asked) * len(MORPH_SEEDS), header.network)
    side = header.network.image_size
    height, width = check_sheet(len(MORPH_SEEDS), MORPH_COLUMNS, side, side)
    check_sides(height, width, scale, kind)
    check_animation(len(asked), header.network.channels * height * width, scale)

    import torch

    from ganctl.engine.data.pixels import channels_last
    from ganctl.engine.sampling.sampler import Sampler

    batches = Sampler.of(source).batches_of(product(asked, MORPH_SEEDS))
    images = channels_last(torch.cat([batch.images for batch in batches]))
    frame_images = images.reshape(len(asked), len(MORPH_SEEDS), *images.shape[1:])
    frames_of_sheets = [sheet(frame, MORPH_COLUMNS) for frame in frame_images]
    return source, [stop.text for stop in stops], frames_of_sheets
