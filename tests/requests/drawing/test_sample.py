"""What may be asked of a generator, before anything is drawn."""

import pytest

from ganctl.errors import UsageError
from ganctl.files.limits import SAMPLES_BYTES
from ganctl.requests.conditions.labels import UNLABELLED
from ganctl.requests.conditions.schema import Attribute, Captions, Schema
from ganctl.requests.conditions.settings import Settings
from ganctl.requests.drawing.sample import (
    KNOW,
    Conditioning,
    SampleRequest,
    asked_of,
    check_memory,
    choose_seeds,
    how_to_ask,
)
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.seeds import MAX_SEED
from ganctl.runs import locate

DIGITS = tuple("0123456789")
CGAN = Conditioning("cgan", DIGITS, NetworkSpec("modern", 28, 1, 10, 64), None)
GAN = Conditioning("gan", (), NetworkSpec("infogan", 28, 1, 0, 62), None)
CODED = NetworkSpec("infogan", 28, 1, 0, 62, categories=2, continuous=2)
INFOGAN = Conditioning("infogan", ("across", "down"), CODED, CodeMap((1, 0), 0.25))


def test_every_label_with_every_seed():
    plan = SampleRequest(labels=["7", "3:0.5,8:0.5"], seeds=range(4)).plan(CGAN)
    assert [label.text for label in plan.labels] == ["7", "3:0.5,8:0.5"]
    assert len(plan) == 8


def test_a_category_is_the_class_that_it_means():
    plan = SampleRequest(codes=["c0=0", "c1=2"]).plan(INFOGAN)
    assert [label.text for label in plan.labels] == ["down"]
    assert plan.codes.continuous == {1: 2.0}


def test_labels_that_were_scaled_are_noted():
    assert "scaled" in SampleRequest(labels=["3:2,8:2"]).plan(CGAN).notes[0]


@pytest.mark.parametrize(
    ("request_", "of", "message"),
    [
        (SampleRequest(), CGAN, "sample needs a label"),
        (SampleRequest(labels=["0"]), GAN, "--model gan trains without labels"),
        (SampleRequest(labels=["x"]), CGAN, "no class 'x'"),
        (SampleRequest(codes=["c1=1"]), CGAN, "no codes"),
        (SampleRequest(labels=["down"], codes=["c0=1"]), INFOGAN, "exclude each other"),
        (SampleRequest(settings=["a=b"], codes=["c0=1"]), INFOGAN, "--set cannot steer"),
        (SampleRequest(labels=["all"], seeds=range(10**6)), CGAN, "are 7.3 GiB"),
        (SampleRequest(labels=["0"], seeds=range(10**5), scale=64), CGAN, "1792×1792 pixels"),
    ],
)
def test_what_cannot_be_drawn(request_, of, message):
    with pytest.raises(UsageError, match=message) as caught:
        request_.plan(of)
    assert caught.value.hint


@pytest.mark.parametrize(
    "options",
    [{"truncation": -0.1}, {"truncation": 3}, {"truncation": float("nan")}, {"scale": 0},
     {"scale": 65}, {"seeds": ()}],
    ids=str,
)  # fmt: skip
def test_numbers_out_of_range(options):
    with pytest.raises(UsageError, match="out of range"):
        SampleRequest(**options)


def test_all_labels_where_none_is_asked_for():
    assert len(asked_of(CGAN)[0]) == 10
    assert asked_of(GAN)[0] == (UNLABELLED,)


HAIR = Attribute("hair", ("light brown", "red"))
FACES = Conditioning(
    "cgan", (), NetworkSpec("modern", 8, 1, 0, 4, attributes=(2,)), None, Schema((HAIR,))
)
CAPTIONS = Captions("said", ("red", "hair"), 4, ("red hair", "hair"))
TALKER = Conditioning(
    "cgan",
    (),
    NetworkSpec("modern", 8, 1, 0, 4, words=4, caption_length=4, text_size=4),
    None,
    Schema(captions=CAPTIONS),
)


def test_settings_by_text_and_by_name():
    plan = SampleRequest(settings=["hair=red"], seeds=range(3)).plan(FACES)
    assert plan.labels == SampleRequest(settings={"hair": 1}).plan(FACES).labels
    assert len(plan) == 3
    assert SampleRequest().plan(FACES).labels == (Settings(),)


def test_words_are_rows_each():
    plan = SampleRequest(texts=["red hair", "a red"]).plan(TALKER)
    assert [caption.text for caption in plan.labels] == ["red hair", "a red"]
    assert len(plan.notes) == 1
    assert [caption.text for caption in asked_of(TALKER)[0]] == ["red hair", "hair"]


@pytest.mark.parametrize(
    ("of", "how"),
    [
        (FACES, "--set 'hair=light brown'"),
        (TALKER, "--text 'red hair'"),
        (CGAN, "--class 9"),
        (GAN, ""),
    ],
)
def test_how_to_ask_is_as_one_types_it(of, how):
    assert how_to_ask(of) == how


@pytest.mark.parametrize(
    ("asked", "of", "hint"),
    [
        ({"labels": ["3"]}, FACES, "Write --set 'hair=light brown'; or"),
        ({"labels": ["3"]}, TALKER, "classes, such as pretrained/mnist."),
        ({"settings": ["hair=red"]}, TALKER, "Write --text 'red hair'; or"),
        ({"settings": ["hair=red"]}, CGAN, "attributes, such as pretrained/avatars."),
        (
            {"texts": ["red"]},
            CGAN,
            "Write --class 9; or name one that knows captions, such as pretrained/avatars-words.",
        ),
        ({"texts": ["red"]}, FACES, "Write --set 'hair=light brown'; or"),
        ({"settings": ["hair=red"]}, GAN, "Leave it out; or"),
        ({}, TALKER, "such as --text 'red hair'."),
    ],
)
def test_what_a_generator_does_not_know_says_what_to_write(asked, of, hint):
    with pytest.raises(UsageError) as caught:
        SampleRequest(**asked).plan(of)
    assert hint in caught.value.hint


def test_the_generators_that_hints_name_are_bundled():
    names = {locate.PRETRAINED_DEFAULT, locate.PRETRAINED_FACES, locate.PRETRAINED_WORDS}
    assert set(KNOW.values()) == names


def test_seeds_from_a_number_and_a_first_one():
    assert list(choose_seeds(None, None)) == [0]
    assert list(choose_seeds(3, 4)) == [4, 5, 6]
    with pytest.raises(UsageError, match="--seed plus --n"):
        choose_seeds(2, MAX_SEED)
    with pytest.raises(UsageError, match="n 0 is out of range"):
        choose_seeds(0, None, "n")


def test_memory_is_bounded_for_everybody():
    pixels = 28 * 28
    check_memory(SAMPLES_BYTES // pixels, CGAN.network)
    with pytest.raises(UsageError, match="GiB"):
        check_memory(SAMPLES_BYTES // pixels + 1, CGAN.network)
