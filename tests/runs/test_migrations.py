"""What earlier versions wrote, kept as it was on their disks, is read by this one."""

import json
from pathlib import Path

import numpy as np
import pytest
from ganctl.runs.migrations import CHECKPOINT_MIGRATIONS, RUN_MIGRATIONS, migrated
from safetensors.numpy import save_file

from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import FORMAT_VERSION as CHECKPOINT_VERSION
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.header import FORMAT_VERSION as RUN_VERSION
from ganctl.runs.run import Run

FROZEN = Path(__file__).parent / "frozen"
# Before there were codes; with codes; with a best checkpoint and alarms.
WRITTEN = {"foundation": "quick", "codes": "quick", "quality": "modern"}


@pytest.fixture(params=WRITTEN)
def written(request, tmp_path):
    """What one of them wrote, the run that it is opened as, and its checkpoint."""
    frozen = json.loads((FROZEN / f"{request.param}.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps(frozen["run"]))
    path = tmp_path / "old.safetensors"
    save_file({"x": np.zeros(1)}, path, frozen["checkpoint"])
    return request.param, frozen, Run.open(tmp_path), read_checkpoint_header(path)


def test_a_run_is_what_it_was(written):
    name, frozen, run, _ = written
    assert run.config.recipe.value == WRITTEN[name]
    assert run.config.lr_scale == 1.0
    then, now = frozen["run"]["config"], run.config.as_json()
    assert {part: now[part] for part in then if part != "recipe"} == {
        part: value for part, value in then.items() if part != "recipe"
    }
    assert (run.status, run.progress.step) == ("finished", 3)
    assert (run.data, run.parameters) == (frozen["run"]["data"], frozen["run"]["parameters"])
    assert bool(run.best) == (name == "quality")
    assert run.alarms == frozen["run"].get("alarms", [])


def test_a_checkpoint_is_what_it_was(written):
    name, _, run, header = written
    assert header.recipe == run.config.recipe.value
    assert header.model == run.config.model.value
    assert header.progress.step == 3
    assert header.network.categories == (2 if name == "codes" else 0)
    assert header.network.name == {"codes": "infogan"}.get(name, WRITTEN[name])
    assert (header.code_map is not None) == (name == "codes")


def test_what_is_saved_is_of_this_version(written):
    _, _, run, _ = written
    run.save()
    header = json.loads((run.folder / "run.json").read_text())
    assert header["format_version"] == RUN_VERSION
    assert migrated(header, RUN_VERSION, RUN_MIGRATIONS) == header
    assert TrainRequest.from_json(header["config"]) == run.config
    assert Run.open(run.folder) == run


def test_every_version_has_a_way_to_the_newest():
    assert sorted(RUN_MIGRATIONS) == list(range(1, RUN_VERSION))
    assert sorted(CHECKPOINT_MIGRATIONS) == list(range(1, CHECKPOINT_VERSION))


def test_migrations_are_made_one_after_the_other():
    steps = {1: lambda h: {"then": [h]}, 2: lambda h: {"then": [*h["then"], "two"]}}
    assert migrated({"x": 1}, 1, steps) == {"then": [{"x": 1}, "two"]}
    assert migrated({"then": []}, 2, steps) == {"then": ["two"]}
    assert migrated({"x": 1}, 3, steps) == {"x": 1}
