"""What the readers pass on: files that a layout names, arrays as they come, and images at last."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ganctl.files.tree import Entry, Tree
from ganctl.pictures.images import Images
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema

Split = Literal["train", "test"]
Labels = NDArray[np.int64]
OnProgress = Callable[[str, int, "int | None"], None]
"""Called with what is under way, how much of it is done, and how much there is if known."""
ANY = "images"
"""The one class of images without labels."""
VALIDATION_HELD = "There is no test split: the validation split is held against."
"""Said where the validation part takes the place of a test part; none is ever trained on."""


@dataclass(frozen=True)
class Described:
    """What a table says of N images beside their classes.

    ``values`` is float32 [N, attributes + quantities]: the index of each attribute's value, then
    each quantity scaled to [-1, 1]; NaN where it is not known. ``words`` is int32
    [N, captions.length], the numbers of each caption's words; [N, 0] without captions.
    """

    schema: Schema
    values: NDArray[np.float32]
    words: NDArray[np.int32]

    def of(self, images: Sequence[int] | NDArray[np.int64]) -> Described:
        """Return what is said of some of the images, by their places."""
        places = np.asarray(images, np.int64)
        return Described(self.schema, self.values[places], self.words[places])


@dataclass(frozen=True)
class Labelled:
    """Images uint8 [N, H, W] or [N, H, W, 3], labels int64 [N], and the class names.

    Where the images have attributes or captions instead of classes, they are all of the class
    ``ANY``, and ``described`` says what each is.
    """

    images: Images
    labels: Labels
    classes: tuple[str, ...]
    described: Described | None = None

    @property
    def schema(self) -> Schema:
        """What is known of each image beside a class; empty where there are classes."""
        return self.described.schema if self.described else NO_SCHEMA


@dataclass(frozen=True)
class PictureFile:
    """One image in a file of its own, and the name of its class; ``ANY`` where it has none."""

    entry: Entry
    label: str


@dataclass(frozen=True)
class Pictures:
    """Image files that a layout names, before any of them is opened.

    ``layout`` says in a few words what was recognised. ``parts`` always has ``train``, and
    ``test`` where the data have a part to hold against. ``left_out`` counts files that are not
    read, by reason, such as ``{".svg": 10, "validation split": 300}``. ``remarks`` are whole
    sentences about what is odd. ``described`` says of each part what a table does beside classes;
    all images are of the class ``ANY`` then.
    """

    layout: str
    tree: Tree
    parts: Mapping[Split, Sequence[PictureFile]]
    left_out: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    described: Mapping[Split, Described] = field(default_factory=dict)

    @property
    def files(self) -> list[Entry]:
        """Every file that is read, which tells whether the data have changed."""
        return [picture.entry for part in self.parts.values() for picture in part]

    def described_of(self, split: Split, pictures: Sequence[PictureFile]) -> Described | None:
        """Return what is said of some pictures of a part; None if there are classes alone."""
        if split not in self.described:
            return None
        places = {picture.entry.key: place for place, picture in enumerate(self.parts[split])}
        return self.described[split].of([places[picture.entry.key] for picture in pictures])


@dataclass(frozen=True)
class ArrayPair:
    """Images and their labels as a file has them, of any shape and type; labels may be None.

    ``quantities`` are numbers of each image, and ``captions`` its texts, if a file has some.
    """

    images: NDArray[Any]
    labels: NDArray[Any] | None
    quantities: NDArray[Any] | None = None
    captions: NDArray[Any] | None = None


@dataclass(frozen=True)
class Arrays:
    """Files that hold arrays of images, before any of them is read whole.

    ``load`` reads and returns them by split. ``class_names`` names label 0, 1, …, or is empty.
    ``attributes`` name the columns of labels [N, A], if they are known, and ``values`` what the
    numbers 0, 1, … of each stand for; ``quantities`` name the columns of those. ``source`` is what
    messages call them, and ``holds`` what arrays there are, with their types and shapes. ``bare``
    counts images that nothing is known of, so that a table beside them may say all;
    ``described`` is what a table said beside classes: empty if it said these, None without a
    table. The other fields are as those of ``Pictures``.
    """

    layout: str
    files: Sequence[Entry]
    load: Callable[[OnProgress | None], Mapping[Split, ArrayPair]]
    class_names: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()
    quantities: tuple[str, ...] = ()
    bare: int = 0
    described: Mapping[Split, Described] | None = None
    source: str = "the arrays"
    holds: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A data set as it was read: its parts in memory, and what there is to say of it.

    ``parts`` share the classes, the size and the colour. ``left_out`` and ``remarks`` are as
    those of ``Pictures``. ``scaled`` says whether pixels have other values than the data have, so
    that 255 was not white there.
    """

    layout: str
    parts: Mapping[Split, Labelled]
    left_out: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    scaled: bool = False
