"""LABEL: a class by index or name, ``all``, or a blend such as ``3:0.7,8:0.3``."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ganctl.errors import UsageError, nearest
from ganctl.files.limits import CLASS_NAME_LENGTH, CLASSES, FOLDER_NAME_LENGTH
from ganctl.files.text import printable
from ganctl.requests.checks import DEVICE_NAME

_UNSAFE = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True)
class Label:
    """What is asked of the generator: a weight for each class.

    ``parts`` has the classes with a weight above 0 in order, each with its weight; the weights sum
    to 1. ``classes`` is the number of classes that there are. Both are empty for a generator that
    knows no labels.
    """

    text: str
    parts: tuple[tuple[int, float], ...]
    classes: int

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
    def is_blend(self) -> bool:
        """Whether more than one class has a weight."""
        return len(self.parts) > 1

    @property
    def folder(self) -> str:
        """A name for a folder of such images that is safe on every platform.

        Compatible forms of a character become one, as a Mac takes them for the same name.
        """
        text = unicodedata.normalize("NFKC", self.text).replace(":", "x")
        name = _UNSAFE.sub("-", text)[:FOLDER_NAME_LENGTH].strip("-.") or f"class{self.index}"
        return f"class-{name}" if DEVICE_NAME.fullmatch(name) else name


UNLABELLED = Label("unlabelled", (), 0)
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


def check_class_names(names: Iterable[object]) -> tuple[str, ...]:
    """Return names that classes may have.

    Raises:
        ValueError: there are too many, or one is no text, empty, very long, or would act on a
            terminal.
    """
    checked: list[str] = []
    for name in names:
        if not isinstance(name, str) or not 0 < len(name) <= CLASS_NAME_LENGTH:
            raise ValueError(
                f"the name of class {len(checked)} is not a text of 1 to {CLASS_NAME_LENGTH} "
                "characters"
            )
        if printable(name) != name:
            raise ValueError(f"the class name {printable(name)} has control characters")
        checked.append(name)
        if len(checked) > CLASSES:
            raise ValueError(f"there are more than {CLASSES:,} class names")
    return tuple(checked)


def parse_labels(texts: Sequence[str], classes: Sequence[str]) -> ParsedLabels:
    """Read each LABEL of the command line against the names of the classes.

    Args:
        texts: what was typed, such as ``["7"]``, ``["all"]``, ``["3:0.7,8:0.3", "Sneaker"]``.
        classes: the class names in order of their index.

    Raises:
        UsageError: an unknown class, or a blend whose weights make no sense.
    """
    labels: list[Label] = []
    notes: list[str] = []
    for text in texts:
        if text.strip().lower() == "all":
            labels.extend(one_hot(index, classes) for index in range(len(classes)))
        elif ":" in text and text not in classes:
            label, note = _parse_blend(text, classes)
            labels.append(label)
            notes.extend(note)
        else:
            labels.append(one_hot(parse_class(text, classes), classes))
    return ParsedLabels(tuple(dict.fromkeys(labels)), tuple(notes))


def one_hot(index: int, classes: Sequence[str]) -> Label:
    """Return the label of one class."""
    return Label(classes[index], ((index, 1.0),), len(classes))


def blend(start: Label, end: Label, fraction: float) -> Label:
    """Return the label ``fraction`` (in [0, 1]) of the way from ``start`` to ``end``."""
    ours, theirs = dict(start.parts), dict(end.parts)
    weights = {
        index: (1 - fraction) * ours.get(index, 0.0) + fraction * theirs.get(index, 0.0)
        for index in ours.keys() | theirs.keys()
    }
    return Label(f"{start.text}>{end.text}@{fraction:.3f}", _parts(weights), start.classes)


def evenly(labels: Sequence[Label], most: int) -> tuple[Label, ...]:
    """Return the labels, or ``most`` of them at even distances, the first and the last included."""
    if len(labels) <= most:
        return tuple(labels)
    last = len(labels) - 1
    return tuple(labels[round(number * last / (most - 1))] for number in range(most))


def parse_class(text: str, classes: Sequence[str], option: str = "--digit / --class") -> int:
    """Return the index of one class given by name or index; names win over indices.

    Raises:
        UsageError: no such class; the hint lists them.
    """
    wanted = text.strip()
    if wanted in classes:
        return list(classes).index(wanted)
    folded = [name.casefold() for name in classes]
    if wanted.casefold() in folded:
        return folded.index(wanted.casefold())
    valid = f"0 to {len(classes) - 1}"
    if re.fullmatch(r"-?\d{1,9}", wanted, re.ASCII):
        if 0 <= int(wanted) < len(classes):
            return int(wanted)
        raise UsageError(
            f"Class {wanted} is out of range.", f"{option} takes {valid}, a name, or all."
        )
    raise UsageError(
        f"There is no class {wanted!r}.",
        f"{option} takes {valid}, or all. {nearest(wanted, classes)}.",
    )


def _parse_blend(text: str, classes: Sequence[str]) -> tuple[Label, list[str]]:
    weights: dict[int, float] = {}
    for part in text.split(","):
        name, colon, number = part.rpartition(":")
        if not colon:
            raise UsageError(
                f"The blend {text!r} has no weight for {part!r}.",
                "Write each part as CLASS:WEIGHT, such as 3:0.7,8:0.3.",
            )
        index = parse_class(name, classes)
        weights[index] = weights.get(index, 0.0) + _parse_weight(number, text)
    total = sum(weights[index] for index in sorted(weights))
    if total == 0 or not math.isfinite(total):
        raise UsageError(
            f"The weights of the blend {text!r} sum to {total:g}.",
            "Give weights that sum to 1, such as 3:0.7,8:0.3.",
        )
    notes = []
    if abs(total - 1) > 1e-6:
        notes.append(f"the weights of {text} sum to {total:g}; they were scaled to sum to 1")
    scaled = {index: weight / total for index, weight in weights.items()}
    return Label(text.replace(" ", ""), _parts(scaled), len(classes)), notes


def _parts(weights: Mapping[int, float]) -> tuple[tuple[int, float], ...]:
    return tuple((index, weight) for index, weight in sorted(weights.items()) if weight > 0)


def _parse_weight(number: str, text: str) -> float:
    try:
        weight = float(number)
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise UsageError(
            f"{number!r} is not a weight in the blend {text!r}.",
            "Write each part as CLASS:WEIGHT, such as 3:0.7,8:0.3.",
        )
    if weight < 0:
        raise UsageError(
            f"The blend {text!r} has a negative weight.", "Give weights from 0 to 1 that sum to 1."
        )
    return weight
