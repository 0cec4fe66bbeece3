"""A run's folder: what is written is read again, and damage is named."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from ganctl.errors import FileError, RunError
from ganctl.requests.budget import Progress
from ganctl.requests.networks import NetworkSpec
from ganctl.requests.training import TrainRequest
from ganctl.runs import locate, lock
from ganctl.runs import run as runs
from ganctl.runs.checkpoint_header import CheckpointHeader
from ganctl.runs.header import FORMAT_VERSION, RunStatus
from ganctl.runs.layout import step_of
from ganctl.runs.metrics import latest_metrics
from ganctl.runs.run import Run, new_run
from tests.damage import damage
from tests.strategies import json_values

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def touch(folder, *names):
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"x")


def test_a_new_run_writes_nothing_until_it_begins(home):
    run = Run.new(home / "runs" / "demo", TrainRequest())
    assert not home.exists()
    run.begin({}, {})
    assert (home / "runs" / "demo" / "run.json").is_file()
    assert (home / "runs" / "latest").read_text() == "demo\n"


def test_a_run_elsewhere_is_latest_by_its_path(home, tmp_path):
    Run.new(tmp_path / "elsewhere", TrainRequest()).begin({}, {})
    assert (home / "runs" / "latest").read_text() == f"{tmp_path / 'elsewhere'}\n"


def test_what_a_killed_training_was_writing_is_removed_when_it_is_gone_on_with(run):
    gone = [".run.json.0123abcd.tmp", ".metrics.jsonl.0123abcd.tmp", ".loss.png.0123abcd.tmp",
            "checkpoints/.step00000010.safetensors.0123abcd.tmp",
            "checkpoints/.best.safetensors.0123abcd.tmp",
            "previews/.step00000010.png.0123abcd.tmp"]  # fmt: skip
    kept = [".evaluation.json.0123abcd.tmp", "previews/.mine.png.0123abcd.tmp"]
    for name in ("checkpoints", "previews"):
        (run.folder / name).mkdir()
    for name in gone + kept:
        (run.folder / name).write_bytes(b"x")
    run.begin(run.data, run.parameters)
    left = sorted(str(path.relative_to(run.folder)) for path in run.folder.rglob("*.tmp"))
    assert left == sorted(kept)


def test_a_training_that_was_killed_as_it_began_leaves_its_name_free(home):
    folder = home / "runs" / "demo"
    folder.mkdir(parents=True)
    (folder / ".run.json.0123abcd.tmp").touch()
    Run.new(folder, TrainRequest()).begin({}, {})
    assert [path.name for path in folder.iterdir()] == ["run.json"]
    (home / "runs" / "mine").mkdir()
    (home / "runs" / "mine" / ".notes.0123abcd.tmp").touch()
    with pytest.raises(FileError, match="already exists"):
        Run.new(home / "runs" / "mine", TrainRequest())


def test_what_is_saved_is_opened(run):
    run.progress = Progress(3, 300, 1.5)
    run.save()
    assert Run.open(run.folder) == run
    assert run.classes == ("a", "b")


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_what_is_there_is_not_made_a_run(home, kind):
    place = home / "runs" / "demo"
    if kind == "folder":
        place.mkdir(parents=True)
        (place / "mine.txt").write_text("mine")
    else:
        place.parent.mkdir(parents=True)
        place.write_text("mine")
    with pytest.raises(FileError, match="already exists") as caught:
        Run.new(place, TrainRequest())
    assert "--resume" in caught.value.hint


def test_an_empty_folder_may_become_a_run(tmp_path):
    (tmp_path / "empty").mkdir()
    Run.new(tmp_path / "empty", TrainRequest()).begin({}, {})
    assert Run.open(tmp_path / "empty").status == "running"


def test_checkpoints_and_previews_are_ordered_by_step(run):
    names = ["step00000002.safetensors", "step00000010.safetensors", "step123456789.safetensors"]
    touch(run.folder / "checkpoints", *names, "other.safetensors", ".step1.safetensors.ab.tmp")
    assert [path.name for path in run.checkpoints()] == names
    assert run.latest_checkpoint().name == names[-1]
    assert step_of(run.preview_path(7)) == 7


def test_a_run_without_a_checkpoint_says_so(run):
    with pytest.raises(RunError, match="no checkpoint yet") as caught:
        run.latest_checkpoint()
    assert caught.value.hint.startswith(f"Resume it: ganctl train --resume {run.folder};")
    run.hold()
    with pytest.raises(RunError) as caught:
        run.latest_checkpoint()
    run.release()
    assert caught.value.hint.startswith("Wait for its first one;")


def test_how_to_go_on_holds_in_another_shell(run, monkeypatch):
    assert run.resume_command == f"ganctl train --resume {run.folder}"
    monkeypatch.setattr("ganctl.files.paths.home", lambda: run.folder.parents[1])
    monkeypatch.delenv("GANCTL_HOME")
    assert run.resume_command == "ganctl train --resume demo"


@pytest.mark.parametrize(
    ("keep", "status", "left", "generators"),
    [
        (0, "running", [3, 4], []),
        (1, "stopped", [3, 4], []),
        (2, "diverged", [2, 3, 4], [2]),
        (9, "running", [1, 2, 3, 4], [1, 2]),
        (0, "finished", [4], []),
        (2, "finished", [2, 3, 4], [2, 3]),
        (9, "finished", [1, 2, 3, 4], [1, 2, 3]),
    ],
)
def test_pruning_keeps_what_a_resume_may_need_and_what_was_asked_for(
    home, keep, status, left, generators
):
    run = Run.new(home / "runs" / "demo", TrainRequest(keep=keep))
    run.begin({}, {})
    run.status = RunStatus(status)
    assert run.prune_checkpoints() == []
    touch(run.folder / "checkpoints", *(run.checkpoint_path(step).name for step in range(1, 5)))
    assert [step_of(path) for path in run.prune_checkpoints()] == generators
    assert [step_of(path) for path in run.checkpoints()] == left


def test_metrics_survive_a_line_cut_off_by_a_crash(run):
    run.append_metrics({"step": 1, "generator_loss": 0.5})
    run.append_metrics({"step": 2})
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 3, "gener')
    assert [line["step"] for line in run.metrics()] == [1, 2]


@pytest.mark.parametrize("line", ["", "3", "[]", "{}", '{"step": "x"}', "\0", "[" * 100_000])
def test_damaged_lines_of_metrics_are_left_out(run, line):
    (run.folder / "metrics.jsonl").write_text(f'{{"step": 1}}\n{line}\n{{"step": 2}}\n')
    assert run.metrics() == [{"step": 1}, {"step": 2}]


def test_rewinding_forgets_what_came_after(run):
    for step in (1, 2, 3):
        run.append_metrics({"step": step})
        touch(run.folder / "previews", run.preview_path(step).name)
    run.rewind(2)
    assert [line["step"] for line in run.metrics()] == [1, 2]
    assert [step_of(path) for path in run.previews()] == [1, 2]


def test_is_complete(run):
    assert not run.is_complete()
    run.progress = Progress(9, 900, 1.0)
    assert not run.is_complete()
    run.progress = Progress(10, 1000, 1.0)
    assert run.is_complete()


def test_minutes_are_complete_by_the_clock(home):
    run = Run.new(home / "runs" / "demo", TrainRequest(minutes=1))
    run.begin({"count": 100}, {})
    run.progress = Progress(10**6, 1, 59.0)
    assert not run.is_complete()
    run.progress = Progress(10**6, 1, 60.0)
    assert run.is_complete()


def test_another_format_version_says_who_wrote_it(run):
    damage(run, format_version=99, ganctl_version="7.0")
    with pytest.raises(
        RunError, match=f"format 99, and this ganctl reads {FORMAT_VERSION}"
    ) as caught:
        Run.open(run.folder)
    assert "ganctl 7.0" in caught.value.hint


@many
@given(content=st.binary(max_size=60))
def test_garbage_is_a_run_error(run, content):
    (run.folder / "run.json").write_bytes(content)
    with pytest.raises(RunError):
        Run.open(run.folder)


@pytest.mark.parametrize(
    "content", [b"[" * 100_000, b"9" * 10_000, "{}".encode("utf-16")], ids=["deep", "digits", "utf"]
)
def test_hostile_json_is_a_run_error(run, content):
    (run.folder / "run.json").write_bytes(content)
    with pytest.raises(RunError, match="it is not JSON"):
        Run.open(run.folder)


PARTS = ["created", "ganctl_version", "status", "config", "data", "recipe", "progress",
         "parameters", "best", "alarms"]  # fmt: skip


@many
@given(key=st.sampled_from(["format", "format_version", *PARTS]), value=json_values)
def test_a_part_that_is_anything_is_a_run_error_or_fits(run, key, value):
    whole = (run.folder / "run.json").read_text()
    damage(run, **{key: value})
    try:
        assert isinstance(Run.open(run.folder), Run)
    except RunError as error:
        assert error.hint
    finally:
        (run.folder / "run.json").write_text(whole)


def read(run):
    """Read all that a damaged part could break."""
    opened = Run.open(run.folder)
    return opened.classes, opened.is_complete()


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"classes": 3, "count": 100}},
        {"data": {"classes": None, "count": 100}},
        {"data": {"classes": []}, "progress": {"step": 1, "seconds": 1.0}},
        {"data": {"classes": [], "count": "x"}, "progress": {"step": 1, "seconds": 1.0}},
        {"best": []},
        {"best": None},
        {"best": {"step": 1}},
        {"best": {"step": 1, "feature_distance": "x"}},
        {"alarms": {"step": 1}},
        {"alarms": [{"kind": "odd"}]},
        {"progress": {"step": 1}},
        {"progress": {"step": "x", "seconds": 1.0}},
        {"progress": {"step": 1, "seconds": None}},
    ],
    ids=json.dumps,
)
def test_contents_of_another_kind_are_a_run_error(run, changes):
    damage(run, **changes)
    with pytest.raises(RunError):
        read(run)


@pytest.mark.parametrize("key", ["format", "format_version", *PARTS])
def test_a_missing_part_is_a_run_error(run, key):
    path = run.folder / "run.json"
    header = json.loads(path.read_text())
    del header[key]
    path.write_text(json.dumps(header))
    with pytest.raises(RunError):
        Run.open(run.folder)


@pytest.mark.parametrize("key", ["config", "data", "progress", "parameters"])
@pytest.mark.parametrize("value", [None, 3, "text"])
def test_a_part_of_another_kind_is_a_run_error(run, key, value):
    damage(run, **{key: value})
    with pytest.raises(RunError):
        Run.open(run.folder)


def test_somebody_elses_run_json_is_a_run_error(run):
    damage(run, format="other")
    with pytest.raises(RunError, match="ganctl did not write it"):
        Run.open(run.folder)


def test_a_folder_without_header_is_no_run(tmp_path):
    with pytest.raises(RunError, match="is not a run"):
        Run.open(tmp_path)


def test_new_runs_are_named_by_time_model_and_data_and_never_taken(home, tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "datetime", Noon)
    (tmp_path / "my pets!").mkdir()
    config = TrainRequest(data=str(tmp_path / "my pets!"))
    for ending in ("", "-2", "-3"):
        folder = new_run(config).folder
        assert folder == home / "runs" / f"20261123-120000-my-pets{ending}"
        folder.mkdir(parents=True)
    assert new_run(config, name="demo").folder == home / "runs" / "demo"
    assert new_run(config, out=tmp_path / "x").folder == tmp_path / "x"


def test_the_size_is_that_of_all_files(run):
    before = run.size()
    touch(run.folder / "checkpoints", "a", "b")
    assert run.size() == before + 2
    assert before == (run.folder / "run.json").stat().st_size


class Noon(datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2026, 11, 23, 12, tzinfo=tz)


def test_runs_of_the_same_second_get_folders_of_their_own(home, monkeypatch):
    monkeypatch.setattr(runs, "datetime", Noon)
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    several = [new_run(TrainRequest()) for _ in range(8)]
    assert len({run.folder for run in several}) == 1

    def begin(run):
        run.hold()
        run.begin({}, {})

    with ThreadPoolExecutor(len(several)) as pool:
        list(pool.map(begin, several))
    stem = "20261123-120000-mnist"
    assert {run.name for run in several} == {stem, *(f"{stem}-{n}" for n in range(2, 9))}
    assert all(Run.open(run.folder) == run for run in several)
    for run in several:
        run.release()


def test_of_two_by_one_name_the_second_is_refused(home, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0.0)
    first, second = (new_run(TrainRequest(seed=seed), name="demo") for seed in (1, 2))
    first.hold()
    with pytest.raises(RunError, match="The run demo is already being trained"):
        second.hold()
    first.begin({}, {})
    first.release()
    with pytest.raises(FileError, match="already exists"):
        second.hold()
    second.release()
    assert Run.open(first.folder).config.seed == 1


def test_a_run_that_never_began_leaves_its_name_free(home):
    gone = new_run(TrainRequest(), name="demo")
    gone.hold()
    gone.release()
    assert [path.name for path in gone.folder.iterdir()] == ["lock"]
    again = new_run(TrainRequest(), name="demo")
    again.hold()
    again.begin({}, {})
    again.release()


def test_what_another_process_did_until_it_was_held_is_read(run):
    stale, other = Run.open(run.folder), Run.open(run.folder)
    stale.config = TrainRequest(steps=99)
    other.progress = Progress(7, 700, 1.5)
    other.status = RunStatus.STOPPED
    other.save()
    stale.hold()
    stale.refresh()
    assert (stale.status, stale.progress) == ("stopped", other.progress)
    assert stale.config == TrainRequest(steps=99)
    stale.release()


def test_a_run_that_nobody_trains_is_not_running(run):
    assert (run.status, Run.open(run.folder).live_status()) == ("running", "interrupted")
    run.hold()
    assert Run.open(run.folder).live_status() == "running"
    run.release()
    run.status = RunStatus.FINISHED
    run.save()
    assert Run.open(run.folder).live_status() == "finished"


def test_latest_is_a_run_at_every_moment(home, monkeypatch):
    """Several trainings begin at once, again and again, while somebody looks."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)
    several = [Run.new(home / "runs" / f"run{number}", TrainRequest()) for number in range(4)]
    several[0].begin({}, {})

    def begin(run):
        for _ in range(25):
            run.begin({}, {})

    seen = set()
    with ThreadPoolExecutor(len(several)) as pool:
        begun = [pool.submit(begin, run) for run in several]
        while not all(future.done() for future in begun):
            seen.add(locate.find_run("latest").name)
            assert (home / "runs" / "latest").read_text().strip() in {r.name for r in several}
    assert seen <= {run.name for run in several}
    assert [future.result() for future in begun] == [None] * len(several)


