"""Arrays as files have them, made into images and classes."""

from __future__ import annotations

from ganctl.readers.labelled import Arrays, OnProgress, Reading
from ganctl.readers.values.levels import to_uint8
from ganctl.requests.data import ReadOptions

__all__ = ["read_arrays", "to_uint8"]


def read_arrays(arrays: Arrays, options: ReadOptions, on_progress: OnProgress | None) -> Reading:
    """Read arrays and make images and labels of them."""
    raise NotImplementedError
