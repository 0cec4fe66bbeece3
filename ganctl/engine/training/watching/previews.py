"""What the rows of a run's previews stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganctl.engine.data.dataset import Dataset
from ganctl.requests.conditions.asked import options_of
from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.labels import SHOWN_CLASSES, UNLABELLED, Label, evenly, one_hot
from ganctl.requests.conditions.schema import FIRST_WORD, Captions, Schema
from ganctl.requests.conditions.settings import Settings, no_rows, place_of_rows, values_of
from ganctl.requests.conditions.words import text_of
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.training import TrainRequest

SHOWN_CAPTIONS = 6
SHOWN_NUMBERS = 5
"""The rows of a quantity, from its low end to its high one."""
EARLY_STEPS = (10, 20, 50, 100)
"""The steps with a preview of their own, since most happens early; step 0 has one too."""


@dataclass(frozen=True)
class PreviewRows:
    """What each row of a preview asks for, its name, and a sentence about rows that are left out.

    Classes go without ``names``, since a panel shows nothing else; ``titles`` stand beside the rows
    of the picture, classes too. ``options`` are those of ``ganctl montage``, by name without
    dashes, that draw the same rows of a checkpoint; None where no options do.
    """

    rows: tuple[Label | Settings | Caption, ...]
    names: tuple[str, ...] = ()
    left_out: str = ""
    titles: tuple[str, ...] = ()
    options: Mapping[str, Any] | None = None


def preview_rows(dataset: Dataset, spec: NetworkSpec, config: TrainRequest) -> PreviewRows:
    """Return a row for each class, for each value of an attribute, or for some captions.

    Of more than ``SHOWN_CLASSES`` classes or values it has so many. Networks without labels have
    one row that asks for nothing.

    Args:
        dataset: the training images.
        spec: of the networks.
        config: ``preview_rows`` names the attribute; it is the first one otherwise.

    Raises:
        UsageError: ``--preview-rows`` names no attribute that these networks get.
    """
    schema = dataset.schema
    if spec.has_parts:
        return _rows_of_attribute(schema, config.preview_rows)
    if config.preview_rows is not None:
        raise no_rows(config.preview_rows)
    if spec.words and schema.captions is not None:
        return _rows_of_captions(dataset, schema.captions)
    classes = dataset.classes if spec.classes or spec.categories else ()
    rows = tuple(evenly([one_hot(index, classes) for index in range(len(classes))], SHOWN_CLASSES))
    # Which class a category means is known at a checkpoint, whose sheets are in the order of these.
    is_known = not spec.categories
    return PreviewRows(
        rows or (UNLABELLED,),
        left_out=_left_out(len(classes), "classes"),
        titles=tuple(row.text if is_known else f"c0={row.index}" for row in rows),
        options={} if is_known else None,
    )


def _rows_of_attribute(schema: Schema, name: str | None) -> PreviewRows:
    place = place_of_rows(name, schema)
    rows, count = values_of(schema, place, SHOWN_NUMBERS)
    left_out = _left_out(count, f"values of {schema.names[place]}")
    names = tuple(row.named[0].value_text for row in rows)
    # A sheet has more numbers of a quantity than a preview.
    is_attribute = place < len(schema.attributes)
    options = {"rows": schema.names[place]} if is_attribute else None
    return PreviewRows(tuple(rows), names, left_out, names, options)


def _left_out(count: int, what: str) -> str:
    shown = f"Previews show {SHOWN_CLASSES} of the {count:,} {what}."
    return shown if count > SHOWN_CLASSES else ""


def _rows_of_captions(dataset: Dataset, captions: Captions) -> PreviewRows:
    """Return the first few distinct captions of the training that have a known word."""
    found: dict[tuple[int, ...], None] = {}
    for words in dataset.words:
        numbers = tuple(words.tolist())
        if max(numbers) >= FIRST_WORD:
            found[numbers] = None
        if len(found) == SHOWN_CAPTIONS:
            break
    rows = tuple(Caption(text_of(numbers, captions), numbers) for numbers in found)
    names = tuple(row.text for row in rows)
    return PreviewRows(rows, names, titles=names, options=options_of(rows))
