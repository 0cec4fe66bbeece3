"""The bundled faces are packed without loss, and their captions say what they show."""

import csv
import io
import lzma

import numpy as np
import pytest

from ganctl.files import paths
from scripts.make_avatars import labels_of, packed_images


def test_the_bundled_captions_are_made_again():
    packed = (paths.ASSETS / "avatars" / "labels.csv.xz").read_bytes()
    text = lzma.decompress(packed).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    faces = [{k: v for k, v in row.items() if k not in ("split", "caption")} for row in rows]
    assert labels_of(faces) == text


def test_faces_are_packed_as_their_colours():
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (2, 4, 3), np.uint8)
    small = [own[rng.integers(0, 4, (16, 16))] for own in colours]
    faces = [image.repeat(2, 0).repeat(2, 1) for image in small]
    packed = np.frombuffer(packed_images(iter(faces), 2), np.uint8)
    palette, own, pixels = np.split(packed, [768, 768 + 2 * 15])
    for index, image in enumerate(small):
        chosen = own.reshape(2, 15)[index][pixels.reshape(2, 16, 16)[index]]
        assert np.array_equal(palette.reshape(256, 3)[chosen], image)


def test_a_face_with_finer_details_is_refused():
    face = np.zeros((32, 32, 3), np.uint8)
    face[0, 0] = 255
    with pytest.raises(ValueError, match="face 0 has details of one pixel"):
        packed_images(iter([face]), 1)
