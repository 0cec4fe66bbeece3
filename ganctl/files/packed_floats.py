"""Float32 numbers in about 14% fewer bytes, and back to the bit. No torch.

Of trained weights and of Adam's moments the exponents are much alike, and nothing else can be
foreseen. So each number is split: the exponents, a byte each, are compressed; sign and mantissa
are stored as they are. It takes a few milliseconds a million numbers.
"""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

_STORED = 3
"""Bytes of a number that are not compressed."""


def pack(numbers: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return float32 numbers [N] as bytes: low halves, the rest of mantissas with signs, exponents.

    All are little-endian: N two-byte halves, N bytes, and a zlib stream of N bytes.
    """
    bits = np.ascontiguousarray(numbers, "<f4").view("<u4")
    low = bits.astype("<u2")
    high = (bits >> 16 & 0x7F | bits >> 24 & 0x80).astype(np.uint8)
    exponents = (bits >> 23).astype(np.uint8)
    compressor = zlib.compressobj(level=1, strategy=zlib.Z_RLE)
    compressed = compressor.compress(exponents.tobytes()) + compressor.flush()
    return np.concatenate([low.view(np.uint8), high, np.frombuffer(compressed, np.uint8)])


def unpack(packed: NDArray[np.uint8], count: int) -> NDArray[np.float32]:
    """Return the ``count`` float32 numbers that ``pack`` was given.

    Raises:
        ValueError: these are not so many numbers.
    """
    if packed.ndim != 1 or packed.dtype != np.uint8 or packed.size < _STORED * count:
        raise ValueError("its packed numbers are too few")
    low, high, compressed = np.split(packed, [2 * count, _STORED * count])
    stream = zlib.decompressobj()
    try:
        exponents = stream.decompress(compressed.tobytes(), count + 1)  # 0 would be without end.
    except zlib.error as error:
        raise ValueError(f"its packed numbers are damaged ({error})") from error
    if len(exponents) != count or not stream.eof or stream.unused_data:
        raise ValueError("its packed numbers are of another count")
    bits = low.view("<u2").astype(np.uint32)
    bits |= (high & 0x7F).astype(np.uint32) << 16
    bits |= (high & 0x80).astype(np.uint32) << 24
    bits |= np.frombuffer(exponents, np.uint8).astype(np.uint32) << 23
    return bits.view(np.float32)
