"""RUN: a path, a name, a beginning, latest, a file, a bundled generator."""

import os
import shutil
from pathlib import Path

import pytest

from ganctl.errors import CheckpointError, RunError, RunNotFound
from ganctl.files import paths
from ganctl.requests.training import TrainRequest
from ganctl.runs import locate
from ganctl.runs.locate import RunSource, all_runs, find, find_run, find_source, known_names
from ganctl.runs.run import LATEST, Run


@pytest.fixture
def runs(home):
    """Three runs: demo, demo-two and other; the pointer means demo-two."""
    made = {}
    for name in ("demo", "other", "demo-two"):
        made[name] = Run.new(home / "runs" / name, TrainRequest())
        made[name].begin({}, {})
    return made


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """A stand-in for the bundled generators."""
    folder = tmp_path / "assets" / "pretrained"
    folder.mkdir(parents=True)
    (folder / "mnist.safetensors").write_bytes(b"")
    monkeypatch.setattr(paths, "ASSETS", tmp_path / "assets")
    monkeypatch.setattr(paths, "PRETRAINED", folder)
    return folder / "mnist.safetensors"


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("demo", "demo"),
        ("runs/demo", "demo"),
        ("demo-t", "demo-two"),
        ("runs/o", "other"),
        ("latest", "demo-two"),
        ("runs/latest", "demo-two"),
        ("runs/latest/", "demo-two"),
        (None, "demo-two"),
    ],
)
def test_names(runs, reference, name):
    assert find_run(reference).name == name


def test_a_path_relative_or_absolute(runs, home, monkeypatch):
    assert find_run(str(home / "runs" / "other")).name == "other"
    monkeypatch.chdir(home / "runs")
    assert find_run("./other").folder == home / "runs" / "other"


def test_an_exact_name_wins_over_a_beginning(runs):
    assert find_run("demo").name == "demo"


def test_an_ambiguous_beginning_lists_the_candidates(runs):
    with pytest.raises(RunNotFound, match="could be demo, demo-two"):
        find_run("dem")


@pytest.mark.parametrize(
    "reference", ["nope", "runs/dmeo", "/no/such/place", " ", ".", "x" * 300, "~no-such-user"]
)
def test_an_unknown_run_lists_what_there_is(runs, reference):
    with pytest.raises(RunNotFound) as caught:
        find_run(reference)
    assert "latest, demo, demo-two, other" in caught.value.hint
    if "dmeo" in reference:
        assert "Did you mean demo" in caught.value.hint


def test_no_run_at_all():
    with pytest.raises(RunNotFound, match="no run yet"):
        find_run(None)


@pytest.mark.parametrize("pointer", ["gone\n", "", "\xff\xfe", "x" * 300, None])
def test_a_dangling_pointer_falls_back_to_the_newest(runs, home, pointer):
    path = home / "runs" / "latest"
    path.unlink()
    if pointer is not None:
        path.write_bytes(pointer.encode("latin-1"))
    for age, name in enumerate(("other", "demo", "demo-two")):
        os.utime(runs[name].folder / "run.json", (1000 - age, 1000 - age))
    assert find_run("latest").name == "other"


def test_the_pointer_may_lead_out_of_the_home(runs, home, tmp_path):
    shutil.move(runs["other"].folder, tmp_path / "moved")
    (home / "runs" / "latest").write_text(f"{tmp_path / 'moved'}\n")
    found = find_run(None)
    assert found.folder == tmp_path / "moved"
    assert found.reference == str(tmp_path / "moved")


def test_a_source_is_the_best_checkpoint(trained):
    source = find_source("lines")
    assert source == RunSource("lines", trained.checkpoint_path(trained.best["step"]), trained)
    assert source.file_stem == "lines"


def test_of_a_run_that_was_never_judged_it_is_the_latest(trained):
    trained.best = {}
    trained.save()
    assert find_source("lines").checkpoint == trained.latest_checkpoint()


@pytest.mark.parametrize(
    ("which", "name"),
    [("best", "best"), ("latest", "step00000040"), ("40", "step00000040"), ("20", "step00000020")],
)
def test_another_checkpoint_by_its_step(trained, which, name):
    trained.rewind(40)  # Which gives the best a file of its own, as while it trains.
    source = find_source(f"lin@{which}")
    assert source.checkpoint == trained.folder / "checkpoints" / f"{name}.safetensors"
    assert source.reference == f"lines@{which}"
    assert source.file_stem == f"lines-{which}"
    assert find_source(source.reference).checkpoint == source.checkpoint


def test_a_step_that_was_not_kept(trained):
    with pytest.raises(RunNotFound, match="no checkpoint of step 7") as caught:
        find_source("lines@7")
    assert "20, 30, 40" in caught.value.hint
    with pytest.raises(RunNotFound, match="no run 'nobody'"):
        find_source("nobody@7")


def test_a_path_may_have_an_at_sign(trained, tmp_path):
    moved = tmp_path / "a@7"
    shutil.move(trained.folder, moved)
    run = find_source(str(moved)).run
    assert run is not None
    assert run.folder == moved
    assert find_source(f"{moved}@20").checkpoint.name == "step00000020.safetensors"


def test_a_run_without_checkpoint_is_no_source(runs):
    with pytest.raises(RunError, match="no checkpoint yet"):
        find_source("demo")


