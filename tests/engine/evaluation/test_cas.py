"""The score of what a classifier learns from generated images."""

import json

import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.evaluation import cas as module
from ganctl.engine.evaluation.cas import Score, cas, cas_of_real
from ganctl.engine.evaluation.reals import reals_of
from ganctl.engine.sampling.sampler import Sampler


def loaded(name):
    return reals_of(data.load(name))


@pytest.fixture
def reals(tiny_data, tmp_path, monkeypatch):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "cache"))
    return loaded(str(tiny_data))


class Echo(Sampler):
    """A generator that yields real lines, of the requested class or of the other."""

    def __init__(self, header, real, swapped):
        self.header, self.real, self.swapped = header, real, swapped

    def batches_of(self, pairs, **_options):
        from ganctl.engine.sampling.sampler import SampleBatch

        labels, seeds = zip(*pairs, strict=True)
        members = [self.real.images[self.real.labels == k] for k in range(2)]
        sampled = []
        for label, seed in pairs:
            images = members[1 - label.index if self.swapped else label.index]
            sampled.append(images[seed % len(images)])
        yield SampleBatch(labels, seeds, torch.stack(sampled), torch.empty(len(seeds), 0))


@pytest.mark.parametrize(("swapped", "score"), [(False, 1.0), (True, 0.0)])
def test_it_learns_what_the_generator_draws(reals, trained, swapped, score):
    header = Sampler.load(trained.latest_checkpoint()).header
    assert cas(Echo(header, reals.train, swapped), reals) == Score(score)


def test_that_of_real_images_is_measured_once(reals, trained, tmp_path, monkeypatch):
    network, told = Sampler.load(trained.latest_checkpoint()).header.network, []
    first = cas_of_real(network, reals, lambda *facts: told.append(facts[0]))
    assert first == Score(1)
    assert set(told) == {"learning from real images"}
    (kept,) = (tmp_path / "cache" / "cas").iterdir()
    monkeypatch.setattr(module, "fit", None)
    assert cas_of_real(network, reals) == first
    kept.write_text(json.dumps({"cas_real": "x"}))
    with pytest.raises(TypeError):
        cas_of_real(network, reals)


def test_no_more_real_images_than_the_score_is_made_for(reals, monkeypatch):
    monkeypatch.setattr(module, "IMAGES", 20)
    assert len(module.training_images(reals)) == 20
