"""What is removed can be taken back, whole, until it is deleted for good."""

import contextlib
import errno
import os
from datetime import datetime
from pathlib import Path

import pytest

from ganctl.errors import FileError, RunError, RunNotFound
from ganctl.requests.training import TrainRequest
from ganctl.runs import locate
from ganctl.runs.layout import LOCK, size
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run
from ganctl.runs.tidying import holding, trash


def files(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != LOCK
    }


def everywhere(home):
    """Return the names of all runs, in the trash or not."""
    live = [folder.name for folder in locate.run_folders()]
    return sorted(live + [removed.name for removed in trash.contents()])


def test_a_removed_run_is_not_found_and_comes_back_as_it_was(runs):
    before = files(runs["demo"])
    (removed,) = trash.remove([runs["demo"]])
    assert not runs["demo"].exists()
    assert removed.name == "demo"
    assert removed.size() == size(removed.folder)
    assert files(removed.folder) == before
    assert "demo" not in locate.known_names()
    assert locate.find_folder("demo") == runs["demo-two"]  # Whose name begins so.
    assert trash.restore(removed) == runs["demo"]
    assert files(runs["demo"]) == before
    assert trash.contents() == []
    assert list(removed.folder.parent.parent.iterdir()) == []


def test_latest_is_the_newest_of_those_that_are_left(runs):
    os.utime(runs["demo"] / "run.json", (1, 1))
    assert locate.find_folder(None) == runs["other"]
    (removed,) = trash.remove([runs["other"]])
    assert locate.find_folder(None) == runs["demo-two"]
    trash.restore(removed)
    assert locate.find_folder(None) == runs["other"]


def test_two_of_the_same_name_both_survive(runs, home):
    one, other = runs["demo"], runs["other"]
    (first,) = trash.remove([one])
    other.rename(one)
    (second,) = trash.remove([one])
    assert trash.find_removed("demo") == [first, second]
    assert trash.find_removed(first.reference) == [first]
    contents = [next(removed.folder.glob("checkpoints/*")) for removed in (first, second)]
    assert [path.read_bytes() for path in contents] == [b"demo", b"other"]


def test_those_of_one_second_stand_in_their_order(runs, home, monkeypatch):
    class Frozen:
        @staticmethod
        def now():
            return datetime(2026, 11, 26, 8, 15)

    monkeypatch.setattr(trash, "datetime", Frozen)
    for _ in range(11):
        run = Run.new(home / "runs" / "again", TrainRequest())
        run.begin({}, {})
        trash.remove([run.folder])
    references = [removed.reference for removed in trash.contents()]
    assert references[0] == "20261126-081500/again"
    assert references[1:] == [f"20261126-081500-{n}/again" for n in range(2, 12)]


def test_a_run_that_is_trained_is_refused_and_none_is_moved(runs):
    lock = Lock(runs["other"] / LOCK, "The run other")
    try:
        with pytest.raises(RunError, match="other is already being trained by process") as caught:
            trash.remove([runs["demo"], runs["other"]])
    finally:
        lock.release()
    assert "Ctrl-C" in caught.value.hint
    assert "--name" not in caught.value.hint
    assert runs["demo"].exists()
    assert runs["other"].exists()
    trash.remove([runs["demo"], runs["other"]])


def test_nobody_trains_a_run_while_it_is_moved(runs, monkeypatch):
    seen = []

    def move(source, target):
        with pytest.raises(RunError, match="already being trained"):
            Run.open(source).hold()
        seen.append(source)
        holding.move(source, target)

    monkeypatch.setattr("ganctl.runs.lock.PATIENCE", 0)
    monkeypatch.setattr(trash, "move", move)
    trash.remove([runs["demo"]])
    assert seen == [runs["demo"]]


def test_on_windows_an_open_lock_would_keep_the_run_from_being_moved(runs, monkeypatch):
    monkeypatch.setattr("ganctl.runs.lock.PATIENCE", 0)
    monkeypatch.setattr(holding, "WINDOWS", True)
    with holding.untrained([runs["demo"]]):
        Lock(runs["demo"] / LOCK, "The run demo").release()


def test_a_link_is_refused(runs, home, tmp_path):
    elsewhere = runs["demo"].rename(tmp_path / "elsewhere")
    runs["demo"].symlink_to(elsewhere)
    with pytest.raises(RunError, match="demo is a link to") as caught:
        trash.remove([runs["other"], runs["demo"]])
    assert "by hand" in caught.value.hint
    assert runs["other"].exists()


def test_a_run_outside_of_the_home_is_refused(runs, tmp_path):
    elsewhere = runs["demo"].rename(tmp_path / "elsewhere")
    with pytest.raises(RunError, match="outside of the home") as caught:
        trash.remove([elsewhere])
    assert str(elsewhere) in caught.value.hint