def test_a_file_is_a_source(trained, monkeypatch):
    monkeypatch.chdir(trained.folder / "checkpoints")
    source = find_source("step00000040.safetensors")
    assert source.checkpoint.samefile(trained.latest_checkpoint())
    assert source.run is None
    assert source.reference == str(trained.latest_checkpoint())
    assert source.file_stem == "step00000040"
    monkeypatch.chdir(trained.folder.anchor)
    assert find_source(source.reference).checkpoint.samefile(trained.latest_checkpoint())


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("name", ["model.pt", "model.pkl", "weights.pth", "x.ckpt", "MODEL.PT"])
def test_pickles_are_refused_whether_they_exist_or_not(name, exists):
    if exists:
        Path(name).write_bytes(b"")
    with pytest.raises(CheckpointError, match="is a pickle") as caught:
        find(name)
    assert ".safetensors" in caught.value.hint


def test_a_run_whose_name_ends_like_a_pickle_is_a_run(home):
    Run.new(home / "runs" / "v1.bin", TrainRequest()).begin({}, {})
    found = find("v1.bin")
    assert isinstance(found, Run)
    assert found.name == "v1.bin"


def test_before_any_run_the_bundled_generator_stands_in(bundled):
    source = find_source(None)
    assert source.checkpoint == bundled
    assert source.reference == "pretrained/mnist"
    assert source.file_stem == "pretrained-mnist"
    assert source.note is not None
    assert "no run yet" in source.note


def test_after_a_run_it_must_be_asked_for(bundled, runs):
    assert isinstance(find(None), Run)
    assert find_source("pretrained/mnist") == RunSource("pretrained/mnist", bundled)
    with pytest.raises(RunNotFound, match="pretrained/nmist") as caught:
        find("pretrained/nmist")
    assert "Did you mean pretrained/mnist" in caught.value.hint


def test_a_bundled_name_without_its_folder_is_hinted_at(bundled, runs):
    with pytest.raises(RunNotFound) as caught:
        find("mnist")
    assert "pretrained/mnist" in caught.value.hint


def test_nothing_is_bundled_and_nothing_was_trained(bundled):
    bundled.unlink()
    with pytest.raises(RunNotFound) as caught:
        find(None)
    assert caught.value.hint


def test_all_runs_oldest_first_without_the_damaged(runs, home):
    (home / "runs" / "other" / "run.json").write_text("{")
    assert [run.name for run in all_runs()] == ["demo", "demo-two"]


def test_known_names(bundled, runs):
    assert known_names() == ["latest", "demo", "demo-two", "other", "pretrained/mnist"]
    assert LATEST == "latest"


@pytest.mark.parametrize("reference", ["demo", "runs/demo", "oth", "latest", None])
def test_names_mean_the_same_from_any_folder(runs, monkeypatch, tmp_path, reference):
    here = find_run(reference).folder
    for folder in (tmp_path, tmp_path / "home", Path(tmp_path.anchor)):
        monkeypatch.chdir(folder)
        assert find_run(reference).folder == here
        assert find_run(find_run(reference).reference).folder == here


def a_run_with_checkpoints(home, *steps):
    run = Run.new(home / "runs" / "demo", TrainRequest())
    run.begin({}, {})
    (run.folder / "checkpoints").mkdir()
    for step in steps:
        run.checkpoint_path(step).write_bytes(b"%d" % step)
    return run


def pruned_before(run, *steps):
    """Return a reader of files, which a training that goes on overtakes once."""
    left = [*steps]

    def read(path):
        if left:
            run.checkpoint_path(9).write_bytes(b"9")
            for step in left:
                run.checkpoint_path(step).unlink()
            left.clear()
        if not path.exists():
            raise CheckpointError("It is gone.", "Look for it.")
        return path.read_bytes()

    return read


def test_a_checkpoint_that_is_pruned_before_it_is_read(home):
    run = a_run_with_checkpoints(home, 1, 2)
    assert locate.read_source(find_source("demo"), pruned_before(run, 1, 2)) == b"9"


def test_a_checkpoint_that_was_named_is_not_replaced_by_another(home):
    run = a_run_with_checkpoints(home, 1, 2)
    with pytest.raises(RunNotFound, match="no checkpoint of step 1"):
        locate.read_source(find_source("demo@1"), pruned_before(run, 1))


def test_a_checkpoint_that_is_damaged_is_read_once(home):
    a_run_with_checkpoints(home, 1)
    looks = []

    def read(path):
        looks.append(path)
        raise CheckpointError("It is damaged.", "Restore it.")

    with pytest.raises(CheckpointError, match="damaged"):
        locate.read_source(find_source("demo"), read)
    assert len(looks) == 1


def test_a_file_of_no_run_that_is_gone(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(b"")
    source = find_source(str(path))
    path.unlink()

    def read(path):
        raise CheckpointError("It is gone.", "Look for it.")

    with pytest.raises(CheckpointError, match="gone"):
        locate.read_source(source, read)


def test_a_run_that_is_removed_while_runs_are_listed(runs, monkeypatch):
    folders = locate._run_folders()
    shutil.rmtree(runs["other"].folder)
    monkeypatch.setattr(locate, "_run_folders", lambda: folders)
    assert {run.name for run in all_runs()} == {"demo", "demo-two"}


def test_a_run_at_a_path_comes_first_whatever_it_is_called(bundled, runs, home, monkeypatch):
    monkeypatch.chdir(home)
    for name in ("pretrained/mnist", "exp.bin"):
        shutil.copytree(home / "runs" / "demo", home / name)
        found = find(name)
        assert isinstance(found, Run)
        assert found.folder == home / name


def test_an_empty_name_means_nothing(runs):
    for search in (find, find_run, find_source):
        with pytest.raises(RunNotFound, match="RUN is empty"):
            search("")
