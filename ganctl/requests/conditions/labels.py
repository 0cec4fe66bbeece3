"""LABEL: classes by index or name, ``all``, several such as ``3,5``, or a blend ``3:0.7,8:0.3``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ganctl.errors import UsageError
from ganctl.files.limits import CLASS_NAME_LENGTH, CLASSES
from ganctl.files.text import printable
from ganctl.requests.conditions.names import Names, Piece, folder_name, is_all, typed

Item = TypeVar("Item")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python makes of a byte in the name of a file that is not UTF-8."""


@dataclass(frozen=True)
class Label:
    """What is asked of the generator: a weight for each class.

    ``parts`` has the classes with a weight above 0 in order, each with its weight; the weights sum
    to 1. ``classes`` is the number of classes that there are. Both are empty for a generator that
    knows no labels. ``typed`` is how it is written on the command line.
    """

    text: str
    parts: tuple[tuple[int, float], ...]
    classes: int
    typed: str = field(compare=False)

    @property
    def weights(self) -> tuple[float, ...]:
        """One number in [0, 1] for each class, which is long where there are many."""
        weights = [0.0] * self.classes
        for index, weight in self.parts:
            weights[index] = weight
        return tuple(weights)

    @property
    def index(self) -> int:
        """The class, or the one that weighs most (the first of equals) in a blend; 0 for none."""
        return max(self.parts, key=lambda part: part[1])[0] if self.parts else 0

    @property
    def options(self) -> dict[str, list[str]]:
        """The options of the command line, without dashes, that ask for this again."""
        return {"digit": [self.typed]} if self.parts else {}

    @property
    def is_blend(self) -> bool:
        """Whether more than one class has a weight."""
        return len(self.parts) > 1

    @property
    def folder(self) -> str:
        """A name for a folder of such images that is safe on every platform."""
        return folder_name(self.text, f"class{self.index}")


UNLABELLED = Label("unlabelled", (), 0, "")
"""What is asked of a generator that knows no labels."""
UNLABELLED_ROWS = 10
"""The rows of its sheets, which have no classes to stand for."""
SHOWN_CLASSES = 32
"""The classes that a preview, a sheet or a morph shows where nobody names any: if there are more,
these stand at even distances."""


@dataclass(frozen=True)
class ParsedLabels:
    """The labels, and sentences the user should read about how they were understood."""

    labels: tuple[Label, ...]
    notes: tuple[str, ...]


def check_class_names(names: Iterable[object], what: str = "class") -> tuple[str, ...]:
    """Return names that classes may have, or what else ``what`` says is named.

    Raises:
        ValueError: there are too many, or one is no text, empty, very long, or would act on a
            terminal.
    """
    checked: list[str] = []
    for name in names:
        if not isinstance(name, str) or not 0 < len(name) <= CLASS_NAME_LENGTH:
            raise ValueError(
                f"the name of {what} {len(checked)} is not a text of 1 to {CLASS_NAME_LENGTH} "
                "characters"
            )
        if _SURROGATE.search(name):
            raise ValueError(f"the {what} name {printable(name)} is not UTF-8")
        if printable(name) != name:
            raise ValueError(f"the {what} name {printable(name)} has control characters")
        checked.append(name)
        if len(checked) > CLASSES:
            raise ValueError(f"there are more than {CLASSES:,} {what} names")
    return tuple(checked)


def parse_labels(texts: Sequence[str], classes: Sequence[str]) -> ParsedLabels:
    """Read each LABEL of the command line against the names of the classes.

    Args:
        texts: what was typed, such as ``["7"]``, ``["all"]``, ``["3,5"]``,
            ``["3:0.7,8:0.3", "Sneaker"]``.
        classes: the class names in order of their index.

    Raises:
        UsageError: an unknown class, or a blend whose weights make no sense.
    """
    names = Names(classes, "--digit / --class")
    labels: list[Label] = []
    notes: list[str] = []
    for text in texts:
        named, note = labels_in(text, names)
        labels.extend(named)
        notes.extend(note)
    if any(is_all(text) for text in texts) and (called := [n for n in classes if is_all(n)]):
        notes.append(f"all means every class; the one called {called[0]} is {typed(called[0])}")
    return ParsedLabels(tuple(dict.fromkeys(labels)), tuple(notes))


