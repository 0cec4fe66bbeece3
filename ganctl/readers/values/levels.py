"""Numbers of any type as 8-bit pixels: which of them is black, and which is white."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.pictures.images import Images

FULL_SCALES = (255, 1023, 4095, 16383, 65535)
"""White in 8, 10, 12, 14 and 16 bits."""
_BLOCK = 1 << 22
"""Values that are converted at once, so that memory is needed for the result alone."""
_ROUNDING = 1e-3
"""By how much floats may pass their range: 1.0000001 is 1."""
_PART = 0.3
"""Values that fill no more than this of a range are perhaps of another one."""


@dataclass(frozen=True)
class Scale:
    """The numbers that become black and white, and a sentence about it where it was a guess."""

    low: float
    high: float
    remark: str | None = None


def to_uint8(
    values: NDArray[Any], levels: tuple[float, float] | None = None
) -> tuple[Images, str | None]:
    """Return numbers as pixels, and what there is to say of it.

    Args:
        values: booleans, integers or floats of any shape; uint8 stays as it is.
        levels: the values that become black and white; None takes them from the values.

    Returns:
        uint8 of the same shape, and a whole sentence, or None where there was nothing to choose.

    Raises:
        DataError: they are no numbers, some are negative, infinite or NaN, or their range is none
            that pixels have.
    """
    scale = find_scale([values], levels)
    return apply_scale(values, scale), scale.remark


def find_scale(
    parts: Sequence[NDArray[Any]],
    levels: tuple[float, float] | None = None,
    what: str = "The images",
) -> Scale:
    """Return the scale of arrays that belong together, such as both splits of a data set.

    Args:
        parts: the arrays.
        levels: as for ``to_uint8``.
        what: how messages name them, in the plural.

    Raises:
        DataError: as for ``to_uint8``.
    """
    for values in parts:
        if values.dtype.kind not in "buif":
            raise DataError(
                f"{what} are of type {values.dtype}, not numbers.",
                "Convert them: images = images.astype('uint8')",
            )
        _check_finite(values, what)
    filled = [values for values in parts if values.size]
    low = min((float(values.min()) for values in filled), default=0.0)
    high = max((float(values.max()) for values in filled), default=0.0)
    if levels is not None:
        return _asked_scale(levels, low, high)
    if all(values.dtype == np.bool_ for values in parts):
        return Scale(0, 1)
    if all(values.dtype == np.uint8 for values in parts):
        return Scale(0, 255)
    if any(values.dtype.kind == "f" for values in parts):
        return _float_scale(low, high, what)
    if low < 0:
        raise _negative(filled, low, what)
    return _whole_scale(low, high, what)


def apply_scale(values: NDArray[Any], scale: Scale) -> Images:
    """Return the pixels of an array; without a copy where it has them already."""
    if (scale.low, scale.high) == (0, 255) and values.dtype == np.uint8:
        return values
    factor = 255 / (scale.high - scale.low)
    precise = values.dtype.itemsize > (4 if values.dtype.kind == "f" else 2)
    pixels = np.empty(values.shape, np.uint8)
    for rows in _blocks(values):
        block = values[rows].astype(np.float64 if precise else np.float32)
        block -= scale.low
        block *= factor
        np.rint(block, out=block)
        pixels[rows] = np.clip(block, 0, 255, out=block)
    return pixels


def _blocks(values: NDArray[Any]) -> Iterator[Any]:
    """Yield what selects one part after another along the first axis."""
    if values.ndim == 0:
        yield ...
        return
    rows = max(1, _BLOCK // max(1, math.prod(values.shape[1:])))
    for start in range(0, len(values), rows):
        yield slice(start, start + rows)


def _check_finite(values: NDArray[Any], what: str) -> None:
    if values.dtype.kind != "f":
        return
    bad = sum(int((~np.isfinite(values[rows])).sum()) for rows in _blocks(values))
    if bad:
        raise DataError(
            f"{what} hold {bad:,} {'value that is' if bad == 1 else 'values that are'} NaN or "
            "infinite.",
            "Replace them: images = np.nan_to_num(images, posinf=0, neginf=0)",
        )


def _float_scale(low: float, high: float, what: str) -> Scale:
    if low >= -_ROUNDING * max(1.0, high):
        if high <= 1 + _ROUNDING:
            return Scale(0, 1, _part_of(f"{what} are floats", low, high, 1))
        return _whole_scale(low, high, what)
    if low >= -1 - _ROUNDING and high <= 1 + _ROUNDING:
        return Scale(
            -1,
            1,
            f"{what} are floats from {low:.4g} to {high:.4g}: -1 became black and 1 white; "
            "--levels LOW,HIGH chooses others.",
        )
    raise DataError(
        f"{what} are floats from {low:.4g} to {high:.4g}, and which are black and white is "
        "unknown.",
        f"Give --levels LOW,HIGH, such as {_flag(low, high)}; by itself 0 to 1, -1 to 1 and 0 to "
        "255 are read.",
    )


def _whole_scale(low: float, high: float, what: str) -> Scale:
    white = next((white for white in FULL_SCALES if high <= white * (1 + _ROUNDING)), None)
    if white is None:
        raise DataError(
            f"{what} have values up to {high:.10g}, more than 16 bits hold.",
            f"Give --levels LOW,HIGH, such as --levels 0,{high:.10g}.",
        )
    if white == FULL_SCALES[0]:
        return Scale(0, white, _part_of(f"{what} have values", low, high, white))
    return Scale(
        0,
        white,
        f"{what} have values up to {high:.10g}: 0 became black and {white} white; --levels "
        "LOW,HIGH chooses others.",
    )


def _asked_scale(levels: tuple[float, float], low: float, high: float) -> Scale:
    """Return what ``--levels`` asks for, and the values' own range if it is quite another."""
    black, white = levels
    asked = asked_sentence(levels)
    if min(high, white) - max(low, black) > _PART * (white - black):
        return Scale(black, white, asked)
    return Scale(black, white, f"{asked[:-1]}; the values are from {low:.4g} to {high:.4g}.")


def curve_of(levels: tuple[float, float] | None) -> list[int]:
    """Return what each value of 8 bits becomes by ``--levels``; empty if it stays."""
    if levels is None:
        return []
    return [int(value) for value in apply_scale(np.arange(256), Scale(*levels))]


def asked_sentence(levels: tuple[float, float]) -> str:
    """Return what there is to say of ``--levels``."""
    return f"By --levels, {levels[0]:g} became black and {levels[1]:g} white."


def _part_of(subject: str, low: float, high: float, white: float) -> str | None:
    """Return what there is to say if values are far below the white that was taken for theirs."""
    if high > _PART * white or low >= high:
        return None
    return (
        f"{subject} from {low:.4g} to {high:.4g}: 0 became black and {white:g} white; --levels "
        f"LOW,HIGH chooses others, such as {_flag(0, high)}."
    )


def _flag(low: float, high: float) -> str:
    """Return the flag for a range; a value that begins with a dash needs the equals sign."""
    return f"--levels{'=' if low < 0 else ' '}{low:.4g},{high:.4g}"


def _negative(parts: Sequence[NDArray[Any]], low: float, what: str) -> DataError:
    count = sum(int((values < 0).sum()) for values in parts)
    return DataError(
        f"{what} hold {count:,} negative value{'s' if count > 1 else ''}, the lowest {low:.10g}.",
        f"Give --levels LOW,HIGH, or move them: images = (images - ({low:.10g})).astype('uint8')",
    )
