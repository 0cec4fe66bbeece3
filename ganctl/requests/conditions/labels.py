"""LABEL: classes by index or name, ``all``, several such as ``3,5``, or a blend ``3:0.7,8:0.3``.

A name in double quotes is meant literally, and a quotation mark in it is written twice.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from shlex import quote
from typing import TypeVar

from ganctl.errors import UsageError, nearest
from ganctl.files.limits import CLASS_NAME_LENGTH, CLASSES, FOLDER_NAME_LENGTH
from ganctl.files.text import printable
from ganctl.requests.checks import DEVICE_NAME

Item = TypeVar("Item")
_UNSAFE = re.compile(r"[^\w.+-]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
"""What Python makes of a byte in the name of a file that is not UTF-8."""
_MISREAD = re.compile(r'[,:"]|^-')
_QUOTED = re.compile(
    r'(?P<whole>\s*"(?P<name>(?:[^"]|"")*)"\s*(?::(?P<weight>[^,]*))?)(?P<comma>,|$)', re.DOTALL
)


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
        if _SURROGATE.search(name):
            raise ValueError(f"the class name {printable(name)} is not UTF-8")
        if printable(name) != name:
            raise ValueError(f"the class name {printable(name)} has control characters")
        checked.append(name)
        if len(checked) > CLASSES:
            raise ValueError(f"there are more than {CLASSES:,} class names")
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
    names = _Names(classes, "--digit / --class")
    labels: list[Label] = []
    notes: list[str] = []
    for text in texts:
        pieces = names.pieces(text)
        if any(piece.weight is not None for piece in pieces):
            label, note = _blend_of(text, pieces, names)
            labels.append(label)
            notes.extend(note)
            continue
        labels.extend(one_hot(index, classes) for piece in pieces for index in names.of(piece))
    if any(_is_all(text) for text in texts) and (called := [n for n in classes if _is_all(n)]):
        notes.append(f"all means every class; the one called {called[0]} is {typed(called[0])}")
    return ParsedLabels(tuple(dict.fromkeys(labels)), tuple(notes))


def parse_classes(text: str, classes: Sequence[str], option: str) -> list[int]:
    """Return the indices of several classes, such as ``3,8,3``, in order.

    Raises:
        UsageError: one of them is unknown; the hint lists them.
    """
    names = _Names(classes, option)
    pieces = [
        piece if piece.weight is None else _Piece(piece.whole, piece.whole, None, quoted=False)
        for piece in names.pieces(text)
    ]
    return [index for piece in pieces for index in names.of(piece)]


def typed(name: str) -> str:
    """Return how a class of that name is typed: in double quotes where it could be misread."""
    is_plain = name == name.strip() and not _is_all(name) and not _MISREAD.search(name)
    return name if is_plain else '"' + name.replace('"', '""') + '"'


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


@dataclass(frozen=True)
class _Piece:
    """What stands between two commas of a LABEL: ``whole``, or a name and perhaps a weight."""

    whole: str
    name: str
    weight: str | None
    quoted: bool


class _Names:
    """The names of the classes, and how an option finds one of them."""

    def __init__(self, classes: Sequence[str], option: str) -> None:
        self.classes = classes
        self._option = option
        # A run from before names were composed may have both forms of one name.
        self._exact = {_composed(name): index for index, name in enumerate(classes)}
        self._exact |= {name: index for index, name in enumerate(classes)}
        self._folded: dict[str, list[int]] = {}
        for index, name in enumerate(classes):
            self._folded.setdefault(_composed(name).casefold(), []).append(index)

    def pieces(self, text: str) -> list[_Piece]:
        """Return the parts of a LABEL; a text that is a name in full is one part."""
        if not _is_all(text) and not text.lstrip().startswith('"') and self._known(text):
            return [_Piece(text, text, None, quoted=False)]
        pieces, rest = [], text
        while True:
            piece, comma, rest = self._first_piece(rest, text)
            pieces.append(piece)
            if not comma:
                return pieces

    def of(self, piece: _Piece) -> list[int]:
        """Return the classes that a part without a weight names: one, or all."""
        if _is_all(piece.name) and not piece.quoted:
            return [*range(len(self.classes))]
        return [self.index(piece)]

    def index(self, piece: _Piece) -> int:
        """Return the class that a part names; names win over indices.

        Raises:
            UsageError: there is none, or several differ from it in case alone.
        """
        found = self._known(piece.name) or ([] if piece.quoted else self._known(piece.name.strip()))
        if len(found) > 1:
            both = " and ".join(self.classes[index] for index in found)
            raise UsageError(
                f"{piece.name!r} could be {both}.", f"Give {self._option} the name as it is there."
            )
        if found:
            return found[0]
        wanted = piece.name if piece.quoted else piece.name.strip()
        valid = f"0 to {len(self.classes) - 1}"
        if not piece.quoted and re.fullmatch(r"-?\d{1,9}", wanted, re.ASCII):
            if 0 <= int(wanted) < len(self.classes):
                return int(wanted)
            raise UsageError(
                f"Class {wanted} is out of range.",
                f"{self._option} takes {valid}, a name, or all.",
            )
        raise UsageError(
            f"There is no class {wanted!r}.",
            f"{self._option} takes {valid}, or all. {self._advice(wanted)}",
        )

    def _known(self, name: str) -> list[int]:
        """Return the class of that name; else those whose name differs in case alone."""
        for form in (name, _composed(name)):
            if form in self._exact:
                return [self._exact[form]]
        return self._folded.get(_composed(name).casefold(), [])

    def _first_piece(self, rest: str, text: str) -> tuple[_Piece, str, str]:
        if not rest.lstrip().startswith('"'):
            whole, comma, rest = rest.partition(",")
            name, colon, weight = whole.rpartition(":")
            if colon and not self._known(whole.strip()):
                return _Piece(whole, name, weight, quoted=False), comma, rest
            return _Piece(whole, whole, None, quoted=False), comma, rest
        match = _QUOTED.match(rest)
        if match is None:
            raise UsageError(
                f"{text!r} has a quotation mark without its other one.",
                "Write a class name in double quotes, and a quotation mark in it twice; nothing "
                "but :WEIGHT or a comma may follow.",
            )
        name = match["name"].replace('""', '"')
        piece = _Piece(match["whole"], name, match["weight"], quoted=True)
        return piece, match["comma"], rest[match.end() :]

    def _advice(self, wanted: str) -> str:
        """Return the nearest names as they are typed, and how those with commas are."""
        advice = f"{nearest(wanted, list(map(typed, self.classes)))}."
        folded = _composed(wanted).casefold()
        misread = [
            name
            for name in self.classes
            if folded in (part.strip().casefold() for part in re.split("[,:]", name))
        ]
        if not misread:
            return advice
        flag = self._option.rpartition(" / ")[2]
        return f"{advice} For the class {misread[0]!r} write {flag} {quote(typed(misread[0]))}."


def _is_all(text: str) -> bool:
    return text.strip().casefold() == "all"


def _composed(name: str) -> str:
    """Return a name in the form that class names have: a Mac's é is é."""
    return unicodedata.normalize("NFC", name)


def _blend_of(text: str, pieces: Sequence[_Piece], names: _Names) -> tuple[Label, list[str]]:
    weights: dict[int, float] = {}
    for piece in pieces:
        if piece.weight is None:
            raise UsageError(
                f"The blend {text!r} has no weight for {piece.whole!r}.",
                "Write each part as CLASS:WEIGHT, such as 3:0.7,8:0.3.",
            )
        index = names.index(piece)
        weights[index] = weights.get(index, 0.0) + _parse_weight(piece.weight, text)
    total = sum(weights[index] for index in sorted(weights))
    if total == 0 or not math.isfinite(total):
        raise UsageError(
            f"The weights of the blend {text!r} sum to {total:g}.",
            "Give weights that sum to 1, such as 3:0.7,8:0.3.",
        )
    notes = []
    if abs(total - 1) > 1e-6:
        notes.append(f"the weights of {text} sum to {total:g}; they were scaled to sum to 1")
    written = ",".join(piece.whole.strip() for piece in pieces)
    scaled = {index: weight / total for index, weight in weights.items()}
    return Label(written, _parts(scaled), len(names.classes), written), notes


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