def labels_in(text: str, names: Names) -> tuple[list[Label], list[str]]:
    """Return the labels that one text names, and notes on how it was understood.

    Raises:
        UsageError: as ``parse_labels``.
    """
    pieces = names.pieces(text)
    if any(piece.weight is not None for piece in pieces):
        label, notes = _blend_of(text, pieces, names)
        return [label], notes
    return [one_hot(index, names.classes) for piece in pieces for index in names.of(piece)], []


def parse_classes(text: str, classes: Sequence[str], option: str) -> list[int]:
    """Return the indices of several classes, such as ``3,8,3``, in order.

    Raises:
        UsageError: one of them is unknown; the hint lists them.
    """
    names = Names(classes, option)
    pieces = [
        piece if piece.weight is None else Piece(piece.whole, piece.whole, None, quoted=False)
        for piece in names.pieces(text)
    ]
    return [index for piece in pieces for index in names.of(piece)]


def one_hot(index: int, classes: Sequence[str]) -> Label:
    """Return the label of one class."""
    return Label(classes[index], ((index, 1.0),), len(classes), typed(classes[index]))


def blend(start: Label, end: Label, fraction: float) -> Label:
    """Return the label ``fraction`` (in [0, 1]) of the way from ``start`` to ``end``."""
    ours, theirs = dict(start.parts), dict(end.parts)
    weights = {
        index: (1 - fraction) * ours.get(index, 0.0) + fraction * theirs.get(index, 0.0)
        for index in ours.keys() | theirs.keys()
    }
    text = f"{start.text}>{end.text}@{fraction:.3f}"
    return Label(text, _parts(weights), start.classes, text)


def evenly(items: Sequence[Item], most: int) -> tuple[Item, ...]:
    """Return the items, or ``most`` of them at even distances, the first and the last included."""
    if len(items) <= most:
        return tuple(items)
    last = len(items) - 1
    return tuple(items[round(number * last / (most - 1))] for number in range(most))


def _blend_of(text: str, pieces: Sequence[Piece], names: Names) -> tuple[Label, list[str]]:
    weights: dict[int, float] = {}
    for piece in pieces:
        if piece.weight is None:
            raise UsageError(
                f"The blend {text!r} has no weight for {piece.whole!r}.",
                f"Write each part as {names.blend_form}.",
            )
        index = names.index(piece)
        weights[index] = weights.get(index, 0.0) + _parse_weight(piece.weight, text, names)
    total = sum(weights[index] for index in sorted(weights))
    if total == 0 or not math.isfinite(total):
        raise UsageError(
            f"The weights of the blend {text!r} sum to {total:g}.",
            f"Give weights that sum to 1, as {names.blend_form}.",
        )
    notes = []
    if abs(total - 1) > 1e-6:
        notes.append(f"the weights of {text} sum to {total:g}; they were scaled to sum to 1")
    written = ",".join(piece.whole.strip() for piece in pieces)
    scaled = {index: weight / total for index, weight in weights.items()}
    return Label(written, _parts(scaled), len(names.classes), written), notes


def _parts(weights: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    return tuple((index, weight) for index, weight in sorted(weights.items()) if weight > 0)


def _parse_weight(number: str, text: str, names: Names) -> float:
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise UsageError(
            f"{number!r} is not a weight in the blend {text!r}.",
            f"Write each part as {names.blend_form}.",
        )
    if weight < 0:
        raise UsageError(
            f"The blend {text!r} has a negative weight.", "Give weights from 0 to 1 that sum to 1."
        )
    return weight
