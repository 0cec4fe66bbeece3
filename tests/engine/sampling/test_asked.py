"""What generators of attributes and of words are told of what is asked for."""

import pytest
import torch

from ganctl.engine.models.weights import load_generator
from ganctl.engine.sampling.asked import Conditions
from ganctl.engine.sampling.sampler import BATCH, NO_CODES, Sampler
from ganctl.requests.conditions.asked import Between, between
from ganctl.requests.conditions.captions import parse_text
from ganctl.requests.conditions.labels import one_hot
from ganctl.requests.conditions.settings import Settings, parse_settings
from ganctl.requests.drawing.sample import SamplePlan
from tests.steered import CAPTIONS, FACES, save_faces, save_talker


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    return Sampler(*load_generator(save_faces(tmp_path_factory.mktemp("a") / "faces.safetensors")))


@pytest.fixture(scope="module")
def talker(tmp_path_factory):
    path = tmp_path_factory.mktemp("a") / "talker.safetensors"
    return Sampler(*load_generator(save_talker(path)))


def settings(*texts):
    return parse_settings(texts, FACES)


def caption(text):
    return parse_text([text], CAPTIONS)[0][0]


def told(sampler, asked, seeds):
    return Conditions(sampler.header).of(asked, seeds, NO_CODES)


ALL = ("hair=red", "eyes=green", "angle=45")


def test_one_hots_stand_side_by_side_and_numbers_are_scaled_and_known(faces):
    conditions, values = told(faces, [settings(*ALL)], [0])
    assert conditions.tolist() == [[0, 0, 1, 0, 1, 0.5, 1]]
    assert values.tolist() == [[2, 1, 0.5]]


def test_a_blend_has_its_weights_and_no_value(faces):
    blend = settings("hair=blond:0.25,red:0.75", *ALL[1:])
    conditions, values = told(faces, [blend], [0])
    assert conditions.tolist() == [[0.25, 0, 0.75, 0, 1, 0.5, 1]]
    assert values[0, 0].isnan()


def test_between_settings_is_between_what_they_draw(faces):
    way = Between(settings("hair=blond"), settings("angle=90"), 0.25)
    start, end = (told(faces, [each], [3])[0] for each in (way.start, way.end))
    conditions, values = told(faces, [way], [3])
    assert torch.allclose(conditions, 0.75 * start + 0.25 * end)
    known = (told(faces, [way.start], [3])[1] == told(faces, [way.end], [3])[1])[0]
    assert values[0, known].isnan().sum() == 0
    assert values[0, ~known].isnan().all()


def test_between_captions_has_both_with_their_weights(talker):
    way = Between(caption("red hair"), caption("glasses"), 0.25)
    conditions, values = told(talker, [way, caption("a")], [0, 0])
    assert conditions.shape == (2, 2, 6)
    assert conditions[0, :, 0].tolist() == [0.75, 0.25]
    assert conditions[0, :, 1:].tolist() == [[3, 2, 0, 0, 0], [5, 0, 0, 0, 0]]
    assert conditions[1, :, 0].tolist() == [1, 0]
    assert values.shape == (2, 0)


def test_the_ends_of_a_way_are_what_they_are():
    one, other = settings("hair=red"), settings("hair=blond")
    assert [between(one, other, fraction) for fraction in (0, 1)] == [one, other]
    with pytest.raises(TypeError):
        between(one_hot(0, ("a", "b")), one, 0.5)


@pytest.mark.parametrize("kind", ["faces", "talker"])
def test_a_seed_gives_the_same_bits_alone_and_among_others(request, kind):
    sampler = request.getfixturevalue(kind)
    asked = settings("hair=red") if kind == "faces" else caption("short red hair")
    many = sampler.draw(SamplePlan((asked,), range(BATCH + 5)))
    for seed in (0, 17, BATCH + 4):
        assert torch.equal(sampler.draw(SamplePlan((asked,), [seed]))[0], many[seed])


def test_batches_say_what_was_drawn(faces):
    (batch,) = faces.batches(SamplePlan((Settings(),), range(30)))
    again = settings(*(
        f"{name}={FACES.attributes[place].values[int(batch.values[7, place])]}"
        for place, name in enumerate(["hair", "eyes"])
    ), f"angle={FACES.quantities[0].number(batch.values[7, 2].item()):g}")  # fmt: skip
    assert torch.equal(faces.draw(SamplePlan((again,), [7]))[0], batch.images[7])
