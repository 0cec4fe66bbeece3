"""Several runs in one picture: nothing is cut, and places without a sheet stay grey."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from ganctl.pictures.images import METADATA_KEY, MID_GREY
from ganctl.sweeps.comparison import (
    BETWEEN,
    LARGEST_SCALE,
    DistanceCurve,
    distance_plot,
    rows_of_sheets,
)

BLACK = np.zeros((10, 40), np.uint8)


def test_each_sheet_has_its_place():
    picture = rows_of_sheets([[BLACK, None], [BLACK, BLACK]], ["a", "b"], ["seed 1", "seed 2"])
    values, counts = np.unique(picture, return_counts=True)
    found = dict(zip(values.tolist(), counts.tolist(), strict=True))
    cell = BLACK.size * LARGEST_SCALE**2
    assert found[0] == 3 * cell
    assert found[MID_GREY] >= cell
    assert picture.shape[0] > 2 * (10 * LARGEST_SCALE + BETWEEN)


def test_other_sizes_and_colours_meet():
    red = np.zeros((20, 20, 3), np.uint8)
    red[..., 0] = 200
    picture = rows_of_sheets([[BLACK], [red]], ["grey", "red"], ["seed 1"])
    assert picture.ndim == 3
    assert (picture == [200, 0, 0]).all(axis=2).sum() == 20 * 20 * LARGEST_SCALE**2
    assert (picture == 0).all(axis=2).sum() == BLACK.size * LARGEST_SCALE**2


def test_wide_pictures_are_not_enlarged():
    wide = np.zeros((5, 1000), np.uint8)
    picture = rows_of_sheets([[wide, wide]], ["a"], ["seed 1", "seed 2"])
    assert (picture == 0).sum() == 2 * wide.size


@pytest.mark.parametrize("names", [["a"], [f"model={k}" for k in range(30)]])
@pytest.mark.parametrize("floor", [None, 0.5])
def test_curves_are_a_png_that_says_what_it_is(names, floor):
    curve = DistanceCurve([1.0, 2.0], [30.0, 3.0])
    curves = {name: [curve, DistanceCurve([], [])] for name in names}
    content = distance_plot(curves, "seconds", "a $1 title", floor, {"kind": "curves"})
    image = Image.open(io.BytesIO(content))
    assert json.loads(image.info[METADATA_KEY]) == {"kind": "curves"}
    assert image.width > 900


def test_a_run_that_was_measured_once_is_a_dot_that_can_be_seen():
    def colours(curve):
        content = distance_plot({"a": [curve]}, "seconds", "title", 0.5, {})
        image = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
        plotted = image[:, :880]  # Without the legend.
        return (plotted.max(axis=2) - plotted.min(axis=2) > 60).sum()

    dot, line = DistanceCurve([5.0], [30.0]), DistanceCurve([5.0, 6.0], [30.0, 3.0])
    assert (dot.is_dot, line.is_dot) == (True, False)
    assert colours(dot) > 100
