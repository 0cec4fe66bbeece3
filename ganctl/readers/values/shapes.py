"""Which axis of an array counts images, which are height and width, and which has the colours."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from ganctl.errors import DataError

CHANNELS = (1, 3, 4)
"""Grey, colour, and colour with transparency."""
_LEAST_SIDE = 4


@dataclass(frozen=True)
class Axes:
    """How an array becomes [N, H, W(, C)].

    ``rows`` splits the values of one image first, where each is a row of numbers. ``order`` then
    says which axes are N, H, W and C. ``numpy`` is the same for a person who converts by hand.
    """

    order: tuple[int, ...]
    channels: int
    numpy: str
    rows: tuple[int, ...] | None = None
    remark: str | None = None

    def apply(self, images: NDArray[Any]) -> NDArray[Any]:
        """Return a view of the array as [N, H, W], [N, H, W, 3] or [N, H, W, 4]."""
        if self.rows is not None:
            images = images.reshape(len(images), *self.rows)
        view: NDArray[Any] = images.transpose(self.order)
        if self.channels == 1 and view.ndim == 4:
            view = view[..., 0]
        return view


def find_axes(images: NDArray[Any], count: int | None, what: str, holds: str = "") -> Axes:
    """Return how an array becomes images.

    Args:
        images: the array.
        count: how many labels there are, which tells the axis of the images; None if unknown.
        what: how a message names the array.
        holds: what else the file holds, for a message; empty if nothing.

    Raises:
        DataError: it is no array of images, could be read in several ways, or there are not as
            many labels as images.
    """
    shape = images.shape
    found = [axes for axes in _candidates(shape) if all(images.shape)]
    images_first = [axes for axes in found if axes.order[0] == 0]
    if count is not None:
        fitting = [axes for axes in found if shape[axes.order[0]] == count]
        first = [axes for axes in fitting if axes.order[0] == 0]
        if not fitting and images_first:
            raise DataError(
                f"{what} has {shape[0]:,} image{'s' if shape[0] != 1 else ''} and {count:,} "
                f"label{'s' if count != 1 else ''}.",
                "There must be as many labels as images.",
            )
        if len(first) == 1 and _is_square(shape, first[0]):
            first = [_said(first[0], shape, [axes for axes in fitting if axes is not first[0]])]
        found = first or fitting
    if len(found) > 1:
        found = [axes for axes in found if _is_square(shape, axes)] or found
    if len(found) == 1:
        return found[0]
    listed = f" {what} holds {holds}." if holds else ""
    if found:
        raise DataError(
            f"{what}: images are {images.dtype} {list(shape)}, which can be read in "
            f"{len(found)} ways.{listed}",
            f"Say which, and save them again: {' or '.join(axes.numpy for axes in found)}",
        )
    raise _no_images(images, what, listed)


def _candidates(shape: tuple[int, ...]) -> list[Axes]:
    if len(shape) == 2:
        return row_axes(shape[1])
    if len(shape) == 3:
        first = Axes((0, 1, 2), 1, "images = images  # [N, H, W]")
        last = Axes((2, 0, 1), 1, "images = images.transpose(2, 0, 1)  # from [H, W, N]")
        return [first, last]
    if len(shape) != 4:
        return []
    found = []
    if shape[3] in CHANNELS:
        found.append(Axes((0, 1, 2, 3), shape[3], "images = images  # [N, H, W, C]"))
    if shape[1] in CHANNELS:
        numpy = "images = images.transpose(0, 2, 3, 1)  # from [N, C, H, W]"
        found.append(Axes((0, 2, 3, 1), shape[1], numpy))
    if shape[2] in CHANNELS:
        numpy = "images = images.transpose(3, 0, 1, 2)  # from [H, W, C, N]"
        found.append(Axes((3, 0, 1, 2), shape[2], numpy))
    return found


def row_axes(length: int) -> list[Axes]:
    """Return how a row of numbers is a square: grey, or three planes as CIFAR's are."""
    side = math.isqrt(length)
    if side * side == length and side >= _LEAST_SIDE:
        numpy = f"images = images.reshape(-1, {side}, {side})"
        return [Axes((0, 1, 2), 1, numpy, rows=(side, side))]
    side = math.isqrt(length // 3)
    if 3 * side * side == length and side >= _LEAST_SIDE:
        numpy = f"images = images.reshape(-1, 3, {side}, {side}).transpose(0, 2, 3, 1)"
        remark = (
            f"Rows of {length:,} values were read as three planes of {side}×{side}, red, green "
            "and blue, as CIFAR's are."
        )
        return [Axes((0, 2, 3, 1), 3, numpy, rows=(3, side, side), remark=remark)]
    return []


def _said(chosen: Axes, shape: tuple[int, ...], others: list[Axes]) -> Axes:
    """Return axes that say what else could have been meant."""
    if not (possible := [axes for axes in others if _is_square(shape, axes)]):
        return chosen
    return replace(
        chosen,
        remark=f"Images {list(shape)} can be read in {1 + len(possible)} ways; the first axis was "
        f"taken for that of the images. Else: {' or '.join(axes.numpy for axes in possible)}.",
    )


def _is_square(shape: tuple[int, ...], axes: Axes) -> bool:
    return axes.rows is not None or shape[axes.order[1]] == shape[axes.order[2]]


def _no_images(images: NDArray[Any], what: str, listed: str) -> DataError:
    shape = images.shape
    message = f"{what}: images are {images.dtype} {list(shape)}.{listed}"
    if not math.prod(shape):
        return DataError(f"{what} has no images.", "Give at least two of them.")
    if len(shape) == 4 and shape[3] == 2:
        return DataError(message, "Two channels are no colour; keep one: images = images[..., 0]")
    if len(shape) == 4 and shape[1] == 2:
        return DataError(message, "Two channels are no colour; keep one: images = images[:, 0]")
    if len(shape) == 2:
        return DataError(
            message,
            f"Rows of {shape[1]:,} values are no square; say the height and width: "
            "images = images.reshape(len(images), HEIGHT, WIDTH)",
        )
    return DataError(
        message,
        "They must be [N, H, W], [N, H, W, 3] or [N, H, W, 4]; move the axes: "
        "images = np.moveaxis(images, AXIS_OF_N, 0)",
    )
