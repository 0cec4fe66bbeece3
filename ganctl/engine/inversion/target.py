"""An image file as a generator would draw it: of its size and colour, read as data are."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from ganctl.engine.data.pixels import channels_first
from ganctl.errors import DataError
from ganctl.files.paths import user_path
from ganctl.files.tree import tree_of_file
from ganctl.readers import headers
from ganctl.readers.decoding import read_pictures
from ganctl.readers.labelled import ANY, PictureFile, Pictures
from ganctl.requests.data import Colour, Fit, ReadOptions
from ganctl.requests.networks import NetworkSpec


def read_target(path: Path, network: NetworkSpec, fit: Fit) -> tuple[Tensor, tuple[str, ...]]:
    """Return an image as a generator's images are, and sentences about what was done to it.

    Args:
        path: a file of any format that image folders may have.
        network: of the generator.
        fit: how an image of another shape becomes square.

    Returns:
        uint8 [1, C, H, W], and what readers remark, such as that it was cropped.

    Raises:
        DataError: it is no file, or no image that can be read.
    """
    tree = tree_of_file(user_path(str(path)))
    pictures = Pictures("an image", tree, {"train": [PictureFile(tree.entries[0], ANY)]})
    _, bad = headers.look(pictures, None)
    if bad:
        raise _unreadable(path, bad[0][1])
    options = ReadOptions(
        image_size=network.image_size,
        fit=fit,
        colour=Colour.GREY if network.channels == 1 else Colour.RGB,
    )
    try:
        reading = read_pictures(pictures, options)
    except DataError as error:  # It speaks of many images, and of options that are not ours.
        raise _unreadable(path, str(error).rpartition("(")[2].rstrip(").")) from error
    return channels_first(reading.parts["train"].images), reading.remarks


def _unreadable(path: Path, why: str) -> DataError:
    return DataError(
        f"{path} cannot be read as an image: {why}.", "Give another image, such as a .png or .jpg."
    )
