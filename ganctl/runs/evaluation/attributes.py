"""What a judge measures where more than a class was asked for. No torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganctl.files.untrusted_json import as_count, as_number
from ganctl.requests.conditions.schema import Attribute, Quantity
from ganctl.runs.evaluation.confusion import Confusion

Value = tuple[int, int]
"""The index of an attribute, and that of one of its values."""
Pair = tuple[Value, Value]
"""Two values of different attributes, that of the attribute with the lower index first."""


@dataclass(frozen=True)
class Share:
    """How many of ``count`` images, one at least, are ``right``.

    Raises:
        ValueError: there is no image, or more are right.
    """

    right: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.right <= self.count or self.count < 1:
            raise ValueError(f"{self.right} of {self.count} images")

    @property
    def value(self) -> float:
        """The share, in [0, 1]."""
        return self.right / self.count

    def as_json(self) -> list[int]:
        """Return both numbers."""
        return [self.right, self.count]


@dataclass(frozen=True)
class Described:
    """What a generator was asked for: the parts, and whether captions named them."""

    attributes: tuple[Attribute, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    by_captions: bool = False

    def __bool__(self) -> bool:
        """Return whether it was asked for more than a class."""
        return bool(self.attributes or self.quantities)

    def pair_text(self, pair: Pair) -> str:
        """Return two values as ``--set`` names them: ``hair=blond, eyes=blue``."""
        return ", ".join(self.value_text(*value) for value in pair)

    def value_text(self, attribute: int, value: int) -> str:
        """Return a value as ``--set`` names it: ``hair=blond``."""
        asked = self.attributes[attribute]
        return f"{asked.name}={asked.values[value]}"


NOT_DESCRIBED = Described()


@dataclass(frozen=True)
class Obeyed:
    """How well one judge finds what images were asked for.

    Args:
        attributes: the requested and predicted values of each attribute; None where none was
            requested.
        errors: the mean absolute error of each quantity, in the unit of its column; None where
            none was requested.
        at_once: the images that were asked for some value, and have all that they were asked for.
        unseen: of these, those that were asked for values of all attributes which no training
            image has all at once; None where there are none.
        unseen_pairs: for pairs of values that no training image has, the images asked for both.
    """

    attributes: tuple[Confusion | None, ...]
    errors: tuple[float | None, ...]
    at_once: Share | None
    unseen: Share | None = None
    unseen_pairs: Mapping[Pair, Share] | None = None

    @property
    def accuracies(self) -> dict[int, float]:
        """The accuracy of each attribute that was requested, by its index."""
        return {k: found.accuracy for k, found in enumerate(self.attributes) if found}

    @property
    def mean_accuracy(self) -> float | None:
        """The mean of the attributes' accuracies."""
        found = self.accuracies.values()
        return sum(found) / len(found) if found else None

    @property
    def unseen_accuracy(self) -> float | None:
        """The share of images that have all of a combination which no training image has."""
        return None if self.unseen is None else self.unseen.value

    @property
    def unseen_pair_accuracy(self) -> float | None:
        """The share of images that have both values, of all that were asked for unseen pairs."""
        shares = (self.unseen_pairs or {}).values()
        count = sum(share.count for share in shares)
        return sum(share.right for share in shares) / count if count else None

    def as_json(self) -> dict[str, Any]:
        """Return what ``from_json`` reads."""
        pairs = sorted((self.unseen_pairs or {}).items())
        return {
            "attributes": [found and list(map(list, found.counts)) for found in self.attributes],
            "errors": list(self.errors),
            "at_once": self.at_once and self.at_once.as_json(),
            "unseen": self.unseen and self.unseen.as_json(),
            "unseen_pairs": [[*map(list, pair), share.as_json()] for pair, share in pairs],
        }

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> Obeyed:
        """Read what ``as_json`` wrote.

        Raises:
            LookupError, TypeError, ValueError: something is missing or is not what it should be.
        """
        pairs = {
            (_value(one), _value(other)): _share(share)
            for one, other, share in plain["unseen_pairs"]
        }
        return cls(
            attributes=tuple(Confusion.from_json(found) for found in plain["attributes"]),
            errors=tuple(None if error is None else _error(error) for error in plain["errors"]),
            at_once=_maybe_share(plain["at_once"]),
            unseen=_maybe_share(plain["unseen"]),
            unseen_pairs=pairs or None,
        )

    def check(self, described: Described) -> None:
        """Raise ``ValueError`` unless it is of these attributes and quantities."""
        sizes = [len(attribute.values) for attribute in described.attributes]
        if len(self.attributes) != len(sizes) or len(self.errors) != len(described.quantities):
            raise ValueError("other attributes")
        for found, size in zip(self.attributes, sizes, strict=True):
            if found is not None:
                found.check(size)
        if (self.at_once is None) != (not self.accuracies):
            raise ValueError("attributes without a figure for all at once")
        for (one, k), (other, j) in self.unseen_pairs or {}:
            if not (one < other < len(sizes) and k < sizes[one] and j < sizes[other]):
                raise ValueError("a pair of other values")


def worst_values(
    obeyed: Obeyed, attributes: Sequence[int]
) -> Iterator[tuple[float, int, int, tuple[int, int] | None]]:
    """Yield each requested value of some attributes, the least obeyed first.

    Returns:
        its accuracy, the index of the attribute, that of the value, and what it is most often
        taken for: that value's index and how many images; None if it never is.
    """
    found = []
    for attribute in attributes:
        confusion = obeyed.attributes[attribute]
        if confusion is None:
            continue
        taken: dict[int, tuple[int, int]] = {}
        for asked, predicted, count in confusion.mistakes:
            taken.setdefault(asked, (predicted, count))
        for asked, count in sorted(confusion.requested.items()):
            right = confusion.right[asked] / count
            found.append((right, attribute, asked, taken.get(asked)))
    yield from sorted(found, key=lambda one: one[:3])


def _value(plain: Sequence[Any]) -> Value:
    attribute, value = plain
    return as_count(attribute), as_count(value)


def _share(plain: Sequence[Any]) -> Share:
    right, count = plain
    return Share(as_count(right), as_count(count))


def _maybe_share(plain: Sequence[Any] | None) -> Share | None:
    return None if plain is None else _share(plain)


def _error(plain: object) -> float:
    error = as_number(plain)
    if error < 0:
        raise ValueError(f"an error of {error}")
    return error
