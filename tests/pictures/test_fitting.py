"""One picture to a square: its middle, all with bars, or all squeezed; smoothly."""

import numpy as np
from PIL import Image

from ganctl.pictures.fitting import fitted
from ganctl.requests.data import Fit, ReadOptions
from tests.readers.picture_files import draw, near


def test_an_image_that_fits_stays_as_it_is():
    image = draw()
    assert fitted(image, ReadOptions()) is image
    assert fitted(image, ReadOptions(image_size=32)) is image


def test_the_middle_is_cropped_bars_are_even_and_stretching_keeps_the_ends():
    image = Image.new("RGB", (96, 32), "red")
    image.paste("blue", (32, 0, 64, 32))
    crop, pad, stretch = (
        np.asarray(fitted(image, ReadOptions(image_size=24, fit=fit, background="lime")))
        for fit in (Fit.CROP, Fit.PAD, Fit.STRETCH)
    )
    assert near(crop[:, 2:-2], np.full((24, 20, 3), (0, 0, 255)))
    assert (pad[:8] == (0, 255, 0)).all()
    assert (pad[16:] == (0, 255, 0)).all()
    assert near(pad[12, 1], (255, 0, 0))
    assert near(stretch[0, 1], (255, 0, 0))
    assert near(stretch[12, 12], (0, 0, 255))


def test_a_fine_pattern_becomes_smooth_grey_and_hidden_colours_do_not_bleed():
    lines = Image.fromarray(np.tile(np.array([0, 255], np.uint8), (64, 32)))
    small = np.asarray(fitted(lines, ReadOptions(image_size=8)))
    assert near(small, np.full((8, 8), 127), 20)
    clear = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    clear.paste((0, 0, 255, 255), (0, 0, 32, 64))
    small = np.asarray(fitted(clear, ReadOptions(image_size=8)))
    assert small[small[..., 3] > 50][:, 0].max() <= 8
