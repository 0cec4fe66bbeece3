"""The quality that one judge measures on a thousand samples while a generator trains."""

import numpy as np
import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.evaluation import judges
from ganctl.engine.models.base import Generator
from ganctl.engine.sampling.sampler import Sampler
from ganctl.engine.training.watching.monitor import ALL_CLASSES, quality_monitor
from ganctl.requests.budget import Progress
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader


@pytest.fixture(scope="module")
def lines(tiny_data):
    return data.load(str(tiny_data))


def monitor_of(dataset):
    monitor = quality_monitor(dataset)
    assert monitor is not None
    return monitor


def test_measuring_uses_no_random_numbers_and_gives_the_same_again(lines, trained):
    monitor = monitor_of(lines)
    sampler = Sampler.load(trained.latest_checkpoint())
    torch.manual_seed(3)
    quality = monitor.measure(sampler.generator, sampler.header)
    assert torch.equal(torch.rand(2), torch.rand(2, generator=torch.Generator().manual_seed(3)))
    assert quality == monitor.measure(sampler.generator, sampler.header)
    assert quality.label_accuracy is not None
    assert 0 <= quality.label_accuracy <= 1
    assert quality.feature_distance > quality.floor >= 0
    assert set(quality.variety) == {"across", "down"}


def test_the_floor_is_that_of_real_images(lines):
    monitor = monitor_of(lines)
    assert monitor._judge.real_accuracy == 1
    assert 0 < monitor.floor < 50


@pytest.mark.parametrize(
    ("spec", "labels", "varieties"),
    [
        (NetworkSpec("modern", 8, 1, 2, 64), True, ["across", "down"]),
        (NetworkSpec("infogan", 8, 1, 0, 62, categories=2, continuous=2), False, [ALL_CLASSES]),
        (NetworkSpec("infogan", 8, 1, 0, 62), False, [ALL_CLASSES]),
    ],
)
def test_labels_are_measured_only_for_models_that_train_with_them(lines, spec, labels, varieties):
    class Black(Generator):
        def __init__(self):
            super().__init__()
            self.unused = torch.nn.Parameter(torch.zeros(()))

        def forward(self, z, condition):
            assert condition.shape == (len(z), spec.condition_size)
            return torch.full((len(z), 1, 8, 8), -1.0)

    classes = lines.classes if spec.classes or spec.categories else ()
    progress = Progress(step=1, images_seen=1, seconds=1.0)
    header = CheckpointHeader("1", "m", "r", lines.name, classes, spec, progress)
    quality = monitor_of(lines).measure(Black(), header)
    assert (quality.label_accuracy is not None) == labels
    assert quality.variety == dict.fromkeys(varieties, 0.0)
    assert quality.feature_distance > 3 * quality.floor
    assert ("label_accuracy" in quality.as_metrics()) == labels


def test_data_that_are_too_few_are_not_judged(tmp_path):
    np.savez(tmp_path / "x.npz", images=np.zeros((4, 8, 8), np.uint8), labels=np.arange(4) % 2)
    assert quality_monitor(data.load(str(tmp_path / "x.npz"))) is None


def test_classes_with_a_single_real_image_are_not_measured(tmp_path):
    """Not one of these classes has two held-out images: all are measured together."""
    images = np.random.default_rng(0).integers(0, 256, (100, 8, 8), np.uint8)
    np.savez(tmp_path / "x.npz", images=images, labels=np.arange(100))
    monitor = monitor_of(data.load(str(tmp_path / "x.npz")))
    assert set(monitor._variety(monitor._real.images, monitor._real.labels)) == {ALL_CLASSES}
    assert monitor._variety(monitor._real.images, monitor._real.labels)[ALL_CLASSES] == 1


def test_the_variety_of_real_images_is_1_in_any_order():
    digits = monitor_of(data.load("mnist"))
    images, labels = digits._real.images, digits._real.labels
    order = labels.argsort()
    assert digits._variety(images[order], None)[ALL_CLASSES] == pytest.approx(1, abs=0.1)
    assert digits._variety(images, labels) == dict.fromkeys("0123456789", 1.0)


def test_a_monitor_of_new_data_waits_for_no_judge(lines, trained, tmp_path, monkeypatch):
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "new"))
    monitor = monitor_of(lines)
    assert monitor.judge_progress == 0
    monitor.advance(0.5)
    assert monitor.judge_progress == pytest.approx(0.5, abs=0.05)
    sampler = Sampler.load(trained.latest_checkpoint())
    quality = monitor.measure(sampler.generator, sampler.header)
    assert monitor.judge_progress is None
    monkeypatch.setenv("GANCTL_CACHE", str(tmp_path / "newer"))
    assert monitor_of(lines).measure(sampler.generator, sampler.header) == quality


def test_meaningless_labels_are_told_by_the_judge(tmp_path, monkeypatch):
    monkeypatch.setattr(judges, "QUICK_STEPS", 10)
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (1200, 8, 8), np.uint8)
    np.savez(tmp_path / "x.npz", images=images, labels=rng.integers(0, 2, 1200))
    monitor = monitor_of(data.load(str(tmp_path / "x.npz")))
    (doubt,) = monitor.near_chance
    assert doubt.chance == pytest.approx(0.5, abs=0.06)
    assert "meaningless" in doubt.text
    assert monitor._judge.real_accuracy < 0.625


def test_labels_that_mean_something_are_not_doubted(lines):
    assert monitor_of(lines).near_chance == ()


def test_thousands_of_classes_are_measured(tmp_path, monkeypatch):
    """Only those of which two images at least are held out have a variety."""
    monkeypatch.setattr(judges, "QUICK_STEPS", 3)
    images = np.random.default_rng(0).integers(0, 256, (4000, 8, 8), np.uint8)
    np.savez(tmp_path / "x.npz", images=images, labels=np.arange(4000) % 3000)
    monitor = monitor_of(data.load(str(tmp_path / "x.npz")))
    labels = monitor._real.labels
    several = int((torch.bincount(labels) > 1).sum())
    assert len(monitor._variety(monitor._real.images, labels)) == max(1, several)
    assert monitor.near_chance == ()
