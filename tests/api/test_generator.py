"""A generator in Python: sheets, morphs, the network itself, and its evaluation."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image, ImageSequence

import ganctl
from ganctl.engine.data.pixels import channels_last, to_pixels
from ganctl.errors import FileError, GanctlWarning, UsageError
from tests.steered import save_faces, save_talker


@pytest.fixture
def lines(trained) -> ganctl.Generator:
    return ganctl.load(ganctl.Run.open("lines"))


@pytest.fixture
def faces(tmp_path) -> ganctl.Generator:
    return ganctl.load(save_faces(tmp_path / "faces.safetensors"))


@pytest.fixture
def talker(tmp_path) -> ganctl.Generator:
    return ganctl.load(save_talker(tmp_path / "talker.safetensors"))


def test_it_is_one_line(lines, faces, talker):
    assert repr(lines).startswith("<Generator lines: rpgan, 8×8 grey, 2 classes, step ")
    assert "8×8 grey, attributes hair, eyes, step 0>" in repr(faces)
    assert "captions, step 0>" in repr(talker)


def test_before_there_is_a_run_the_bundled_one_stands_in():
    with pytest.warns(GanctlWarning, match="There is no run yet, so this uses pretrained/mnist."):
        assert "pretrained/mnist" in repr(ganctl.load())


def test_a_sheet_holds_what_is_sampled(lines):
    sheet = np.asarray(lines.grid(["down", 0], cols=3, seed=4, scale=1, names=False))
    assert sheet.shape == (19, 28)
    first_row = [sheet[1:9, 1 + 9 * column : 9 + 9 * column] for column in range(3)]
    assert np.array_equal(first_row, lines.sample("down", 3, seed=4))
    assert lines.grid(cols=3).size > (2 * 28, 2 * 19)


def test_a_notebook_shows_a_sheet(lines, trained):
    for png in (lines._repr_png_(), ganctl.Run.open("lines")._repr_png_()):
        assert Image.open(io.BytesIO(png or b"")).format == "PNG"


def test_attributes_are_laid_out(faces, talker):
    assert faces.grid(rows="hair", columns="eyes", scale=1, names=False).size == (19, 28)
    assert faces.grid(set={"eyes": "blue"}, cols=2, scale=1, names=False).size == (19, 28)
    assert talker.grid(text=["red hair", "glasses"], cols=2, scale=1, names=False).size == (19, 19)


def test_a_morph_begins_and_ends_at_its_stops(lines):
    frames = lines.morph("across", 1, seeds=[3, 4], frames=3, scale=1)
    assert frames.shape == (3, 10, 19)
    for frame, label in ((frames[0], "across"), (frames[1], "0:0.5,1:0.5"), (frames[2], "down")):
        both = np.stack([frame[1:9, 1:9], frame[1:9, 10:18]])
        assert np.array_equal(both, lines.sample(label, seeds=[3, 4]))


def test_a_morph_goes_through_attributes_and_words(faces, talker):
    stops: list[dict[str, str | float]] = [{"hair": "blond", "angle": 0}, {"hair": "red"}]
    frames = faces.morph(*stops, set={"eyes": "blue"}, seeds=[1], frames=2, scale=1)
    last = faces.sample(set={"hair": "red", "eyes": "blue"}, seeds=[1])
    assert np.array_equal(frames[1, 1:9, 1:9], last[0])
    assert talker.morph("red hair", "glasses", seeds=[1], scale=1).shape == (9, 10, 10)
    assert faces.morph(seeds=[1], scale=1).shape == (17, 10, 10)


def test_a_morph_is_written_once(lines, tmp_path):
    path = tmp_path / "morph.gif"
    frames = lines.morph("0", "1", frames=3, path=path)
    with Image.open(path) as animation:
        shown = [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(animation)]
    assert np.array_equal(shown, frames)
    assert np.array_equal(lines.morph("0", "1", frames=3, path=path), frames)
    with pytest.raises(FileError) as caught:
        lines.morph("1", "0", frames=3, path=path)
    assert caught.value.hint == "Give force to overwrite it, or another path."
    lines.morph("1", "0", frames=3, path=path, force=True)


def test_the_module_draws_what_is_sampled_and_gradients_reach_its_inputs(lines):
    seeds = range(5)
    z, condition = lines.latents(seeds), lines.condition("down", seeds=seeds)
    assert (z.dtype, condition.tolist()) == (torch.float32, [[0.0, 1.0]] * 5)
    images = lines.module(z.requires_grad_(), condition.requires_grad_())
    drawn = channels_last(to_pixels(images.detach())).astype(int)
    assert abs(drawn - lines.sample("down", seeds=seeds)).max() <= 1
    images.square().sum().backward()
    assert z.grad is not None and z.grad.abs().sum() > 0
    assert condition.grad is not None and condition.grad.abs().sum() > 0
    assert isinstance(lines.module, torch.nn.Module) and not lines.module.training


def test_the_module_may_change_without_the_samples(lines):
    before = lines.sample("down")
    optimizer = torch.optim.SGD(lines.module.requires_grad_().parameters(), lr=1.0)
    lines.module(lines.latents([0]), lines.condition("down")).sum().backward()
    optimizer.step()
    assert np.array_equal(lines.sample("down"), before)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("faces", {"set": {"hair": "red", "angle": 30}}),
        ("faces", {"set": {"hair": "blond:0.5,red:0.5"}}),
        ("talker", {"text": "short red hair"}),
        ("coded", {"label": "down", "codes": {"c1": 1.0}}),
        ("free", {}),
    ],
)
def test_every_kind_of_condition_draws_what_is_sampled(
    request, trained_infogan, trained_gan, kind, asked
):
    known = kind in ("coded", "free")
    generator = ganctl.load(kind) if known else request.getfixturevalue(kind)
    options: dict[str, Any] = asked
    condition = generator.condition(seeds=[2, 3], **options)
    images = generator.module(generator.latents([2, 3]), condition)
    drawn = channels_last(to_pixels(images.detach())).astype(int)
    assert abs(drawn - generator.sample(seeds=[2, 3], **options)).max() <= 1


def test_what_was_found_is_a_dictionary_a_table_and_a_page(lines):
    found = lines.evaluate()
    assert found["n"] == 10
    assert 0 <= found["label_accuracy"]["overall"] <= 1
    by_name = {row["metric"]: row for row in found.table}
    assert by_name["feature_distance"]["value"] == found["feature_distance"]["value"]
    assert by_name["feature_distance"]["real"] == found["feature_distance"]["floor"]
    assert repr(found).startswith("<Evaluation of lines, 10 images: label accuracy ")
    assert "feature distance" in str(found)
    kept = ganctl.Run.open("lines").evaluation()
    assert kept is not None
    assert kept["feature_distance"] == found["feature_distance"]


@pytest.mark.parametrize(
    ("call", "message", "hint"),
    [
        (lambda g: g.grid("up"), "no class 'up'", "across"),
        (lambda g: g.grid(rows="hair"), "rows hair names an attribute", "label"),
        (lambda g: g.grid(cols=0), "cols 0 is out of range", "1,000"),
        (lambda g: g.grid(scale=65), "scale 65 is out of range", "64"),
        (lambda g: g.morph("0"), "needs two classes", "stops 3,8,0"),
        (lambda g: g.morph(frames=1), "frames 1 is out of range", "from 2"),
        (lambda g: g.morph(path="morph.mov"), "no", ".gif"),
        (lambda g: g.morph(path="morph.gif", fps=0), "fps 0 is out of range", "0.1"),
        (lambda g: g.evaluate(0), "n 0 is out of range", "from 1"),
        (lambda g: g.evaluate(10**6), "n 1000000 is out of range", ""),
        (lambda g: g.evaluate(set={"hair": "red"}), "set chooses images", "Leave it out"),
        (lambda g: g.evaluate(data="nowhere"), "no data set 'nowhere'", "a path"),
        (lambda g: g.latents([-1]), "seed -1", ""),
        (lambda g: g.condition("up"), "no class 'up'", "across"),
    ],
)
def test_what_cannot_be_is_refused_in_words_of_python(lines, call, message, hint):
    with pytest.raises(ganctl.GanctlError, match=message) as caught:
        call(lines)
    assert hint in caught.value.hint
    assert "--" not in f"{caught.value} {caught.value.hint}"


def test_how_a_name_was_understood_is_told(talker):
    with pytest.warns(GanctlWarning, match="purple"):
        talker.sample(text="purple hair")


def test_settings_that_nothing_knows_are_refused(talker):
    with pytest.raises(UsageError, match="set cannot steer this generator"):
        talker.grid(set={"hair": "red"})
