"""What a table says of each image, in numbers: attributes, quantities, and the words of captions.

It takes texts, wherever they are from, and knows no tables. What a value means is learned from the
training images; the test images are told in the same numbers.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import CAPTION_LENGTH, SCHEMA_ROWS
from ganctl.files.text import listed, printable
from ganctl.readers.labelled import Described, Labelled, Split
from ganctl.readers.remarks import on_alike
from ganctl.readers.values.labels import natural
from ganctl.requests.conditions.schema import Attribute, Captions, Quantity, Row, Schema
from ganctl.requests.conditions.words import numbers, vocabulary_of

Texts = Sequence["str | None"]
"""What each image of a part has in one column; None where it is not known."""
_SCHEMA_SEED = 0
_Made = TypeVar("_Made")
_DECIMALS = 4
"""Of quantities in a schema's rows, which need not tell hair's breadths apart."""


@dataclass(frozen=True)
class Column:
    """A column of texts by split; every image of a split has one.

    ``source`` is what messages call its file.
    """

    name: str
    source: str
    texts: Mapping[Split, Texts]

    @property
    def train(self) -> Texts:
        """The texts of the images to train on."""
        return self.texts["train"]


def describe(
    attributes: Sequence[Column],
    quantities: Sequence[Column],
    captions: Column | None,
    remarks: list[str],
) -> dict[Split, Described]:
    """Say in numbers what columns say of the images of each split.

    Quantities are scaled by the range of the training images, and those of test images beyond it
    are clipped; ``remarks`` gains that they are. A test image's value that no training image has
    counts as not known.

    Args:
        attributes: columns of names; at least one column in all.
        quantities: columns of numbers, written so that ``float`` reads them.
        captions: a column of sentences, none of them empty.
        remarks: sentences about what is odd.

    Raises:
        DataError: a column says nothing, a value may be no name, or a caption is too long.
    """
    columns = [*attributes, *quantities, *([captions] if captions else [])]
    told: dict[Split, list[NDArray[np.float32]]] = {split: [] for split in columns[0].texts}
    known_attributes = [_attribute(column, told, remarks) for column in attributes]
    known_quantities = [_quantity(column, told, remarks) for column in quantities]
    words = {split: np.empty((len(columns[0].texts[split]), 0), np.int32) for split in told}
    known_captions = None if captions is None else _captions(captions, words)
    schema = Schema(tuple(known_attributes), tuple(known_quantities), known_captions)
    return {
        split: Described(schema, _side_by_side(told[split], len(words[split])), words[split])
        for split in told
    }


def with_rows(parts: Mapping[Split, Labelled]) -> dict[Split, Labelled]:
    """Add to the schema which values go together: the different rows of the training images.

    The most frequent come first. Of very many images, so many are chosen at random, the same each
    time, that there are no more than ``SCHEMA_ROWS`` rows.
    """
    train = parts["train"].described
    if train is None or not train.schema.names:
        return dict(parts)
    values = np.round(train.values.astype(np.float64), _DECIMALS)
    filled = np.where(np.isnan(values), -np.inf, values)
    rows, counts = np.unique(filled, axis=0, return_counts=True)
    if len(rows) > SCHEMA_ROWS:
        rng = np.random.default_rng(_SCHEMA_SEED)
        chosen = rng.choice(len(filled), SCHEMA_ROWS, replace=False)
        rows, counts = np.unique(filled[chosen], axis=0, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    attributes = len(train.schema.attributes)
    schema = replace(
        train.schema,
        rows=tuple(_row(row, attributes) for row in rows[order].tolist()),
        counts=tuple(counts[order].tolist()),
    )
    return {
        split: part
        if part.described is None
        else replace(part, described=replace(part.described, schema=schema))
        for split, part in parts.items()
    }


def _row(numbers: Sequence[float], attributes: int) -> Row:
    return tuple(
        None if math.isinf(number) else int(number) if place < attributes else number
        for place, number in enumerate(numbers)
    )


def _side_by_side(columns: Sequence[NDArray[np.float32]], count: int) -> NDArray[np.float32]:
    return np.stack(columns, axis=1) if columns else np.empty((count, 0), np.float32)


def _attribute(
    column: Column, told: Mapping[Split, list[NDArray[np.float32]]], remarks: list[str]
) -> Attribute:
    names = {text for text in column.train if text is not None}
    if len(names) < 2:
        raise no_difference(column.source, column.name, names)
    yes_or_no = (f"not {column.name}", column.name)
    values = yes_or_no if names == set(yes_or_no) else tuple(sorted(names, key=natural))
    attribute = _named(column, lambda: Attribute(column.name, values))
    everywhere = {text for texts in column.texts.values() for text in texts if text is not None}
    remarks += on_alike(everywhere, f"Values of {printable(column.name)}")
    index: dict[str | None, float] = {value: float(i) for i, value in enumerate(values)}
    for split, texts in column.texts.items():
        told[split].append(np.array([index.get(text, math.nan) for text in texts], np.float32))
    strange = Counter(text for text in column.texts.get("test", ()) if text not in (None, *names))
    if strange:
        remarks.append(
            f"Test images whose {printable(column.name)} no training image has count as not "
            f"known: {listed(f'{name} {count:,}' for name, count in strange.items())}."
        )
    return attribute


def no_difference(source: str, column: str, names: Collection[str]) -> DataError:
    """Return that training images do not differ in a column, of which they have these names."""
    return DataError(
        f"The training images of {source} have {_alone(names)} in the column {printable(column)}.",
        "Give --condition columns in which they differ.",
    )


def _alone(names: Collection[str]) -> str:
    return f"{listed(names)} alone" if names else "no value"


def _quantity(
    column: Column, told: Mapping[Split, list[NDArray[np.float32]]], remarks: list[str]
) -> Quantity:
    values = {
        split: np.array([math.nan if text is None else float(text) for text in texts])
        for split, texts in column.texts.items()
    }
    train = values["train"][~np.isnan(values["train"])]
    if not len(train) or train.min() == train.max():
        raise DataError(
            f"The training images of {column.source} have "
            f"{'one number' if len(train) else 'no number'} in the column "
            f"{printable(column.name)}.",
            "Give --condition columns in which they differ.",
        )
    low, high = float(train.min()), float(train.max())
    if not math.isfinite(high - low):
        raise DataError(
            f"{column.source} has numbers from {low:g} to {high:g} in the column "
            f"{printable(column.name)}, which are too far apart.",
            "Give them in another unit.",
        )
    quantity = _named(column, lambda: Quantity(column.name, low, high))
    beyond = 0
    for split, found in values.items():
        scaled = np.array([quantity.scaled(number) for number in found.tolist()])
        beyond += int((np.abs(scaled) > 1).sum())
        told[split].append(np.clip(scaled, -1, 1).astype(np.float32))
    if beyond:
        remarks.append(
            f"Test images whose {printable(column.name)} is beyond the training images' count as "
            f"at its end: {beyond:,}."
        )
    return quantity


def _captions(column: Column, words: dict[Split, NDArray[np.int32]]) -> Captions:
    for texts in column.texts.values():
        longest = max((len(text or "") for text in texts), default=0)
        if longest > CAPTION_LENGTH:
            raise DataError(
                f"{column.source} has a caption of {longest:,} characters in the column "
                f"{printable(column.name)}.",
                f"Give captions of {CAPTION_LENGTH:,} characters at most.",
            )
    captions = _named(column, lambda: vocabulary_of(column.name, map(str, column.train)))
    of_text: dict[str, tuple[int, ...]] = {}
    for split, texts in column.texts.items():
        said = [str(text) for text in texts]
        of_text.update((text, numbers(text, captions)[0]) for text in {*said} - of_text.keys())
        rows = np.array([of_text[text] for text in said], np.int32)
        words[split] = rows.reshape(len(said), captions.length)
    return captions


def _named(column: Column, make: Callable[[], _Made]) -> _Made:
    """Make what may refuse names."""
    try:
        return make()
    except ValueError as error:
        raise DataError(
            f"{column.source} cannot be used: the column {printable(column.name)}: {error}.",
            "Give it, or its values, other names.",
        ) from error
