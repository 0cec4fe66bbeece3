"""One process at a time, whatever ends it."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from ganctl.errors import FileError, RunError
from ganctl.runs import lock
from ganctl.runs.lock import Lock, check_free, is_free


@pytest.fixture
def path(tmp_path):
    return tmp_path / "lock"


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0.0)


def holding_process(path):
    """Start a process that holds a lock until it is ended."""
    code = "from pathlib import Path; from ganctl.runs.lock import Lock\n"
    code += f"held = Lock(Path({str(path)!r}"
    code += '), "It")\nprint("held", flush=True)\nimport time; time.sleep(600)'
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_one_is_refused_until_the_first_lets_go(path, impatient):
    first = Lock(path, "The run demo")
    with pytest.raises(RunError, match="The run demo is already being trained") as caught:
        Lock(path, "The run demo")
    assert f"by process {os.getpid()} on {socket.gethostname()}." in str(caught.value)
    assert "--resume" in caught.value.hint and "--name" in caught.value.hint
    assert not is_free(path)
    first.release()
    assert is_free(path)
    Lock(path, "The run demo").release()


def test_a_killed_process_leaves_no_lock(path, impatient):
    with holding_process(path) as process:
        try:
            with pytest.raises(RunError, match=f"by process {process.pid} on"):
                Lock(path, "It")
            assert not is_free(path)
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=30)
            assert path.exists()
            assert is_free(path)
            Lock(path, "It").release()
        finally:
            process.kill()


def test_asking_writes_nothing(path):
    assert is_free(path)
    assert not path.exists()
    Lock(path, "It").release()
    before = path.stat()
    assert is_free(path)
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_who_only_asks_refuses_nobody(path):
    Lock(path, "It").release()
    descriptor = os.open(path, os.O_RDONLY)
    lock._try(descriptor, shared=True)
    timer = threading.Timer(0.1, os.close, [descriptor])
    timer.start()
    Lock(path, "It").release()
    timer.join()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_where_there_are_no_locks_nothing_is_refused_or_claimed(path, monkeypatch, number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(lock, "_try", fail)
    one, two = Lock(path, "It"), Lock(path, "It")
    assert not is_free(path)
    one.release()
    two.release()


def test_a_file_that_cannot_be_made(path, monkeypatch):
    def fail(*_):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "open", fail)
    with pytest.raises(FileError, match="Read-only file system") as caught:
        Lock(path, "It")
    assert "that you may write to" in caught.value.hint
    assert not is_free(path)


def test_a_strangers_link_is_not_followed(path, tmp_path):
    (tmp_path / "mine").write_text("mine")
    path.symlink_to("mine")
    with pytest.raises(FileError):
        Lock(path, "It")
    assert not is_free(path)
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_strangers_pipe_does_not_hang(path):
    os.mkfifo(path)
    Lock(path, "It").release()
    assert is_free(path)


@pytest.mark.parametrize("content", [b"", b"\xff" * 400, b"1 \x1b[31m\n", b"1 host\nmore\n"])
def test_what_a_stranger_signed_is_not_shown(path, impatient, monkeypatch, content):
    monkeypatch.setattr(lock, "_sign", lambda descriptor: os.write(descriptor, content))
    held = Lock(path, "It")
    with pytest.raises(RunError, match="by another process"):
        Lock(path, "It")
    held.release()


def test_a_full_disk_does_not_keep_from_holding_it(path, impatient, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        held = Lock(path, "It")
    with pytest.raises(RunError, match="by another process"):
        Lock(path, "It")
    held.release()


def test_a_lock_is_looked_at_without_a_trace(path, impatient):
    check_free(path, "It")
    assert not path.exists()
    held = Lock(path, "It")
    with pytest.raises(RunError, match=f"It is already being trained by process {os.getpid()}"):
        check_free(path, "It")
    held.release()
    check_free(path, "It")


def test_where_there_are_no_locks_nothing_is_refused_beforehand(path, monkeypatch):
    def no_locks(_descriptor, *, shared):
        raise OSError(errno.ENOLCK, "No locks available")

    path.write_text("")
    monkeypatch.setattr(lock, "_try", no_locks)
    check_free(path, "It")
