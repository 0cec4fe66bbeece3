"""How a run stands by its files."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.cli.views.live.following import COLUMNS, Follower, images_of_preview
from ganctl.files.atomic import write_atomically
from ganctl.pictures.images import png_bytes, sheet
from ganctl.pictures.lettering import Names, beside
from ganctl.runs.header import RunStatus
from ganctl.runs.lock import Lock
from ganctl.runs.run import Run


def preview_of(rows, height, width, colours=()):
    rng = np.random.default_rng(rows)
    return rng.integers(0, 256, (rows, COLUMNS, height, width, *colours), dtype=np.uint8)


@given(
    rows=st.integers(1, 5),
    side=st.integers(1, 9),
    colours=st.sampled_from([(), (3,)]),
    named=st.booleans(),
)
def test_a_preview_gives_its_images_back(tmp_path_factory, rows, side, colours, named):
    images = preview_of(rows, side, side, colours)
    picture = sheet(images.reshape(-1, side, side, *colours), COLUMNS)
    if named:
        picture = beside(picture, Names([f"name {row}" for row in range(rows)], list("0123456789")))
    path = tmp_path_factory.mktemp("preview") / "step00000001.png"
    path.write_bytes(png_bytes(picture))
    found = images_of_preview(path, [len(colours) or 1, side, side])
    assert found is not None
    np.testing.assert_array_equal(found, images)


@pytest.mark.parametrize("shape", [[], [1, 0, 0], [1, 8, 80], [1, 500, 1], ["a"]])
def test_a_picture_of_another_size_gives_none(tmp_path, shape):
    path = tmp_path / "step00000001.png"
    path.write_bytes(png_bytes(np.zeros((20, 200), np.uint8)))
    assert images_of_preview(path, shape) is None


def test_a_damaged_picture_gives_none(tmp_path):
    path = tmp_path / "step00000001.png"
    path.write_bytes(b"no picture")
    assert images_of_preview(path, [1, 8, 8]) is None


@pytest.fixture
def begun(run):
    """A run that another process trains: its data have images of 8×8."""
    run.data |= {"shape": [1, 8, 8]}
    run.save()
    return run


def write_preview(run, step):
    images = preview_of(2, 8, 8).reshape(-1, 8, 8)
    write_atomically(run.preview_path(step), png_bytes(sheet(images, COLUMNS)))


def line(step, **more):
    return {"step": step, "images_seen": 64 * step, "seconds": 2.0 * step, **more}


def test_what_is_new_is_told_once(begun):
    follower = Follower(begun)
    assert follower.news() == []
    write_preview(begun, 0)
    (first,) = follower.news()
    assert (first.step, first.progress, first.losses) == (0, 0.0, {})
    assert first.preview is not None
    assert first.preview.shape == (2, COLUMNS, 8, 8)
    assert follower.news() == []
    for step in (2, 4):
        begun.append_metrics(line(step, generator_loss=0.5, images_per_second=9.0))
    write_preview(begun, 4)
    earlier, later = follower.news()
    assert (earlier.step, earlier.preview) == (2, None)
    assert (later.step, later.progress, later.epoch) == (4, 0.4, 2.56)
    assert later.losses == {"generator_loss": 0.5}
    assert later.preview is not None
    assert follower.news() == []


def test_alarms_come_without_their_advice(begun):
    follower = Follower(begun)
    begun.alarms.append({"step": 3, "kind": "odd", "message": "Something is odd."})
    begun.save()
    (found,) = follower.news()
    assert found.alarms == (("Something is odd.", ""),)
    assert follower.news() == []


def test_a_run_that_is_resumed_from_an_earlier_step_begins_anew(begun):
    follower = Follower(begun)
    for step in (2, 4):
        begun.append_metrics(line(step))
    assert len(follower.news()) == 2
    begun.rewind(2)
    assert [moment.step for moment in follower.news()] == [2]


def test_numbers_of_strangers_do_no_harm(begun):
    begun.append_metrics({"step": 3, "images_seen": -5, "seconds": 1e300})
    (found,) = Follower(begun).news()
    assert (found.epoch, found.images_per_second) == (0, 0)


def test_names_are_those_of_attributes_alone(begun, monkeypatch):
    follower = Follower(begun)
    images = preview_of(2, 8, 8).reshape(-1, 8, 8)
    said = png_bytes(sheet(images, COLUMNS), {"row_names": ["a", "b", "c"]})
    write_atomically(begun.preview_path(0), said)
    assert follower.news()[0].names == ()
    begun.data["schema"] = {"attributes": [{"name": "hair", "values": ["a", "b"]}]}
    monkeypatch.setattr(Run, "open", lambda _folder: begun)
    assert Follower(begun).news()[0].names == ("a", "b")


def test_a_process_that_has_gone_is_seen(begun):
    follower = Follower(begun)
    lock = Lock(begun.folder / "lock", "it")
    try:
        assert follower.status() is RunStatus.RUNNING
    finally:
        lock.release()
    assert follower.status() is RunStatus.INTERRUPTED
    begun.status = RunStatus.FINISHED
    begun.save()
    assert follower.status() is RunStatus.FINISHED
