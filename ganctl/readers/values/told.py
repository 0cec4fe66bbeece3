"""What arrays say of images beside classes: attributes, quantities, captions, by their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ganctl.errors import DataError, UsageError, nearest
from ganctl.files.limits import ATTRIBUTES
from ganctl.files.text import listed, printable
from ganctl.readers.describing import Column
from ganctl.readers.labelled import ArrayPair, Arrays, Split
from ganctl.readers.values.several import attributes_of

CAPTION = "caption"
"""What captions in an array are called."""


@dataclass(frozen=True)
class Told:
    """Columns of attributes, of quantities, or of captions with attributes to judge by.

    All are empty where there is one class an image. ``same`` are the names of those that are left
    out since they say the same of all images.
    """

    attributes: Sequence[Column] = ()
    quantities: Sequence[Column] = ()
    captions: Column | None = None
    same: tuple[str, ...] = ()

    @property
    def columns(self) -> list[Column]:
        """All of them."""
        return [*self.attributes, *self.quantities, *([self.captions] if self.captions else [])]

    def of_train(self, places: Sequence[int]) -> Told:
        """Return what is said of some of the training images, where there are no others."""

        def some(column: Column) -> Column:
            return replace(column, texts={"train": [column.train[place] for place in places]})

        return replace(
            self,
            attributes=[*map(some, self.attributes)],
            quantities=[*map(some, self.quantities)],
            captions=None if self.captions is None else some(self.captions),
        )


def told_by(arrays: Arrays, pairs: Mapping[Split, ArrayPair], conditions: Sequence[str]) -> Told:
    """Return what arrays say of images that matters.

    Args:
        arrays: what they are from.
        pairs: the arrays by split.
        conditions: the names of the columns that matter; of none, all attributes and quantities in
            which images differ do, else captions.

    Raises:
        DataError: there are too many columns or two of a name, no numbers where there must be
            some, or no such column.
        UsageError: columns are asked for, and there is one class an image.
    """
    told = Told(attributes_of(arrays, pairs), _quantities(arrays, pairs), _captions(arrays, pairs))
    names = [column.name for column in told.columns]
    if conditions and not names:
        raise UsageError(
            f"--condition {conditions[0]} is for images with several attributes, and "
            f"{arrays.source} has none.",
            "Leave it out.",
        )
    if len({name.casefold() for name in names}) < len(names):
        raise DataError(
            f"{arrays.source} has two attributes of the same name: {listed(names)}.",
            "Give every one a name of its own.",
        )
    chosen = _asked(arrays, told, conditions) if conditions else _shown(told)
    if not (chosen.columns or arrays.attributes or arrays.quantities):
        return Told()  # Labels without names may as well be of one class, badly written.
    count = len(chosen.attributes) + len(chosen.quantities)
    if count > ATTRIBUTES:
        raise DataError(
            f"{arrays.source} has {count} attributes, over {ATTRIBUTES}.",
            "Choose some of them with --condition NAME.",
        )
    return chosen


def _asked(arrays: Arrays, told: Told, conditions: Sequence[str]) -> Told:
    by_name = {column.name: column for column in told.columns}
    for name in conditions:
        if name not in by_name:
            raise DataError(
                f"{arrays.source} has no attribute {printable(name)}.",
                f"--condition takes one of its attributes. {nearest(name, by_name)}.",
            )
    if told.captions and told.captions.name in conditions:
        if len(conditions) > 1:
            raise DataError(
                f"Conditions on words exclude others: {CAPTION} of {arrays.source} has sentences.",
                f"Give --condition {CAPTION} alone; attributes then serve to judge.",
            )
        return Told(_that_differ(told.attributes), captions=told.captions)
    asked = [by_name[name] for name in conditions]
    return Told(
        [column for column in asked if column in told.attributes],
        [column for column in asked if column in told.quantities],
    )


def _shown(told: Told) -> Told:
    attributes, quantities = _that_differ(told.attributes), _that_differ(told.quantities)
    used = {column.name for column in (*attributes, *quantities)}
    same = [c.name for c in (*told.attributes, *told.quantities) if c.name not in used]
    return Told(attributes, quantities, None if used else told.captions, tuple(same))


def _that_differ(columns: Sequence[Column]) -> list[Column]:
    return [column for column in columns if len({*column.train} - {None}) > 1]


def _quantities(arrays: Arrays, pairs: Mapping[Split, ArrayPair]) -> list[Column]:
    found = pairs["train"].quantities
    if found is None:
        return []
    numbers = found.astype(np.float64)
    if numbers.ndim != 2 or numbers.shape[1] != len(arrays.quantities):
        raise DataError(
            f"{arrays.source}: quantities are {found.dtype} {list(found.shape)}, and there are "
            f"{len(arrays.quantities)} names of them.",
            "They must be numbers [N, Q], and quantity_names [Q].",
        )
    if np.isinf(numbers).any():
        name = arrays.quantities[int(np.isinf(numbers).any(0).argmax())]
        raise DataError(
            f"{arrays.source} has an infinite number of {printable(name)}.",
            "Write a number there, or NaN where it is not known.",
        )
    return [
        Column(
            name,
            arrays.source,
            {"train": [None if np.isnan(n) else repr(n) for n in numbers[:, place].tolist()]},
        )
        for place, name in enumerate(arrays.quantities)
    ]


def _captions(arrays: Arrays, pairs: Mapping[Split, ArrayPair]) -> Column | None:
    found = pairs["train"].captions
    if found is None:
        return None
    try:
        texts = [t.decode() if isinstance(t, bytes) else str(t) for t in found.tolist()]
    except UnicodeDecodeError as error:
        raise DataError(
            f"{arrays.source}: a caption is no text: {error}.", "Write captions in UTF-8."
        ) from error
    return Column(CAPTION, arrays.source, {"train": texts})
