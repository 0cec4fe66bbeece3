"""``ganctl.train``: data from memory, callbacks, and runs that are resumed."""

from __future__ import annotations

import re
import sys
from typing import Any

import numpy as np
import pytest

import ganctl
from tests.conftest import TINY_CLASSES, tiny_images

DATA = (*tiny_images(), TINY_CLASSES)
SHORT: dict[str, Any] = {"data": DATA, "batch": 8}


def test_data_from_memory_train_as_the_same_data_do_from_a_file(tiny_data, home):
    from_memory = ganctl.train(**SHORT, steps=3)
    from_file = ganctl.train(data=tiny_data, batch=8, steps=3)
    first, second = (run.load().sample("down", 2) for run in (from_memory, from_file))
    assert np.array_equal(first, second)
    assert from_memory.data["fingerprint"] == from_file.data["fingerprint"]
    assert from_memory.data["summary"].startswith("read 64 images, 8×8 grey, 2 classes")
    assert "rpgan on data from memory, step 3, finished" in repr(from_memory)
    assert from_memory.config.data.startswith(str(home / "data"))


def test_a_run_is_resumed_by_itself_its_name_or_its_folder():
    run = ganctl.train(**SHORT, steps=2, name="mine")
    ways: list[Any] = [run, "mine", run.folder, "latest"]
    for steps, resume in enumerate(ways, start=3):
        run = ganctl.train(resume=resume, steps=steps)
        assert (run.progress.step, run.status) == (steps, "finished")
    assert ganctl.train(resume=run, data=DATA, steps=8, keep=0).progress.step == 8
    assert ganctl.train(resume=run, data=run.folder / run.config.data, steps=9).progress.step == 9


def test_a_resumed_run_equals_one_that_never_stopped():
    whole = ganctl.train(**SHORT, steps=20, preview_every=5)
    stopped = ganctl.train(**SHORT, steps=20, preview_every=5, on_report=lambda report: False)
    assert (stopped.progress.step, stopped.status) == (5, "stopped")
    resumed = ganctl.train(resume=stopped)
    first, second = (run.load().sample("all", 2) for run in (whole, resumed))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("answer", [None, True, 0, "stop", np.True_])
def test_only_false_stops(answer):
    run = ganctl.train(**SHORT, steps=4, preview_every=2, on_report=lambda report: answer)
    assert run.status == "finished"


def test_an_exception_of_the_callback_leaves_a_saved_run(home):
    def fail(report: ganctl.StepReport) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine") as caught:
        ganctl.train(**SHORT, steps=40, preview_every=3, name="mine", on_report=fail)
    run = ganctl.Run.open("mine")
    assert (run.status, run.progress.step) == ("stopped", 3)
    assert [path.name for path in run.checkpoints()] == ["step00000003.safetensors"]
    if sys.version_info >= (3, 11):
        assert caught.value.__notes__ == [
            'The run mine is saved at step 3; resume it by ganctl.train(resume="mine").'
        ]
    assert ganctl.train(resume="mine", steps=4).progress.step == 4


@pytest.mark.parametrize(
    ("options", "message", "hint"),
    [
        ({"data": (DATA[0], DATA[1][:9])}, "data", "labels"),
        ({"data": DATA[0]}, "data has images but no labels", "model gan"),
        ({"data": (DATA[0][:, :6, :6], DATA[1])}, "data", "image_size"),
        ({"data": DATA, "model": "cgna"}, "no model 'cgna'", "cgan"),
        ({"data": DATA, "log": "wandb"}, "no log 'wandb'", "csv, tensorboard"),
        ({"data": DATA, "log": 5}, "log", ""),
        ({"data": DATA, "progress": 1}, "progress 1 is no switch", ""),
    ],
)
def test_what_is_refused_leaves_nothing(home, options, message, hint):
    with pytest.raises(ganctl.GanctlError, match=re.escape(message)) as caught:
        ganctl.train(**options, steps=2)
    said = f"{caught.value} {caught.value.hint}"
    assert hint in caught.value.hint
    assert "--" not in said
    assert str(home) not in said
    assert not home.exists() or not any(path.is_file() for path in home.rglob("*"))


def test_a_resume_is_refused_in_words_of_python():
    run = ganctl.train(**SHORT, steps=2, name="mine")
    calls: list[tuple[dict[str, Any], str, str]] = [
        ({"resume": run}, "has spent its budget of 2 steps", "give a larger epochs, steps or"),
        ({"resume": run, "name": "x"}, "resumes a run where it is", "Leave out name and out."),
        ({"resume": run, "steps": 3, "seed": 4}, "seed was 0, not 4", "without resume"),
        ({"resume": "mien", "steps": 3}, "no run 'mien'", "mine"),
    ]
    for options, message, hint in calls:
        with pytest.raises(ganctl.GanctlError, match=message) as caught:
            ganctl.train(**options)
        assert hint in caught.value.hint
    assert ganctl.Run.open("mine").progress.step == 2


def test_keywords_take_what_python_has(tiny_data, tmp_path):
    run = ganctl.train(data=tiny_data, steps=1, batch=8, log="csv", out=tmp_path / "here")
    assert run.config.log == ("csv",)
    assert (tmp_path / "here" / "metrics.csv").is_file()
    assert ganctl.train(resume=run, steps=2, log=["csv"]).path == tmp_path / "here"


@pytest.mark.parametrize("wrong", [5, True, 1.5, ["demo"]])
def test_what_is_no_run_is_refused_as_an_argument(wrong):
    with pytest.raises(ganctl.GanctlError, match="is no run") as caught:
        ganctl.train(resume=wrong)
    assert caught.value.hint == "Give a run, its name or its folder."
    with pytest.raises(ganctl.GanctlError, match="is no run"):
        ganctl.load(wrong)


def test_an_unknown_keyword_is_one_of_train():
    with pytest.raises(TypeError, match=r"train\(\) got an unexpected keyword argument 'bogus'"):
        ganctl.train(bogus=1)  # type: ignore[call-arg]


def test_a_column_that_is_no_text_is_refused(tiny_data):
    with pytest.raises(ganctl.GanctlError, match="condition 5 is not a text"):
        ganctl.train(data=str(tiny_data), condition=5)  # type: ignore[arg-type]
