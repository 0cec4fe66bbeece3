"""What is known of each image beside its pixels: attributes, quantities, and captions.

Class folders are the case of one attribute, and keep their own short form: class names and labels.
A checkpoint from a stranger may hold a schema, so that each part checks itself.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ganctl.files.limits import (
    ATTRIBUTES,
    CAPTION_EXAMPLES,
    CAPTION_WORDS,
    CLASS_NAME_LENGTH,
    SCHEMA_ROWS,
    VOCABULARY,
)
from ganctl.files.text import printable
from ganctl.requests.conditions.labels import check_class_names
from ganctl.requests.networks import NetworkSpec

Row = tuple[float | None, ...]
"""What a table says of one image: the index of each attribute's value, then each quantity scaled
to [-1, 1]; None where it is not known."""


@dataclass(frozen=True)
class Attribute:
    """A column with a few values, such as hair: its name, and the values in order of their index.

    Raises:
        ValueError: a name is no name that a class could have, or two are the same.
    """

    name: str
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        check_name(self.name)
        check_class_names(self.values, "value")
        if len(self.values) < 2 or len(set(self.values)) < len(self.values):
            raise ValueError(f"the attribute {self.name} has not two or more values")


@dataclass(frozen=True)
class Quantity:
    """A column of numbers, such as an angle, from ``low`` to ``high``.

    Networks get it scaled to [-1, 1].

    Raises:
        ValueError: the name is no name, or the range is empty or not finite.
    """

    name: str
    low: float
    high: float

    def __post_init__(self) -> None:
        check_name(self.name)
        if not (math.isfinite(self.high - self.low) and self.low < self.high):
            raise ValueError(f"the quantity {self.name} has no range")

    def scaled(self, number: float) -> float:
        """Return a number of the column as networks get it, in [-1, 1] within its range."""
        return 2 * (number - self.low) / (self.high - self.low) - 1

    def number(self, scaled: float) -> float:
        """Return the number of the column that a scaled one stands for."""
        return self.low + (scaled + 1) / 2 * (self.high - self.low)

    def spread(self, count: int) -> list[float]:
        """Return numbers of the column at even distances, to 4 digits, its ends included."""
        steps = max(count - 1, 1)
        inner = [self.low + (self.high - self.low) * step / steps for step in range(1, count - 1)]
        brief = [min(max(float(f"{number:.4g}"), self.low), self.high) for number in inner]
        return [self.low, *brief, self.high][:count]


@dataclass(frozen=True)
class Captions:
    """A column of sentences.

    ``vocabulary`` has the words of the training captions; the word with index i has the number
    ``FIRST_WORD + i``. ``length`` is how many words of a caption are read. ``examples`` are a few
    of the captions, to show where nobody asks for other words.

    Raises:
        ValueError: the name is no name, a word is empty, long or there twice, the length is
            out of range, or an example is none.
    """

    name: str
    vocabulary: tuple[str, ...]
    length: int
    examples: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_name(self.name)
        words = self.vocabulary
        if not 0 < len(words) <= VOCABULARY or len({*words} - {""}) < len(words):
            raise ValueError("the vocabulary has no words, too many, or one twice")
        if not all(
            0 < len(word) <= CLASS_NAME_LENGTH and printable(word) == word for word in words
        ):
            raise ValueError("the vocabulary has a word that is none")
        if not 1 <= self.length <= CAPTION_WORDS:
            raise ValueError(f"captions of {self.length} words")
        check_class_names(self.examples, "example")
        if len(self.examples) > CAPTION_EXAMPLES:
            raise ValueError("there are too many examples of captions")

    @cached_property
    def numbers(self) -> dict[str, int]:
        """The number of each word of the vocabulary."""
        return {word: FIRST_WORD + index for index, word in enumerate(self.vocabulary)}


PADDING, UNKNOWN_WORD, FIRST_WORD = 0, 1, 2
"""The numbers of the place after a caption's last word, of a word that no training caption has,
and of the vocabulary's first word."""


@dataclass(frozen=True)
class Schema:
    """What a data set's table says of each image.

    With ``captions`` a generator is conditioned on words, and the attributes serve to judge it.
    Else it is conditioned on the attributes and quantities. ``rows`` are what training rows say,
    each as often as ``counts`` has it: they show which values go together.

    Raises:
        ValueError: two parts have the same name, or a row does not fit.
    """

    attributes: tuple[Attribute, ...] = ()
    quantities: tuple[Quantity, ...] = ()
    captions: Captions | None = None
    rows: tuple[Row, ...] = ()
    counts: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        names = self.names
        if len(names) > ATTRIBUTES or len({name.casefold() for name in names}) < len(names):
            raise ValueError("there are too many attributes, or two of the same name")
        if len(self.rows) != len(self.counts) or len(self.rows) > SCHEMA_ROWS:
            raise ValueError("the rows have no counts, or are too many")
        if any(count < 1 for count in self.counts):
            raise ValueError("a row occurs less than once")
        for row in self.rows:
            self._check_row(row)

    def __bool__(self) -> bool:
        """Return whether anything is known beside a class."""
        return bool(self.names or self.captions)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the attributes, and then of the quantities."""
        attributes = [attribute.name for attribute in self.attributes]
        return (*attributes, *(quantity.name for quantity in self.quantities))

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each attribute has."""
        return tuple(len(attribute.values) for attribute in self.attributes)

    @property
    def steered_by_words(self) -> bool:
        """Whether a generator gets captions, and not attributes."""
        return self.captions is not None

    @property
    def steered_by_attributes(self) -> bool:
        """Whether a generator gets attributes or quantities."""
        return bool(self.names) and self.captions is None

    def _check_row(self, row: Sequence[float | None]) -> None:
        if len(row) != len(self.names):
            raise ValueError("a row has not a number for each attribute")
        for size, index in zip(self.sizes, row, strict=False):
            if index is not None and not (float(index).is_integer() and 0 <= index < size):
                raise ValueError("a row has a value that its attribute has not")
        for scaled in row[len(self.sizes) :]:
            if scaled is not None and not -1 <= scaled <= 1:
                raise ValueError("a row has a quantity out of range")


NO_SCHEMA = Schema()


def check_fits(schema: Schema, network: NetworkSpec) -> None:
    """Raise ``ValueError`` unless networks were built for what a schema says.

    A network without labels goes with any schema.
    """
    if network.words and (
        schema.captions is None
        or network.words != FIRST_WORD + len(schema.captions.vocabulary)
        or network.caption_length != schema.captions.length
    ):
        raise ValueError("a vocabulary of other words")
    if network.has_parts:
        parts = (schema.sizes, len(schema.quantities))
        if parts != (network.attributes, network.quantities):
            raise ValueError("a schema of other attributes")


def check_name(name: str) -> str:
    """Return ``name`` if an attribute may have it.

    Raises:
        ValueError: it is empty, very long, or would act on a terminal.
    """
    return check_class_names([name], "column")[0]
