"""The IDX format of MNIST: big-endian sizes, then big-endian values (LeCun et al. 1998).

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
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import DATA_BYTES, XZ_MEMORY

UNSIGNED_BYTE = 8
_TYPES = {UNSIGNED_BYTE: ">u1", 9: ">i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
_DIMENSIONS = 4
_CHUNK = 1 << 24


def read_idx(path: Path) -> NDArray[Any]:
    """Read an IDX file, plain or packed as ``.gz`` or ``.xz``.

    Returns:
        values of the type and the shape that the header gives, one to four dimensions.

    Raises:
        DataError: it is not such a file, it is truncated, or it claims over 8 GiB.
    """
    try:
        if not path.is_file():  # A pipe would keep us waiting.
            raise DataError(f"Cannot read {path}: it is not a file.", "Check the path.")
        with path.open("rb") as file:
            return read_open_idx(file, str(path), path.suffix, path.stat().st_size)
    except OSError as error:
        raise _unreadable(str(path), error) from error


def read_open_idx(file: IO[bytes], name: str, ending: str, size: int) -> NDArray[Any]:
    """Read an open IDX file, such as a member of an archive.

    Args:
        file: it, at its start; it stays open.
        name: what messages call it.
        ending: ``.gz`` or ``.xz`` if it is packed so.
        size: its bytes.

    Returns:
        as ``read_idx``.

    Raises:
        DataError: as ``read_idx``.
    """
    try:
        with _unpacked(file, ending) as values:
            dtype, shape = _read_header(values, name)
            count = math.prod(shape) * dtype.itemsize
            if ending not in PACKED and count > size:
                raise _truncated(name)
            array = np.frombuffer(_read_bytes(values, count, name), dtype).reshape(shape)
            values.read(1)  # Only at its end does a packed file check its sum.
            return array
    except DataError:
        raise
    except Exception as error:  # zipfile lets out whatever it trips over in a damaged archive.
        raise _unreadable(name, error) from error


def read_idx_shape(file: IO[bytes], name: str, ending: str) -> tuple[int, ...]:
    """Return the shape that an open IDX file claims.

    Raises:
        DataError: as ``read_idx``.
    """
    try:
        with _unpacked(file, ending) as values:
            return _read_header(values, name)[1]
    except (OSError, ValueError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise _unreadable(name, error) from error


def idx_bytes(array: NDArray[np.uint8]) -> bytes:
    """Return the contents of an IDX file that holds ``array``."""
    header = struct.pack(f">HBB{array.ndim}I", 0, UNSIGNED_BYTE, array.ndim, *array.shape)
    return header + np.ascontiguousarray(array).tobytes()


class _XzReader(io.RawIOBase):
    """Unpacks an ``.xz`` file, whose header may ask for gigabytes to do so, in bounded memory."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
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


PACKED = (".gz", ".xz")
Opened = IO[bytes] | gzip.GzipFile | _XzReader


def _unpacked(file: IO[bytes], ending: str) -> AbstractContextManager[Opened]:
    if ending == ".gz":
        return gzip.GzipFile(fileobj=file, mode="rb")
    return _XzReader(file) if ending == ".xz" else nullcontext(file)


def _read_header(file: Opened, name: str) -> tuple[np.dtype[Any], tuple[int, ...]]:
    magic = file.read(4)
    if (
        len(magic) < 4
        or magic[:2] != b"\0\0"
        or magic[2] not in _TYPES
        or not 1 <= magic[3] <= _DIMENSIONS
    ):
        raise DataError(
            f"{name} is not an IDX file.",
            "IDX files of images begin with the bytes 00 00 08 03; name a folder of such files.",
        )
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise _truncated(name)
    shape = struct.unpack(f">{magic[3]}I", sizes)
    dtype = np.dtype(_TYPES[magic[2]])
    if math.prod(shape) * dtype.itemsize > DATA_BYTES:
        raise DataError(
            f"{name} claims to hold {math.prod(shape):,} values.",
            f"Files of up to {DATA_BYTES:,} bytes are read; this one is probably damaged.",
        )
    return dtype, shape


def _read_bytes(file: Opened, count: int, name: str) -> bytearray:
    """Read in pieces, so that a header that lies costs no more memory than the file holds."""
    pieces = bytearray()
    while len(pieces) < count:
        piece = file.read(min(_CHUNK, count - len(pieces)))
        if not piece:
            raise _truncated(name)
        pieces += piece
    return pieces


def _truncated(name: str) -> DataError:
    return DataError(f"{name} is truncated.", "Fetch the file again.")


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError(
        f"Cannot read {name}: {error or type(error).__name__}.",
        "Check the path, or fetch the file again.",
    )
