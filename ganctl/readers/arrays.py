"""Arrays as files have them, made into images and classes.

What an array means is read from its shape, its type and its values, and from the number of
labels; a guess is said as a remark, and what stays open is an error with the line of NumPy that
settles it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from PIL import Image

from ganctl.errors import DataError
from ganctl.files.limits import DATA_BYTES
from ganctl.files.text import listed, printable
from ganctl.pictures.fitting import fitted
from ganctl.pictures.images import Images
from ganctl.readers.describing import Column, describe
from ganctl.readers.formats.known import names_of_labels
from ganctl.readers.headers import Header, check_suits, remarks_of
from ganctl.readers.labelled import (
    ANY,
    ArrayPair,
    Arrays,
    Described,
    Labelled,
    OnProgress,
    Reading,
    Split,
)
from ganctl.readers.remarks import on_alike
from ganctl.readers.values.colours import has_colour, on_ground, to_grey, to_rgb
from ganctl.readers.values.labels import label_count, to_classes, to_keys
from ganctl.readers.values.levels import apply_scale, find_scale
from ganctl.readers.values.shapes import find_axes
from ganctl.readers.values.told import Told, told_by
from ganctl.requests.conditions.words import words_of
from ganctl.requests.data import Colour, ReadOptions


def read_arrays(arrays: Arrays, options: ReadOptions, on_progress: OnProgress | None) -> Reading:
    """Read arrays whole, and make images and classes of them.

    Raises:
        DataError: a file is damaged, it is unclear what its arrays mean, there are no labels and
            ``options.needs_labels``, or the images do not suit the networks.
        UsageError: columns of attributes are asked for, and there are none.
    """
    notes = _Notes(arrays)
    pairs = dict(arrays.load(on_progress))
    described = arrays.described
    told = told_by(arrays, pairs, options.condition) if described is None else Told()
    if options.needs_labels and not described:
        _check_labels(arrays, pairs, told)
    if pairs["train"].labels is not None and "test" in pairs and pairs["test"].labels is None:
        notes.remarks.append("The test split has no labels, and is not used.")
        del pairs["test"]
    pixels = _oriented(arrays, pairs, notes)
    columns = told.columns
    if len(columns) == len(told.attributes) == 1 and options.condition:
        # One column has classes, as one of a table does.
        pairs, arrays = _of_one_column(pairs, columns[0]), replace(arrays, class_names=())
    elif columns or told.same:
        if columns:
            described = _described(arrays, told, pixels, notes)
        pairs = {split: replace(pair, labels=None) for split, pair in pairs.items()}
    labels, classes = _labelled(arrays, pairs, pixels, notes)
    images = _images(pixels, arrays, options, notes, on_progress)
    parts = {
        split: Labelled(images[split], labels[split], classes, (described or {}).get(split))
        for split in images
        if len(images[split])
    }
    remarks = tuple(dict.fromkeys(notes.remarks))
    return Reading(arrays.layout, parts, dict(notes.left_out), remarks, notes.scaled)


def _check_labels(arrays: Arrays, pairs: Mapping[Split, ArrayPair], told: Told) -> None:
    """Refuse images that nothing tells apart."""
    if told.same and not told.columns:
        raise DataError(
            f"The images of {arrays.source} do not differ in {listed(told.same)}.",
            "Give images that do, or --model gan, which needs no labels.",
        )
    if pairs["train"].labels is None and not told.columns:
        raise DataError(
            f"{arrays.source} has images but no labels.",
            "Add labels, an array [N] with a class for each image; or give --model gan, which "
            "needs none.",
        )


def _described(
    arrays: Arrays, told: Told, pixels: dict[Split, Images], notes: _Notes
) -> dict[Split, Described]:
    """Say in numbers what columns do; drop images without a caption from ``pixels``."""
    for column in told.columns:
        for split, texts in column.texts.items():
            if len(texts) != len(pixels[split]):
                raise DataError(
                    f"{arrays.source} has {len(pixels[split]):,} images, and {len(texts):,} values "
                    f"of {printable(column.name)}.",
                    "There must be one for each image.",
                )
    if told.same:
        said = f"Attributes in which images do not differ are not used: {listed(told.same)}."
        notes.remarks.append(said)
    if told.captions is None:
        return describe(told.attributes, told.quantities, None, notes.remarks)
    has_words = [bool(words_of(str(text))) for text in told.captions.train]
    if not any(has_words):
        raise DataError(f"{arrays.source} has no word in its captions.", "Write some.")
    if not all(has_words):
        notes.left_out["no caption"] += has_words.count(False)
        pixels["train"] = pixels["train"][np.array(has_words)]
        told = told.of_train([place for place, has in enumerate(has_words) if has])
    return describe(told.attributes, told.quantities, told.captions, notes.remarks)


def _of_one_column(pairs: Mapping[Split, ArrayPair], column: Column) -> dict[Split, ArrayPair]:
    return {
        split: replace(pair, labels=np.array([text or "" for text in column.texts[split]]))
        for split, pair in pairs.items()
    }


class _Notes:
    """What there is to say, gathered on the way."""

    def __init__(self, arrays: Arrays) -> None:
        self.remarks = list(arrays.remarks)
        self.left_out = Counter(arrays.left_out)
        self.scaled = False

    def add(self, remark: str | None) -> None:
        if remark is not None:
            self.remarks.append(remark)


def _oriented(
    arrays: Arrays, pairs: Mapping[Split, ArrayPair], notes: _Notes
) -> dict[Split, Images]:
    """Return the values as [N, H, W(, C)], of the type they have."""
    pixels = {}
    channels = set()
    for split, pair in pairs.items():
        told = (pair.labels, pair.quantities, pair.captions)
        count = next((label_count(each) for each in told if each is not None), None)
        what = f"{arrays.source} ({split} split)" if len(pairs) > 1 else arrays.source
        axes = find_axes(pair.images, count, what, arrays.holds)
        if split == "train":  # What it leaves no doubt about, the test split has in common.
            notes.add(axes.remark)
        channels.add(axes.channels)
        pixels[split] = axes.apply(pair.images)
    if len({part.shape[1:] for part in pixels.values()}) > 1:
        shapes = " and ".join(str(list(part.shape)) for part in pixels.values())
        raise DataError(
            f"{arrays.source}: the images of the splits are {shapes}.",
            "Both splits must have the same size and channels.",
        )
    if len(pixels["train"]) < 2:
        raise DataError(f"{arrays.source} has one image.", "Give at least two of them.")
    return pixels


def _labelled(
    arrays: Arrays,
    pairs: Mapping[Split, ArrayPair],
    pixels: dict[Split, Images],
    notes: _Notes,
) -> tuple[dict[Split, np.ndarray[tuple[int, ...], np.dtype[np.int64]]], tuple[str, ...]]:
    """Return the class of each image and the names; drop images of no class from ``pixels``."""
    if pairs["train"].labels is None:
        return {s: np.zeros(len(part), np.int64) for s, part in pixels.items()}, (ANY,)
    keys = {
        split: to_keys(pair.labels, arrays.source)
        for split, pair in pairs.items()
        if pair.labels is not None
    }
    names = arrays.class_names or names_of_labels(keys["train"].values)
    classes = to_classes(keys["train"], names, arrays.source)
    if keys["train"].values.dtype.kind == "U":
        notes.remarks += on_alike(classes.names)
    labels = {}
    for split, part in keys.items():
        indices = classes.indices(part)
        if unlabelled := int((~part.known).sum()):
            notes.left_out["no label"] += unlabelled
        strange = part.known & (indices < 0)
        if strange.any():
            found = listed(map(str, np.unique(part.values[strange])))
            notes.left_out["classes not in train"] += int(strange.sum())
            notes.add(f"Test images of classes that train does not have are left out: {found}.")
        if (indices < 0).any():
            pixels[split] = pixels[split][indices >= 0]
            indices = indices[indices >= 0]
        labels[split] = indices
    return labels, classes.names


def _images(
    pixels: dict[Split, Images],
    arrays: Arrays,
    options: ReadOptions,
    notes: _Notes,
    on_progress: OnProgress | None,
) -> dict[Split, Images]:
    """Return the values as pixels of the size and the colour that are asked for."""
    what = f"The images of {arrays.source}"
    scale = find_scale(list(pixels.values()), options.levels, what)
    notes.add(scale.remark)
    notes.scaled = (scale.low, scale.high) != (0, 255)
    splits = list(pixels)
    parts = [apply_scale(pixels.pop(split), scale) for split in splits]
    if parts[0].shape[3:] == (4,):
        parts, remark = on_ground(parts, options.background, what, on_progress)
        notes.add(remark)
    is_colour = parts[0].ndim == 4
    if is_colour and options.colour is Colour.AUTO and not any(map(has_colour, parts)):
        parts = [part[..., 0] for part in parts]
        notes.add("Images of three channels without colour are read as grey.")
    elif is_colour and options.colour is Colour.GREY:
        parts = [to_grey(part) for part in parts]
    elif not is_colour and options.colour is Colour.RGB:
        parts = [to_rgb(part) for part in parts]
    _check_size(parts[0], what, options)
    size = options.image_size
    if size is not None and parts[0].shape[1:3] != (size, size):
        height, width = parts[0].shape[1:3]
        mode = "L" if parts[0].ndim == 3 else "RGB"
        header = Header(width, height, mode, transparent=False, animated=False)
        notes.remarks += remarks_of([header], options)
        parts = [_resized(part, options, size, on_progress) for part in parts]
    return {s: np.ascontiguousarray(part) for s, part in zip(splits, parts, strict=True)}


def _check_size(images: Images, what: str, options: ReadOptions) -> None:
    height, width = images.shape[1:3]
    side = options.image_size
    if side is not None:
        if len(images) * side * side * (3 if images.ndim == 4 else 1) > DATA_BYTES:
            raise DataError(f"{what} are over 8 GiB of pixels.", "Give a smaller --image-size.")
        return
    check_suits(what, width, height)


def _resized(
    images: Images, options: ReadOptions, size: int, on_progress: OnProgress | None
) -> Images:
    resized = np.empty((len(images), size, size, *images.shape[3:]), np.uint8)
    for row, image in enumerate(images):
        if on_progress is not None and row % 500 == 0:
            on_progress("resizing images", row, len(images))
        resized[row] = np.asarray(fitted(Image.fromarray(np.ascontiguousarray(image)), options))
    if math.prod(resized.shape) and on_progress is not None:
        on_progress("resizing images", len(images), len(images))
    return resized
