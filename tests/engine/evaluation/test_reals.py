"""Real images: those that judges learn from, and those held out."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ganctl.engine.data import dataset as data
from ganctl.engine.evaluation.reals import MIN_IMAGES, choose_count, reals_for, reals_of
from ganctl.errors import DataError, UsageError
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import RunSource
from tests.conftest import tiny_images


def loaded(name):
    return reals_of(data.load(name))


def rows(images):
    return {tuple(row) for row in images.flatten(1).tolist()}


def test_data_of_one_part_are_divided(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (120, 8, 8), np.uint8)
    np.savez(tmp_path / "x.npz", images=images, labels=np.arange(120) % 3)
    reals = loaded(str(tmp_path / "x.npz"))
    assert (len(reals.train), len(reals.held_out)) == (100, 20)
    assert not rows(reals.train.images) & rows(reals.held_out.images)
    assert rows(reals.train.images) | rows(reals.held_out.images) == rows(torch.from_numpy(images))
    assert "held out" in reals.split
    again = loaded(str(tmp_path / "x.npz"))
    assert torch.equal(reals.held_out.images, again.held_out.images)


def test_mnist_has_a_test_split():
    reals = loaded("mnist")
    assert (len(reals.train), len(reals.held_out), reals.split) == (60_000, 10_000, "test")
    some_train, some_test = reals.subsets(500)
    assert len(some_train) == len(some_test) == 500
    assert torch.bincount(some_test.labels).min() > 25
    assert torch.equal(some_test.images, reals.subsets(500)[1].images)


def test_too_few_images_are_refused(tmp_path):
    images, labels = tiny_images(MIN_IMAGES * 6 - 1)
    np.savez(tmp_path / "x.npz", images=images, labels=labels)
    with pytest.raises(DataError, match="too few images") as caught:
        loaded(str(tmp_path / "x.npz"))
    assert "60 in all" in caught.value.hint


def test_the_count_is_bounded_by_what_is_held_out(tiny_data):
    reals = loaded(str(tiny_data))
    assert choose_count(None, reals, 10_000) == len(reals.held_out) == 10
    assert choose_count(None, loaded("mnist"), 1000) == 1000
    assert choose_count(10, reals, 10_000) == 10
    for n in (9, 11):
        with pytest.raises(UsageError, match=f"--n {n} is out of range"):
            choose_count(n, reals, 10_000)


def idx_folder(folder, train, test):
    for prefix, (images, labels) in (("train", train), ("t10k", test)):
        for what, array in (("images", images), ("labels", labels.astype(np.uint8))):
            head = bytes([0, 0, 8, array.ndim])
            shape = b"".join(int(size).to_bytes(4, "big") for size in array.shape)
            path = folder / f"{prefix}-{what}-idx{array.ndim}-ubyte"
            path.write_bytes(head + shape + array.tobytes())
    return str(folder)


def test_a_test_split_may_lack_the_last_classes(tmp_path):
    images, labels = tiny_images(60)
    reals = loaded(idx_folder(tmp_path, (images, labels), (images[::2], labels[::2])))
    assert reals.split == "test"
    assert reals.held_out.classes == reals.train.classes == ("0", "1")
    assert len(reals.held_out) == 30


def test_a_test_split_of_other_classes_is_not_held_against(tmp_path):
    images, labels = tiny_images(60)
    folder = idx_folder(tmp_path, (images, labels), (images, labels + 5))
    whole = data.load(folder)
    assert "held out" in reals_of(whole).split
    assert any("classes that train does not have" in remark for remark in whole.remarks)


def test_the_data_of_a_generator_are_recognised(trained, tmp_path):
    header = read_checkpoint_header(trained.latest_checkpoint())
    source = RunSource("lines", trained.latest_checkpoint(), trained)
    assert reals_for(source, header).whole.fingerprint == trained.data["fingerprint"]
    trained.data["fingerprint"] = "another"
    with pytest.raises(DataError, match="not those that this generator"):
        reals_for(source, header)
    alone = replace(source, run=None)
    assert len(reals_for(alone, header).whole) == 64
    images, labels = tiny_images(120)
    np.savez(tmp_path / "colour.npz", images=np.stack([images] * 3, axis=3), labels=labels)
    with pytest.raises(DataError, match="not those that this generator"):
        reals_for(alone, replace(header, data=str(tmp_path / "colour.npz")))
