"""What may be asked of data: the sets that have a name, and how images are made alike. No torch."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ganctl.errors import DataError, UnknownName, UsageError
from ganctl.files.paths import exists, user_path
from ganctl.plugins import Kind, plugin, plugins
from ganctl.requests.checks import (
    Group,
    check_image_size,
    check_switch,
    check_text,
    one_of,
    option,
    values,
)

BUNDLED = "bundled"
DATA_SETS = {
    "mnist": BUNDLED,
    "avatars": BUNDLED,
    "fashion-mnist": "FashionMNIST",
    "kmnist": "KMNIST",
    "emnist-letters": "EMNIST",
    "cifar10": "CIFAR10",
}
"""The data sets that have a name, and the class of each in torchvision, which downloads it."""


class Fit(str, Enum):
    """How an image of another shape becomes square: its middle, all with bars, or all squeezed."""

    CROP = "crop"
    PAD = "pad"
    STRETCH = "stretch"


class Colour(str, Enum):
    """How many channels images have: as many as they need, one, or three."""

    AUTO = "auto"
    GREY = "grey"
    RGB = "rgb"


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How data are read, as the options of ``train`` of the same names say.

    ``image_size`` None keeps the size that all images have. ``background`` is a colour by name
    or ``#rrggbb``, which transparent pixels and the bars of ``--fit pad`` become; None chooses.
    ``levels`` are the values that become black and white; None takes them from the data.
    ``labels`` is a table of file names and of what is known of each; None looks for it.
    ``condition`` names the columns of it that matter; none leaves the choice to the table.
    ``skip_bad`` leaves out up to a fifth of the files where they cannot be read.
    ``needs_labels`` is False for a model that trains without.
    """

    image_size: int | None = None
    fit: Fit = Fit.CROP
    colour: Colour = Colour.AUTO
    background: str | None = None
    levels: tuple[float, float] | None = None
    labels: str | None = None
    condition: tuple[str, ...] = ()
    skip_bad: bool = False
    needs_labels: bool = True


def parse_levels(flag: str, text: str) -> tuple[float, float]:
    """Return the two numbers of ``LOW,HIGH``.

    Raises:
        UsageError: they are not two finite numbers, the lower one first.
    """
    try:
        low, high = (float(part) for part in str(text).split(","))
    except ValueError:
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise UsageError(
            f"{flag} {text} is no range.",
            f"{flag} takes LOW,HIGH: the values that become black and white, such as 0,4095.",
        )
    return low, high


def check_levels(flag: str, text: str) -> str:
    """Return ``text`` if ``parse_levels`` can read it.

    Raises:
        UsageError: it cannot.
    """
    parse_levels(flag, text)
    return str(text)


def check_columns(flag: str, columns: str | Sequence[str]) -> tuple[str, ...]:
    """Return the names of columns, each once; a single name may stand for itself.

    Raises:
        UsageError: one is no text, or empty.
    """
    # From Python it may be anything.
    several: Sequence[Any] = columns if isinstance(columns, (list, tuple)) else [columns]
    return tuple(dict.fromkeys(check_text(flag, column) for column in several))


def check_colour_name(flag: str, text: str) -> str:
    """Return ``text`` if it is a colour such as ``white``, ``grey`` or ``#ff8800``.

    Raises:
        UsageError: it is none.
    """
    from PIL import ImageColor

    try:
        ImageColor.getrgb(text)
    except (ValueError, TypeError, AttributeError):
        raise UsageError(
            f"{flag} {text} is no colour.",
            f"{flag} takes a name such as white, black or grey, or #rrggbb.",
        ) from None
    return text


def is_named(data: str) -> bool:
    """Return whether data are a set that has a name, ganctl's own or a plug-in's, and no path."""
    if data in DATA_SETS:
        return True
    return not _is_path(data) and data in plugins(Kind.DATA)


def _is_path(data: str) -> bool:
    return not data or any(mark in data for mark in "/\\~.")


def check_data_exists(data: str) -> None:
    """Raise ``UnknownName`` unless ``data`` is a name or a path that exists.

    It is no check of the field: the data of a run that was read may be gone by now.
    """
    if not is_named(data) and not (data and exists(user_path(data))):
        names = [*DATA_SETS, *plugins(Kind.DATA)]
        raise UnknownName("data set", data, [*names, "a path that exists"])


