"""Another name for a run, and what ``latest`` means then."""

from pathlib import Path

import pytest

from ganctl.errors import FileError, RunError, UsageError
from ganctl.runs import locate
from ganctl.runs.layout import LOCK
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run
from ganctl.runs.tidying.renaming import rename


def test_a_run_is_found_by_its_new_name_alone(runs):
    folder = rename(runs["demo-two"], "digits")
    assert folder == runs["demo"].with_name("digits")
    assert locate.find_run("dig").name == "digits"
    assert "demo-two" not in locate.known_names()
    assert next(folder.glob("checkpoints/*")).read_bytes() == b"demo-two"


@pytest.mark.parametrize(("renamed", "latest"), [("other", "digits"), ("demo", "other")])
def test_latest_means_the_run_that_it_meant(runs, renamed, latest):
    rename(runs[renamed], "digits")
    assert locate.find_folder(None).name == latest
    assert (runs["demo"].parent / "latest").read_text() == f"{latest}\n"


def test_latest_of_a_run_outside_of_the_home(runs, tmp_path):
    run = Run.new(tmp_path / "big", Run.open(runs["demo"]).config)
    run.begin({}, {})
    folder = rename(run.folder, "small")
    assert locate.find_folder(None) == folder == tmp_path / "small"


@pytest.mark.parametrize("name", ["", "a/b", "..", "latest", "pretrained", "nul", "ü", "x" * 101])
def test_a_name_that_cannot_be_a_folder_s_is_refused(runs, name):
    with pytest.raises(UsageError, match="cannot be the name of a run") as caught:
        rename(runs["demo"], name)
    assert caught.value.hint.startswith("NAME takes letters")
    assert runs["demo"].exists()


@pytest.mark.parametrize("taken", ["run", "file", "link"])
def test_a_name_that_is_taken_is_refused(runs, taken):
    target = runs["demo"].with_name("taken")
    if taken == "run":
        runs["other"].rename(target)
    elif taken == "file":
        target.write_text("mine")
    else:
        target.symlink_to("nowhere")
    with pytest.raises(RunError, match="There is a run taken already") as caught:
        rename(runs["demo"], "taken")
    assert "Give another NAME" in caught.value.hint
    assert runs["demo"].exists()


def test_its_own_name_is_told(runs):
    with pytest.raises(RunError, match="called demo already"):
        rename(runs["demo"], "demo")


def test_a_run_that_is_trained_is_refused(runs, monkeypatch):
    monkeypatch.setattr("ganctl.runs.lock.PATIENCE", 0)
    lock = Lock(runs["demo"] / LOCK, "The run demo")
    try:
        with pytest.raises(RunError, match="already being trained"):
            rename(runs["demo"], "digits")
    finally:
        lock.release()
    assert runs["demo"].exists()


def test_where_case_does_not_count_it_may_be_changed(runs, monkeypatch):
    monkeypatch.setattr("os.path.lexists", lambda path: True)
    monkeypatch.setattr(Path, "samefile", lambda self, other: True)
    assert rename(runs["demo"], "Demo").name == "Demo"
    assert not runs["demo"].exists()


def test_a_run_that_is_gone_meanwhile(runs):
    runs["demo"].rename(runs["demo"].with_name("moved"))
    with pytest.raises(FileError, match="No such file"):
        rename(runs["demo"], "digits")
