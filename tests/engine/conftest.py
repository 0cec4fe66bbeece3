"""Data with attributes, an angle and captions, as a table beside images has them."""

import csv

import numpy as np
import pytest

from ganctl.pictures.images import png_bytes
from tests.conftest import made_once

LINES = ("across", "down")
SHADES = ("black", "dark", "light")
COUNT = 60


@pytest.fixture(scope="session")
def described_data(shared):
    """A folder of 8×8 lines across or down, of three greys, with how far they are and a caption.

    The first row says nothing of its shade, the second nothing at all.
    """

    def make(folder):
        rows = []
        for number in range(COUNT):
            line, shade, place = number % 2, number // 2 % 3, number // 6 % 8
            image = np.full((8, 8), 90 * shade, np.uint8)
            image[(place, slice(None)) if line == 0 else (slice(None), place)] = 255
            name = f"{number:03}.png"
            (folder / name).write_bytes(png_bytes(image, {}))
            words = [f"a line {LINES[line]}", f"on {SHADES[shade]}"][: 1 + number % 3]
            rows.append([name, LINES[line], SHADES[shade], place / 2, " ".join(words)])
        rows[0][2] = ""
        rows[1][1:4] = ["", "", ""]
        with (folder / "labels.csv").open("w", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([["file", "line", "shade", "place", "caption"], *rows])

    return made_once(shared / "described", make)
