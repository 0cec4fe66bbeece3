"""Whole files or none, and nothing over what is there."""

import errno
import os
import time
from pathlib import Path

import pytest

from ganctl.errors import FileError
from ganctl.files.atomic import (
    FORGOTTEN,
    append_line,
    check_file,
    check_free,
    check_writable,
    remove_leftovers,
    write_atomically,
    write_result,
    write_results,
)

pytestmark = pytest.mark.usefixtures("real_fsync")
HINTS = {
    errno.ENOSPC: "The disk is full",
    errno.EDQUOT: "The disk is full",
    errno.EACCES: "that you may write to",
    errno.EROFS: "that you may write to",
    errno.EIO: "Check the path",
}


def fail_with(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


class HalfWritten:
    """An open file on a disk that fails in the middle of a write."""

    def __init__(self, file, number):
        self.file = file
        self.fail = fail_with(number)

    def write(self, content):
        self.file.write(content[: len(content) // 2])
        self.file.flush()
        self.fail()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()


def break_disk(monkeypatch, call, number):
    """Make one step of writing a file fail: ``write``, ``fsync`` or ``replace``."""
    if call == "write":
        real = Path.open
        monkeypatch.setattr(Path, "open", lambda *where: HalfWritten(real(*where), number))
    else:
        monkeypatch.setattr(os, call, fail_with(number))


def listing(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    return path


def test_content_and_missing_folders(folder):
    path = folder / "a" / "b.txt"
    write_atomically(path, b"one")
    write_atomically(path, b"two")
    assert path.read_bytes() == b"two"
    assert listing(path.parent) == ["b.txt"]


def test_permissions_follow_the_umask(folder):
    before = os.umask(0o027)
    try:
        write_atomically(folder / "a.txt", b"")
    finally:
        os.umask(before)
    assert (folder / "a.txt").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("call", ["write", "fsync", "replace"])
@pytest.mark.parametrize("number", HINTS)
def test_a_fault_leaves_the_old_file_and_nothing_else(folder, monkeypatch, call, number):
    path = folder / "a.txt"
    write_atomically(path, b"old")
    with monkeypatch.context() as patch:
        break_disk(patch, call, number)
        with pytest.raises(FileError, match=os.strerror(number)) as caught:
            write_atomically(path, b"new")
    assert HINTS[number] in caught.value.hint
    assert str(path) in str(caught.value)
    assert path.read_bytes() == b"old"
    assert listing(folder) == ["a.txt"]


def test_a_fault_in_the_clearing_up_does_not_hide_the_first(folder, monkeypatch):
    monkeypatch.setattr(os, "fsync", fail_with(errno.ENOSPC))
    monkeypatch.setattr(Path, "unlink", fail_with(errno.EIO))
    with pytest.raises(FileError, match="No space left"):
        write_atomically(folder / "a.txt", b"new")


def test_a_folder_that_cannot_be_made(folder, monkeypatch):
    monkeypatch.setattr(Path, "mkdir", fail_with(errno.EACCES))
    with pytest.raises(FileError, match="Permission denied"):
        write_atomically(folder / "below" / "a.txt", b"new")


def test_a_write_that_the_system_really_refuses(folder):
    """Past the limit on a file's size, as on a full disk, the kernel takes a part and fails."""
    resource = pytest.importorskip("resource")
    path = folder / "a.txt"
    write_atomically(path, b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(FileError, match=os.strerror(errno.EFBIG)):
            write_atomically(path, bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"old"
    assert listing(folder) == ["a.txt"]


def test_an_interrupt_leaves_no_temporary_file(folder, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(folder / "a.txt", b"new")
    assert listing(folder) == []


def test_results_are_not_overwritten_without_force(folder):
    path = folder / "a.png"
    write_result(path, b"one", force=False)
    write_result(path, b"one", force=False)
    with pytest.raises(FileError, match="already exists") as caught:
        write_result(path, b"two", force=False)
    assert "--force" in caught.value.hint
    assert path.read_bytes() == b"one"
    write_result(path, b"two", force=True)
    assert path.read_bytes() == b"two"


def test_a_folder_is_never_overwritten(folder):
    with pytest.raises(FileError, match="is a folder"):
        write_result(folder, b"x", force=True)
    assert listing(folder) == []


def test_without_content_any_file_is_in_the_way(folder):
    path = folder / "a.png"
    check_free(path, None, force=False)
    path.write_bytes(b"")
    with pytest.raises(FileError, match="already exists"):
        check_free(path, None, force=False)
    check_free(path, None, force=True)


def test_check_writable_leaves_nothing_and_finds_files_in_the_way(folder):
    check_writable(folder / "not" / "yet")
    assert listing(folder) == []
    (folder / "file").write_text("")
    with pytest.raises(FileError, match="Not a directory"):
        check_writable(folder / "file" / "below")


def test_check_writable_refuses_a_folder_that_may_not_be_written(folder, monkeypatch):
    monkeypatch.setattr(Path, "touch", fail_with(errno.EACCES))
    with pytest.raises(FileError, match="Permission denied") as caught:
        check_writable(folder)
    assert "$GANCTL_HOME" in caught.value.hint


def test_several_results_are_written(folder):
    write_results({folder / "a": b"1", folder / "below" / "b": b"2"}, force=False)
    assert (folder / "a").read_bytes() == b"1"
    assert (folder / "below" / "b").read_bytes() == b"2"
    assert listing(folder) == ["a", "below"]


@pytest.mark.parametrize("taken", ["file", "folder"])
def test_one_result_that_is_refused_stops_them_all(folder, taken):
    last = folder / "c"
    last.mkdir() if taken == "folder" else last.write_bytes(b"mine")
    with pytest.raises(FileError, match=r"c (already exists|is a folder)"):
        write_results({folder / "a": b"1", folder / "b": b"2", last: b"3"}, force=False)
    assert listing(folder) == ["c"]


def test_of_several_results_only_those_that_changed_are_written(folder):
    same, other = folder / "a", folder / "b"
    write_results({same: b"1", other: b"2"}, force=False)
    before = same.stat()
    write_results({same: b"1", other: b"3", folder / "c": b"4"}, force=True)
    after = same.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert other.read_bytes() == b"3"
    assert listing(folder) == ["a", "b", "c"]


def test_no_results_are_nothing(folder):
    write_results({}, force=False)
    assert listing(folder) == []


def test_lines_are_appended(folder):
    append_line(folder / "a.jsonl", "eins")
    append_line(folder / "a.jsonl", "zwei ü")
    assert (folder / "a.jsonl").read_text(encoding="utf-8") == "eins\nzwei ü\n"


def test_a_line_that_cannot_be_written_leaves_no_part(folder, monkeypatch):
    path = folder / "a.jsonl"
    append_line(path, "one")
    with monkeypatch.context() as patch:
        break_disk(patch, "write", errno.ENOSPC)
        with pytest.raises(FileError, match="No space left"):
            append_line(path, "two")
    append_line(path, "three")
    assert path.read_text() == "one\nthree\n"


@pytest.mark.skipif(os.name == "nt", reason="folders are no files there")
def test_the_folder_is_flushed_after_the_rename(folder, monkeypatch):
    done = []
    replace, fsync = os.replace, os.fsync

    def rename(*names):
        done.append("replace")
        replace(*names)

    def flush(descriptor):
        done.append("folder" if os.fstat(descriptor).st_ino == folder.stat().st_ino else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr(os, "fsync", flush)
    write_atomically(folder / "a.txt", b"")
    assert done == ["file", "replace", "folder"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP])
def test_a_system_that_flushes_no_folders_will_do(folder, monkeypatch, number):
    fsync = os.fsync

    def flush(descriptor):
        if os.fstat(descriptor).st_ino == folder.stat().st_ino:
            fail_with(number)()
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", flush)
    write_atomically(folder / "a.txt", b"x")
    assert (folder / "a.txt").read_bytes() == b"x"


def test_leftovers_of_the_callers_own_files_go_and_those_of_others_when_they_are_old(folder):
    (folder / "below").mkdir()
    kept = [".other.json.0123abcd.tmp", ".mine.tmp", "mine.0123abcd.tmp", ".mine.0123ABCD.tmp",
            "below/.mine.0123abcd.tmp"]  # fmt: skip
    gone = [".mine.0123abcd.tmp", ".mine.ffffffff.tmp", ".old.json.0123abcd.tmp"]
    for name in kept + gone:
        (folder / name).write_bytes(b"x")
    (folder / ".mine.00000000.tmp").symlink_to(folder / "mine.0123abcd.tmp")
    long_ago = time.time() - FORGOTTEN - 1
    os.utime(folder / ".old.json.0123abcd.tmp", (long_ago, long_ago))
    remove_leftovers(folder, lambda name: name == "mine")
    remaining = sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
    assert remaining == sorted([*kept, "below", ".mine.00000000.tmp"])


def test_a_leftover_that_cannot_be_removed_stays(folder, monkeypatch):
    (folder / ".a.0123abcd.tmp").touch()
    monkeypatch.setattr(Path, "unlink", fail_with(errno.EROFS))
    remove_leftovers(folder, lambda _name: True)
    assert listing(folder) == [".a.0123abcd.tmp"]


def test_check_file_refuses_a_folder_and_a_place_below_a_file(folder):
    check_file(folder / "not" / "yet")
    (folder / "file").write_text("")
    check_file(folder / "file")
    assert listing(folder) == ["file"]
    with pytest.raises(FileError, match="is a folder, not a file"):
        check_file(folder)
    with pytest.raises(FileError, match="Not a directory"):
        check_file(folder / "file" / "below")
