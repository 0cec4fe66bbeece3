"""Colours are those that a file's profile means; what is no use is ignored, and counted."""

import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from ganctl.readers.values import profiles
from ganctl.readers.values.profiles import Profiles, remarks_of
from tests.readers.cases.pictures import profile

LAB = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()


def made(space: bytes, pcs: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of version 2 with these tags."""
    white = struct.pack(">3i", 63190, 65536, 54061)
    header = bytes(8) + struct.pack(">I4s4s4s", 0x02400000, b"prtr", space, pcs)
    header += bytes(12) + b"acsp" + bytes(28) + white
    header = header.ljust(128, b"\0")
    tags = {b"wtpt": b"XYZ \0\0\0\0" + white, **tags}
    start = 132 + 12 * len(tags)
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    whole = header + table + body
    return struct.pack(">I", len(whole)) + whole[4:]


def grey_of_gamma(gamma: float) -> bytes:
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
    return made(b"GRAY", b"XYZ ", {b"kTRC": curve})


def inks_of_which_black_alone_is_seen() -> bytes:
    identity = struct.pack(">9i", *(65536 * (n % 4 == 0) for n in range(9)))
    ramp = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0]) + identity
    lut += 4 * ramp + 8 * bytes([255, 128, 128, 0, 128, 128]) + 3 * ramp
    return made(b"CMYK", b"Lab ", {b"A2B0": lut})


def of(mode: str, colour: int | tuple[int, ...], icc: bytes) -> Image.Image:
    image = Image.new(mode, (4, 4), colour)
    image.info["icc_profile"] = icc
    return image


def pixel(image: Image.Image) -> Any:
    return np.asarray(image)[0, 0].tolist()


def test_colours_become_those_of_srgb():
    found, outcome = Profiles().to_srgb(of("RGB", (255, 0, 0), profile(swapped=True)))
    assert (outcome, found.mode, found.info) == ("converted", "RGB", {})
    assert pixel(found) == pytest.approx([0, 255, 0], abs=2)


def test_srgb_is_left_as_it_is():
    image = of("RGB", (200, 100, 50), profile())
    assert Profiles().to_srgb(image) == (image, "as it is")


@pytest.mark.parametrize("mode", ["1", "I;16", "F", "LAB"])
def test_what_is_no_colour_on_a_screen_is_left_as_it_is(mode):
    image = of(mode, 0, profile(swapped=True))
    assert Profiles().to_srgb(image) == (image, "as it is")


def test_alpha_stays():
    found, _ = Profiles().to_srgb(of("RGBA", (255, 0, 0, 77), profile(swapped=True)))
    assert pixel(found) == pytest.approx([0, 255, 0, 77], abs=2)


def test_a_transparent_colour_stays_transparent():
    image = of("RGB", (255, 0, 0), profile(swapped=True))
    image.info["transparency"] = (255, 0, 0)
    found, _ = Profiles().to_srgb(image)
    assert pixel(found)[3] == 0


def test_palettes_are_converted():
    image = of("RGB", (255, 0, 0), profile(swapped=True)).quantize(4)
    image.info["icc_profile"] = profile(swapped=True)
    assert pixel(Profiles().to_srgb(image)[0]) == pytest.approx([0, 255, 0], abs=2)


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_grey_stays_grey(mode):
    colour = 100 if mode == "L" else (100, 50)
    found, outcome = Profiles().to_srgb(of(mode, colour, grey_of_gamma(1.0)))
    assert (outcome, found.mode) == ("converted", mode)
    # Half the light is more than half of the values, to the eye and in sRGB.
    light = np.ravel(pixel(found))
    assert light[0] == pytest.approx(168, abs=2)
    assert mode == "L" or light[1] == 50


def test_grey_with_a_profile_for_colours_is_their_grey():
    image = of("L", 100, profile(swapped=True))
    found, _ = Profiles().to_srgb(image)
    assert found.mode == "L"
    assert pixel(found) == pytest.approx(100, abs=3)


def test_inks_go_through_their_profile():
    icc = inks_of_which_black_alone_is_seen()
    for black, light in ((0, 255), (255, 0)):
        found, outcome = Profiles().to_srgb(of("CMYK", (255, 0, 90, black), icc))
        assert (outcome, found.mode) == ("converted", "RGB")
        assert pixel(found) == pytest.approx([light] * 3, abs=4)


@pytest.mark.parametrize("icc", [b"x", b"\0" * 200, profile()[:300], grey_of_gamma(1), LAB])
def test_profiles_that_are_no_use_are_ignored(icc):
    image = of("RGB", (9, 8, 7), icc)
    assert Profiles().to_srgb(image) == (image, "unreadable")


def test_large_profiles_are_ignored(monkeypatch):
    monkeypatch.setattr(profiles, "PROFILE_BYTES", 100)
    assert Profiles().to_srgb(of("RGB", 0, profile(swapped=True)))[1] == "unreadable"


def test_without_littlecms_profiles_are_ignored_and_this_is_said(monkeypatch):
    monkeypatch.setattr(features, "check", lambda name: False)
    assert Profiles().to_srgb(of("RGB", 0, profile(swapped=True)))[1] == "unreadable"
    assert remarks_of(9, 0, 9) == [
        "Colour profiles are ignored, because this build of Pillow has no LittleCMS."
    ]


def test_threads_convert_alike():
    ours, images = (
        Profiles(),
        [of("RGB", (n, 0, 255 - n), profile(swapped=True)) for n in range(99)],
    )
    with ThreadPoolExecutor(4) as pool:
        found = [pixel(image) for image, _ in pool.map(ours.to_srgb, images)]
    assert found == [pixel(Profiles().to_srgb(image)[0]) for image in images[:5]] + found[5:]
    assert all(red <= 2 for red, _, _ in found)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ((9, 0, 0), []),
        ((9, 9, 0), ["Colours were converted to sRGB from their profiles."]),
        ((9, 1, 0), ["Colours of 1 of 9 images were converted to sRGB from its profile."]),
        ((9, 2, 1), [
            "Colours of 2 of 9 images were converted to sRGB from their profiles.",
            "1 colour profile could not be read.",
        ]),
        ((9, 0, 3), ["3 colour profiles could not be read."]),
    ],
)  # fmt: skip
def test_what_is_said(counts, said):
    assert remarks_of(*counts) == said
