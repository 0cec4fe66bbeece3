"""``ganctl gif``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    ForceOption,
    JsonOption,
    NamesOption,
    OutFile,
    RunArgument,
    SetOption,
    complete_from,
    is_stdout,
    open_source,
    scale_option,
)
from ganctl.errors import FileError, RunError, RunNotFound, UsageError
from ganctl.files.atomic import check_writable, write_result
from ganctl.requests.checks import check_amount, check_count, choose, values
from ganctl.requests.conditions.names import changed_options, part_of_file_name
from ganctl.requests.morph import stops_of, titles, walk
from ganctl.requests.sample import LARGEST_SCALE, check_memory, choose_seeds
from ganctl.runs.layout import step_of
from ganctl.runs.locate import find
from ganctl.runs.run import Run

if TYPE_CHECKING:
    from ganctl.pictures.animations import Kind
    from ganctl.pictures.images import Images
    from ganctl.pictures.lettering import Names
    from ganctl.pictures.previews import Preview

EXAMPLES = (
    "ganctl gif pretrained/avatars --mode morph --path hair=blond,hair=red",
    "ganctl gif --mode morph --path 3,8,0 --out morph.webp",
    "ganctl gif demo --fps 10",
)
DEFAULT_NAME = "morph.gif"
FPS = 5.0
"""Frames a second."""
MORPH_SEEDS = 10
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
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="SEED",
        help=f"The first of the {MORPH_SEEDS} seeds that morph. Default: 0.",
        show_default=False,
        rich_help_panel=INPUT,
    ),
]
SCALE = 2
ScaleOption = Annotated[int, scale_option(SCALE)]


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


def gif(
    run: RunArgument = None,
    mode: ModeOption = Mode.TRAINING.value,
    path: PathOption = None,
    settings: SetOption = None,
    seed: SeedOption = None,
    fps: SpeedOption = FPS,
    frames: FramesOption = None,
    scale: ScaleOption = SCALE,
    names: NamesOption = None,
    out: OutFile = None,
    json: JsonOption = False,
    force: ForceOption = False,
) -> None:
    """Make an animation (.gif, .webp, .apng or .mp4) of a run's previews, or of classes that morph.

    Its last frame stays for a while. Prints its path.
    """
    from ganctl.pictures.animations import Kind, animation_bytes, animation_kind

    chosen_mode = choose("mode", mode, Mode)
    check_amount("--fps", fps, least=0.1, most=50)
    check_count("--scale", scale, most=LARGEST_SCALE)
    if frames is not None:
        check_count("--frames", frames, least=2, most=10_000)
    to_stdout = is_stdout(out, json=json)
    kind = Kind.GIF if out is None or to_stdout else animation_kind(out)
    if out is not None and not to_stdout:
        check_writable(out.parent)
    given: dict[str, Any] = {"path": path, "set": settings, "seed": seed}
    if chosen_mode is Mode.TRAINING:
        for option, value in given.items():
            if value not in (None, []):
                raise UsageError(
                    f"--{option} belongs to --mode morph.", f"Give --mode morph, or no --{option}."
                )
        film = _previews_of(run, frames, scale, kind)
    else:
        film = _morph(run, (path or (), settings or (), seed), frames, scale, kind)
    content = animation_bytes(
        film.enlarged(scale, named=names is not False),
        fps,
        kind,
        _metadata(film, chosen_mode, {**given, "fps": fps, "frames": frames, "scale": scale,
                                      "no-names": names is False}, kind),
    )  # fmt: skip
    if to_stdout:
        console.write_bytes(content)
        return
    changed = changed_options(
        {"seed": (seed or 0, 0), "fps": (fps, FPS), "frames": (frames, None),
         "scale": (scale, SCALE)}
    )  # fmt: skip
    if names is False:
        changed.append("no-names")
    said = part_of_file_name([*(path or ()), *(settings or ()), *changed])
    words = [chosen_mode.value, film.stem, said]
    target = out or Path("-".join(word for word in words if word) + Path(DEFAULT_NAME).suffix)
    write_result(target, content, force=force)
    if not json:
        console.print_path(target)
        return
    facts = {"mode": chosen_mode.value, "frames": len(film.frames), "fps": fps}
    of = {"run": film.reference, "path": str(target)}
    console.print_json({**of, **facts, "stops": list(film.stops)})


def _metadata(film: Film, mode: Mode, given: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Return what an animation says of itself, with the command that makes it again."""
    from ganctl.pictures.animations import KINDS
    from ganctl.pictures.provenance import Origin

    ending = next(ending for ending, known in KINDS.items() if known is kind)
    defaults = {"fps": FPS, "scale": SCALE}
    options = {name: value for name, value in given.items() if value != defaults.get(name)}
    return Origin(film.reference, film.step).metadata(
        "gif", options={"mode": mode.value, **options}, out=f"FILE{ending}"
    )


def _previews_of(run: str | None, frames: int | None, scale: int, kind: Kind) -> Film:
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
            "There is no run yet.", "Make one with: ganctl train; or use --mode morph."
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


def _morph(
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
    from ganctl.pictures.animations import check_animation, check_sides
    from ganctl.pictures.images import check_sheet, sheet

    paths, settings, seed = way
    asks = any("=" in text for text in (*paths, *settings))
    # No name of a digit has a letter.
    says = not asks and any(character.isalpha() for text in paths for character in text)
    source, header = open_source(run, of_attributes=asks, of_words=says, label_option="--path")
    stops, notes = stops_of(header.conditioning, paths, settings)
    for note in notes:
        console.note(note)
    seeds = choose_seeds(MORPH_SEEDS, seed, "the number of seeds")
    count = frames or MORPH_FRAMES_A_LEG * (len(stops) - 1) + 1
    check_memory(count * len(seeds), header.network)
    side = header.network.image_size
    height, width = check_sheet(len(seeds), MORPH_COLUMNS, side, side)
    check_sides(height, width, scale, kind)
    check_animation(count, header.network.channels * height * width, scale)

    import torch

    from ganctl.engine.data.pixels import channels_last
    from ganctl.engine.sampling.sampler import Sampler
    from ganctl.pictures.lettering import Names

    sampler = Sampler.of(source)
    batches = sampler.batches_of(product(walk(stops, count), seeds))
    images = channels_last(torch.cat([batch.images for batch in batches]))
    frame_images = images.reshape(count, len(seeds), *images.shape[1:])
    return Film(
        [sheet(frame, MORPH_COLUMNS) for frame in frame_images],
        titles(stops, count),
        Names(),
        source.reference,
        sampler.header.progress.step,
        source.file_stem,
        [stop.text for stop in stops],
    )
