"""Which values of attributes a caption names: learned from captions whose images are described."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ganctl.requests.conditions.schema import FIRST_WORD

PURITY = 0.99
"""Of the captions with an n-gram, how many must have the value that it names."""
CHANCE = 1e-6
"""How unlikely so pure an n-gram must be if it had nothing to do with the attribute."""
LEARNED_CAPTIONS = 50_000
"""Captions that are looked at; more would only find rarer words."""

Words = NDArray[np.int32]
Values = NDArray[np.float32]


@dataclass(frozen=True)
class NamedValues:
    """The n-grams that name values: single words, and two words that follow each other.

    ``grams`` int64 [G] are sorted; ``meanings`` float32 [G, attributes] has the index of the value
    of each attribute that an n-gram names, NaN where it names none.
    """

    grams: NDArray[np.int64]
    meanings: Values

    @classmethod
    def learned(cls, words: Words, values: Values, sizes: tuple[int, ...]) -> NamedValues:
        """Return what names the values of attributes.

        An n-gram names a value if at least ``PURITY`` of the captions with it are of images with
        that value, and so few exceptions would be less likely than ``CHANCE`` among as many
        images at random.

        Args:
            words: the numbers of each training caption's words [N, T].
            values: of the attributes of the same images [N, attributes]; NaN where not known.
            sizes: the number of values of each attribute.
        """
        words, values = words[:LEARNED_CAPTIONS], values[:LEARNED_CAPTIONS]
        rows, found = _once_in_each(words)
        grams, places = np.unique(found, return_inverse=True)
        meanings = np.full((len(grams), len(sizes)), np.nan, np.float32)
        for attribute, size in enumerate(sizes):
            column = values[:, attribute]
            known = ~np.isnan(column[rows])
            pairs = places[known] * size + column[rows][known].astype(np.int64)
            _name(meanings[:, attribute], pairs, size, _frequencies(column, size))
        names = ~np.isnan(meanings).all(axis=1)
        return cls(grams[names], meanings[names])

    def named(self, words: Words) -> Values:
        """Return the values that captions name, float32 [M, attributes]; NaN where they name none.

        Where n-grams name different values, the longer ones count; where those differ too, the
        attribute is not named.
        """
        attributes = self.meanings.shape[1]
        named = np.full((len(words), attributes), np.nan, np.float32)
        for grams in (_pairs(words), _singles(words)):
            found = self._agreed(grams)
            named = np.where(np.isnan(named), found, named)
        # What the longer n-grams contradict each other about is marked -1 until the end.
        return np.where(named < 0, np.float32(np.nan), named)

    def _agreed(self, grams: NDArray[np.int64]) -> Values:
        """Return what all n-grams of each caption name; NaN for nothing, -1 for a contradiction."""
        count, attributes = len(grams), self.meanings.shape[1]
        least = np.full((count, attributes), np.inf, np.float32)
        most = np.full((count, attributes), -np.inf, np.float32)
        if len(self.grams):
            for column in grams.T:
                place = np.searchsorted(self.grams, column).clip(max=len(self.grams) - 1)
                known = self.grams[place] == column
                meaning = np.where(known[:, None], self.meanings[place], np.float32(np.nan))
                least, most = np.fmin(least, meaning), np.fmax(most, meaning)
        agreed = np.where(least == most, least, np.float32(-1))
        return np.where(most < least, np.float32(np.nan), agreed)


def _singles(words: Words) -> NDArray[np.int64]:
    """Return the words [N, T] as n-grams; 0 where there is none of the vocabulary."""
    single = words.astype(np.int64)
    return np.where(single < FIRST_WORD, 0, single)


def _pairs(words: Words) -> NDArray[np.int64]:
    """Return each word and its next as an n-gram, [N, T - 1]; 0 where one is none."""
    single = _singles(words)
    first, second = single[:, :-1], single[:, 1:]
    return np.where((first > 0) & (second > 0), first << 32 | second, 0)


def _once_in_each(words: Words) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the caption and the number of each n-gram, once for each caption that has it."""
    grams = np.concatenate([_singles(words), _pairs(words)], axis=1)
    grams.sort(axis=1)
    first = np.ones_like(grams, dtype=bool)
    first[:, 1:] = grams[:, 1:] != grams[:, :-1]
    rows, columns = np.nonzero(first & (grams > 0))
    return rows, grams[rows, columns]


def _frequencies(column: Values, size: int) -> NDArray[np.float64]:
    """Return how frequent each value of an attribute is among all images."""
    known = column[~np.isnan(column)].astype(np.int64)
    return np.bincount(known, minlength=size) / max(1, len(known))


def _name(
    meanings: Values, pairs: NDArray[np.int64], size: int, frequencies: NDArray[np.float64]
) -> None:
    """Write down the value that each n-gram names.

    Args:
        meanings: [G], to be filled.
        pairs: of every n-gram in every caption and the value there, gram * size + value.
        size: the number of values.
        frequencies: of each value [size].
    """
    # scipy is slow to import, and only captions need it.
    from scipy.special import bdtr

    present, counts = np.unique(pairs, return_counts=True)
    gram, value = np.divmod(present, size)
    total = np.zeros(len(meanings), np.int64)
    np.add.at(total, gram, counts)
    total = total[gram]
    exceptions = total - counts
    pure = counts >= PURITY * total
    likely = bdtr(  # The binomial distribution function.
        exceptions[pure].astype(float), total[pure], 1 - frequencies[value[pure]]
    )
    names = likely < CHANCE
    meanings[gram[pure][names]] = value[pure][names]
