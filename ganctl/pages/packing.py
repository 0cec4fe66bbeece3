"""Numbers as text in a page: base64 of little-endian arrays, weights as integers of 16 bits."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
LARGEST = 2**15 - 1


def packed_floats(values: NDArray[Any]) -> str:
    """Return the base64 of numbers as float32."""
    return b64encode(values.astype("<f4").tobytes()).decode()


def packed_shorts(values: NDArray[Any]) -> str:
    """Return the base64 of whole numbers from -32,768 to 32,767."""
    return b64encode(values.astype("<i2").tobytes()).decode()


def packed_matrix(matrix: NDArray[Any], groups: int) -> dict[str, Any]:
    """Return a matrix [rows, columns] as integers of 16 bits, with a scale for each group of rows.

    That takes the room of float16, and is eight times as exact where weights are of a size: of
    normally distributed ones in a row of 100 the largest is about 2.5 deviations, so that rounding
    is off by at most 4e-5 deviations, and in float16 by 5e-4 of each weight.

    Args:
        matrix: the weights.
        groups: how many groups of as many rows each there are; output channels, as a rule.
    """
    rows, columns = matrix.shape
    grouped = matrix.astype(np.float64).reshape(groups, -1)
    scale = np.abs(grouped).max(axis=1, keepdims=True) / LARGEST
    scale = np.where(scale > 0, scale, 1).astype(np.float32)
    return {
        "rows": rows,
        "columns": columns,
        "scale": packed_floats(scale),
        "values": packed_shorts(np.clip(np.rint(grouped / scale), -LARGEST, LARGEST)),
    }
