"""Colours as a file's own profile means them, made those that every screen shows: sRGB."""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from typing import Any, Literal

from PIL import Image, ImageCms, features

from ganctl.files.limits import PROFILE_BYTES

Outcome = Literal["converted", "unreadable", "as it is"]

_AT_ONCE = 16
"""Profiles that a thread keeps ready; a camera has one."""
_UNSEEN = 2
"""By how much of 255 a profile may differ from sRGB; roundings do."""
_CHANNELS = {"GRAY": "L", "RGB ": "RGB", "CMYK": "CMYK"}
"""Pillow's modes for the colour spaces of profiles."""
_OF_MODE = {"L": "L", "LA": "L", "RGB": "RGB", "RGBA": "RGB", "P": "RGB", "PA": "RGB"}


class Profiles(threading.local):
    """Converts images; each thread has transforms of its own, which nothing says can be shared."""

    def __init__(self) -> None:
        self._transform = lru_cache(_AT_ONCE)(_transform)

    def to_srgb(self, image: Image.Image) -> tuple[Image.Image, Outcome]:
        """Return an image in sRGB, or as it is if its profile says so or cannot be read.

        Grey stays grey, and transparency what it is. Bits alone, and values of more than 8 bits,
        are no colours.
        """
        profile: bytes = image.info.get("icc_profile", b"")
        if image.mode != "CMYK" and image.mode not in _OF_MODE:
            return image, "as it is"
        if len(profile) > PROFILE_BYTES:
            return image, "unreadable"
        mode = _OF_MODE.get(image.mode, "CMYK")
        try:
            transform = self._transform(profile, mode)
        except (ImageCms.PyCMSError, OSError, ValueError):
            return image, "unreadable"
        if transform is None:
            return image, "as it is"
        return _applied(transform, image, mode), "converted"


def has_profile(image: Image.Image) -> bool:
    """Return whether an image brings a profile."""
    return bool(image.info.get("icc_profile"))


def remarks_of(total: int, converted: int, unreadable: int) -> list[str]:
    """Return sentences about how many images were converted, and how many could not be."""
    remarks = []
    if converted:
        some = "" if converted == total else f"of {converted:,} of {total:,} images "
        whose = "its profile" if converted == 1 != total else "their profiles"
        remarks.append(f"Colours {some}were converted to sRGB from {whose}.")
    if unreadable and not features.check("littlecms2"):
        remarks.append(
            "Colour profiles are ignored, because this build of Pillow has no LittleCMS."
        )
    elif unreadable:
        profiles = "colour profile" if unreadable == 1 else "colour profiles"
        remarks.append(f"{unreadable:,} {profiles} could not be read.")
    return remarks


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return what converts images of a mode, or None if that would change nothing.

    Raises:
        PyCMSError, OSError, ValueError: the profile is damaged, or of other colours than the
            image; or Pillow was built without LittleCMS.
    """
    if not features.check("littlecms2"):
        raise ValueError("no LittleCMS")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = _CHANNELS.get(source.profile.xcolor_space, "")
    # Grey of a profile for colours is its colours from black to white.
    if space != mode and (space, mode) != ("RGB", "L"):
        raise ValueError("a profile for other colours")
    target: Any = ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(source, target, space, "RGB")
    if space == "CMYK":
        return transform
    probe = _probe().convert(space)
    changed = _difference(transform.apply(probe), probe.convert("RGB"))
    return transform if changed > _UNSEEN else None


def _applied(transform: ImageCms.ImageCmsTransform, image: Image.Image, mode: str) -> Image.Image:
    clear = None
    if image.has_transparency_data:
        image = image.convert("LA" if mode == "L" else "RGBA")
        clear = image.getchannel("A")
    converted = transform.apply(image.convert(transform.input_mode))
    # The profile of the result would come along with each image.
    converted.info.clear()
    if mode == "L":
        converted = converted.convert("L")
    if clear is not None:
        converted.putalpha(clear)
    return converted


def _probe() -> Image.Image:
    """Return colours from all over the cube."""
    steps = range(0, 256, 17)
    colours = bytes(value for r in steps for g in steps for b in steps for value in (r, g, b))
    return Image.frombytes("RGB", (16, 256), colours)


def _difference(first: Image.Image, second: Image.Image) -> int:
    pairs = zip(first.tobytes(), second.tobytes(), strict=True)
    return max(abs(a - b) for a, b in pairs)
