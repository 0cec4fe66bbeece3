"""One process at a time trains a run: a lock of the operating system, which a crash lets go.

The lock lies on a small file that stays where it is: removing it could leave two
processes with a lock each, on a file that is gone and on the one that took its
name. Over NFS the server keeps the lock, for all machines that mount it with locks.
Where a file system has none, nothing is refused. No torch.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import socket
import sys
import time
from pathlib import Path

from ganctl.errors import RunError
from ganctl.files.atomic import explained

STOP_OR_TRAIN_ANOTHER = (
    "Wait for it, or stop it with Ctrl-C where it runs and then --resume it; or train another "
    "run, with --name."
)
PATIENCE = 1.0
"""Seconds for which a lock is asked for again: whoever asks ``is_free`` has it for an instant."""
_PAUSE = 0.05
_UNSUPPORTED = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP)
_HOLDER = re.compile(r"(\d{1,10}) ([\w.-]{1,253})\n", re.ASCII)
# A stranger's folder may have a link or a pipe by this name.
_CAREFULLY = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # A locked byte cannot be read, and the file's first ones say who holds it.

    def _try(descriptor: int, *, shared: bool) -> None:  # noqa: ARG001
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

else:
    import fcntl

    def _try(descriptor: int, *, shared: bool) -> None:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)


class Lock:
    """A held lock on the file at ``path``, until ``release`` or the end of the process."""

    def __init__(self, path: Path, what: str, hint: str = STOP_OR_TRAIN_ANOTHER) -> None:
        """Take the lock.

        Args:
            path: the file, which is made if it is missing.
            what: what nobody else may train, in a word or two.
            hint: what to do where another process holds it.

        Raises:
            RunError: another process holds it.
            FileError: the file cannot be made or opened.
        """
        with explained(path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _CAREFULLY, 0o666)
        try:
            if not _taken_in_time(self._descriptor):
                raise _held(what, self._descriptor, hint)
            _sign(self._descriptor)
        except BaseException:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let others take the lock."""
        os.close(self._descriptor)


def is_free(path: Path) -> bool:
    """Return whether certainly nobody holds the lock on ``path``; nothing is written."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _CAREFULLY)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        _try(descriptor, shared=True)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True


def check_free(path: Path, what: str) -> None:
    """Refuse what ``Lock`` would, now; nothing is written, and nobody is kept from the lock.

    Args:
        path: the file of the lock, which may be missing.
        what: what nobody else may train, in a word or two.

    Raises:
        RunError: another process holds it.
        FileError: the file cannot be opened.
    """
    if is_free(path):
        return
    with explained(path):
        descriptor = os.open(path, os.O_RDONLY | _CAREFULLY)
    try:
        _try(descriptor, shared=True)
    except OSError as error:
        if error.errno not in _UNSUPPORTED:
            raise _held(what, descriptor) from error
    finally:
        os.close(descriptor)


def _held(what: str, descriptor: int, hint: str = STOP_OR_TRAIN_ANOTHER) -> RunError:
    return RunError(f"{what} is already being trained by {_holder(descriptor)}.", hint)


def _taken_in_time(descriptor: int) -> bool:
    """Return whether the lock was got, or cannot be had on this file system."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            _try(descriptor, shared=False)
        except OSError as error:
            if error.errno in _UNSUPPORTED:
                return True
            if time.monotonic() > deadline:
                return False
            time.sleep(_PAUSE)
        else:
            return True


def _sign(descriptor: int) -> None:
    """Write who holds the lock, for others to read; where that fails, it is held all the same."""
    with contextlib.suppress(OSError):
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()} {socket.gethostname()}\n".encode())


def _holder(descriptor: int) -> str:
    os.lseek(descriptor, 0, os.SEEK_SET)
    signed = _HOLDER.fullmatch(os.read(descriptor, 300).decode(errors="replace"))
    return f"process {signed[1]} on {signed[2]}" if signed else "another process"
