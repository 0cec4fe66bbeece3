"""Pictures in a row, each below its title."""

import numpy as np

from ganctl.pictures.lettering import PAPER
from ganctl.pictures.strip import BETWEEN, strip


def test_frames_are_whole_and_titles_stand_above():
    frames = [np.full((60, 80), shade, np.uint8) for shade in (10, 20)]
    whole = strip(frames, ["a", "a longer title of several lines"])
    for shade, left in ((10, BETWEEN), (20, BETWEEN + whole.shape[1] // 2 - BETWEEN // 2)):
        rows, columns = np.nonzero(whole == shade)
        assert columns.min() == left
        assert (len(np.unique(rows)), len(np.unique(columns))) == (60, 80)
        assert rows.max() == whole.shape[0] - BETWEEN - 1
    assert (whole[: -60 - BETWEEN] < PAPER).any()


def test_colour_and_a_word_wider_than_its_picture():
    whole = strip([np.zeros((8, 8, 3), np.uint8)], ["incomprehensibilities"])
    assert whole.shape[2] == 3
    assert whole.shape[1] > 100
    assert (whole[:, -BETWEEN + 2 :] == PAPER).all()
