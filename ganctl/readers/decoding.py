"""Image files to pixels as a viewer shows them: upright, on a ground, of one size and colour."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, fields
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganctl.errors import DataError
from ganctl.files.limits import DATA_BYTES, PICTURE_BYTES
from ganctl.files.text import printable
from ganctl.pictures.fitting import fitted, inner_box, padded, resized
from ganctl.pictures.images import Images
from ganctl.readers import headers
from ganctl.readers.headers import BadPicture, Row
from ganctl.readers.labelled import Labelled, OnProgress, Pictures, Reading, Split
from ganctl.readers.values import profiles
from ganctl.readers.values.colours import (
    VANISH_AT_MOST,
    composed,
    is_colourless,
    is_grey,
    is_one_colour,
    levelled,
    visible_on_none,
)
from ganctl.readers.values.levels import asked_sentence, curve_of, to_uint8
from ganctl.requests.conditions.labels import check_class_names
from ganctl.requests.data import Colour, Fit, ReadOptions

_MIXED_FROM = 0.01
_NAMED = 10
_LARGE = 2**25
"""Pixels; of larger images, one at a time is in memory."""
_GROUNDS = ("white", "black")


def read_pictures(
    pictures: Pictures, options: ReadOptions, on_progress: OnProgress | None = None
) -> Reading:
    """Read the image files of a layout: all headers first, then all pixels, on several threads.

    Args:
        pictures: the files and their labels.
        options: how they are read.
        on_progress: told of both passes, from this thread.

    Returns:
        Images uint8 [N, H, W], or [N, H, W, 3] where any has colour. Classes are the labels of
        the training images, those that are numbers by number, then the others.

    Raises:
        DataError: too many files are bad, they differ in size, or have too many pixels in all;
            no class may have a name; or transparent images are visible on no ground.
    """
    _check_names(pictures)
    rows, bad = headers.look(pictures, on_progress)
    headers.check_bad(pictures, bad, options)
    if not rows:
        raise DataError(f"{pictures.tree.path} holds no images.", "Name a folder of images.")
    width, height = headers.common_size(pictures, rows, options)
    decoder = _Decoder(pictures, options, rows, (width, height))
    failed = decoder.decode(range(len(rows)), on_progress)
    bad += [(str(rows[row].picture.entry), why) for row, why in failed.items()]
    left_out = headers.check_bad(pictures, bad, options)
    read = [row for row in range(len(rows)) if row not in failed]
    remarks = [
        *pictures.remarks,
        *([left_out] if left_out else []),
        *headers.remarks_of([rows[row].header for row in read], options),
        *decoder.said_of_profiles(read),
        *decoder.put_on_ground(read, on_progress),
        *decoder.scale_deep(read),
        *decoder.settle_colour(read),
    ]
    parts, foreign, more = _parts(pictures, rows, read, decoder.images)
    # The layout has counted what is lost.
    unreadable = len(bad) - len(pictures.tree.lost)
    own = Counter({"unreadable": unreadable, "classes not in train": foreign})
    counts = Counter(pictures.left_out) + own
    said = (*remarks, *more)
    return Reading(pictures.layout, parts, dict(counts), said, decoder.is_scaled)


@dataclass(frozen=True)
class _Seen:
    """What decoding finds out about each image, bool [N]."""

    transparent: NDArray[np.bool_]
    lost_on_white: NDArray[np.bool_]
    lost_on_black: NDArray[np.bool_]
    colourless: NDArray[np.bool_]
    converted: NDArray[np.bool_]
    unreadable_profile: NDArray[np.bool_]

    @classmethod
    def of(cls, count: int) -> _Seen:
        """Return that nothing is known of so many images."""
        return cls(*(np.zeros(count, np.bool_) for _ in fields(cls)))


@dataclass
class _Decoder:
    """Decodes the images of a data set into one array."""

    pictures: Pictures
    options: ReadOptions
    rows: Sequence[Row]
    size: tuple[int, int]
    images: Images = field(init=False)

    def __post_init__(self) -> None:
        width, height = self.size
        has_colour = not all(row.header.is_grey for row in self.rows) or (
            self.options.background is not None and not is_grey(self.options.background)
        )
        auto = self.options.colour is Colour.AUTO
        as_grey = self.options.colour is Colour.GREY or (auto and not has_colour)
        self._mode = "L" if as_grey else "RGB"
        deep = [index for index, row in enumerate(self.rows) if row.header.is_deep]
        count = len(self.rows)
        shape = (count, height, width) if as_grey else (count, height, width, 3)
        if math.prod(shape) + 4 * len(deep) * height * width > DATA_BYTES:
            raise DataError(
                f"{self.pictures.tree.path} holds over {DATA_BYTES // 2**30} GiB of pixels.",
                "Give a smaller --image-size, or fewer images.",
            )
        self.images = np.zeros(shape, np.uint8)
        self._deep = {row: place for place, row in enumerate(deep)}
        self._values = np.zeros((len(deep), height, width), np.float32)
        self._ground = self.options.background or "white"
        self._seen = _Seen.of(count)
        self._guard = headers.guard_of(self.pictures.tree)
        self._large = Lock()
        self._profiles = profiles.Profiles()
        self._curve = curve_of(self.options.levels)

    @property
    def is_scaled(self) -> bool:
        """Whether any image has other values than its file has."""
        return bool(self._deep or self._curve)

    def decode(self, rows: Iterable[int], on_progress: OnProgress | None) -> dict[int, str]:
        """Decode images, and return why some of them could not be."""
        some = list(rows)
        threads = headers.threads_for([self.rows[row].picture.entry for row in some])
        reasons = headers.in_threads(threads, self._try_row, some, "reading images", on_progress)
        return {row: why for row, why in zip(some, reasons, strict=True) if why is not None}

    def put_on_ground(self, read: Sequence[int], on_progress: OnProgress | None) -> list[str]:
        """Choose what transparent pixels become, and return the sentence that says so.

        Raises:
            DataError: too many images become one colour on either ground.
        """
        transparent = [row for row in read if self._seen.transparent[row]]
        if not transparent:
            return []
        if self.options.background is None:
            lost = [
                int(seen[read].sum())
                for seen in (self._seen.lost_on_white, self._seen.lost_on_black)
            ]
            visible = [count <= VANISH_AT_MOST * len(read) for count in lost]
            if not any(visible):
                raise visible_on_none(str(self.pictures.tree.path), len(read), lost)
            self._ground = _GROUNDS[visible.index(True)]
            if self._ground != _GROUNDS[0]:
                self.decode(transparent, on_progress)
        return [f"Transparent pixels {_of(len(transparent), len(read))}became {self._ground}."]

    def scale_deep(self, read: Sequence[int]) -> list[str]:
        """Make pixels of what has more than 8 bits, all by one scale; return what was done."""
        rows = [row for row in read if row in self._deep]
        if not rows:
            return [asked_sentence(self.options.levels)] if self.options.levels else []
        places = [self._deep[row] for row in rows]
        if len(places) < len(self._values):
            self._values = self._values[places]
        pixels, remark = to_uint8(self._values, self.options.levels)
        side = self.options.image_size
        for row, values in zip(rows, pixels, strict=True):
            shown = Image.fromarray(values)
            if side is not None and self.options.fit is Fit.PAD:
                shown = shown.crop(inner_box(self.rows[row].header[:2], side))
            shown = padded(shown.convert(self._mode), self.options)
            self.images[row] = np.asarray(shown)
        # Floats are the larger part of the memory.
        self._values = self._values[:0].copy()
        return [remark] if remark else []

    def settle_colour(self, read: Sequence[int]) -> list[str]:
        """Drop the channels of a set without colour, unless asked for; say what was odd."""
        if self.options.colour is not Colour.AUTO or self._mode == "L":
            return []
        for row in self._deep:
            self._seen.colourless[row] = is_colourless(self.images[row])
        colourless = int(self._seen.colourless[read].sum())
        if colourless == len(read):
            self.images = np.ascontiguousarray(self.images[..., 0])
            in_colour = [row for row in read if not self.rows[row].header.is_grey]
            return ["Colour files without colour are read as grey."] if in_colour else []
        if colourless >= _MIXED_FROM * len(read):
            return [f"Grey images ({colourless:,} of {len(read):,}) are read as colour."]
        return []

    def _try_row(self, row: int) -> str | None:
        try:
            self._decode_row(row)
        except Exception as error:  # Pillow's readers let all kinds of errors out.
            return headers.reason(error)
        return None

    def _decode_row(self, row: int) -> None:
        _, picture, header = self.rows[row]
        with self._guard, self.pictures.tree.open(picture.entry) as stream:
            # Asked for the most that any image may have, Python makes room for it first.
            content = stream.read(min(picture.entry.size, PICTURE_BYTES) + 1)
        if len(content) > picture.entry.size:
            raise BadPicture("changed while it was read")
        is_large = header.width * header.height > _LARGE
        with (
            self._large if is_large else nullcontext(),
            headers.opened(io.BytesIO(content), picture.entry) as image,
        ):
            if self.options.image_size is not None:
                # JPEGs are reduced while they are decoded, to no less than twice the size.
                image.draft(None, (2 * self.size[0], 2 * self.size[1]))
            image.load()
            shown = headers.upright(image)
            if profiles.has_profile(shown):
                shown, outcome = self._profiles.to_srgb(shown)
                self._seen.converted[row] = outcome == "converted"
                self._seen.unreadable_profile[row] = outcome == "unreadable"
            if self.options.image_size is None and shown.size != self.size:
                raise BadPicture(f"{shown.width}×{shown.height}, unlike what its header says")
            if row in self._deep:
                self._values[self._deep[row]] = self._deep_pixels(shown)
            else:
                pixels = np.asarray(self._pixels(shown, row))
                self.images[row] = pixels
                if self._mode == "RGB":
                    self._seen.colourless[row] = is_colourless(pixels)

    def _deep_pixels(self, image: Image.Image) -> NDArray[np.float32]:
        values = np.asarray(image).astype(np.float32)
        if values.ndim != 2:
            raise BadPicture("its header says another mode than its pixels have")
        if not np.isfinite(values).all():
            raise BadPicture("some values are infinite or NaN")
        return np.asarray(fitted(Image.fromarray(values), self.options))

    def _pixels(self, image: Image.Image, row: int) -> Image.Image:
        """Return an image of at most 8 bits in the mode and size of all."""
        if not image.has_transparency_data:
            if image.mode == "LAB":  # Which Pillow makes RGB alone of.
                image = image.convert("RGB")
            return fitted(levelled(image.convert(self._mode), self._curve), self.options)
        clear = resized(levelled(image.convert("RGBA"), self._curve), self.options)
        if clear.getchannel("A").getextrema() != (255, 255):
            self._seen.transparent[row] = True
            # What lies below transparent pixels is arbitrary.
            if self.options.background is None and not is_one_colour(clear.convert("RGBa")):
                on_white, on_black = (is_one_colour(composed(ground, clear)) for ground in _GROUNDS)
                self._seen.lost_on_white[row] = on_white
                self._seen.lost_on_black[row] = on_black
            clear = composed(self._ground, clear)
        return padded(clear.convert("RGB").convert(self._mode), self.options)

    def said_of_profiles(self, read: Sequence[int]) -> list[str]:
        """Return sentences about colour profiles."""
        seen = self._seen.converted, self._seen.unreadable_profile
        return profiles.remarks_of(len(read), *(int(flags[read].sum()) for flags in seen))


def _of(some: int, total: int) -> str:
    return "" if some == total else f"of {some:,} of {total:,} images "


def _classes(labels: Iterable[str]) -> list[str]:
    """Return each label once: those that are numbers by number, then the others."""
    return sorted(
        set(labels), key=lambda name: (0, int(name), name) if name.isdecimal() else (1, 0, name)
    )


def _check_names(pictures: Pictures) -> None:
    classes = _classes(picture.label for picture in pictures.parts["train"])
    try:
        check_class_names(classes)
    except ValueError as error:
        raise DataError(
            f"{pictures.tree.path} cannot be used: {error}.", "Give the classes other names."
        ) from error


def _parts(
    pictures: Pictures, rows: Sequence[Row], read: Sequence[int], images: Images
) -> tuple[dict[Split, Labelled], int, list[str]]:
    """Return the parts, how many test images are of no class, and sentences about classes."""
    classes = _classes(rows[row].picture.label for row in read if rows[row].split == "train")
    if not classes:
        raise DataError(
            f"{pictures.tree.path} has no training images that can be read.",
            "Replace them, or name another folder.",
        )
    index = {name: number for number, name in enumerate(classes)}
    remarks = []
    meant = _classes(picture.label for picture in pictures.parts["train"])
    if empty := [name for name in meant if name not in index]:
        remarks.append(f"No image can be read of {_listed(empty)}.")
    parts: dict[Split, Labelled] = {}
    foreign = [row for row in read if rows[row].picture.label not in index]
    for split in pictures.parts:
        own = [row for row in read if rows[row].split == split and rows[row].picture.label in index]
        if own:
            labels = np.array([index[rows[row].picture.label] for row in own], np.int64)
            said = pictures.described_of(split, [rows[row].picture for row in own])
            parts[split] = Labelled(_gathered(images, own), labels, tuple(classes), said)
    if foreign:
        names = _listed(_classes(rows[row].picture.label for row in foreign))
        remarks.append(f"Test images of classes that train does not have are left out: {names}.")
    return parts, len(foreign), remarks


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(printable(name) for name in names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED:,} more" if len(names) > _NAMED else shown


def _gathered(images: Images, rows: Sequence[int]) -> Images:
    """Move the rows of a part together and return them, without a copy of all."""
    start = rows[0]
    for place, row in enumerate(rows, start):
        if row != place:
            images[place] = images[row]
    return images[start : start + len(rows)]
