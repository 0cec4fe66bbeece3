"""No trick flatters all measures: real images, copies of one, shuffled labels, and noise."""

import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.evaluation.generated import Samples
from ganctl.engine.evaluation.judges import judges
from ganctl.engine.evaluation.measure import measure
from ganctl.engine.evaluation.reals import reals_of
from ganctl.engine.evaluation.requested.obeyed import counted
from ganctl.runs.evaluation.confusion import Confusion
from ganctl.runs.evaluation.metrics import METRICS

COUNT = 2000


def times_floor(found):
    return found.samples.values["feature_distance"] / found.real.values["feature_distance"]


def loaded(name):
    return reals_of(data.load(name))


@pytest.fixture(scope="module", params=["strided", pytest.param("pooled", marks=pytest.mark.slow)])
def bench(request, tmp_path_factory):
    """A function that judges images by one of the judges beside 2,000 real test digits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANCTL_CACHE", str(tmp_path_factory.mktemp("cache")))
        reals = loaded("mnist")
        panel = judges(reals.train, reals.held_out, names=[request.param])
    reference, held_out = reals.subsets(COUNT)

    def judged(images, labels):
        return [measure(judge, Samples(images, labels), reference, held_out) for judge in panel]

    return reals, held_out, judged


def test_real_images_posing_as_samples_are_as_good_as_real(bench):
    reals, held_out, judged = bench
    judged_keys = {metric.key for metric in METRICS if metric.is_stored}
    for found in judged(held_out.images, held_out.labels):
        assert set(found.samples.values) == judged_keys
        assert found.samples == found.real
        assert found.samples.label_accuracy >= 0.99
        assert times_floor(found) == 1
    # And so are others, that the floor was not measured with.
    sampled = torch.randperm(10_000, generator=torch.Generator().manual_seed(0))[:COUNT]
    for found in judged(reals.held_out.images[sampled], reals.held_out.labels[sampled]):
        assert found.samples.label_accuracy >= 0.99
        assert times_floor(found) < 1.5
        assert found.samples.values["coverage"] > 0.9 * found.real.values["coverage"]
        assert found.samples.values["density"] == pytest.approx(
            found.real.values["density"], abs=0.15
        )


def test_ten_copies_of_one_digit_of_each_class_show_collapse(bench):
    _, held_out, judged = bench
    first = torch.stack([(held_out.labels == digit).nonzero()[0, 0] for digit in range(10)])
    images, labels = (kept[first].repeat_interleave(10, dim=0) for kept in
                      (held_out.images, held_out.labels))  # fmt: skip
    for found in judged(images, labels):
        assert found.samples.label_accuracy >= 0.9
        assert found.samples.values["coverage"] < 0.05
        assert times_floor(found) > 10


def test_shuffled_labels_spoil_the_accuracy_alone(bench):
    _, held_out, judged = bench
    shuffle = torch.randperm(COUNT, generator=torch.Generator().manual_seed(0))
    for found in judged(held_out.images, held_out.labels[shuffle]):
        assert found.samples.label_accuracy == pytest.approx(0.1, abs=0.03)
        assert times_floor(found) == 1
        assert found.samples.values["coverage"] == found.real.values["coverage"]


def test_noise_is_bad_in_every_way(bench):
    _, held_out, judged = bench
    rng = torch.Generator().manual_seed(0)
    noise = torch.randint(0, 256, held_out.images.shape, generator=rng, dtype=torch.uint8)
    for found in judged(noise, held_out.labels):
        assert found.samples.label_accuracy < 0.3
        assert found.samples.values["density"] < 0.1
        assert found.samples.values["coverage"] < 0.1
        assert times_floor(found) > 50


def test_without_labels_there_is_no_confusion(bench):
    _, held_out, judged = bench
    for found in judged(held_out.images, None):
        assert found.samples.label_accuracy is None
        assert found.samples.values["coverage"] == found.real.values["coverage"]


def test_confusion_has_a_row_for_each_requested_class():
    requested, predicted = torch.tensor([0, 0, 1, 2, 2]), torch.tensor([0, 1, 1, 0, 0])
    assert counted(requested.float(), predicted.float()) == Confusion.of(
        ((1, 1, 0), (0, 1, 0), (2, 0, 0))
    )
