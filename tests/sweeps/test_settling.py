"""The seeds of a combination get one recipe, although each would measure for itself."""

import json
from types import SimpleNamespace

import pytest

from ganctl.engine.data.dataset import load
from ganctl.runs.run import Run
from ganctl.sweeps.members import members_of
from ganctl.sweeps.plan import plan_sweep
from ganctl.sweeps.settling import settle_recipes
from ganctl.sweeps.sweep import new_sweep


@pytest.fixture
def dry_runs(monkeypatch):
    """The dry runs that were started, and what they are to say one after another."""
    started: list[tuple[list[str], dict[str, str]]] = []
    says: list[str | None] = []

    def run(words, env, **_):
        started.append((words, env))
        said = says.pop(0)
        out = "" if said is None else json.dumps({"recipe": said})
        return SimpleNamespace(returncode=2 if said is None else 0, stdout=out.encode())

    monkeypatch.setattr("ganctl.sweeps.settling.subprocess.run", run)
    return SimpleNamespace(started=started, says=says)


def settled(tiny_data, jobs=1, vary=(), begun=None, **given):
    """Return each training's recipe as its words ask for it, of a sweep with three seeds."""
    sweep = new_sweep(plan_sweep(vary, "1-3", {"data": str(tiny_data), **given}), name="demo")
    for place, recipe in (begun or {}).items():
        training = sweep.trainings[place]
        run = Run.new(sweep.run_folder(training), training.request.by(recipe))
        run.data = load(training.request.data).describe()
        run.save()
    members = members_of(sweep, n=None)
    settle_recipes(members, jobs)
    return [recipe_asked_for(member.training.words) for member in members]


def recipe_asked_for(words):
    asked = [word for word in words if word.startswith("--recipe=")]
    return asked[0].removeprefix("--recipe=") if asked else None


def test_one_measurement_is_for_all_seeds_and_combinations_of_a_length(home, tiny_data, dry_runs):
    dry_runs.says[:] = ["thorough", "swift"]
    assert settled(tiny_data, minutes=1.0, vary=["lr-scale=1,2"]) == ["thorough"] * 6
    [(words, _)] = dry_runs.started
    assert words[1:4] == ["-m", "ganctl", "train"]
    assert {f"--data={tiny_data}", "--minutes=1.0", "--dry-run", "--json"} <= {*words}


def test_each_length_is_measured_by_itself(home, tiny_data, dry_runs):
    dry_runs.says[:] = ["swift", "thorough"]
    assert settled(tiny_data, vary=["minutes=1,9"]) == ["swift", "thorough"] * 3
    assert dry_runs.says == []


@pytest.mark.parametrize("length", [{"minutes": 1.0}, {"epochs": 2.0}, {"steps": 3}])
def test_a_run_that_has_begun_decides_for_the_others(home, tiny_data, dry_runs, length):
    assert settled(tiny_data, begun={1: "thorough"}, **length) == ["thorough"] * 3
    assert dry_runs.started == []


def test_it_is_measured_with_the_threads_that_each_will_have(
    home, tiny_data, dry_runs, monkeypatch
):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr("ganctl.sweeps.conductor.threads_for", lambda jobs: 12 // jobs)
    dry_runs.says[:] = ["swift"]
    settled(tiny_data, minutes=1.0, jobs=3)
    assert dry_runs.started[0][1]["OMP_NUM_THREADS"] == "4"


def test_where_a_dry_run_fails_each_training_says_why_itself(home, tiny_data, dry_runs):
    dry_runs.says[:] = [None]
    assert settled(tiny_data, minutes=1.0) == [None] * 3
    assert len(dry_runs.started) == 1


@pytest.mark.parametrize(
    ("printed", "recipe"),
    [
        (b'a plug-in says hello\n{"recipe": "swift"}\n', "swift"),
        (b"{}", None),
        (b"hello", None),
        (b"", None),
    ],
)
def test_the_last_line_of_a_dry_run_counts(home, tiny_data, monkeypatch, printed, recipe):
    said = SimpleNamespace(returncode=0, stdout=printed)
    monkeypatch.setattr("ganctl.sweeps.settling.subprocess.run", lambda *_, **__: said)
    assert settled(tiny_data, minutes=1.0) == [recipe] * 3


def test_once_it_is_to_stop_nothing_more_is_measured(home, tiny_data, dry_runs):
    dry_runs.says[:] = ["swift", "thorough"]
    sweep = new_sweep(plan_sweep(["minutes=1,9"], "1-3", {"data": str(tiny_data)}), name="demo")
    settle_recipes(members_of(sweep, n=None), 1, lambda: len(dry_runs.started) == 1)
    assert dry_runs.says == ["thorough"]


@pytest.mark.parametrize(
    ("given", "recipe"),
    [
        ({"epochs": 9.0}, None),
        ({"minutes": 1.0, "model": "cgan"}, None),
        ({"minutes": 1.0, "recipe": "quick"}, "quick"),
    ],
)
def test_where_every_run_chooses_alike_nothing_is_measured(
    home, tiny_data, dry_runs, given, recipe
):
    assert settled(tiny_data, **given) == [recipe] * 3
    assert dry_runs.started == []


@pytest.mark.process
def test_a_sweep_in_minutes_asks_a_dry_run(home, tiny_data, ganctl, monkeypatch):
    asked: list[list[str]] = []

    def failing(member):
        asked.append(member.training.words)
        return ["info", "none"]

    monkeypatch.setattr("ganctl.sweeps.conductor._train_words", failing)
    given = ["--data", tiny_data, "--minutes", "0.01", "--batch", "8", "--seeds", "1,2"]
    assert ganctl("sweep", *given, "--name", "brief", "--quiet").code == 1
    assert [recipe_asked_for(words) for words in asked] == ["swift", "swift"]
