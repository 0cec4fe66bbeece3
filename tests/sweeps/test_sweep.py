"""A sweep's folder: found by name, checked when it is read, and its runs among the others."""

import json

import pytest

from ganctl.errors import FileError, RunError, RunNotFound, UnknownName, UsageError
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run
from ganctl.sweeps.plan import plan_sweep
from ganctl.sweeps.sweep import Sweep, find_sweep, known_sweeps, new_sweep


def written(sweep):
    sweep.begin()
    sweep.release()
    return sweep


def test_nothing_is_written_until_it_begins(sweep, home):
    assert not home.exists()
    written(sweep)
    opened = Sweep.open(home / "sweeps" / "demo")
    assert opened == sweep
    assert opened.run_folder(opened.trainings[0]) == home / "runs" / "demo_batch-8_seed-1"


def test_it_is_found_by_name_prefix_path_and_as_the_latest(sweep, home):
    written(sweep)
    for reference in ("demo", "de", "latest", str(home / "sweeps" / "demo")):
        assert find_sweep(reference).folder == sweep.folder
    assert known_sweeps() == ["demo"]
    assert sweep.reference == "demo"
    assert sweep.resume_command == f"ganctl sweep --resume {sweep.folder}"


@pytest.mark.parametrize(("reference", "hint"), [("dmeo", "demo"), ("", "demo")])
def test_an_unknown_name_lists_the_nearest(sweep, reference, hint):
    written(sweep)
    with pytest.raises(RunNotFound) as missing:
        find_sweep(reference)
    assert hint in missing.value.hint


def test_before_there_is_any(home):
    with pytest.raises(RunNotFound, match="no sweep yet"):
        find_sweep("latest")


def test_a_prefix_of_two_is_refused(sweep):
    written(sweep)
    written(new_sweep(sweep.plan, name="demo2"))
    with pytest.raises(RunNotFound, match="could be demo, demo2"):
        find_sweep("d")
    assert find_sweep("demo").name == "demo"


def test_by_default_it_is_called_by_the_time(sweep):
    named = new_sweep(sweep.plan)
    assert named.name.startswith("sweep-20")
    assert named.trainings[0].name == f"{named.name}_batch-8_seed-1"


def test_elsewhere_it_holds_its_runs(sweep, tmp_path):
    elsewhere = written(new_sweep(sweep.plan, out=tmp_path / "mine"))
    assert elsewhere.run_folder(elsewhere.trainings[0]) == (
        tmp_path / "mine" / "runs" / "batch-8_seed-1"
    )
    assert elsewhere.reference == str(tmp_path / "mine")
    assert Sweep.open(tmp_path / "mine") == elsewhere


def test_what_is_there_is_not_overwritten(sweep, home, tmp_path):
    written(sweep)
    with pytest.raises(FileError) as taken:
        new_sweep(sweep.plan, name="demo")
    assert "--resume" in taken.value.hint
    with pytest.raises(UsageError, match="exclude each other"):
        new_sweep(sweep.plan, name="a", out=tmp_path / "b")


def test_a_run_of_that_name_is_not_touched(sweep, home):
    folder = home / "runs" / "other_batch-8_seed-1"
    run = Run.new(folder, TrainRequest(steps=1))
    run.begin({"name": "mnist", "classes": ["a"], "count": 1}, {})
    with pytest.raises(FileError, match="already exists"):
        new_sweep(sweep.plan, name="other")


@pytest.mark.parametrize(
    ("options", "error"),
    [({"model": "cgna"}, UnknownName), ({"data": "no such"}, UnknownName)],
)
def test_names_are_checked_before_anything_is_written(home, options, error):
    plan = plan_sweep(["batch=8,16"], None, options)
    with pytest.raises(error):
        new_sweep(plan, name="demo")
    assert not home.exists()


def test_a_run_that_was_changed_since_is_refused(sweep, home, tiny_data):
    written(sweep)
    training = sweep.trainings[0]
    run = Run.new(sweep.run_folder(training), training.request.resumed(steps=9))
    run.begin({"name": "mnist", "classes": ["a"], "count": 1}, {})
    with pytest.raises(RunError, match="other options than the sweep: steps") as changed:
        find_sweep("demo").check()
    assert "trains it again" in changed.value.hint


def test_other_defaults_since_are_no_other_run(sweep, home):
    written(sweep)
    training = sweep.trainings[0]
    run = Run.new(sweep.run_folder(training), training.request.resumed(keep=7))
    run.begin({"name": "mnist", "classes": ["a"], "count": 1}, {})
    find_sweep("demo").check()


def test_two_processes_do_not_conduct_it_at_once(sweep):
    sweep.begin()
    with pytest.raises(RunError, match="The sweep demo is already being trained by") as held:
        find_sweep("demo").begin()
    assert held.value.hint == "Wait for it, or stop it with Ctrl-C where it runs."
    sweep.release()
    written(find_sweep("demo"))


def _changed(**change):
    return lambda plain: {**plain, **change}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda _: [], "ganctl did not write it"),
        (_changed(format="other"), "ganctl did not write it"),
        (_changed(format_version=99), "sweep format 99"),
        (_changed(name="../up"), "cannot be the name"),
        (_changed(name=3), "cannot be the name"),
        (_changed(format_version="1"), '"format_version" is not a whole number'),
        (_changed(vary={"no": ["1"]}), "no option 'no'"),
        (_changed(vary={"batch": ["1"]}), "out of range"),
        (_changed(vary=["batch"]), '"vary" is not an object'),
        (_changed(vary={"model": "cgan"}), 'in "vary", "model" is not a list of texts'),
        (_changed(vary={"batch": [8, 16]}), 'in "vary", "batch" is not a list of texts'),
        (_changed(given=[]), '"given" is not an object'),
        (_changed(given={"no": 1}), "no option 'no'"),
        (_changed(given={"condition": [5]}), "cannot be read"),
        (_changed(given={"condition": 5}), "cannot be read"),
        (_changed(seeds="x"), "not a seed"),
        (_changed(seeds=5), '"seeds" is not a text such as 1-3'),
        (_changed(jobs=None), '"jobs" is not a whole number'),
        (_changed(n="many"), "--n many"),
        (_changed(jobs=1000), "--jobs 1000"),
        (_changed(created=None), "a text was expected"),
    ],
)
def test_a_damaged_file_is_refused(sweep, change, message):
    path = written(sweep).folder / "sweep.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(RunError, match=message) as damaged:
        find_sweep("demo")
    assert ".." not in str(damaged.value).replace("../up", "")


def test_what_is_no_json_is_refused(sweep):
    path = written(sweep).folder / "sweep.json"
    path.write_text("{")
    with pytest.raises(RunError, match="not JSON"):
        find_sweep("demo")
    path.unlink()
    with pytest.raises(RunError, match="not a sweep"):
        Sweep.open(sweep.folder)
