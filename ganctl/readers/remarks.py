"""What is odd about images that were read without a complaint, in sentences."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from ganctl.files.text import listed
from ganctl.pictures.images import Images
from ganctl.readers.labelled import ANY, Described, Labelled, OnProgress, Split
from ganctl.requests.conditions.schema import Attribute

FEW_IMAGES = 10
DARK = 16
NAMES_SHOWN = 10
BLOCK_BYTES = 2**24
"""Pixels that are looked at between two reports of progress."""


def remarks_on(
    parts: Mapping[Split, Labelled],
    on_progress: OnProgress | None = None,
    *,
    scaled: bool = False,
) -> tuple[str, ...]:
    """Return a sentence for each thing that is odd.

    Few images of a class or of an attribute's value, what is not known, images of one colour,
    values that never pass 16, and exact duplicates: within the training images, between classes,
    and between the training and the test split.

    Args:
        parts: at least the part ``train``.
        on_progress: told of long work.
        scaled: whether pixels have other values than the data, whose own range was told then.
    """
    train = parts["train"]
    return (
        *_on_classes(train),
        *(_on_described(train.described) if train.described else ()),
        *_on_test_classes(train, parts.get("test")),
        *_on_values(train.images, scaled, on_progress),
        *_on_duplicates(parts, on_progress),
    )


def on_alike(names: Iterable[str], what: str = "Classes") -> list[str]:
    """Say which names differ by case or spaces alone, or are the same number.

    Args:
        names: of classes, or of an attribute's values.
        what: how the sentence begins.
    """
    by_case: dict[str, list[str]] = {}
    by_number: dict[str, list[str]] = {}
    for name in sorted(names):
        by_case.setdefault(" ".join(name.split()).casefold(), []).append(name)
        if (number := plain_number(name)) is not None:
            by_number.setdefault(number, []).append(name)
    remarks = []
    for found, how in (
        (by_case, "differ by case or spaces alone"),
        (by_number, "are the same number"),
    ):
        pairs = [" and ".join(map(repr, alike)) for alike in found.values() if len(alike) > 1]
        if pairs:
            remarks.append(f"{what} that {how}: {listed(pairs)}.")
    return remarks


def plain_number(text: str) -> str | None:
    """Return a number without zeros that say nothing, such as 1 for 01.0; None for other texts."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, rest = digits.partition(".")
    if not (digits.isascii() and whole.isdecimal() and (not rest or rest.isdecimal())):
        return None
    rest = rest.rstrip("0")
    return f"{sign}{whole.lstrip('0') or '0'}" + (f".{rest}" if rest else "")


def _on_classes(train: Labelled) -> Iterator[str]:
    counts = np.bincount(train.labels, minlength=len(train.classes)).tolist()
    if train.classes == (ANY,):
        return
    if len(counts) == 1:
        yield "There is one class only, so that labels say nothing."
    few = [
        f"{name} {count}"
        for name, count in zip(train.classes, counts, strict=True)
        if count < FEW_IMAGES
    ]
    if few:
        has = "class has" if len(few) == 1 else "classes have"
        yield f"{len(few):,} {has} fewer than ten images: {listed(few, NAMES_SHOWN)}."


def _on_described(said: Described) -> Iterator[str]:
    """Speak of the training images: what test images lack is no reason to worry."""
    lacking = np.isnan(said.values).sum(0).tolist()
    unknown = [f"{name} {n:,}" for name, n in zip(said.schema.names, lacking, strict=True) if n]
    if len(unknown) == 1:
        name, _, count = unknown[0].rpartition(" ")
        yield f"{name} is not known for {count} image{'' if count == '1' else 's'}."
    elif unknown:
        yield f"Not known for some images are {listed(unknown, NAMES_SHOWN)}."
    few = [
        f"{attribute.name} {value} {count}"
        for attribute, column in zip(said.schema.attributes, said.values.T, strict=False)
        for value, count in zip(attribute.values, counts_of(column, attribute), strict=True)
        if count < FEW_IMAGES
    ]
    if few:
        has = "value has" if len(few) == 1 else "values have"
        yield f"{len(few):,} {has} fewer than ten images: {listed(few, NAMES_SHOWN)}."


def counts_of(column: NDArray[np.float32], attribute: Attribute) -> list[int]:
    """Return how many images have each value of an attribute, by its column of ``Described``."""
    known = column[~np.isnan(column)].astype(np.int64)
    counted: list[int] = np.bincount(known, minlength=len(attribute.values)).tolist()
    return counted


def _on_test_classes(train: Labelled, test: Labelled | None) -> Iterator[str]:
    if test is None:
        return
    present = set(np.unique(test.labels).tolist())
    missing = [name for index, name in enumerate(train.classes) if index not in present]
    if missing:
        yield f"The test split has no image of {listed(missing, NAMES_SHOWN)}."


def _on_values(images: Images, scaled: bool, on_progress: OnProgress | None) -> Iterator[str]:
    one_colour = brightest = 0
    for block in _blocks(images, "looking at pixels", on_progress):
        one_colour += int(_of_one_colour(block).sum())
        brightest = max(brightest, int(block.max()))
    if one_colour:
        yield f"{_images(one_colour)} of one colour."
    if brightest <= DARK:
        dark = f"No value passes {brightest} of 255, so that all images are black to the eye"
        if scaled or brightest == 0:
            yield f"{dark}."
        else:
            yield f"{dark}; if {brightest} should be white, give --levels 0,{brightest}."


def _blocks(images: Images, what: str, on_progress: OnProgress | None) -> Iterator[Images]:
    """Yield some images after another, and tell how many are done."""
    rows = max(1, BLOCK_BYTES // max(1, images[:1].nbytes))
    for start in range(0, len(images), rows):
        yield images[start : start + rows]
        if on_progress is not None:
            on_progress(what, min(start + rows, len(images)), len(images))


def _of_one_colour(images: Images) -> NDArray[np.bool_]:
    # Much faster than the lowest and highest of each.
    same: NDArray[np.bool_] = (images == images[:, :1, :1]).reshape(len(images), -1).all(1)
    return same


def _on_duplicates(
    parts: Mapping[Split, Labelled], on_progress: OnProgress | None
) -> Iterator[str]:
    train = parts["train"]
    digests = _digests(train.images, on_progress)
    copies = len(digests) - len(set(digests))
    if copies:
        yield f"{_images(copies)} an exact copy of another."
    classes = defaultdict[bytes, set[int]](set)
    for digest, label in zip(digests, train.labels.tolist(), strict=True):
        classes[digest].add(label)
    in_several = [labels for labels in classes.values() if len(labels) > 1]
    if in_several:
        pairs = Counter(tuple(sorted(labels)[:2]) for labels in in_several)
        (first, second), _ = pairs.most_common(1)[0]
        yield (
            f"{_pictures(len(in_several))} in more than one class, such as "
            f"{train.classes[first]} and {train.classes[second]}."
        )
    if "test" in parts:
        shared = len(set(digests) & set(_digests(parts["test"].images, on_progress)))
        if shared:
            yield f"{_pictures(shared)} in both the training and the test split."


def _digests(images: Images, on_progress: OnProgress | None) -> list[bytes]:
    return [
        hashlib.blake2b(image.data, digest_size=16).digest()
        for block in _blocks(images, "looking for copies", on_progress)
        for image in np.ascontiguousarray(block)
    ]


def _images(count: int) -> str:
    return "1 image is" if count == 1 else f"{count:,} images are"


def _pictures(count: int) -> str:
    return "1 picture stands" if count == 1 else f"{count:,} pictures stand"
