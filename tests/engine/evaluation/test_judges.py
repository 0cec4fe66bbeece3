"""Judges are good, small, known by their checksums, and made once for other data."""

import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.evaluation import judges as module
from ganctl.engine.evaluation.classifiers import accuracy
from ganctl.engine.evaluation.judges import BUNDLED, JUDGES, QuickJudge, judges
from ganctl.engine.evaluation.reals import reals_of
from ganctl.files import paths


def loaded(name):
    return reals_of(data.load(name))


@pytest.fixture
def cache(tmp_path, hasty_judges):
    return tmp_path / "cache"


@pytest.fixture
def reals(tiny_data):
    return loaded(str(tiny_data))


def refuse(*_arguments, **_options):
    raise AssertionError("a judge was trained again")


@pytest.mark.parametrize("name", ["strided", pytest.param("pooled", marks=pytest.mark.slow)])
def test_those_of_mnist_are_as_good_as_they_say(monkeypatch, name):
    monkeypatch.setattr(module, "fit", refuse)
    real = loaded("mnist")
    (judge,) = judges(real.train, real.held_out, names=[name])
    measured = accuracy(judge.classifier, real.held_out)
    assert measured >= 0.994
    assert measured == pytest.approx(judge.real_accuracy, abs=2e-4)


def test_the_bundled_files_are_small_and_have_the_recorded_checksums():
    recorded = (paths.ASSETS / "README.md").read_text(encoding="utf-8")
    mnist = loaded("mnist")
    for judge in judges(mnist.train, mnist.held_out):
        assert (BUNDLED / f"mnist-{judge.name}.safetensors").stat().st_size < 1_000_000
        assert judge.checksum in recorded


def test_for_other_data_they_are_trained_once_with_a_bar(reals, cache, monkeypatch):
    told = []
    first = judges(reals.train, reals.held_out, on_progress=lambda *facts: told.append(facts))
    assert [judge.name for judge in first] == list(JUDGES)
    assert {what for what, _, _ in told} == {
        f"training the judge {name!r} on real images" for name in JUDGES
    }
    assert len(list((cache / "judges").iterdir())) == 2
    monkeypatch.setattr(module, "fit", refuse)
    again = judges(reals.train, reals.held_out)
    for one, same in zip(first, again, strict=True):
        assert (one.checksum, one.real_accuracy) == (same.checksum, same.real_accuracy)
        kept = same.classifier.state_dict()
        assert all(torch.equal(kept[k], v) for k, v in one.classifier.state_dict().items())


def test_a_damaged_copy_is_made_again(reals, cache):
    (good,) = judges(reals.train, reals.held_out, names=["pooled"])
    (path,) = (cache / "judges").iterdir()
    path.write_bytes(path.read_bytes()[:1000])
    (again,) = judges(reals.train, reals.held_out, names=["pooled"])
    assert again.checksum == good.checksum


def test_a_cache_that_cannot_be_written_costs_only_time(reals, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "file"))
    (judge,) = judges(reals.train, reals.held_out, names=["strided"])
    assert judge.real_accuracy == 1


def test_other_data_have_other_judges(reals, cache):
    (one,) = judges(reals.train, reals.held_out, names=["strided"])
    swapped = loaded(reals.whole.name)
    swapped.train.images[0] = 255 - swapped.train.images[0]
    (other,) = judges(swapped.train, swapped.held_out, names=["strided"])
    assert one.checksum != other.checksum


def test_the_quick_judge_is_the_same_whatever_the_bits_it_is_trained_in(
    reals, tmp_path, monkeypatch
):
    def made(name, *fractions):
        monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / name))
        quick = QuickJudge(reals.train, reals.held_out)
        seen = [quick.progress]
        for fraction in fractions:
            torch.rand(3)  # What else the process draws does not matter.
            quick.advance(fraction)
            seen.append(quick.progress)
        return quick.judge(), seen, quick.progress

    at_once, _, _ = made("one")
    in_bits, seen, ready = made("other", 0.1, 0.1, 0.35, 0.9)
    assert in_bits.checksum == at_once.checksum
    assert seen == pytest.approx([0, 0.1, 0.1, 0.35, 0.9], abs=0.02)
    assert ready is None


def test_the_quick_judge_is_trained_once_and_beside_the_others(reals, cache, monkeypatch):
    told = []
    quick = QuickJudge(reals.train, reals.held_out)
    first = quick.judge(lambda *facts: told.append(facts))
    assert told[-1][1] == told[-1][2]
    assert [path.name.split("-")[1] for path in (cache / "judges").iterdir()] == [
        "quick.safetensors"
    ]
    monkeypatch.setattr(module, "Fitting", refuse)
    again = QuickJudge(reals.train, reals.held_out)
    assert again.progress is None
    again.advance(0.5)
    assert again.judge().checksum == first.checksum
    assert torch.equal(
        again.judge().predict(reals.train.images).features,
        first.predict(reals.train.images).features,
    )


def test_the_quick_judge_of_mnist_is_bundled(monkeypatch):
    monkeypatch.setattr(module, "Fitting", refuse)
    mnist = loaded("mnist")
    (strided,) = judges(mnist.train, mnist.held_out, names=["strided"])
    assert QuickJudge(mnist.train, mnist.held_out).judge().checksum == strided.checksum
