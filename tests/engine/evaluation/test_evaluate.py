"""Generators of attributes and of words are judged by what they were asked for."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from ganctl.engine.evaluation import cas as cas_module
from ganctl.engine.evaluation import classifiers, judges
from ganctl.engine.evaluation import evaluate as module
from ganctl.engine.evaluation.cas import cas_of_real
from ganctl.engine.evaluation.generated import samples_like
from ganctl.engine.evaluation.judges import QuickJudge
from ganctl.engine.evaluation.nearest_training_images import beside_neighbours
from ganctl.engine.evaluation.reals import TooFewImages
from ganctl.engine.evaluation.requested.caption_words import CaptionWords, visible
from ganctl.engine.models.base import Generator
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training.watching.monitor import QualityMonitor
from ganctl.errors import UsageError
from ganctl.requests.conditions.schema import Schema
from ganctl.runs.evaluation.attributes import Share
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.runs.locate import RunSource
from tests.engine.evaluation import described
from tests.engine.evaluation.described import CAPTIONS, LINE, SCHEMA, SHADE, Painter, Reader

NAN = float("nan")
SAID = Schema((LINE, SHADE), (), CAPTIONS)
ONLY_SAID = Schema((), (), CAPTIONS)
SOURCE = RunSource("lines", Path("lines.safetensors"), None)


@pytest.fixture
def judged(monkeypatch):
    """Evaluate a painter on some real images, by two judges that see all there is to see."""

    def call(painter, reals, **options):
        panel = [Reader(reals.train.schema, name) for name in ("one", "other")]
        monkeypatch.setattr(module, "judges", lambda *_, **__: panel)
        monkeypatch.setattr(module, "reals_for", lambda *_, **__: reals)
        monkeypatch.setattr(Sampler, "of", classmethod(lambda *_: painter))
        return module.evaluate(SOURCE, **options)

    return call


def swapped_shades(line, shade, place):
    """Draw light lines for dark ones, and always far from the edge."""
    return line, 2 if shade == 0 else shade, 30


def test_what_is_obeyed_is_said_by_attribute(judged):
    reals = described.reals()
    found = judged(Painter(SCHEMA, swapped_shades), reals)
    assert (found.n, found.classes) == (72, ())
    for judge in found.judges:
        samples, real = judge.samples.obeyed, judge.real.obeyed
        assert samples is not None
        assert real is not None
        assert real.at_once == Share(72, 72)
        assert samples.accuracies == {0: 1.0, 1: pytest.approx(2 / 3)}
        assert samples.attributes[1].mistakes == [(0, 2, 24)]
        assert samples.at_once == Share(48, 72)
        # Numbers are spread evenly over 0, 12, … 60, and all of them drawn as 24.
        assert samples.errors == (pytest.approx((24 + 12 + 0 + 12 + 24 + 36) / 6),)
        assert real.errors == (pytest.approx(0, abs=1e-4),)
        assert (samples.unseen, samples.unseen_pairs) == (None, None)
    figures = found.figures()
    assert figures["label_accuracy"].samples == pytest.approx(2 / 3)
    assert figures["attribute_accuracy"].samples == pytest.approx(5 / 6)
    assert Evaluation.from_json(found.as_json()) == found


def test_judges_that_are_trained_see_the_same(monkeypatch, tmp_path):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path))
    monkeypatch.setattr(classifiers, "MAX_EPOCHS", 20)
    monkeypatch.setattr(module, "reals_for", lambda *_, **__: described.reals())
    monkeypatch.setattr(Sampler, "of", classmethod(lambda *_: Painter(SCHEMA, swapped_shades)))
    found = module.evaluate(SOURCE)
    assert found.figures()["label_accuracy"].samples == pytest.approx(2 / 3, abs=0.05)
    assert found.figures()["label_accuracy"].real > 0.95
    again = module.evaluate(SOURCE)
    assert replace(again, seconds=found.seconds) == found


def test_the_score_is_that_of_each_attribute_and_their_mean(judged, monkeypatch):
    """A classifier that learns from swapped shades gets these wrong."""
    monkeypatch.setattr(cas_module, "STEPS", 60)
    monkeypatch.setattr(cas_module, "ARCHITECTURE", "strided")
    painter = Painter(SCHEMA, lambda line, shade, place: (line, 2 - shade, place))
    found = judged(painter, described.reals(), cas=True)
    by_attribute = found.cas_by_attribute
    assert by_attribute["line"].real > 0.9
    assert by_attribute["shade"].real > 0.9
    assert by_attribute["line"].samples > 0.9
    assert by_attribute["shade"].samples < 0.5
    score = found.scores["cas"]
    assert score.samples == pytest.approx(sum(each.samples for each in by_attribute.values()) / 2)
    assert score.real == pytest.approx(sum(each.real for each in by_attribute.values()) / 2)
    plain = found.as_json()
    assert plain["cas"] == score.samples
    assert Evaluation.from_json(plain) == found


def test_conditions_are_those_of_held_out_images_and_seeds_count_from_0():
    reals = described.reals()
    reals.held_out.values[3, 1] = NAN
    painter = Painter(SCHEMA)
    samples = samples_like(painter, reals, reals.held_out, "")
    assert samples.values is not None
    assert torch.equal(samples.values.nan_to_num(9), reals.held_out.values.nan_to_num(9))
    known = torch.arange(72) != 3
    assert torch.equal(samples.images[known], reals.held_out.images[known])


def test_a_pair_that_training_never_had_is_asked_for(judged, monkeypatch):
    monkeypatch.setattr("ganctl.engine.evaluation.requested.unseen.PAIR_IMAGES", 40)
    reals = described.reals(leave_out=[(1, 2)])

    def never_light(line, shade, place):
        return line, 1 if (line, shade) == (1, 2) and place > 30 else shade, place

    painter = Painter(SCHEMA, never_light)
    found = judged(painter, reals)
    pair = ((0, 1), (1, 2))
    asked = painter.asked[-40:]
    assert {row[:2] for row in asked} == {(1, 2)}
    assert len({row[2] for row in asked}) > 3
    expected = sum(never_light(*row)[1] == 2 for row in asked)
    for judge in found.judges:
        samples, real = judge.samples.obeyed, judge.real.obeyed
        assert samples.unseen_pairs == {pair: Share(expected, 40)}
        assert real.unseen_pairs == {pair: Share(72, 72)}
        assert samples.unseen == Share(6, 12)
        assert real.unseen == Share(72, 72)
    assert found.as_json()["label_accuracy"]["unseen"]["pairs"].keys() == {"line=down, shade=light"}


def test_words_are_judged_by_the_attributes_that_they_name(judged):
    reals = described.reals(schema=SAID)
    found = judged(Painter(SAID, swapped_shades), reals)
    assert found.described.by_captions
    for judge in found.judges:
        samples = judge.samples.obeyed
        assert samples.accuracies == {0: 1.0, 1: pytest.approx(2 / 3)}
        assert judge.real.obeyed.accuracies == {0: 1.0, 1: 1.0}
        assert samples.at_once == Share(48, 72)


def test_only_what_a_caption_names_counts():
    reals = described.reals(schema=SAID)
    reals.held_out.words[0] = described.words_of("a", "line")
    reals.held_out.words[1] = described.words_of("dark", "line")
    named = reals.named_values(reals.held_out)
    assert named[0].isnan().all()
    assert named[1].isnan().tolist() == [True, False]
    assert torch.equal(named[2:], reals.held_out.values[2:])


def test_words_without_attributes_are_judged_by_the_words_themselves(judged):
    reals = described.reals(schema=ONLY_SAID)
    assert [each.name for each in reals.train.schema.attributes] == [
        "across", "down", "dark", "grey", "light"
    ]  # fmt: skip
    assert not reals.whole.schema.names
    found = judged(Painter(ONLY_SAID, swapped_shades), reals)
    judge = found.judges[0].samples.obeyed
    assert judge.accuracies == {0: 1, 1: 1, 2: 0, 3: 1, 4: 1}
    assert judge.at_once == Share(48, 72)
    assert Evaluation.from_json(found.as_json()) == found


def test_words_that_nobody_can_see_do_not_count():
    asked = torch.tensor([[1.0, 1.0, NAN]] * 10)
    sees, misses = torch.ones(10, 3), torch.tensor([[1.0, 0.0, 0.0]] * 10)
    counted = visible(asked, [sees, misses])
    assert counted[0].isnan().tolist() == [False, True, True]


def test_words_everywhere_or_nowhere_are_no_attributes():
    dataset = described.lines(36, ONLY_SAID)
    words = CaptionWords.of(dataset)
    assert words is not None
    assert words.numbers == tuple(2 + described.WORDS.index(w) for w in
                                  ("across", "down", "dark", "grey", "light"))  # fmt: skip
    dataset.words[:] = described.words_of("a", "line")
    words = CaptionWords.of(dataset)
    assert words is not None
    assert words.as_attributes(dataset) is dataset
    assert CaptionWords.of(described.lines(6)) is None


def test_set_judges_images_of_these_values_alone(judged):
    reals = described.reals()
    found = judged(Painter(SCHEMA, swapped_shades), reals, settings=["shade=dark"])
    assert found.settings == {"shade": "dark"}
    assert found.n == 24
    assert found.figures()["label_accuracy"].samples == 0
    assert found.figures()["label_accuracy"].real == 1


@pytest.mark.parametrize(
    ("settings", "options", "error", "message"),
    [
        (["shade=dark", "shade=light"], {}, UsageError, "shade"),
        (["hair=red"], {}, UsageError, "hair"),
        (["shade=dark:0.5,light:0.5"], {}, UsageError, "no value that real images have"),
        (["place=30"], {}, UsageError, "no value that real images have"),
        (["shade=dark"], {"cas": True}, UsageError, "--cas is of all images"),
        (["shade=dark", "line=down"], {"n": 13}, UsageError, "--n 13"),
    ],
)
def test_what_cannot_be_set(judged, settings, options, error, message):
    with pytest.raises(error, match=message) as caught:
        judged(Painter(SCHEMA), described.reals(), settings=settings, **options)
    assert caught.value.hint


def test_values_that_too_few_images_have_cannot_be_judged():
    with pytest.raises(TooFewImages, match="too few images with these values") as caught:
        described.reals(leave_out=[(1, 2)]).only({0: 1, 1: 2})
    assert "--set" in caught.value.hint


def test_a_model_without_labels_goes_with_any_data(judged):
    found = judged(Painter(SCHEMA, model="gan"), described.reals())
    assert found.figures().keys() == {"feature_distance", "density", "coverage"}
    assert not found.described
    assert Evaluation.from_json(found.as_json()) == found
    with pytest.raises(UsageError, match="--cas needs labels"):
        judged(Painter(SCHEMA, model="gan"), described.reals(), cas=True)


def test_the_score_of_words_is_of_what_captions_name(judged, monkeypatch, tmp_path):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path))
    learned = []

    def fit(_architecture, dataset, **_options):
        learned.append(dataset)
        return Reader(dataset.schema)

    monkeypatch.setattr(cas_module, "fit", fit)
    monkeypatch.setattr(cas_module, "predict", lambda judge, pixels: judge.predict(pixels))
    reals = described.reals(schema=SAID)
    reals.train.words[0] = described.words_of("a", "line")
    found = judged(Painter(SAID), reals, cas=True)
    assert {name: each.real for name, each in found.cas_by_attribute.items()} == {
        "line": 1, "shade": 1
    }  # fmt: skip
    for dataset in learned:
        assert dataset.values[0].isnan().all()
        assert torch.equal(dataset.values[1:], reals.train.values[1:])
    assert cas_of_real(described.header_of(SAID).network, reals).by_attribute.keys() == {
        "line", "shade"
    }  # fmt: skip
    assert len(learned) == 2


def test_neighbours_of_described_images(monkeypatch, tmp_path):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path))
    monkeypatch.setattr(judges, "QUICK_STEPS", 5)
    reals = described.reals()
    found = beside_neighbours(reals.held_out.images[:2], reals)
    assert torch.equal(found[0], found[1])
    assert found.shape == (6, 1, 8, 8)


class Drawn(Generator):
    """A generator in whose place a painter draws."""


def quality_of(painter, reals, monkeypatch):
    monkeypatch.setattr("ganctl.engine.training.watching.monitor.Sampler", lambda *_: painter)
    monkeypatch.setattr(QuickJudge, "judge", lambda *_: Reader(reals.train.schema))
    return QualityMonitor(reals).measure(Drawn(), painter.header)


def test_the_monitor_says_what_is_right_at_once_and_the_worst_attribute(monkeypatch):
    quality = quality_of(Painter(SCHEMA, swapped_shades), described.reals(), monkeypatch)
    assert quality.label_accuracy == pytest.approx(2 / 3)
    assert quality.by_attribute == {"line": 1.0, "shade": pytest.approx(2 / 3)}
    assert quality.worst_attribute == "shade"
    assert quality.as_metrics()["attribute_accuracy"] == pytest.approx(2 / 3)
    assert quality.judge_accuracy == 1
    assert quality.near_chance == ()
    assert list(quality.variety) == [""]


@pytest.mark.parametrize("schema", [SAID, ONLY_SAID])
def test_the_monitor_judges_words_by_what_they_name(monkeypatch, schema):
    quality = quality_of(
        Painter(schema, swapped_shades), described.reals(schema=schema), monkeypatch
    )
    assert quality.label_accuracy == pytest.approx(2 / 3)
    assert quality.lowest_variety < 1


def test_the_monitor_of_a_model_without_labels(monkeypatch):
    quality = quality_of(Painter(SCHEMA, model="gan"), described.reals(), monkeypatch)
    assert quality.label_accuracy is None
    assert quality.worst_attribute is None
    assert quality.variety == {"": 0.0}


def test_an_attribute_that_nobody_can_see_is_named(monkeypatch):
    reals = described.reals(held_out=360)
    rng = torch.Generator().manual_seed(0)
    reals.held_out.values[:, 1] = torch.randint(3, (360,), generator=rng).float()
    quality = quality_of(Painter(SCHEMA), reals, monkeypatch)
    assert [doubt.attribute for doubt in quality.near_chance] == ["shade"]