def check_data_remain(data: str, needed: str = "") -> None:
    """Refuse data of a run that are no longer where they were.

    Args:
        data: what the run was trained on.
        needed: the plug-in that they were of, if they were one's.

    Raises:
        DataError: there is nothing at that path.
        PluginError: the plug-in is not installed.
    """
    if needed and not _is_path(data):
        plugin(Kind.DATA, data, DATA_SETS, needed)
    elif not is_named(data) and not exists(user_path(data)):
        raise DataError(
            f"The data at {data} are gone.",
            "Restore them, or say where they lie now with --data PATH.",
        )


def _absolute(flag: str, data: str | os.PathLike[str]) -> str:
    """Return a data set's name as it is, and a path that exists as an absolute one."""
    if not isinstance(data, (str, os.PathLike)):
        raise UsageError(f"{flag} {data!r} is not a name or a path.", "Give one of them.")
    text = os.fspath(data)
    if not text or is_named(text):
        return text
    path = user_path(text)
    return str(path.absolute()) if exists(path) else text


@dataclass(frozen=True, kw_only=True)
class DataRequest:
    """The options of ``train`` that say what the data are, and how they are read."""

    data: str = option(
        "mnist",
        help=f"{', '.join(DATA_SETS)}, or a path: a folder or .zip of images in class "
        "folders or beside a table, IDX files, an .npz, .csv or .parquet.",
        group=Group.DATA,
        metavar="DATA",
        check=_absolute,
        choices=tuple(DATA_SETS),
        resumable=True,
        plugins=Kind.DATA,
    )
    image_size: int | None = option(
        help="Resize images to this many pixels square.",
        group=Group.DATA,
        metavar="PIXELS",
        check=check_image_size,
        default="as they are",
    )
    fit: str = option(
        Fit.CROP.value,
        help="How an image becomes a square: crop its middle, pad it, or stretch it.",
        group=Group.DATA,
        metavar="FIT",
        check=one_of(Fit),
        choices=tuple(values(Fit)),
    )
    colour: str = option(
        Colour.AUTO.value,
        help="auto, grey or rgb: the channels of the images.",
        group=Group.DATA,
        metavar="COLOUR",
        check=one_of(Colour),
        choices=tuple(values(Colour)),
    )
    background: str | None = option(
        help="What transparent pixels and the bars of --fit pad become: a name or #rrggbb.",
        group=Group.DATA,
        metavar="COLOUR",
        check=check_colour_name,
        default="white or black, whichever shows the images",
    )
    levels: str | None = option(
        help="LOW,HIGH: the values that become black and white.",
        group=Group.DATA,
        metavar="RANGE",
        check=check_levels,
        default="as the data suggest",
    )
    labels: str | None = option(
        help="A table of file names and classes.",
        group=Group.DATA,
        metavar="FILE",
        check=_absolute,
        default="one beside the images",
    )
    condition: tuple[str, ...] = option(
        (),
        help="A column of the table to condition on: classes, an attribute, a number or captions. "
        "Repeatable.",
        group=Group.DATA,
        metavar="COLUMN",
        check=check_columns,
        default="one called label, class or the like, else all with few values",
    )
    flip: bool = option(
        False,
        help="Mirror half of the images at random, where left and right mean the same.",
        group=Group.DATA,
        metavar="",
        check=check_switch,
        default="no",
    )
    balance: bool = option(
        False,
        help="Draw every class equally often, however many images it has.",
        group=Group.DATA,
        metavar="",
        check=check_switch,
        default="as often as it occurs",
    )
    skip_bad: bool = option(
        False,
        help="Leave out up to a fifth of the files where they cannot be read.",
        group=Group.DATA,
        metavar="",
        check=check_switch,
        default="up to a hundredth",
    )

    def read_options(self, *, needs_labels: bool) -> ReadOptions:
        """Return how the data are read, for a model that needs labels or does not."""
        return ReadOptions(
            image_size=self.image_size,
            fit=Fit(self.fit),
            colour=Colour(self.colour),
            background=self.background,
            levels=None if self.levels is None else parse_levels("--levels", self.levels),
            labels=self.labels,
            condition=self.condition,
            skip_bad=self.skip_bad,
            needs_labels=needs_labels,
        )
