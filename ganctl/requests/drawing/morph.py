"""The way that a morph goes: its stops, as ``--path`` has them, and the frames between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ganctl.errors import UsageError
from ganctl.requests.conditions.asked import Asked, Single, between
from ganctl.requests.conditions.captions import example_captions, parse_text
from ganctl.requests.conditions.labels import (
    SHOWN_CLASSES,
    Label,
    evenly,
    one_hot,
    parse_classes,
)
from ganctl.requests.conditions.names import Names, unquoted
from ganctl.requests.conditions.schema import Captions, Schema
from ganctl.requests.conditions.settings import Settings, example, parse_settings, values_of
from ganctl.requests.drawing.sample import Conditioning, asked_of

OPTION = "--path"
FRAMES_A_LEG = 8
"""Frames from stop to stop where nobody says how many there are in all."""
_NAME = re.compile(r'\s*(?P<name>"(?:[^"]|"")*"|[^,="]+?)\s*=')


def frame_count(stops: Sequence[Single], frames: int | None) -> int:
    """Return how many frames a morph has: those that were asked for, or some from stop to stop."""
    return frames or FRAMES_A_LEG * (len(stops) - 1) + 1


def stops_of(
    of: Conditioning,
    paths: Sequence[str] = (),
    settings: Sequence[str] = (),
    *,
    files: bool = True,
) -> tuple[tuple[Single, ...], tuple[str, ...]]:
    """Return the stops of a morph, and notes that the user should read.

    Commas part the classes of one ``--path``, as ``3,8,0``, and its settings, as
    ``hair=blond,hair=red``; ``+`` joins settings of one stop, as ``hair=blond+eyes=blue``. A
    caption is a stop of its own. Without a path that is every class, every value of the first
    attribute, or captions that the generator learned from.

    Args:
        of: what the generator can be asked for.
        paths: each ``--path``.
        settings: each ``--set``: what stays as it is on the whole way.
        files: whether a caption may be the path of a file of captions.

    Raises:
        UsageError: there are fewer than two stops, or one is unknown, or the generator knows
            nothing to walk through.
    """
    fixed, notes = asked_of(of, settings=settings) if settings else ((Settings(),), ())
    if of.schema.captions is not None:
        stops, more = _captions(paths, of.schema.captions, files=files)
    elif of.schema and isinstance(fixed[0], Settings):
        stops, more = _settings(paths, of.schema, fixed[0])
    elif of.classes:
        stops, more = _classes(paths, of.classes)
    else:
        raise UsageError(
            f"--mode morph walks through classes, and --model {of.model} knows none.",
            "Use --mode training, or train another --model, such as cgan.",
        )
    return stops, (*notes, *more)


def walk(stops: Sequence[Single], frames: int) -> list[Asked]:
    """Return what ``frames`` frames ask for on the way through the stops, both ends in."""
    return [between(*place) for place in _places(stops, frames)]


def titles(stops: Sequence[Single], frames: int) -> list[str]:
    """Return what a person reads above each of these frames: a stop, or from which to which."""
    return [
        f"{start.text} → {end.text}" if fraction else start.text
        for start, end, fraction in _places(stops, frames)
    ]


def _places(stops: Sequence[Single], frames: int) -> Iterator[tuple[Single, Single, float]]:
    """Yield two stops for each frame, and how far from the first to the second it is."""
    for frame in range(frames):
        leg, fraction = divmod(frame * (len(stops) - 1) / (frames - 1), 1)
        start = int(leg)
        yield stops[start], stops[min(start + 1, len(stops) - 1)], fraction


def _classes(paths: Sequence[str], classes: Sequence[str]) -> tuple[tuple[Single, ...], list[str]]:
    if paths:
        walked = [index for path in paths for index in parse_classes(path, classes, OPTION)]
        stops = tuple(one_hot(index, classes) for index in walked)
        return _enough(stops, "classes", "--path 3,8,0"), []
    every: list[Label] = [one_hot(index, classes) for index in range(len(classes))]
    stops = evenly(every, SHOWN_CLASSES)
    notes = [_shown(len(every), "classes")] if len(every) > len(stops) else []
    return _enough(stops, "classes", "--path 3,8,0"), notes


def _captions(
    paths: Sequence[str], captions: Captions, *, files: bool
) -> tuple[tuple[Single, ...], list[str]]:
    if paths:
        stops, notes = parse_text(paths, captions, OPTION, files=files, once=False)
    else:
        stops, notes = example_captions(captions), []
    how = '--path "WORDS" --path "OTHER WORDS"'
    return _enough(tuple(stops), "captions", how), notes


def _settings(
    paths: Sequence[str], schema: Schema, fixed: Settings
) -> tuple[tuple[Single, ...], list[str]]:
    taken = {setting.place for setting in fixed.named}
    if paths:
        written = [stop for path in paths for stop in _split(path, schema)]
        stops = [parse_settings(parts, schema, OPTION) for parts in written]
        notes = [note for stop in stops for note in stop.notes]
    else:
        free = [place for place in range(len(schema.names)) if place not in taken]
        stops, notes = _values(schema, free[0]) if free else ([], [])
    for stop in stops:
        for setting in stop.named:
            if setting.place in taken:
                raise UsageError(
                    f"--set {setting.name} fixes what --path changes.", "Name it in one of them."
                )
    whole = tuple(stop.within(fixed) for stop in stops)
    name, _, value = example(schema).partition("=")
    return _enough(whole, "stops", f"--path {name}={value},{name}=OTHER"), notes


def _values(schema: Schema, place: int) -> tuple[list[Settings], list[str]]:
    """Return every value of an attribute, or both ends of a quantity."""
    values, count = values_of(schema, place, 2)
    is_all = len(values) == count
    return values, [] if is_all else [_shown(count, f"values of {schema.names[place]}")]


def _split(path: str, schema: Schema) -> Iterator[list[str]]:
    """Yield the settings of each stop of a path."""
    stop: list[str] = []
    start = 0
    for place, letter in _outside_quotes(path):
        begins = letter in ",+" and _NAME.match(path, place + 1)
        if not begins or (letter == "+" and not _is_known(begins["name"], schema)):
            continue
        stop.append(path[start:place])
        start = place + 1
        if letter == ",":
            yield stop
            stop = []
    yield [*stop, path[start:]]


def _outside_quotes(text: str) -> Iterator[tuple[int, str]]:
    is_quoted = False
    for place, letter in enumerate(text):
        is_quoted ^= letter == '"'
        if not is_quoted:
            yield place, letter


def _is_known(name: str, schema: Schema) -> bool:
    plain = unquoted(name[1:-1]) if name.startswith('"') else name
    return bool(Names(schema.names, OPTION).found(plain))


def _enough(stops: tuple[Single, ...], what: str, how: str) -> tuple[Single, ...]:
    if len(stops) < 2:
        raise UsageError(f"A morph needs two {what} at least.", f"Write them as {how}.")
    return stops


def _shown(count: int, what: str) -> str:
    return f"the morph walks through {SHOWN_CLASSES} of the {count:,} {what}; --path names others"
