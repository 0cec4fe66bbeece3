"""An image file becomes what a generator could draw, or an error says why not."""

import os

import numpy as np
import pytest
from PIL import Image

from ganctl.engine.inversion.target import read_target
from ganctl.errors import DataError
from ganctl.requests.data import Fit
from ganctl.requests.networks import NetworkSpec

GREY = NetworkSpec("modern", 8, 1, 2, 4)
COLOUR = NetworkSpec("modern", 8, 3, 2, 4)


def written(path, size=(8, 8), mode="RGB", colour=(200, 100, 0)):
    Image.new(mode, size, colour).save(path)
    return path


def test_size_and_colour_are_the_generators(tmp_path):
    path = written(tmp_path / "x.png", size=(30, 20))
    grey, remarks = read_target(path, GREY, Fit.CROP)
    assert (grey.shape, str(grey.dtype)) == ((1, 1, 8, 8), "torch.uint8")
    assert any("cropped" in remark for remark in remarks)
    colour, _ = read_target(path, COLOUR, Fit.CROP)
    assert colour.shape == (1, 3, 8, 8)
    assert colour[0, :, 4, 4].tolist() == [200, 100, 0]


def test_grey_files_for_a_generator_of_colour(tmp_path):
    path = written(tmp_path / "x.png", mode="L", colour=77)
    assert (read_target(path, COLOUR, Fit.CROP)[0] == 77).all()


def test_another_shape_is_padded_where_asked(tmp_path):
    path = written(tmp_path / "x.png", size=(16, 8), colour=(255, 255, 255))
    padded, _ = read_target(path, GREY, Fit.PAD)
    assert padded[0, 0, :, 4].tolist() == [0, 0, 255, 255, 255, 255, 0, 0]


@pytest.mark.parametrize(
    "content, why",
    [
        (b"", "empty"),
        (b"no image", "not an image"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "not an image"),
    ],
)
def test_what_is_no_image(tmp_path, content, why):
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"x.png cannot be read as an image: .*{why}") as caught:
        read_target(path, GREY, Fit.CROP)
    assert "Give another image" in caught.value.hint


def test_a_truncated_image(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "x.png")
    content = (tmp_path / "x.png").read_bytes()
    (tmp_path / "x.png").write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match="cannot be read as an image: truncated") as caught:
        read_target(tmp_path / "x.png", GREY, Fit.CROP)
    assert "--skip-bad" not in caught.value.hint


@pytest.mark.skipif(os.name == "nt", reason="pipes are of POSIX")
def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "x.png")
    with pytest.raises(DataError, match="is not a file"):
        read_target(tmp_path / "x.png", GREY, Fit.CROP)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_target(tmp_path / "x.png", GREY, Fit.CROP)
