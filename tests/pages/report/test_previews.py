from base64 import b64decode

import numpy as np
import pytest

from ganctl.pages.document import document
from ganctl.pages.report.encoding import LONGEST_SIDE, encoded
from ganctl.pages.report.previews import LARGEST, MOST, Previews, previews_section
from ganctl.pictures.images import png_bytes
from tests.pages.reading import check


def write(run, *steps, content=None):
    for step in steps:
        path = run.preview_path(step)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content or png_bytes(np.full((4, 4), step % 256, np.uint8)))


def page_of(found):
    return check(document("A run", [previews_section(found)], description=""))


def test_the_newest_preview_is_there_without_a_script_and_the_others_with_it(run):
    write(run, 0, 5, 10)
    page = page_of(Previews.of(run))
    (shown,) = page.all("img")
    assert shown.attributes["alt"] == "Samples at step 10"
    data = page.data("previews")
    assert data["steps"] == [0, 5, 10]
    assert len(data["earlier"]) == 2
    assert all(picture.startswith("data:image/png;base64,") for picture in data["earlier"])
    assert "left out" not in page.words


def test_of_many_previews_some_are_shown_evenly_with_both_ends(run):
    write(run, *range(0, 2 * MOST * 10, 10))
    found = Previews.of(run)
    assert len(found.frames) == MOST
    assert (found.frames[0].step, found.frames[-1].step) == (0, 2 * MOST * 10 - 10)
    assert f"{MOST} of {2 * MOST} previews were left out" in page_of(found).words


def test_as_many_are_shown_as_there_is_room_for(run):
    write(run, 0, 5, 10, 15, 20)
    found = Previews.of(run)
    size = max(len(frame.picture) for frame in found.frames)
    assert [frame.step for frame in found.within(3 * size).frames] == [0, 10, 20]
    assert [frame.step for frame in found.within(size).frames] == [20]
    assert found.within(5 * size) == found
    none = found.within(size // 2)
    assert none.frames == ()
    assert "too large for this page" in page_of(none).words


def test_a_preview_that_cannot_be_read_is_left_out_and_said(run):
    write(run, 0, 10)
    write(run, 5, content=b"no picture")
    found = Previews.of(run)
    assert [frame.step for frame in found.frames] == [0, 10]
    assert "1 cannot be read" in page_of(found).words
    write(run, 0, 10, content=b"\x89PNG\r\n\x1a\n")
    assert "None of the run's 3 previews can be read." in page_of(Previews.of(run)).words


def test_a_run_without_previews_says_so(run):
    assert "has no previews" in page_of(Previews.of(run)).words


def test_a_picture_is_written_anew_so_that_nothing_of_a_file_but_its_pixels_gets_into_the_page(run):
    write(run, 0, content=png_bytes(np.zeros((4, 4), np.uint8), {"said": "<script>"}) + b"more")
    (frame,) = Previews.of(run).frames
    content = b64decode(frame.picture.removeprefix("data:image/png;base64,"))
    assert not any(word in content for word in (b"said", b"more", b"tEXt"))


@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_large_picture_is_kept_less_exactly(colours):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (300, 300, *colours)).astype(np.uint8)
    assert encoded(noise, 1_000_000)[1] == "image/png"
    content, kind = encoded(noise, LARGEST // 10)
    assert kind == "image/webp"
    assert len(content) < noise.size
    flat = np.zeros((2, 3 * LONGEST_SIDE, *colours), np.uint8)
    assert len(encoded(flat, LARGEST)[0]) < 10_000