def test_the_home_may_be_a_link(runs, home, tmp_path):
    (home / "runs").rename(tmp_path / "disk")
    (home / "runs").symlink_to(tmp_path / "disk")
    (removed,) = trash.remove([runs["demo"]])
    assert trash.restore(removed) == runs["demo"]


@pytest.mark.parametrize("taken", ["run", "file", "link"])
def test_a_name_that_is_taken_is_not_overwritten(runs, taken):
    (removed,) = trash.remove([runs["demo"]])
    if taken == "run":
        runs["other"].rename(runs["demo"])
    elif taken == "file":
        runs["demo"].write_text("mine")
    else:
        runs["demo"].symlink_to("nowhere")
    with pytest.raises(RunError, match="There is a run demo again") as caught:
        trash.restore(removed)
    assert "ganctl runs rename demo NAME" in caught.value.hint
    assert trash.contents() == [removed]


def test_what_is_not_in_the_trash_is_told_with_the_nearest_names(runs):
    trash.remove([runs["demo"]])
    with pytest.raises(RunNotFound, match="no 'dmeo' in the trash") as caught:
        trash.find_removed("dmeo")
    assert caught.value.hint == "Did you mean demo? Choose from: demo."


def test_deleting_leaves_nothing_and_nothing_else(runs, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("mine")
    (runs["demo"] / "link").symlink_to(outside)
    (runs["demo"] / "checkpoints" / "link").symlink_to(outside / "precious")
    first, second = trash.remove([runs["demo"], runs["other"]])
    trash.delete([first])
    assert trash.contents() == [second]
    assert (outside / "precious").read_text() == "mine"
    trash.delete(trash.contents())
    assert list(second.folder.parent.parent.iterdir()) == []
    assert locate.run_folders() == [runs["demo-two"]]


def test_a_run_that_was_deleted_in_part_is_no_run_any_more(runs, monkeypatch):
    """A kill came in the middle; the next deletion finishes it."""
    first, second = trash.remove([runs["demo"], runs["other"]])

    def killed(path):
        next(path.rglob("*.safetensors")).unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            trash.delete([first])
    assert trash.contents() == [second]
    trash.delete([])
    left = [path.name for path in second.folder.parent.parent.iterdir()]
    assert left == [second.folder.parent.name]


@pytest.mark.parametrize("killed_before", range(4))
@pytest.mark.parametrize("what", ["remove", "restore"])
def test_a_kill_at_any_moment_loses_nothing(runs, home, monkeypatch, what, killed_before):
    """Before each of the calls that change something on the disk."""
    before = everywhere(home)
    removed = trash.remove([runs["demo"]]) if what == "restore" else []
    calls = iter(range(100))

    def counted(call):
        def count(*arguments, **options):
            if next(calls) == killed_before:
                raise KeyboardInterrupt
            return call(*arguments, **options)

        return count

    with monkeypatch.context() as patch:
        for name in ("mkdir", "rename", "rmdir"):
            patch.setattr(Path, name, counted(getattr(Path, name)))
        with contextlib.suppress(KeyboardInterrupt):
            trash.restore(*removed) if removed else trash.remove([runs["demo"]])
    assert everywhere(home) == before


def test_a_move_that_fails_leaves_the_run_where_it_was(runs, monkeypatch):
    def refuse(self, target):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", refuse)
        with pytest.raises(FileError, match="demo cannot be moved: Invalid cross") as caught:
            trash.remove([runs["demo"]])
    assert "no other program" in caught.value.hint
    assert runs["demo"].exists()
    assert trash.contents() == []
    assert list((runs["demo"].parent / ".trash").iterdir()) == []


def test_a_trash_that_leads_elsewhere_is_refused(runs, tmp_path):
    (runs["demo"].parent / ".trash").symlink_to(tmp_path)
    for use in (trash.contents, lambda: trash.remove([runs["demo"]])):
        with pytest.raises(FileError, match=r"\.trash is a link"):
            use()
    assert runs["demo"].exists()


def test_links_and_files_in_the_trash_are_not_runs(runs, tmp_path):
    (removed,) = trash.remove([runs["demo"]])
    (removed.folder.parent / "link").symlink_to(tmp_path)
    (removed.folder.parent.parent / "linked").symlink_to(runs["other"].parent)
    (removed.folder.parent / "note.txt").write_text("mine")
    assert trash.contents() == [removed]
    assert trash.restore(removed) == runs["demo"]
    assert removed.folder.parent.exists()


def test_a_folder_that_was_not_removed_as_a_run_is_none(runs):
    (removed,) = trash.remove([runs["demo"]])
    (removed.folder.parent.parent / "mine" / "notes").mkdir(parents=True)
    assert trash.contents() == [removed]
    with pytest.raises(RunNotFound, match="no 'notes' in the trash"):
        trash.find_removed("notes")


def test_a_damaged_run_comes_back(runs):
    (runs["demo"] / "run.json").write_text("{")
    (removed,) = trash.remove([runs["demo"]])
    assert trash.restore(removed) == runs["demo"]
