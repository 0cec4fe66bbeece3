"""Real images are searched for as others are, with what is known of them."""

import pytest

from ganctl.engine.data.dataset import load
from ganctl.engine.evaluation.reals import data_of
from ganctl.engine.inversion import coverage
from ganctl.engine.inversion.coverage import IMAGES, Reached, reached_for_real_images
from ganctl.engine.sampling.sampler import Sampler
from ganctl.runs.locate import find_source
from tests.steered import save_faces, write_faces


def test_ranks():
    reached = Reached((0.1, 0.2, 0.3), "test")
    assert reached.median == 0.2
    assert [reached.farther_than(distance) for distance in (0.05, 0.2, 0.5)] == [3, 1, 0]


@pytest.mark.parametrize(
    "fixture, name",
    [
        ("trained_infogan", "coded"),
        pytest.param("trained", "lines", marks=pytest.mark.slow),
        pytest.param("trained_gan", "free", marks=pytest.mark.slow),
    ],
)
def test_real_images_of_a_run(fixture, name, request, tiny_data, monkeypatch):
    monkeypatch.setattr(coverage, "IMAGES", 3)
    monkeypatch.setattr(coverage, "LOOKED_AT", 8)
    request.getfixturevalue(fixture)
    sampler = Sampler.of(find_source(name))
    dataset = load(str(tiny_data))
    few, more = (reached_for_real_images(sampler, dataset, steps) for steps in (1, 12))
    assert len(more.distances) == 3
    assert more.split == "training"
    assert more.median < few.median
    assert all(0 <= distance <= 1 for distance in more.distances)


def test_real_images_of_attributes(tmp_path):
    data = write_faces(tmp_path / "faces")
    source = find_source(str(save_faces(tmp_path / "x.safetensors", str(data))))
    sampler = Sampler.of(source)
    reached = reached_for_real_images(sampler, data_of(source, sampler.header), 5)
    assert len(reached.distances) == IMAGES
