"""Whole files or none: every file that ganctl writes goes through here."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from ganctl.errors import FileError

FORGOTTEN = 3600.0
"""Seconds after which a file that is still temporary has lost its writer."""
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.tmp")
_unfinished: set[Path] = set()
"""The temporary files that this process is writing."""


def read_file(path: Path, most: int) -> bytes:
    """Return the contents of a regular file; a pipe or a device is never opened.

    Raises:
        FileError: it is missing, no file, cannot be read, or has more than ``most`` bytes.
    """
    with explained(path):
        if not stat.S_ISREG(path.stat().st_mode):
            raise FileError(f"{path} is not a file.", "Check the path.")
        with path.open("rb") as file:
            content = file.read(most + 1)
    if len(content) > most:
        raise FileError(
            f"{path} is larger than {most:,} bytes.", "It is damaged, or not what its name says."
        )
    return content


def write_atomically(path: Path, content: bytes) -> None:
    """Put ``content`` at ``path``, replacing what is there, or leave the old file as it was.

    The bytes go to a temporary file in the same folder, are flushed to the
    disk, and take the final name in one step, so that neither a crash nor a
    full disk leaves half a file under ``path``. The folder is flushed too,
    without which a power cut may take the new name back.

    Raises:
        FileError: the folder cannot be made or written, or the disk is full.
    """
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _beside(path)
        _unfinished.add(temporary)
        try:
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        finally:
            _unfinished.discard(temporary)
        _flush_folder(path.parent)


def append_line(path: Path, line: str) -> None:
    """Add a line to a text file, or leave the file as it was.

    Raises:
        FileError: it cannot be written, or the disk is full.
    """
    with explained(path):
        before = path.stat().st_size if path.exists() else 0
        try:
            with path.open("ab") as file:
                file.write(line.encode() + b"\n")
        except OSError:
            with contextlib.suppress(OSError):
                os.truncate(path, before)
            raise


def remove_unfinished() -> None:
    """Remove the temporary files of this process, which is about to end in the middle of them."""
    for temporary in tuple(_unfinished):
        with contextlib.suppress(OSError):
            temporary.unlink()


def remove_leftovers(folder: Path, written_here: Callable[[str], bool]) -> None:
    """Remove the temporary files that writers left in a folder when they were killed.

    Args:
        folder: where to; not below it.
        written_here: whether a file of that name is written by nobody but the caller, whose
            leftover goes at once. Those of others go when they are an hour old. Files that
            ``write_atomically`` did not make are not touched, and one that cannot be removed stays.
    """
    for path in folder.glob(".*.tmp"):
        name = temporary_for(path)
        if name is None:
            continue
        with contextlib.suppress(OSError):
            if written_here(name) or time.time() - path.stat().st_mtime > FORGOTTEN:
                path.unlink()


def temporary_for(path: Path) -> str | None:
    """Return the name of the file that a temporary one would have become; None if it is none."""
    match = _TEMPORARY.fullmatch(path.name)
    return match["name"] if match and path.is_file() and not path.is_symlink() else None


def write_result(path: Path, content: bytes, *, force: bool) -> None:
    """Write a file that the user asked for, never over another one unless ``force``.

    A file that already holds exactly these bytes is left alone, so that the
    same command may be given twice.

    Raises:
        FileError: another file is there and ``force`` is false, or ``path`` cannot be written.
    """
    write_results({path: content}, force=force)


def write_results(files: Mapping[Path, bytes], *, force: bool) -> None:
    """Write several files as ``write_result`` does, or none if one of them is refused.

    Raises:
        FileError: as ``write_result``.
    """
    missing = {
        path: content
        for path, content in files.items()
        if not check_free(path, content, force=force)
    }
    for path, content in missing.items():
        write_atomically(path, content)


def check_free(path: Path, content: bytes | None, *, force: bool) -> bool:
    """Return whether ``content`` is at ``path`` already.

    Raises:
        FileError: writing it there would destroy something, and ``force`` is false or it is a
            folder. With ``content`` None any existing file counts as something.
    """
    _check_no_folder(path)
    with explained(path):
        if not path.exists():
            return False
        if path.read_bytes() == content:
            return True
        if not force:
            raise FileError(
                f"{path} already exists.", "Give --force to overwrite it, or another --out."
            )
        return False


def check_file(path: Path) -> None:
    """Raise ``FileError`` unless a file can be put at ``path``, in the place of another or of none.

    It serves as ``check_writable`` does: what ``write_result`` could not write is refused before.
    """
    check_writable(path.parent)
    _check_no_folder(path)


def check_writable(folder: Path) -> None:
    """Raise ``FileError`` unless files can be made in ``folder``, or where it would be made.

    Nothing is left behind. It serves to refuse a bad path before an hour's work, not after.
    """
    with explained(folder):
        existing = folder
        while not existing.exists():
            existing = existing.parent
        if not existing.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(existing))
        probe = _beside(existing / "probe")
        _unfinished.add(probe)
        try:
            probe.touch(exist_ok=False)
            probe.unlink()
        finally:
            _unfinished.discard(probe)


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn an ``OSError`` about ``path`` into a ``FileError`` that says what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise FileError(f"Cannot use {path}: {reason}.", _advice(error)) from error


def _check_no_folder(path: Path) -> None:
    with explained(path):
        if path.is_dir():
            raise FileError(f"{path} is a folder, not a file.", "Give --out the path of a file.")


def _beside(path: Path) -> Path:
    """Return a name in the same folder that nothing else has."""
    return path.with_name(f".{path.name}.{os.urandom(4).hex()}.tmp")


def _flush_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk, where the system can do that."""
    if os.name == "nt":
        return
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except PermissionError:  # A folder may be one to write to and not to read.
        return
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(descriptor)


def _advice(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full: free some space, or name a folder on another disk with --out."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Choose a folder that you may write to, with --out or $GANCTL_HOME."
    return "Check the path, or name another one with --out."
