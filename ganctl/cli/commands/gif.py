"""``ganctl gif``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ganctl.cli import console
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    ForceOption,
    OutFile,
    RunArgument,
    complete_from,
    open_source,
    scale_option,
)
from ganctl.errors import FileError, RunError, RunNotFound, UsageError
from ganctl.files.atomic import check_writable, write_result
from ganctl.requests.checks import check_amount, check_count, choose, values
from ganctl.requests.conditions.labels import (
    SHOWN_CLASSES,
    Label,
    blend,
    evenly,
    one_hot,
    parse_classes,
)
from ganctl.requests.sample import LARGEST_SCALE, SamplePlan, check_memory
from ganctl.runs.locate import find
from ganctl.runs.run import Run

if TYPE_CHECKING:
    from ganctl.pictures.images import Images

EXAMPLES = (
    "ganctl gif --mode morph",
    "ganctl gif --mode morph --path 3,8,0 --out morph.webp",
    "ganctl gif demo --fps 10",
)
DEFAULT_NAME = "morph.gif"
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
        metavar="MODE",
        help="training: the previews, one after the other; morph: from class to class at fixed "
        "latents. Default: training.",
        show_default=False,
        autocompletion=complete_from(values(Mode)),
        rich_help_panel=INPUT,
    ),
]
PathOption = Annotated[
    str | None,
    typer.Option(
        metavar="CLASSES",
        help="The classes that morph walks through, such as 3,8,0; as --class has them. "
        "Default: all.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
SpeedOption = Annotated[
    float,
    typer.Option(
        metavar="NUMBER",
        help="Frames a second. Default: 5.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
FramesOption = Annotated[
    int | None,
    typer.Option(
        metavar="NUMBER",
        help=f"Frames in all. Default: every preview; {MORPH_FRAMES_A_LEG} from class to class.",
        show_default=False,
        rich_help_panel=SETTINGS,
    ),
]
ScaleOption = Annotated[int, scale_option(2)]


def gif(
    run: RunArgument = None,
    mode: ModeOption = Mode.TRAINING.value,
    path: PathOption = None,
    fps: SpeedOption = 5,
    frames: FramesOption = None,
    scale: ScaleOption = 2,
    out: OutFile = None,
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
        if path is not None:
            raise UsageError("--path belongs to --mode morph.", "Give --mode morph, or no --path.")
        trained = _trained_run(run)
        stem, pictures = trained.name, _training_frames(trained, frames, scale)
        height, width = pictures[0].shape[:2]
        check_sides(height, width, scale, kind)
    else:
        stem, pictures = _morph_frames(run, path, frames, scale, kind)
    target = out or Path(f"{chosen_mode.value}-{stem}{Path(DEFAULT_NAME).suffix}")
    enlarged = [enlarge(picture, scale) for picture in pictures]
    content = animation_bytes(enlarged, fps, kind)
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
    run: str | None, path: str | None, frames: int | None, scale: int, kind: str
) -> tuple[str, list[Images]]:
    from ganctl.pictures.images import check_animation, check_sheet, check_sides, sheet

    source, header = open_source(run)
    if not header.classes:
        raise UsageError(
            f"--mode morph walks through classes, and --model {header.model} knows none.",
            "Use --mode training, or train another --model, such as cgan.",
        )
    stops = _stops(path, header.classes)
    labels = _walk(stops, frames or MORPH_FRAMES_A_LEG * (len(stops) - 1) + 1)
    plan = SamplePlan(tuple(labels), MORPH_SEEDS)
    check_memory(len(plan), header.network)
    side = header.network.image_size
    height, width = check_sheet(len(MORPH_SEEDS), MORPH_COLUMNS, side, side)
    check_sides(height, width, scale, kind)
    check_animation(len(labels), header.network.channels * height * width, scale)

    from ganctl.engine.data.pixels import channels_last
    from ganctl.engine.sampling.sampler import Sampler

    images = channels_last(Sampler.of(source).draw(plan))
    frame_images = images.reshape(len(labels), len(MORPH_SEEDS), *images.shape[1:])
    return source.file_stem, [sheet(frame, MORPH_COLUMNS) for frame in frame_images]


def _stops(path: str | None, classes: tuple[str, ...]) -> tuple[Label, ...]:
    if path is None:
        stops = evenly([one_hot(k, classes) for k in range(len(classes))], SHOWN_CLASSES)
        if len(classes) > len(stops):
            console.note(
                f"the morph walks through {len(stops)} of the {len(classes):,} classes; --path "
                "names others"
            )
    else:
        walked = parse_classes(path, classes, "--path")
        stops = tuple(one_hot(index, classes) for index in walked)
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
