"""``ganctl gif``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_from, complete_stops
from ganctl.cli.films import MORPH_SEEDS, Film, Mode, morph_of, previews_of
from ganctl.cli.options import (
    INPUT,
    SETTINGS,
    ForceOption,
    JsonOption,
    NamesOption,
    OutFile,
    RunArgument,
    SetOption,
    is_stdout,
    scale_option,
)
from ganctl.errors import UsageError
from ganctl.files.atomic import check_file, write_result
from ganctl.requests.checks import check_amount, check_count, choose, values
from ganctl.requests.conditions.names import changed_options, part_of_file_name
from ganctl.requests.drawing.morph import FRAMES_A_LEG
from ganctl.requests.drawing.sample import LARGEST_SCALE

if TYPE_CHECKING:
    from ganctl.pictures.animations import Kind

EXAMPLES = (
    "ganctl gif pretrained/avatars --mode morph --path hair=blond,hair=red",
    "ganctl gif --mode morph --path 3,8,0 --out morph.webp",
    "ganctl gif demo --fps 10",
)
DEFAULT_NAME = "morph.gif"
FPS = 5.0
"""Frames a second."""


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
        help=f"Frames in all. Default: every preview; {FRAMES_A_LEG} from stop to stop.",
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
    from ganctl.pictures.animations import Kind, animation_bytes, animation_kind, check_sides

    chosen_mode = choose("mode", mode, Mode)
    check_amount("--fps", fps, least=0.1, most=50)
    check_count("--scale", scale, most=LARGEST_SCALE)
    if frames is not None:
        check_count("--frames", frames, least=2, most=10_000)
    to_stdout = is_stdout(out, json=json)
    kind = Kind.GIF if out is None or to_stdout else animation_kind(out)
    if out is not None and not to_stdout:
        check_file(out)
    way: dict[str, Any] = {"path": path or [], "set": settings or [], "seed": seed}
    film = _film(run, chosen_mode, way, frames, scale, kind)
    given = {**way, "fps": fps, "frames": frames, "scale": scale, "no-names": names is False}
    shown = film.enlarged(scale, named=names is not False)
    height, width = shown[0].shape[:2]
    check_sides(height, width, 1, kind)  # Names and titles make a frame larger.
    content = animation_bytes(shown, fps, kind, _metadata(film, chosen_mode, given, kind))
    if to_stdout:
        console.write_bytes(content)
        return
    target = out or Path(_default_name(film, chosen_mode, given))
    write_result(target, content, force=force)
    if not json:
        console.print_path(target)
        return
    facts = {"mode": chosen_mode.value, "frames": len(film.frames), "fps": fps}
    of = {"run": film.reference, "path": str(target)}
    console.print_json({**of, **facts, "stops": list(film.stops)})


def _film(
    run: str | None,
    mode: Mode,
    way: Mapping[str, Any],
    frames: int | None,
    scale: int,
    kind: Kind,
) -> Film:
    """Return what is to be shown; only a morph has a way."""
    if mode is Mode.MORPH:
        return morph_of(run, (way["path"], way["set"], way["seed"]), frames, scale, kind)
    for option, value in way.items():
        if value not in (None, []):
            raise UsageError(
                f"--{option} belongs to --mode morph.", f"Give --mode morph, or no --{option}."
            )
    return previews_of(run, frames, scale, kind)


def _default_name(film: Film, mode: Mode, given: Mapping[str, Any]) -> str:
    """Return the name of a file that says what it shows."""
    defaults = {"seed": 0, "fps": FPS, "frames": None, "scale": SCALE}
    changed = changed_options(
        {
            name: (given[name], default)
            for name, default in defaults.items()
            if given[name] is not None
        }
    )
    bare = ["no-names"] if given["no-names"] else []
    said = part_of_file_name([*given["path"], *given["set"], *changed, *bare])
    words = [word for word in (mode.value, film.stem, said) if word]
    return "-".join(words) + Path(DEFAULT_NAME).suffix


def _metadata(film: Film, mode: Mode, given: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """Return what an animation says of itself, with the command that makes it again."""
    from ganctl.pictures.animations import KINDS
    from ganctl.pictures.provenance import Origin

    ending = next(ending for ending, known in KINDS.items() if known is kind)
    defaults = {"fps": FPS, "scale": SCALE}
    changed = {name: value for name, value in given.items() if value != defaults.get(name)}
    options = {k: f"{v:g}" if isinstance(v, float) else v for k, v in changed.items()}
    return Origin(film.reference, film.step).metadata(
        "gif", options={"mode": mode.value, **options}, out=f"FILE{ending}"
    )
