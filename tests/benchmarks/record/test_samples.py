"""Samples that anybody hands in: what is read, what is refused, and which of them are judged."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmarks.record import judge, judging
from benchmarks.record.judging import CHECKSUMS, Panel
from benchmarks.record.samples import check, draw_samples, read_samples
from ganctl.engine.data.dataset import Dataset
from ganctl.engine.evaluation.reals import Reals
from ganctl.errors import DataError, RunError

ROOT = Path(__file__).parents[3]
TRAIN, TEST, SIDE = 60, 24, 8


def noise(count: int, seed: int) -> Dataset:
    """Return noise in three classes, a third each, in the order of these."""
    rng = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, 1, SIDE, SIDE), generator=rng).to(torch.uint8)
    labels = torch.arange(3).repeat_interleave(count // 3)
    return Dataset("noise", images, labels, ("a", "b", "c"))


@pytest.fixture
def reals() -> Reals:
    train = noise(TRAIN, 1)
    return Reals(train, train, noise(TEST, 2), "test")


@pytest.fixture
def others() -> Dataset:
    """Samples as the real images want them."""
    return noise(TRAIN, 3)


def arrays(samples: Dataset) -> dict[str, NDArray[Any]]:
    return {"images": samples.images[:, 0].numpy(), "labels": samples.labels.numpy()}


def write(path: Path, **values: Any) -> Path:
    np.savez(path, **values)
    return path


def test_samples_are_read_in_the_order_of_their_classes(tmp_path, others, reals):
    order = np.random.default_rng(1).permutation(TRAIN)
    shuffled = {name: values[order] for name, values in arrays(others).items()}
    shuffled["labels"] = shuffled["labels"].astype(">i4")
    found = read_samples(write(tmp_path / "a.npz", **shuffled, more=np.zeros(3)), reals)
    assert torch.equal(found.labels, others.labels)
    first = order[shuffled["labels"] == 0][0]
    assert torch.equal(found.images[0], others.images[first])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"images": np.zeros((TRAIN, SIDE, SIDE), np.float32)}, "claims 15,360 bytes"),
        ({"images": np.zeros((TRAIN, SIDE, SIDE), np.int8)}, r"images int8 \[60, 8, 8\]"),
        ({"images": np.zeros((TRAIN, 64), np.uint8)}, r"images uint8 \[60, 64\]"),
        ({"labels": np.zeros(TRAIN)}, r"labels float64 \[60\]"),
        ({"labels": np.zeros((TRAIN, 1), np.int64)}, r"labels int64 \[60, 1\]"),
        ({"labels": np.arange(TRAIN) % 4}, "labels from 0 to 3"),
        ({"labels": np.arange(TRAIN) % 3 - 1}, "labels from -1 to 1"),
        ({"labels": np.arange(TRAIN) // 21}, r"\[21, 21, 18\] samples of the classes"),
        ({"labels": np.array([{}] * TRAIN)}, "objects"),
    ],
)
def test_other_arrays_are_refused(tmp_path, others, reals, change, words):
    path = write(tmp_path / "bad.npz", **{**arrays(others), **change})
    with pytest.raises(DataError, match=words) as caught:
        read_samples(path, reals)
    assert caught.value.hint


def test_what_is_no_npz_is_refused(tmp_path, reals):
    text = tmp_path / "text.npz"
    text.write_text("no zip")
    for path in (text, tmp_path, tmp_path / "none.npz"):
        with pytest.raises(DataError):
            read_samples(path, reals)


def test_a_missing_array_is_named(tmp_path, others, reals):
    path = write(tmp_path / "bare.npz", images=arrays(others)["images"])
    with pytest.raises(DataError, match="no array 'labels'"):
        read_samples(path, reals)


def test_one_copy_of_a_training_image_is_enough_to_refuse(others, reals):
    mixed = replace(others, images=others.images.clone())
    mixed.images[7] = reals.train.images[3]
    with pytest.raises(DataError, match=r"training images among its samples \(1\)"):
        check(mixed, reals)
    check(others, reals)


def test_which_samples_are_judged_follows_from_all_of_them(others, reals):
    chosen = judging._chosen(others, reals.held_out)
    counts = torch.bincount(others.labels[chosen], minlength=3)
    assert torch.equal(counts, torch.bincount(reals.held_out.labels, minlength=3))
    assert torch.equal(chosen, judging._chosen(others, reals.held_out))
    changed = replace(others, images=others.images.clone())
    changed.images[-1, 0, 0, 0] += 1
    assert not torch.equal(chosen, judging._chosen(changed, reals.held_out))


def test_a_run_of_other_data_is_refused(run, reals):
    with pytest.raises(RunError, match="trained on other data"):
        draw_samples(run.folder, reals)


def command(monkeypatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["judge", *words])
    judge.main()


@pytest.mark.parametrize("seconds", [["1", "2"], ["0"], ["nan"], ["inf"]])
def test_seconds_that_make_no_sense_are_refused(monkeypatch, capsys, seconds):
    with pytest.raises(SystemExit) as caught:
        command(monkeypatch, "a.npz", "--seconds", *seconds)
    assert caught.value.code == 2
    assert capsys.readouterr().err.startswith("error: --seconds has")


def test_a_bad_file_ends_the_command_in_one_line(tmp_path, monkeypatch, capsys, reals):
    monkeypatch.setattr(Panel, "of_the_board", lambda: Panel(reals, []))
    with pytest.raises(SystemExit) as caught:
        command(monkeypatch, str(tmp_path / "none.npz"))
    assert caught.value.code == 2
    assert capsys.readouterr().err == (
        f"error: {tmp_path / 'none.npz'} is not a file. Give an .npz of samples.\n"
    )


def test_the_page_names_judges_and_data():
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    for checksum in (*CHECKSUMS.values(), judging.FINGERPRINT, judging.TEST_FINGERPRINT):
        assert checksum in page
