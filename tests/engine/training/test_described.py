"""Runs on attributes, numbers and captions: what they keep, show, refuse, and that they resume."""

from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file

from ganctl.engine.data import dataset as data
from ganctl.engine.training.loop import train
from ganctl.engine.training.watching.previews import SHOWN_CAPTIONS, preview_rows
from ganctl.errors import DataError, RunError, UsageError
from ganctl.pictures import images
from ganctl.pictures.images import read_image
from ganctl.requests.conditions.schema import Attribute, Captions, Quantity
from ganctl.requests.recipes import Model
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run

ATTRIBUTES = ("line", "shade")
PARTS = ("line", "shade", "place")
CAPTION = ("caption",)
EVERY_DAY = (Model.CGAN_AC, Model.GAN_INT_CLS)
LABELLED = [
    pytest.param(model, marks=[] if model in EVERY_DAY else [pytest.mark.slow])
    for model in Model
    if model not in (Model.GAN, Model.INFOGAN)
]


@pytest.fixture
def start(home, described_data):
    def call(name="run", **options):
        defaults = {"steps": 6, "batch": 8, "preview_every": 3, "checkpoint_every": 2, "keep": 1}
        config = TrainRequest(data=str(described_data), **(defaults | options))
        return Run.new(home / "runs" / name, config)

    return call


def finish(run, **options):
    return list(train(run, **options))


def same_weights(one, two):
    first, second = (load_file(run.latest_checkpoint()) for run in (one, two))
    return first.keys() == second.keys() and all(
        torch.equal(first[name], second[name]) for name in first
    )


@pytest.mark.parametrize("condition", [ATTRIBUTES, PARTS, CAPTION])
def test_a_checkpoint_says_what_may_be_asked_of_it(start, condition):
    run = start(condition=condition)
    (report, *_) = finish(run)
    header = read_checkpoint_header(run.latest_checkpoint())
    assert header.classes == ()
    assert header.schema.steered_by_words is (condition == CAPTION)
    assert header.schema.names == (ATTRIBUTES if condition == CAPTION else condition)
    assert run.data["schema"]["attributes"][1]["values"] == ("black", "dark", "light")
    assert {"class_loss", "fake_class_loss"} <= set(report.losses)


@pytest.mark.parametrize("condition", [PARTS, CAPTION])
@pytest.mark.parametrize("model", LABELLED)
def test_a_resumed_run_equals_a_straight_one(start, condition, model):
    straight = start("straight", condition=condition, model=model.value)
    finish(straight)
    stopped = start("stopped", condition=condition, model=model.value)
    asked = iter(range(100))
    finish(stopped, should_stop=lambda: next(asked) >= 3)
    resumed = Run.open(stopped.folder)
    assert resumed.progress.step == 3
    finish(resumed)
    assert same_weights(straight, resumed)


@pytest.mark.parametrize("condition", [PARTS, CAPTION])
def test_gan_ignores_what_is_said_of_images(start, condition):
    run = start(condition=condition, model="gan")
    finish(run)
    header = read_checkpoint_header(run.latest_checkpoint())
    assert not header.schema
    assert header.network.condition_size == 0


@pytest.mark.parametrize("condition", [ATTRIBUTES, CAPTION])
@pytest.mark.parametrize(
    ("options", "error"), [({"model": "infogan"}, DataError), ({"balance": True}, UsageError)]
)
def test_what_wants_one_class_for_each_image_says_so(start, home, condition, options, error):
    with pytest.raises(error, match="several columns or captions") as caught:
        finish(start(condition=condition, **options))
    assert "--condition COLUMN" in caught.value.hint
    assert not (home / "runs").exists()


@pytest.mark.parametrize(
    ("options", "shown"),
    [
        ({}, ("across", "down")),
        ({"preview_rows": "shade"}, ("black", "dark", "light")),
        ({"preview_rows": "PLACE"}, ("0", "0.875", "1.75", "2.625", "3.5")),
    ],
)
def test_the_rows_of_a_preview_are_the_values_of_an_attribute(start, options, shown):
    run = start(condition=PARTS, steps=1, **options)
    report = finish(run)[-1]
    preview = report.preview
    assert preview.shape == (len(shown), 10, 8, 8)
    assert report.preview_names == rows_of(run).names == shown
    without = images.sheet(preview.reshape(-1, 8, 8), 10)
    sheet = read_image(run.previews()[-1])
    height, width = without.shape
    assert (sheet[-height:, -width:] == without).all()
    assert (sheet[:, :-width] < 255).any()  # The names are at the left.


def test_the_rows_of_a_preview_are_training_captions(start):
    run = start(condition=CAPTION, steps=1)
    preview = finish(run)[-1].preview
    rows = rows_of(run)
    assert preview.shape == (len(rows.rows), 10, 8, 8)
    assert len(set(rows.names)) == len(rows.names) == SHOWN_CAPTIONS
    assert rows.names[:2] == ("a line across", "a line down on black")


def rows_of(run):
    config = run.config
    dataset = data.load(config.data, config.reading)
    spec = read_checkpoint_header(run.latest_checkpoint()).network
    return preview_rows(dataset, spec, config)


@pytest.mark.parametrize(
    ("condition", "hint"), [(PARTS, "shade"), (CAPTION, "Leave it out"), (("line",), "Leave it")]
)
def test_rows_of_an_unknown_attribute_are_refused_before_anything_is_written(
    start, home, condition, hint
):
    with pytest.raises(UsageError) as caught:
        finish(start(condition=condition, preview_rows="shape"))
    assert hint in caught.value.hint
    assert not (home / "runs").exists()


GREY = Attribute("shade", ("dark", "grey", "light"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"attributes": (GREY,)}, "the data's columns were line, shade, place, not shade, place"),
        ({"attributes": (Attribute("line", ("across", "down")), GREY)},
         "the values of shade were 3 (black, dark, light), not 3 (dark, grey, light)"),
        ({"quantities": (Quantity("place", 0, 7),)}, "place was from 0 to 3.5, not 0 to 7"),
        ({"captions": Captions("caption", ("line",), 4)}, "the captions have other words"),
    ],
)  # fmt: skip
def test_a_resume_says_what_of_the_table_has_changed(start, monkeypatch, changes, message):
    run = start(condition=PARTS, steps=2)
    finish(run)
    now = data.load(run.config.data, run.config.reading)
    schema = replace(now.schema, rows=(), counts=(), **changes)
    monkeypatch.setattr(data, "load", lambda *_, **__: replace(now, schema=schema))
    with pytest.raises(RunError) as caught:
        finish(Run.open(run.folder))
    assert message in str(caught.value)
    assert "pixels or labels" not in str(caught.value)
