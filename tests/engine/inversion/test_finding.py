"""What a generator drew is found again, with what it was of, and drawn again."""

from dataclasses import replace

import pytest
import torch

from ganctl.engine.data.pixels import channels_last
from ganctl.engine.inversion.finding import distance_of, find
from ganctl.engine.inversion.training_image import nearest_training_image
from ganctl.engine.models import weights
from ganctl.engine.sampling.sampler import Sampler
from ganctl.pictures.images import png_bytes
from ganctl.requests.data import Fit
from ganctl.requests.drawing.sample import SampleRequest
from ganctl.requests.generators.search import FindRequest
from ganctl.runs.locate import find_source
from tests.engine.evaluation.described import lines
from tests.steered import save_faces, save_talker


def drawn(source, path, seed=5000, **asked):
    """Write what a generator draws of a seed, far from where a search begins."""
    sampler = Sampler.of(source)
    plan = SampleRequest(seeds=[seed], **asked).plan(sampler.header.conditioning)
    image = sampler.draw(plan)
    path.write_bytes(png_bytes(channels_last(image)[0], {}))
    return image


def again(source, finding):
    sampler = Sampler.of(source)
    return sampler.draw(SampleRequest(found=finding.found).plan(sampler.header.conditioning))


def test_a_generator_finds_its_own_picture_of_a_class(trained, tmp_path):
    source = find_source("lines")
    image = drawn(source, tmp_path / "x.png", labels=["down"])
    finding = find(source, FindRequest(image=tmp_path / "x.png", steps=100))
    assert torch.equal(finding.target, image)
    assert finding.asked.text == "down"
    assert finding.distance < 0.04
    assert finding.by_text["down"] < finding.by_text["across"]
    assert not finding.inverted
    assert torch.equal(again(source, finding), finding.image)
    assert finding.distance == distance_of(finding.image, finding.target)


def test_ink_on_paper_is_inverted(trained, tmp_path):
    source = find_source("lines")
    image = drawn(source, tmp_path / "x.png", labels=["across"])
    (tmp_path / "y.png").write_bytes(png_bytes(channels_last(255 - image)[0], {}))
    request = FindRequest(image=tmp_path / "y.png", labels=["across"], steps=20)
    finding = find(source, request)
    assert finding.inverted
    assert torch.equal(finding.target, image)
    assert finding.by_text == {"across": pytest.approx(finding.distance, abs=0.02)}


def test_a_generator_without_labels(trained_gan, tmp_path):
    source = find_source("free")
    drawn(source, tmp_path / "x.png")
    finding = find(source, FindRequest(image=tmp_path / "x.png", steps=20))
    assert finding.found.labels == ()
    assert torch.equal(again(source, finding), finding.image)
    before = find(source, FindRequest(image=tmp_path / "x.png", steps=1))
    assert finding.distance < before.distance


def test_codes_are_found_too(trained_infogan, tmp_path):
    source = find_source("coded")
    drawn(source, tmp_path / "x.png", labels=["down"], codes=["c1=0.5"])
    finding = find(source, FindRequest(image=tmp_path / "x.png", steps=20))
    assert [text.split("=")[0] for text in finding.found.codes] == ["c1", "c2"]
    assert torch.equal(again(source, finding), finding.image)


@pytest.mark.parametrize("settings", [[], ["eyes=green"], ["hair=blond:0.5,red:0.5", "angle=30"]])
def test_attributes_and_an_angle(settings, tmp_path):
    source = find_source(str(save_faces(tmp_path / "faces.safetensors")))
    drawn(source, tmp_path / "x.png", settings=["hair=red", "eyes=green", "angle=45"])
    request = FindRequest(image=tmp_path / "x.png", settings=settings, steps=80)
    finding = find(source, request)
    assert len(finding.found.settings) == 3
    assert {*settings} <= {*finding.found.settings}
    assert torch.equal(again(source, finding), finding.image)
    if not settings:
        assert finding.distance < 0.05


def test_words(tmp_path):
    source = find_source(str(save_talker(tmp_path / "talker.safetensors")))
    drawn(source, tmp_path / "x.png", texts=["glasses"])
    request = FindRequest(image=tmp_path / "x.png", texts=["red", "glasses"], steps=10)
    finding = find(source, request)
    assert set(finding.by_text) == {"red", "glasses"}
    assert finding.found.texts == (finding.asked.text,)
    assert torch.equal(again(source, finding), finding.image)
    free = find(source, replace(request, texts=(), steps=2))
    assert free.found.texts[0] in ("short red hair", "a hair, glasses")


def test_unknown_parts_of_rows_become_known(tmp_path):
    path = save_faces(tmp_path / "faces.safetensors")
    generator, header = weights.load_generator(path)
    unknown = replace(header.schema, rows=((None, None, None),), counts=(1,))
    weights.save_generator(generator, replace(header, schema=unknown), path, torch.float32)
    source = find_source(str(path))
    drawn(source, tmp_path / "x.png", settings=["hair=red", "eyes=blue", "angle=0"])
    finding = find(source, FindRequest(image=tmp_path / "x.png", steps=40))
    assert len(finding.found.settings) == 3


def test_many_classes_are_searched_from_the_nearest(monkeypatch, trained, tmp_path):
    monkeypatch.setattr("ganctl.engine.inversion.finding.KEPT", 1)
    source = find_source("lines")
    drawn(source, tmp_path / "x.png", labels=["down"])
    finding = find(source, FindRequest(image=tmp_path / "x.png", steps=20, fit=Fit.STRETCH))
    assert [*finding.by_text] == [finding.asked.text]


def test_the_nearest_training_image():
    dataset = lines(36)
    nearest = nearest_training_image(dataset.images[7:8], dataset)
    assert nearest.distance == 0
    assert nearest.count == 36
    assert nearest.label is None
    assert torch.equal(nearest.image, dataset.images[7:8])
    classes = replace(dataset, classes=("a", "b"), labels=torch.arange(36) % 2)
    assert nearest_training_image(dataset.images[7:8], classes).label == "b"


@pytest.mark.slow
@pytest.mark.parametrize("digit", [3, 8])
def test_the_bundled_generator_finds_its_own_digits(digit, tmp_path):
    source = find_source("pretrained/mnist")
    drawn(source, tmp_path / "x.png", labels=[str(digit)])
    finding = find(source, FindRequest(image=tmp_path / "x.png"))
    assert finding.asked.text == str(digit)
    assert finding.distance < 0.02
    repeated = find(source, FindRequest(image=tmp_path / "x.png"))
    assert repeated.found == finding.found
