"""The early previews, which cost little and change nothing, and what previews say of themselves."""

import shlex

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from ganctl.engine.training import loop
from ganctl.engine.training.loop import train
from ganctl.engine.training.watching.monitor import QualityMonitor
from ganctl.engine.training.watching.previews import EARLY_STEPS
from ganctl.pictures.images import read_image, read_metadata
from ganctl.requests.training import TrainRequest
from ganctl.runs.layout import step_of
from ganctl.runs.run import Run


def started(home, data, name, **options):
    defaults = {"steps": 60, "batch": 8, "preview_every": 40, "checkpoint_every": 10**6}
    return Run.new(home / "runs" / name, TrainRequest(data=str(data), **defaults | options))


def steps_of(run):
    return [step_of(path) for path in run.previews()]


def test_most_happens_early_and_is_shown(home, tiny_data, monkeypatch):
    measured = []
    measure = QualityMonitor.measure

    def counted(self, generator, header):
        measured.append(1)
        return measure(self, generator, header)

    monkeypatch.setattr(QualityMonitor, "measure", counted)
    run = started(home, tiny_data, "early", steps=110)
    reports = list(train(run))
    assert steps_of(run) == [0, 10, 20, 40, 50, 80, 100, 110]
    assert [r.step for r in reports if r.preview is not None] == steps_of(run)[1:]
    assert [r.step for r in reports if r.quality] == [40, 80, 110]
    assert len(measured) == 3
    assert [line["step"] for line in run.metrics()] == [40, 80, 110]


def test_they_change_no_bit(home, tiny_data, monkeypatch):
    ends = []
    for name, early in (("with", EARLY_STEPS), ("without", ())):
        monkeypatch.setattr(loop, "EARLY_STEPS", early)
        run = started(home, tiny_data, name)
        list(train(run))
        clock = ("seconds", "images_per_second")
        lines = [{k: v for k, v in line.items() if k not in clock} for line in run.metrics()]
        ends.append((load_file(run.latest_checkpoint()), lines, run.best, run.alarms))
    weights, others = (end[0] for end in ends)
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    assert ends[0][1:] == ends[1][1:]


def test_a_resume_makes_those_that_it_forgot(home, tiny_data):
    run = started(home, tiny_data, "stopped", checkpoint_every=15)
    for report in train(run):
        if report.step == 20:
            break
    assert steps_of(run) == [0, 10, 20]
    kept = read_image(run.preview_path(20))
    run = Run.open(run.folder)
    reports = list(train(run))
    assert reports[0].step == 20
    assert steps_of(run) == [0, 10, 20, 40, 50, 60]
    assert np.array_equal(read_image(run.preview_path(20)), kept)


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ("tiny_data", {}),
        ("tiny_data", {"model": "gan"}),
        ("described_data", {"condition": ("line", "shade")}),
        ("described_data", {"condition": ("line", "shade"), "preview_rows": "shade"}),
        ("described_data", {"condition": ("caption",)}),
    ],
)
def test_the_command_in_a_preview_makes_it_again(request, ganctl, home, data, options):
    run = started(home, request.getfixturevalue(data), "again", steps=2, **options)
    list(train(run))
    path = run.previews()[-1]
    said = read_metadata(path)
    assert (said["kind"], said["run"], said["step"]) == ("preview", "again", 2)
    words = shlex.split(said["command"])
    result = ganctl(*[word.replace("FILE", "made") for word in words[1:]])
    assert result.code == 0, result.err
    assert np.array_equal(read_image(path), read_image(home.parent / "work" / "made.png"))


@pytest.mark.parametrize(
    ("data", "options"),
    [
        ("tiny_data", {"model": "infogan"}),
        ("described_data", {"condition": ("line", "place"), "preview_rows": "place"}),
    ],
)
def test_a_preview_that_no_command_makes_says_none(request, home, data, options):
    run = started(home, request.getfixturevalue(data), "none", steps=2, **options)
    list(train(run))
    said = read_metadata(run.previews()[-1])
    assert "command" not in said
    assert (said["run"], said["step"]) == ("none", 2)


def test_the_rows_of_codes_are_codes(home, tiny_data):
    run = started(home, tiny_data, "codes", steps=1, model="infogan")
    list(train(run))
    assert read_metadata(run.previews()[-1])["row_names"] == ["c0=0", "c0=1"]


@pytest.mark.usefixtures("real_curves")
def test_the_curves_say_which_run_they_are_of(home, tiny_data):
    run = started(home, tiny_data, "curves", steps=2)
    list(train(run))
    said = read_metadata(run.loss_plot_path)
    assert (said["kind"], said["run"], said["step"]) == ("curves", "curves", 2)
