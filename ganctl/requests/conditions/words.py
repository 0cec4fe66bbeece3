"""Words of captions: how a text is split, which words a generator knows, and their numbers.

A caption that trains and a text that is typed go the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import islice, pairwise

from ganctl.files.limits import (
    CAPTION_EXAMPLES,
    CAPTION_LENGTH,
    CAPTION_WORDS,
    CLASS_NAME_LENGTH,
    VOCABULARY,
)
from ganctl.files.text import printable
from ganctl.requests.conditions.schema import FIRST_WORD, PADDING, UNKNOWN_WORD, Captions

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
"""Letters and digits of any script; an apostrophe belongs to a word that it stands in."""


def words_of(text: str) -> list[str]:
    """Return the words of a text in lower case, such as ``["a", "face", "that's", "happy"]``.

    No more than the first ``CAPTION_LENGTH`` characters are looked at, and a very long word is cut.
    """
    plain = unicodedata.normalize("NFC", text[:CAPTION_LENGTH]).replace("\u2019", "'").lower()
    return [word[:CLASS_NAME_LENGTH] for word in _WORD.findall(plain)]


def vocabulary_of(name: str, captions: Iterable[str]) -> Captions:
    """Return the words that training captions have, the most frequent first, then by spelling.

    Args:
        name: the column that the captions are from.
        captions: those that a generator learns from.

    Returns:
        Captions as long as the longest of them, and ``CAPTION_WORDS`` at most; of very many words,
        the ``VOCABULARY`` most frequent. The first captions are their examples.

    Raises:
        ValueError: there is no word in them.
    """
    counts: Counter[str] = Counter()
    examples: dict[str, None] = {}
    longest = 0
    for caption in captions:
        read = words_of(caption)[:CAPTION_WORDS]
        if len(examples) < CAPTION_EXAMPLES and read and _can_be_shown(caption):
            examples[" ".join(caption.split())] = None
        longest = max(longest, len(read))
        counts.update(read)
    words = sorted(counts, key=lambda word: (-counts[word], word))[:VOCABULARY]
    return Captions(name, tuple(words), longest, tuple(examples))


def _can_be_shown(caption: str) -> bool:
    plain = " ".join(caption.split())
    return len(plain) <= CLASS_NAME_LENGTH and printable(plain) == plain


def numbers(text: str, captions: Captions) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return a text as a generator that learned from ``captions`` gets it.

    Returns:
        the numbers of its first words, filled up with ``PADDING`` to ``captions.length`` of them,
        where neighbouring unknown words count as one, since training leaves words out so;
        and the words among these that no training caption has, each once.
    """
    read = list(islice(words_of(text), captions.length))
    each = [captions.numbers.get(word, UNKNOWN_WORD) for word in read]
    found = [
        number
        for before, number in pairwise([PADDING, *each])
        if (before, number) != (UNKNOWN_WORD, UNKNOWN_WORD)
    ]
    padding = [PADDING] * (captions.length - len(found))
    unknown = dict.fromkeys(word for word in read if word not in captions.numbers)
    return (*found, *padding), tuple(unknown)


def text_of(numbers: Iterable[int], captions: Captions) -> str:
    """Return the words that numbers stand for, in one line; an unknown one is written as …."""
    return " ".join(
        captions.vocabulary[number - FIRST_WORD] if number >= FIRST_WORD else "…"
        for number in numbers
        if number != PADDING
    )
