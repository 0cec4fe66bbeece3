"""Names beside a sheet: whole, dark on white, and level with what they name."""

import numpy as np
import pytest

from ganctl.pictures.images import sheet
from ganctl.pictures.lettering import PAPER, Names, _of_size, titled
from ganctl.pictures.lettering import beside as beside_names

SHEET = sheet(np.zeros((6, 40, 40), np.uint8), 3)


def beside(sheet, rows=(), columns=(), groups=(), gap=0):
    return beside_names(sheet, Names(rows, columns, groups, gap))


def ink(band):
    """Return the first and last row and column that have ink."""
    rows, columns = np.nonzero(band < PAPER - 20)
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_the_sheet_itself_stays_as_it_is():
    whole = beside(SHEET, ["blond", "red"], ["a", "b", "c"])
    height, width = SHEET.shape
    assert np.array_equal(whole[-height:, -width:], SHEET)
    assert (whole[:-height, :-width] == PAPER).all()


def test_colour_stays_colour():
    colour = np.repeat(SHEET[..., None], 3, axis=2)
    whole = beside(colour, ["blond", "red"])
    assert whole.shape[2] == 3
    assert np.array_equal(whole[..., 0], beside(SHEET, ["blond", "red"]))


def test_without_names_nothing_is_added():
    assert np.array_equal(beside(SHEET), SHEET)


def test_a_name_is_level_with_its_row():
    for row in range(2):
        names = ["", ""]
        names[row] = "Hxg"
        band = beside(SHEET, names)[:, : -SHEET.shape[1]]
        top, bottom, _, _ = ink(band)
        assert abs((top + bottom) / 2 - (row + 0.5) * SHEET.shape[0] / 2) < 5


@pytest.mark.parametrize("name", ["x", "a long name"])
def test_a_name_above_is_over_its_column(name):
    for column in range(3):
        names = ["", "", ""]
        names[column] = name
        band = beside(SHEET, [], names)[: -SHEET.shape[0]]
        _, _, left, right = ink(band)
        assert abs((left + right) / 2 - (column + 0.5) * SHEET.shape[1] / 3) < 5


@pytest.mark.parametrize(
    "names",
    [["word " * 20, "x"], ["w" * 100, "x"], ["a face with long hair and blue eyes", "one"]],
)
def test_no_name_touches_the_edge(names):
    band = beside(SHEET, names)[:, : -SHEET.shape[1]]
    top, bottom, left, right = ink(band)
    assert top > 0
    assert bottom < len(band) - 1
    assert left > 1
    assert right < band.shape[1] - 1
    upright = beside(SHEET, [], [names[0].replace(" ", "-"), names[1]])[: -SHEET.shape[0]]
    top, bottom, left, right = ink(upright)
    assert top > 1
    assert bottom < len(upright) - 1


def test_long_names_go_on_in_a_line_below():
    short = beside(SHEET, ["blue eyes and hair", "x"])
    long = beside(SHEET, ["blue-eyes-and-hair", "x"])
    assert short.shape[1] < long.shape[1]


@pytest.mark.parametrize("name", ["é", "ж", "λ"])
def test_letters_of_other_languages_are_no_boxes(name):
    assert not np.array_equal(beside(SHEET, [name, ""]), beside(SHEET, ["\uffff", ""]))


def test_a_font_that_is_not_there_is_replaced(monkeypatch):
    monkeypatch.setattr("ganctl.pictures.lettering.find_spec", lambda _name: None)
    _of_size.cache_clear()
    assert beside(SHEET, ["x", "y"]).shape[1] > SHEET.shape[1]
    _of_size.cache_clear()


def test_names_above_go_on_in_a_line_below_before_they_stand_upright():
    short = beside(SHEET, [], ["red", "hair", "x"])
    lines = beside(SHEET, [], ["red hair on", "x", "x"])
    upright = beside(SHEET, [], ["red-hair-on", "x", "x"])
    assert len(short) < len(lines) < len(upright)


def test_a_heading_is_above_the_middle_of_its_group():
    wide = sheet(np.zeros((4, 40, 40), np.uint8), 4, group=2)
    for place in range(2):
        groups = ["", ""]
        groups[place] = "Hxg"
        band = beside(wide, [], [], groups, 6)[: -len(wide)]
        _, _, left, right = ink(band)
        middle = (2 * 41 + 1) / 2 + place * (2 * 41 + 6)
        assert abs((left + right) / 2 - middle) < 3
    columns = beside(wide, [], ["a", "", "", ""], ["", ""], 6)
    both = beside(wide, [], ["a", "", "", ""], ["b", ""], 6)
    assert np.array_equal(both[-len(columns) :], columns)


def test_a_name_behind_a_gap_is_over_its_column():
    wide = sheet(np.zeros((4, 40, 40), np.uint8), 4, group=2)
    band = beside(wide, [], ["", "", "", "x"], ["", ""], 6)[: -len(wide)]
    _, _, left, right = ink(band)
    assert abs((left + right) / 2 - (3.5 * 41 + 6)) < 3


def test_no_letter_is_smaller_than_nine_pixels_and_no_name_lies_on_another():
    tiny = sheet(np.zeros((12, 4, 4), np.uint8), 1)
    band = beside(tiny, ["H"] * 12)[:, :-6]
    rows = np.flatnonzero((band < PAPER - 20).any(axis=1))
    runs = np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)
    assert len(runs) == 4
    assert all(len(run) >= 6 for run in runs)


def test_frames_below_titles_are_of_one_size():
    frames = [SHEET, np.full_like(SHEET, 9), SHEET]
    whole = titled(frames, ["step 1", "a title of so many words that it needs two lines", ""])
    assert len({each.shape for each in whole}) == 1
    for frame, each in zip(frames, whole, strict=True):
        assert np.array_equal(each[-len(frame) :, : frame.shape[1]], frame)
    bands = [each[: -len(SHEET)] for each in whole]
    assert [(band < PAPER).any() for band in bands] == [True, True, False]
    colour = titled([np.repeat(SHEET[..., None], 3, axis=2)], ["step 1"])[0]
    assert np.array_equal(colour[..., 0], titled([SHEET], ["step 1"])[0])


def test_a_title_is_wider_than_its_frame_if_it_must():
    tiny = np.zeros((8, 8), np.uint8)
    (whole,) = titled([tiny], ["unbreakable"])
    assert whole.shape[1] > 40
    assert (whole[-8:, 8:] == PAPER).all()
