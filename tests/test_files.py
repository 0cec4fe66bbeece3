"""Whole files or none, and nothing over what is there."""

import errno
import os

import pytest

from ganctl.errors import FileError
from ganctl.files import check_writable, write_atomically, write_result


def fail_with(number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    return fail


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


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES])
def test_a_fault_leaves_the_old_file_and_nothing_else(folder, monkeypatch, call, number):
    path = folder / "a.txt"
    write_atomically(path, b"old")
    monkeypatch.setattr(os, call, fail_with(number))
    with pytest.raises(FileError, match=os.strerror(number)) as caught:
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert listing(folder) == ["a.txt"]
    if number == errno.ENOSPC:
        assert "disk is full" in caught.value.hint


def test_an_interrupt_leaves_no_temporary_file(folder, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(folder / "a.txt", b"new")
    assert listing(folder) == []


def test_a_really_full_disk():
    """Linux has a device that is always full."""
    from pathlib import Path

    with pytest.raises(FileError) as caught:
        write_atomically(Path("/dev/full/x"), b"")
    assert caught.value.hint
    with pytest.raises(OSError, match="No space left"), open("/dev/full", "wb", 0) as full:  # noqa: PTH123
        full.write(b"x")


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


def test_check_writable_leaves_nothing_and_finds_files_in_the_way(folder):
    check_writable(folder / "not" / "yet")
    assert listing(folder) == []
    (folder / "file").write_text("")
    with pytest.raises(FileError, match="Not a directory"):
        check_writable(folder / "file" / "below")
