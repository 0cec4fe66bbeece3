"""Samples judged by the board's judges, beside a hundredth of its data."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.record import judge, judging
from benchmarks.record.judging import CHECKSUMS, Panel, judged
from benchmarks.record.samples import check, draw_samples
from ganctl.engine.data.dataset import Dataset, load
from ganctl.engine.evaluation.judges import judges
from ganctl.engine.evaluation.reals import Reals, reals_of
from ganctl.engine.sampling.sampler import Sampler
from ganctl.errors import DataError, RunError
from ganctl.requests.conditions.labels import one_hot

TRAIN, TEST = 600, 100
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def whole() -> Dataset:
    return load("mnist")


@pytest.fixture(scope="module")
def panel(whole: Dataset) -> Panel:
    """The board's judges, beside a hundredth of its data."""
    assert whole.test is not None
    found = judges(whole, whole.test)
    small = replace(whole.part(torch.arange(TRAIN)), test=whole.test.part(torch.arange(TEST)))
    return Panel(reals_of(small), found)


@pytest.fixture(scope="module")
def reals(panel: Panel) -> Reals:
    return panel.reals


@pytest.fixture(scope="module")
def others(whole: Dataset, reals: Reals) -> Dataset:
    """Other real images, as many of each class as ``reals`` has."""
    counts = torch.bincount(reals.train.labels)
    later = torch.arange(TRAIN, len(whole))
    rows = [later[whole.labels[later] == k][:n] for k, n in enumerate(counts.tolist())]
    return whole.part(torch.cat(rows))


def test_real_images_reach_what_real_images_have(others, panel, monkeypatch):
    monkeypatch.setattr("ganctl.engine.evaluation.cas.STEPS", 3)
    found = judged(others, panel, cas=True)
    assert found.samples.label_accuracy >= 0.97
    assert found.samples.coverage > 0.7
    assert 0.5 < found.samples.times_floor < 2
    assert 0.8 < found.samples.nearest < 1.25
    assert found.samples.cas is not None
    assert found.real.cas is None
    assert judged(others, panel, cas=False).samples == replace(found.samples, cas=None)


def test_noise_reaches_nothing(others, panel):
    rng = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, others.images.shape, generator=rng).to(torch.uint8)
    found = judged(replace(others, images=images), panel, cas=False).samples
    assert found.label_accuracy < 0.3
    assert found.coverage < 0.1
    assert found.times_floor > 10


def test_training_images_that_were_moved_or_disturbed_are_found(reals, panel):
    train = reals.train.part(reals.train.labels.argsort(stable=True))
    moved = replace(train, images=train.images.roll((1, -2), dims=(2, 3)))
    check(moved, reals)
    assert judged(moved, panel, cas=False).samples.nearest < 0.05
    rng = torch.Generator().manual_seed(1)
    noise = torch.randint(-9, 10, train.images.shape, generator=rng)
    disturbed = replace(train, images=(train.images + noise).clamp(0, 255).to(torch.uint8))
    assert judged(disturbed, panel, cas=False).samples.nearest < 0.3


def test_a_run_is_drawn_from_its_last_checkpoint(trained, tiny_data):
    reals = reals_of(load(str(tiny_data)))
    found = draw_samples(trained.folder, reals)
    assert torch.equal(torch.bincount(found.labels), torch.bincount(reals.train.labels))
    last = Sampler.load(trained.latest_checkpoint())
    first = next(iter(last.batches_of([(one_hot(0, found.classes), 0)]))).images[0]
    assert torch.equal(found.images[0], first)


def test_a_run_without_labels_is_refused(trained_gan, tiny_data):
    with pytest.raises(RunError, match="does not draw what it is asked for"):
        draw_samples(trained_gan.folder, reals_of(load(str(tiny_data))))


def written(path: Path, samples: Dataset) -> str:
    np.savez(path, images=samples.images[:, 0].numpy(), labels=samples.labels.numpy())
    return str(path)


def test_the_command_shows_each_file_the_worst_and_the_marks(
    tmp_path, monkeypatch, capsys, others, panel
):
    monkeypatch.setattr(Panel, "of_the_board", lambda: panel)
    again = replace(others, images=others.images.flip(0))
    again = replace(again, labels=again.labels.flip(0))
    paths = [
        written(tmp_path / f"{name}.npz", each) for name, each in (("a", others), ("b", again))
    ]
    words = ["judge", *paths, "--no-cas", "--seconds", "50", "61"]
    monkeypatch.setattr(sys, "argv", words)
    judge.main()
    out = capsys.readouterr().out
    assert f"| {paths[0]} | {paths[1]} | worst | real test images |" in out
    assert "| CAS 97% | – |" in out
    assert "| 1.5 × floor | 61 s |" in out or "| 1.5 × floor | > 61 s |" in out
    assert "Judges: strided 8f21846b4555, pooled 4873a4cc2737." in out


def test_other_judges_are_not_those_of_the_board(monkeypatch, whole, panel):
    monkeypatch.setattr(judging, "load", lambda _name: whole)
    monkeypatch.setattr(judging, "judges", lambda *_: panel.judges)
    assert Panel.of_the_board().checksums == CHECKSUMS
    monkeypatch.setattr(judging, "judges", lambda *_: [replace(panel.judges[0], checksum="0" * 64)])
    with pytest.raises(DataError, match="not those of the board"):
        Panel.of_the_board()
