"""The two small languages of the command line: LABEL and SEEDS.

A LABEL is a class by index or name, ``all``, or a blend such as ``3:0.7,8:0.3``.
SEEDS is a list of numbers and ranges such as ``0,1,4-6``, both ends in.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ganctl.errors import UsageError, nearest
from ganctl.files.limits import CLASS_NAME_LENGTH, CLASSES, FOLDER_NAME_LENGTH
from ganctl.files.text import printable

MAX_SEED = 2**63 - 1
MAX_SEEDS = 10_000_000

DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever follows the dot."""

_RANGE = re.compile(r"(\d{1,19})(?:-(\d{1,19}))?", re.ASCII)
_UNSAFE = re.compile(r"[^\w.+-]+")


@dataclass(frozen=True)
class Label:
    """What is asked of the generator: a weight for each class.

    ``weights`` has one number in [0, 1] for each class and sums to 1: a
    one-hot vector for a single class, several entries for a blend. It is empty
    for a generator that knows no labels.
    """

    text: str
    weights: tuple[float, ...]

    @property
    def index(self) -> int:
        """The class, or the one that weighs most (the first of equals) in a blend; 0 for none."""
        return self.weights.index(max(self.weights)) if self.weights else 0

    @property
    def is_blend(self) -> bool:
        """Whether more than one class has a weight."""
        return sum(weight > 0 for weight in self.weights) > 1

    @property
    def folder(self) -> str:
        """A name for a folder of such images that is safe on every platform.

        Compatible forms of a character become one, as a Mac takes them for the same name.
        """
        text = unicodedata.normalize("NFKC", self.text).replace(":", "x")
        name = _UNSAFE.sub("-", text)[:FOLDER_NAME_LENGTH].strip("-.") or f"class{self.index}"
        return f"class-{name}" if DEVICE_NAME.fullmatch(name) else name


UNLABELLED = Label("unlabelled", ())
"""What is asked of a generator that knows no labels."""
UNLABELLED_ROWS = 10
"""The rows of its sheets, which have no classes to stand for."""


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
    return Label(classes[index], tuple(float(i == index) for i in range(len(classes))))


def blend(start: Label, end: Label, fraction: float) -> Label:
    """Return the label ``fraction`` (in [0, 1]) of the way from ``start`` to ``end``."""
    weights = tuple(
        (1 - fraction) * a + fraction * b for a, b in zip(start.weights, end.weights, strict=True)
    )
    return Label(f"{start.text}>{end.text}@{fraction:.3f}", weights)


def parse_class(text: str, classes: Sequence[str]) -> int:
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
            f"Class {wanted} is out of range.", f"--digit / --class takes {valid}, a name, or all."
        )
    raise UsageError(
        f"There is no class {wanted!r}.",
        f"--digit / --class takes {valid}, or all. {nearest(wanted, classes)}.",
    )


def _parse_blend(text: str, classes: Sequence[str]) -> tuple[Label, list[str]]:
    weights = [0.0] * len(classes)
    for part in text.split(","):
        name, colon, number = part.rpartition(":")
        if not colon:
            raise UsageError(
                f"The blend {text!r} has no weight for {part!r}.",
                "Write each part as CLASS:WEIGHT, such as 3:0.7,8:0.3.",
            )
        weights[parse_class(name, classes)] += _parse_weight(number, text)
    total = sum(weights)
    if total == 0 or not math.isfinite(total):
        raise UsageError(
            f"The weights of the blend {text!r} sum to {total:g}.",
            "Give weights that sum to 1, such as 3:0.7,8:0.3.",
        )
    notes = []
    if abs(total - 1) > 1e-6:
        notes.append(f"the weights of {text} sum to {total:g}; they were scaled to sum to 1")
    return Label(text.replace(" ", ""), tuple(weight / total for weight in weights)), notes


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


def parse_seeds(text: str) -> tuple[int, ...]:
    """Read ``0,1,4-6`` as (0, 1, 4, 5, 6), in the order written, each seed once.

    Raises:
        UsageError: not numbers and rising ranges of seeds, or more than ten million of them.
    """
    seeds: dict[int, None] = {}
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        if not match:
            raise UsageError(
                f"--seeds: {part.strip()[:40]!r} is not a seed or a range of seeds.",
                "Write seeds as numbers and rising ranges, such as 0,1,4-6.",
            )
        first = check_seed(int(match[1]), "--seeds")
        last = check_seed(int(match[2] or match[1]), "--seeds")
        if last < first:
            raise UsageError(
                f"--seeds: the range {part.strip()!r} runs backwards.",
                f"Write the smaller seed first: {last}-{first}.",
            )
        if last - first >= MAX_SEEDS or len(seeds) + last - first >= MAX_SEEDS:
            raise UsageError(
                f"--seeds names more than {MAX_SEEDS:,} seeds.", "Ask for fewer at a time."
            )
        seeds.update(dict.fromkeys(range(first, last + 1)))
    return tuple(seeds)


def check_seed(seed: int, option: str = "--seed") -> int:
    """Return ``seed`` if it is a valid one.

    Raises:
        UsageError: it is negative or above 2^63 - 1.
    """
    if not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
        raise UsageError(
            f"{option} {seed} is out of range.", f"Seeds are whole numbers from 0 to {MAX_SEED}."
        )
    return seed


def seeds_text(seeds: Iterable[int]) -> str:
    """Return seeds in the form that ``parse_seeds`` reads, with runs as ranges."""
    parts: list[list[int]] = []
    for seed in seeds:
        if parts and parts[-1][1] == seed - 1:
            parts[-1][1] = seed
        else:
            parts.append([seed, seed])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)
