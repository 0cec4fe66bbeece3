"""What a list says of each run."""

import json
from datetime import datetime, timezone

import pytest

from ganctl.runs.locate import all_runs
from ganctl.runs.run import Run
from ganctl.runs.tidying.overview import overview, overviews
from tests.damage import damage


def test_a_finished_run(trained):
    found = overview(trained.folder)
    assert (found.name, found.state, found.model, found.recipe) == (
        "lines",
        "finished",
        "rpgan",
        "swift",
    )
    assert (found.step, found.images_seen) == (40, 640)
    assert found.bytes == trained.size()
    assert found.best == trained.best
    assert found.evaluation == {}
    assert found.created is not None
    age = datetime.now(timezone.utc) - found.created
    assert 0 <= age.total_seconds() < 86_400
    plain = json.loads(json.dumps(found.as_json()))
    assert plain["folder"] == str(trained.folder)
    assert plain["created"] == trained.created
    assert plain["error"] is None


def test_that_which_began_first_stands_first_whichever_was_written_last(runs):
    for name, day in (("demo", 3), ("other", 1), ("demo-two", 2)):
        damage(Run.open(runs[name]), created=f"2026-11-0{day}T08:00:00+00:00")
    assert [run.name for run in overviews()] == ["other", "demo-two", "demo"]
    assert [run.name for run in all_runs()] == ["other", "demo-two", "demo"]
    (runs["demo"] / "run.json").write_text("{")
    assert [run.name for run in overviews()] == ["demo", "other", "demo-two"]


def test_damaged_runs_are_listed_too(runs):
    (runs["demo-two"] / "run.json").write_text("{")
    found = overviews()
    assert {run.name: run.state for run in found} == {
        "demo": "interrupted",
        "demo-two": "damaged",
        "other": "interrupted",
    }
    damaged = next(run for run in found if run.state == "damaged")
    assert damaged.error is not None
    assert "cannot be read" in damaged.error
    assert damaged.bytes > 0
    assert damaged.as_json()["model"] is None


@pytest.mark.parametrize("created", ["", "yesterday", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_is_none(runs, created):
    damage(Run.open(runs["demo"]), created=created)
    assert overview(runs["demo"]).created is None