@pytest.mark.parametrize(("saved", "kept"), [(2, True), (3, False), (None, False)])
def test_a_best_checkpoint_that_is_not_what_was_noted_is_forgotten(run, saved, kept):
    """A crash came between the two, or the file is gone."""
    run.best = {"step": 2, "feature_distance": 1.0}
    if saved is not None:
        spec = NetworkSpec("modern", 28, 1, 2, 64)
        progress = Progress(saved, 1, 1.0)
        header = CheckpointHeader("0.1", "cgan", "modern", "mnist", ("a", "b"), spec, progress)
        run.best_path.parent.mkdir()
        save_file({"x": np.zeros(1)}, run.best_path, header.as_metadata())
    run.rewind(5)
    assert run.best == ({"step": 2, "feature_distance": 1.0} if kept else {})
    assert run.best_path.exists() == kept


def test_the_size_of_a_run_that_changes_meanwhile(run, monkeypatch):
    touch(run.folder / "checkpoints", "gone")
    (run.folder / "checkpoints" / "link").symlink_to("nowhere")
    assert run.size() == (run.folder / "run.json").stat().st_size + 1


@pytest.mark.parametrize(("amount", "opens"), [(4000.0, True), (4000, True), (4000.5, False)])
def test_steps_that_were_written_as_a_float_are_whole(run, amount, opens):
    """A resumed run once wrote 4000.0."""
    config = json.loads((run.folder / "run.json").read_text())["config"]
    damage(run, config=config | {"budget": {"unit": "steps", "amount": amount}})
    if opens:
        assert Run.open(run.folder).config.steps == 4000
    else:
        with pytest.raises(RunError):
            Run.open(run.folder)


def test_the_latest_line_of_metrics_is_read_from_the_end(run):
    assert latest_metrics(run.folder) == {}
    for step in range(500):
        run.append_metrics({"step": step, "generator_loss": 0.5})
    with (run.folder / "metrics.jsonl").open("a") as file:
        file.write('{"step": 500, "generat')
    assert latest_metrics(run.folder)["step"] == 499
