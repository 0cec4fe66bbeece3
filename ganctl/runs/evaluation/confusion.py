"""Requested and predicted values, counted; and whether a judge is better than chance. No torch."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ganctl.files.text import listed
from ganctl.files.untrusted_json import as_count

CHANCE_SIGNIFICANCE = 0.01
"""How unlikely a judge must be to do so badly if it were clearly better than chance."""
ENOUGH_TO_LEARN = 10
"""Held-out images of a class, in the mean, without which chance is nothing to say."""


@dataclass(frozen=True)
class Confusion:
    """How many images of a requested class are predicted as a class.

    ``counts`` has (requested, predicted, count) for each pair that occurs, in order: most of the
    pairs of 10,000 classes do not.
    """

    counts: tuple[tuple[int, int, int], ...]

    @classmethod
    def of(cls, matrix: Sequence[Sequence[int]]) -> Confusion:
        """Return that of a matrix, a row for each requested class."""
        return cls(
            tuple(
                (requested, predicted, count)
                for requested, row in enumerate(matrix)
                for predicted, count in enumerate(row)
                if count
            )
        )

    @cached_property
    def requested(self) -> Counter[int]:
        """The number of images of each class that was requested."""
        return self._sums(self.counts)

    @cached_property
    def right(self) -> Counter[int]:
        """The number of images of each class that are predicted as that."""
        return self._sums([pair for pair in self.counts if pair[0] == pair[1]])

    @property
    def mistakes(self) -> list[tuple[int, int, int]]:
        """The pairs of different classes, the commonest first."""
        wrong = [pair for pair in self.counts if pair[0] != pair[1]]
        return sorted(wrong, key=lambda pair: -pair[2])

    @property
    def accuracy(self) -> float:
        """The share of images that are predicted as what was requested, in [0, 1]."""
        return self.right.total() / self.requested.total()

    @classmethod
    def from_json(cls, plain: Sequence[Sequence[Any]] | None) -> Confusion | None:
        """Return the counts of a file, which name each pair once.

        Raises:
            TypeError, ValueError: they do not, or are no counts.
        """
        if plain is None:
            return None
        counts = [(as_count(one), as_count(other), as_count(count)) for one, other, count in plain]
        pairs = [pair[:2] for pair in counts]
        if not counts or len(set(pairs)) < len(pairs) or min(pair[2] for pair in counts) < 1:
            raise ValueError("confusion")
        return cls(tuple(counts))

    def check(self, classes: int) -> None:
        """Raise ``ValueError`` unless it is of that many classes."""
        if any(max(pair[:2]) >= classes for pair in self.counts):
            raise ValueError("confusion")

    @staticmethod
    def _sums(pairs: Sequence[tuple[int, int, int]]) -> Counter[int]:
        sums: Counter[int] = Counter()
        for requested, _, count in pairs:
            sums[requested] += count
        return sums


def chance_if_near(right: int, counts: Sequence[int]) -> float | None:
    """Return chance if a classifier of real images is hardly better, else None.

    Chance is the accuracy of whoever always names the commonest class. A classifier is hardly
    better if it would do so badly once in a hundred times at most (a one-sided binomial test),
    were it right half as often again as chance is, or a quarter of the way from chance to
    certainty if that is less. So ten images prove nothing, and a thousand do.

    Args:
        right: the images that it classifies correctly.
        counts: the images of each class; with few of a class, a classifier may fail for want of
            images, and nothing is said.
    """
    total = sum(counts)
    if len(counts) < 2 or total < ENOUGH_TO_LEARN * len(counts) or max(counts) == total:
        return None
    chance = max(counts) / total
    clearly_better = min(1.5 * chance, chance + (1 - chance) / 4)
    likelihoods = (_binomial(hits, total, clearly_better) for hits in range(right + 1))
    return chance if sum(likelihoods) <= CHANCE_SIGNIFICANCE else None


@dataclass(frozen=True)
class NearChance:
    """A classifier of real images that is hardly better than chance.

    ``accuracy`` is its own, and ``chance`` that of whoever always names the commonest class or
    value, both in [0, 1]; ``attribute`` names what it tries to see, where that is no class.
    """

    accuracy: float
    chance: float
    attribute: str = ""

    @classmethod
    def of(cls, confusion: Confusion | None, attribute: str = "") -> NearChance | None:
        """Return that of real images, unless the classifier is better or there is nothing to say.

        Args:
            confusion: of real images; None where nothing is known of them.
            attribute: as above.
        """
        if confusion is None:
            return None
        chance = chance_if_near(confusion.right.total(), list(confusion.requested.values()))
        return None if chance is None else cls(confusion.accuracy, chance, attribute)

    @property
    def text(self) -> str:
        """What to say of labels that a classifier of real images cannot learn."""
        digits = ".0%" if self.chance >= CHANCE_SIGNIFICANCE else ".2%"
        accuracy, chance = (f"{share:{digits}}" for share in (self.accuracy, self.chance))
        return (
            f"The labels look meaningless: a classifier of real images gets {accuracy} right, "
            f"where chance is {chance}."
        )


def unseen_text(doubts: Sequence[NearChance]) -> str:
    """Return what to say of attributes that a classifier of real images cannot learn."""
    names = listed([doubt.attribute for doubt in doubts])
    return f"A classifier of real images is hardly better than chance at: {names}."


def _binomial(hits: int, count: int, share: float) -> float:
    """Return the probability of so many hits among ``count``, each of which is one by ``share``."""
    ways = math.lgamma(count + 1) - math.lgamma(hits + 1) - math.lgamma(count - hits + 1)
    return math.exp(ways + hits * math.log(share) + (count - hits) * math.log1p(-share))
