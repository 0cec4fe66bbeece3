"""The IDX format of MNIST: big-endian sizes, then unsigned bytes (LeCun et al. 1998).

A file starts with two zero bytes, the type (8: unsigned byte) and the number
of dimensions; then each size as a 32-bit big-endian number; then the values,
the last dimension fastest.
"""

from __future__ import annotations

import gzip
import io
import lzma
import math
import struct
import zlib
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import DATA_BYTES, XZ_MEMORY

UNSIGNED_BYTE = 8
_CHUNK = 1 << 24


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read an IDX file of unsigned bytes, plain or packed as ``.gz`` or ``.xz``.

    Returns:
        uint8 values in the shape that the header gives, one to three dimensions.

    Raises:
        DataError: it is not such a file, it is truncated, or it claims over 8 GiB.
    """
    try:
        if not path.is_file():  # A pipe would keep us waiting.
            raise DataError(f"Cannot read {path}: it is not a file.", "Check the path.")
        with _open(path) as file:
            shape = _read_shape(file, path)
            if path.suffix not in PACKED and math.prod(shape) > path.stat().st_size:
                raise _truncated(path)
            values = _read_values(file, math.prod(shape), path).reshape(shape)
            file.read(1)  # Only at its end does a packed file check its sum.
            return values
    except (OSError, ValueError, EOFError, MemoryError, lzma.LZMAError, zlib.error) as error:
        raise DataError(
            f"Cannot read {path}: {error}.", "Check the path, or fetch the file again."
        ) from error


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """Return the contents of an IDX file that holds ``array``."""
    header = struct.pack(f">HBB{array.ndim}I", 0, UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + np.ascontiguousarray(array).tobytes()


class _XzReader(io.RawIOBase):
    """Unpacks an ``.xz`` file, whose header may ask for gigabytes to do so, in bounded memory."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._unpacker = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY)

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        unpacked = b""
        while not unpacked and not self._unpacker.eof:
            packed = self._file.read(_CHUNK) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not packed:
                raise EOFError("it ends too early")
            unpacked = self._unpacker.decompress(packed, size)
        return unpacked

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


PACKED = (".gz", ".xz")
Opened = IO[bytes] | gzip.GzipFile | _XzReader


def _open(path: Path) -> Opened:
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    return _XzReader(path) if path.suffix == ".xz" else path.open("rb")


def _read_shape(file: Opened, path: Path) -> tuple[int, ...]:
    magic = file.read(4)
    if (
        len(magic) < 4
        or magic[:2] != b"\0\0"
        or magic[2] != UNSIGNED_BYTE
        or not 1 <= magic[3] <= 3
    ):
        raise DataError(
            f"{path} is not an IDX file of unsigned bytes.",
            "IDX files begin with the bytes 00 00 08; name a folder that holds such files.",
        )
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise _truncated(path)
    shape = struct.unpack(f">{magic[3]}I", sizes)
    if math.prod(shape) > DATA_BYTES:
        raise DataError(
            f"{path} claims to hold {math.prod(shape):,} values.",
            f"Files of up to {DATA_BYTES:,} values are read; this one is probably damaged.",
        )
    return shape


def _read_values(file: Opened, count: int, path: Path) -> NDArray[np.uint8]:
    """Read in pieces, so that a header that lies costs no more memory than the file holds."""
    pieces = bytearray()
    while len(pieces) < count:
        piece = file.read(min(_CHUNK, count - len(pieces)))
        if not piece:
            raise _truncated(path)
        pieces += piece
    return np.frombuffer(pieces, dtype=np.uint8)


def _truncated(path: Path) -> DataError:
    return DataError(f"{path} is truncated.", "Fetch the file again.")
