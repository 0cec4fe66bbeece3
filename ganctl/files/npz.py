"""Arrays from anybody's ``.npz``: NumPy's format without pickles, held to its headers.

``numpy.load`` asks for the memory that a header claims before it reads on, and
has Python's own parser read the header. Here a header is matched with what
NumPy writes, and must agree with the size of its member and with the limits.
See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
"""

from __future__ import annotations

import io
import math
import re
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Literal

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import DataError
from ganctl.files.limits import NPY_HEADER_BYTES, ZIP_DIRECTORY_BYTES

_MAGIC = b"\x93NUMPY"
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
"""How many bytes tell the length of the header, by the version of the format."""
_HEADER = re.compile(
    rb"\{\s*'descr':\s*'(?P<dtype>[<>|=]?[?biufcSU]\d{0,9})',"
    rb"\s*'fortran_order':\s*(?P<fortran>True|False),"
    rb"\s*'shape':\s*\((?P<shape>[\dL, ]{0,160})\),?\s*\}\s*"
)
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class NpzFile:
    """An open ``.npz``.

    Args:
        path: the file, or what messages call it.
        content: what it contains, where it lies in an archive; it must be seekable.

    Raises:
        DataError: it is not a zip file.
    """

    def __init__(self, path: Path | str, content: io.BytesIO | None = None) -> None:
        self.path = path
        try:
            raw = io.FileIO(path) if content is None else content
            self._file = _SmallReads(raw)
        except OSError as error:
            raise self._unreadable(error) from error
        try:
            self._archive = zipfile.ZipFile(self._file)
        except Exception as error:  # zipfile lets out whatever it trips over in a damaged file.
            self._file.close()
            raise self._unreadable(error) from error

    def __enter__(self) -> NpzFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._archive.close()
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return f"{name}.npy" in self._archive.NameToInfo

    def headers(self) -> dict[str, ArrayHeader | None]:
        """Return what every array claims to be, by name; None for one of Python's objects.

        Raises:
            DataError: a header cannot be unpacked.
        """
        members = {
            member.filename.removesuffix(".npy"): member
            for member in self._archive.filelist
            if member.filename.endswith(".npy")
        }
        try:
            return {name: self._header_or_none(member) for name, member in members.items()}
        except Exception as error:  # As above.
            raise self._unreadable(error) from error

    def _header_or_none(self, member: zipfile.ZipInfo) -> ArrayHeader | None:
        try:
            return self._header(member)
        except ValueError:
            return None

    def _header(self, member: zipfile.ZipInfo) -> ArrayHeader:
        if member.compress_type not in _METHODS:
            raise ValueError("its compression is not one of NumPy's")
        with self._archive.open(member) as file:
            return _parse_header(file.read(NPY_HEADER_BYTES))

    def read(self, name: str, most: int) -> NDArray[np.generic]:
        """Return an array of numbers or texts.

        Args:
            name: the array's.
            most: how many bytes it may have.

        Raises:
            DataError: it is missing, damaged, of objects or other values, or too large.
        """
        if name not in self:
            raise DataError(
                f"{self.path} has no array {name!r}.",
                "It must hold images [N, H, W(, 3)] and labels [N].",
            )
        try:
            return self._read(self._archive.getinfo(f"{name}.npy"), most)
        except Exception as error:  # As above; unknown flags and methods of packing among it.
            raise self._unreadable(error) from error

    def _read(self, member: zipfile.ZipInfo, most: int) -> NDArray[np.generic]:
        header = self._header(member)
        size = math.prod(header.shape) * header.dtype.itemsize
        if size > most:
            raise ValueError(
                f"{member.filename} claims {size:,} bytes, and up to {most:,} are read"
            )
        if member.file_size != header.length + size:
            raise ValueError(f"{member.filename} is not as long as its header says")
        with self._archive.open(member) as file:
            file.read(header.length)
            content = _read_all(file, size)
        if header.dtype.kind == "U":
            letters = np.ndarray(size // 4, f"{header.dtype.str[0]}u4", content)
            if letters.max(initial=0) > sys.maxunicode:  # NumPy would raise a SystemError later.
                raise ValueError(f"{member.filename} holds invalid text")
        array: NDArray[np.generic] = np.ndarray(
            header.shape, header.dtype, content, order=header.order
        )
        return array

    def _unreadable(self, error: Exception) -> DataError:
        reason = str(error) or type(error).__name__
        return DataError(f"{self.path} cannot be read: {reason}.", "Give an .npz of arrays.")


class _SmallReads(io.BufferedReader):
    """A file that gives no more at once than the list of members of an ``.npz`` may have.

    ``zipfile`` asks for that list whole, and makes twenty times as much memory of it.
    """

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes."""
        if size is not None and size > ZIP_DIRECTORY_BYTES:
            raise ValueError("its list of members is too large")
        return super().read(-1 if size is None else size)


@dataclass(frozen=True)
class ArrayHeader:
    """What a header claims, and where the values begin."""

    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    order: Literal["C", "F"]
    length: int

    def __str__(self) -> str:
        return f"{self.dtype} {list(self.shape)}"


def _parse_header(start: bytes) -> ArrayHeader:
    begins = len(_MAGIC) + 2 + _LENGTH_BYTES.get(start[len(_MAGIC)], 0) if len(start) > 10 else 0
    if not start.startswith(_MAGIC) or begins == len(_MAGIC) + 2:
        raise ValueError("it is not a NumPy array")
    ends = begins + int.from_bytes(start[len(_MAGIC) + 2 : begins], "little")
    match = _HEADER.fullmatch(start, begins, ends) if ends <= len(start) else None
    if match is None:
        raise ValueError("it holds objects, or other values than numbers and texts")
    dtype = np.dtype(match["dtype"].decode())
    if not dtype.itemsize:
        raise ValueError("its values have no size")
    sizes = [size.strip() for size in match["shape"].split(b",")]
    shape = tuple(int(size.removesuffix(b"L")) for size in sizes if size)
    return ArrayHeader(shape, dtype, "F" if match["fortran"] == b"True" else "C", ends)


def _read_all(file: IO[bytes], size: int) -> bytearray:
    """Read in pieces, so that a header that lies costs no more memory than the file holds."""
    content = bytearray()
    while len(content) < size:
        piece = file.read(min(ZIP_DIRECTORY_BYTES, size - len(content)))
        if not piece:
            raise EOFError("it is truncated")
        content += piece
    return content
