"""Kinds of image files, and pixels as a viewer shows them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from tests.readers.cases.drawing import NAMES, class_folders, figure, picture, save
from tests.readers.cases.expect import reads, refused

FOUR = {"ant": 4, "bee": 4, "cow": 4}


def each(folder: Path, draw, ending: str = ".png", count: int = 4, **options) -> Path:
    """Save ``draw(kind, seed)`` for three classes."""
    for kind, name in enumerate(NAMES):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            draw(kind, number).save(folder / name / f"{number}{ending}", **options)
    return folder


def rename(folder: Path, ending: str) -> Path:
    for path in [p for p in folder.rglob("*.*") if p.is_file()]:
        path.rename(path.with_suffix(ending))
    return folder


@reads(FOUR, colour=True, says=("8×8 colour",))
def in_colour(folder: Path) -> Path:
    """Images in colour."""
    return class_folders(folder, mode="RGB")


@reads(FOUR, options={"colour": "grey"})
def in_colour_as_grey(folder: Path) -> Path:
    return class_folders(folder, mode="RGB")


@reads(FOUR, says=("read as grey",))
def colour_without_colour(folder: Path) -> Path:
    """Grey images that are stored as colour."""
    return each(folder, lambda kind, seed: picture(kind, seed).convert("RGB"))


@reads(
    {"ant": 5, "bee": 5, "cow": 5}, colour=True, says=("Grey images (3 of 15) are read as colour",)
)
def some_grey_among_colour(folder: Path) -> Path:
    """A few grey images among those in colour."""
    class_folders(folder, mode="RGB")
    for kind, name in enumerate(NAMES):
        save(folder / name / "grey.png", kind, 99)
    return folder


@reads(FOUR)
def capital_endings(folder: Path) -> Path:
    return rename(class_folders(folder), ".PNG")


@reads(FOUR, colour=True, size=16)
def jpeg_by_its_other_names(folder: Path) -> Path:
    """``.jpg``, ``.jfif``, ``.jpe``, ``.JPEG``."""
    class_folders(folder, 1, 16, mode="RGB", ending=".jpg")
    for number, ending in enumerate((".jfif", ".jpe", ".JPEG"), 1):
        for kind, name in enumerate(NAMES):
            save(folder / name / f"{number}{ending}", kind, number, 16, mode="RGB", format="JPEG")
    return folder


@reads(FOUR)
def no_endings(folder: Path) -> Path:
    """Images without ending."""
    return rename(class_folders(folder), "")


@reads(FOUR)
def endings_that_lie(folder: Path) -> Path:
    """Another format than the ending says."""
    class_folders(folder, 3)
    for (kind, name), real in zip(enumerate(NAMES), ("WEBP", "GIF", "BMP"), strict=True):
        options = {"lossless": True} if real == "WEBP" else {}
        save(folder / name / "3.jpg", kind, 3, format=real, **options)
    return folder


@reads(FOUR)
def heic_that_is_jpeg(folder: Path) -> Path:
    # An app's idea of an ending.
    class_folders(folder, 3)
    for kind, name in enumerate(NAMES):
        save(folder / name / "3.heic", kind, 3, format="JPEG", quality=95)
    return folder


@reads(FOUR, colour=True, size=16)
def webp(folder: Path) -> Path:
    return class_folders(folder, size=16, ending=".webp", mode="RGB")


@reads(FOUR)
def packed_tiff(folder: Path) -> Path:
    return class_folders(folder, ending=".tif", compression="tiff_lzw")


@reads(FOUR)
def bmp_and_netpbm(folder: Path) -> Path:
    class_folders(folder, 2, ending=".bmp")
    for kind, name in enumerate(NAMES):
        for number in (2, 3):
            save(folder / name / f"{number}.pgm", kind, number)
    return folder


@reads(FOUR, colour=True, says=("first frame",))
def animated_gif(folder: Path) -> Path:
    """Animations."""
    for kind, name in enumerate(NAMES):
        for number in range(4):
            frames = [picture(kind + n, number, mode="RGB") for n in range(3)]
            save_all(folder / name / f"{number}.gif", frames)
    return folder


@reads(FOUR, colour=True, says=("first frame",))
def animated_png(folder: Path) -> Path:
    for kind, name in enumerate(NAMES):
        for number in range(4):
            frames = [picture(kind + n, number, mode="RGB") for n in range(3)]
            save_all(folder / name / f"{number}.png", frames)
    return folder


@reads(FOUR, colour=True, size=16)
def stereo_jpeg(folder: Path) -> Path:
    """Two photos in one JPEG (MPO)."""
    for kind, name in enumerate(NAMES):
        for number in range(4):
            frames = [picture(kind + n, number, 16, mode="RGB") for n in range(2)]
            save_all(folder / name / f"{number}.jpg", frames, format="MPO")
    return folder


def save_all(path: Path, frames: list[Image.Image], **options) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frames[0].save(path, save_all=True, append_images=frames[1:], **options)


@reads(FOUR)
def one_bit(folder: Path) -> Path:
    draw = lambda kind, seed: picture(kind, seed).point(lambda v: 255 * (v > 25), "1")  # noqa: E731
    return each(folder, draw)


@reads(FOUR, says=("65535 white",))
def sixteen_bits(folder: Path) -> Path:
    """Grey of 16 bits."""
    return each(folder, lambda kind, seed: Image.fromarray(figure(kind, seed).astype("u2") * 257))


@reads(FOUR, says=("65535 white",))
def one_of_sixteen_bits(folder: Path) -> Path:
    class_folders(folder)
    Image.fromarray(figure(0, 0).astype("u2") * 257).save(folder / "ant" / "0.png")
    return folder


@reads(FOUR)
def floats_in_tiff(folder: Path) -> Path:
    """Floats in TIFF."""
    draw = lambda kind, seed: Image.fromarray((figure(kind, seed) / 255).astype("f4"))  # noqa: E731
    return each(folder, draw, ".tif")


@reads(FOUR, colour=True, size=16)
def cmyk(folder: Path) -> Path:
    """CMYK."""
    return class_folders(folder, size=16, ending=".jpg", mode="CMYK", quality=95)


@reads(FOUR, colour=True, size=16)
def progressive_jpeg(folder: Path) -> Path:
    return class_folders(folder, size=16, ending=".jpg", mode="RGB", progressive=True)


@reads(FOUR, colour=True)
def palette(folder: Path) -> Path:
    return each(folder, lambda kind, seed: picture(kind, seed, mode="RGB").quantize(64))


@reads(FOUR)
def grey_palette(folder: Path) -> Path:
    """Palettes."""
    return each(folder, lambda kind, seed: picture(kind, seed).convert("P"))


TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""What a camera did to an upright image that has this orientation in its EXIF."""


@reads({"ant": 8, "bee": 8, "cow": 8})
def orientations(folder: Path) -> Path:
    """Photos that EXIF says to turn."""
    for kind, name in enumerate(NAMES):
        for orientation in range(1, 9):
            exif = Image.Exif()
            exif[0x0112] = orientation
            image = picture(kind, orientation)
            if orientation > 1:
                image = image.transpose(TURNS[orientation])
            (folder / name).mkdir(parents=True, exist_ok=True)
            image.save(folder / name / f"{orientation}.png", exif=exif)
    return folder


def clear(kind: int, seed: int, light: int | None = None) -> Image.Image:
    """Return a figure whose ground is transparent, and whose quarter has one lightness."""
    values = figure(kind, seed)
    alpha = np.where(values > 100, 255, 0).astype(np.uint8)
    values = values if light is None else np.full_like(values, light)
    return Image.fromarray(np.stack([values, alpha], -1))


@reads(FOUR, says=("Transparent pixels became black",))
def white_on_transparent(folder: Path) -> Path:
    """White icons on transparent ground."""
    return each(folder, lambda kind, seed: clear(kind, seed % 2, 255))


@reads(FOUR, says=("Transparent pixels became white",), figures=False)
def black_on_transparent(folder: Path) -> Path:
    """Black icons on transparent ground."""
    return each(folder, lambda kind, seed: clear(kind, seed, 0))


@refused("become one colour", "--background")
@reads(FOUR, options={"background": "grey"}, figures=False)
def black_and_white_on_transparent(folder: Path) -> Path:
    """Black icons and white ones on transparent ground."""
    return each(folder, lambda kind, seed: clear(kind, seed, 255 * (seed % 2)))


@reads(FOUR, options={"background": "black"})
def grey_on_transparent(folder: Path) -> Path:
    return each(folder, lambda kind, seed: clear(kind, seed))


@reads(FOUR, colour=True, options={"background": "black"})
def transparent_palette(folder: Path) -> Path:
    def draw(kind: int, seed: int) -> Image.Image:
        image = picture(kind, seed, mode="RGB").quantize(32)
        image.info["transparency"] = image.getpixel((7, 7))
        return image

    return each(folder, draw)


@reads({"ant": 5, "bee": 5, "cow": 5}, says=("Transparent pixels of 3 of 15",), figures=False)
def some_transparent(folder: Path) -> Path:
    class_folders(folder)
    for kind, name in enumerate(NAMES):
        clear(kind, 99).save(folder / name / "clear.png")
    return folder


@refused("20×20 to 30×28", "--image-size")
@reads(FOUR, options={"image_size": 8}, says=("cropped to their middle",))
@reads(FOUR, options={"image_size": 8, "fit": "pad"}, says=("padded",), figures=False)
@reads(FOUR, options={"image_size": 8, "fit": "stretch"}, says=("stretched",))
def unequal_sizes(folder: Path) -> Path:
    """Images of several sizes."""
    rng = np.random.default_rng(1)
    return each(folder, lambda k, seed: picture(k, seed, tuple(2 * rng.integers(10, 16, 2))))


@refused("24×8", "--image-size")
@reads(FOUR, options={"image_size": 8})
def wide(folder: Path) -> Path:
    """Images that are no squares."""
    return class_folders(folder, size=(24, 8))


@reads(FOUR, options={"image_size": 32}, size=32, says=("enlarged",))
def enlarged(folder: Path) -> Path:
    """Images of 8×8."""
    return class_folders(folder)


@refused("30×30", "--image-size")
@reads(FOUR, options={"image_size": 32}, size=32)
def odd_size(folder: Path) -> Path:
    """Images of 30×30."""
    return class_folders(folder, size=30)


@refused("300×300", "--image-size")
def large(folder: Path) -> Path:
    """Images of 300×300."""
    return class_folders(folder, 1, size=300)


@reads(FOUR, options={"image_size": 16}, size=16, colour=True)
def photos(folder: Path) -> Path:
    return class_folders(folder, size=(400, 300), ending=".jpg", mode="RGB")


@reads({"ant": 33, "bee": 34, "cow": 34}, left_out={"unreadable": 1}, says=("unreadable 1",))
def one_truncated(folder: Path) -> Path:
    """One damaged file of 102."""
    _halve(class_folders(folder, 34) / "ant" / "7.png")
    return folder


@refused("cannot be read", "--skip-bad")
@reads({"ant": 18, "bee": 20, "cow": 20}, options={"skip_bad": True}, left_out={"unreadable": 2})
def two_truncated(folder: Path) -> Path:
    """Two damaged files of 60."""
    class_folders(folder, 20)
    for number in (3, 4):
        _halve(folder / "ant" / f"{number}.png")
    return folder


def _halve(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


@refused("not an image", "--skip-bad")
def a_web_page_for_an_image(folder: Path) -> Path:
    """A web page instead of an image."""
    (class_folders(folder) / "ant" / "0.png").write_text(
        "<!DOCTYPE html><html>404 Not Found</html>"
    )
    return folder


@refused("empty", "--skip-bad")
def an_empty_file(folder: Path) -> Path:
    (class_folders(folder) / "ant" / "0.png").write_bytes(b"")
    return folder


@refused("6 of 12", "a fifth", options={"skip_bad": True})
def half_unreadable(folder: Path) -> Path:
    """More than a fifth of the files damaged."""
    for path in class_folders(folder).rglob("[01].png"):
        path.write_bytes(b"")
    return folder


@refused("SVG", "rsvg-convert")
def drawings_alone(folder: Path) -> Path:
    """Drawings (``.svg``) alone."""
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "0.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    return folder


@reads(FOUR, left_out={".svg": 3, ".mp4": 1}, says=(".svg 3",))
def drawings_among_images(folder: Path) -> Path:
    """Drawings and a film among images."""
    class_folders(folder)
    (folder / "ant" / "film.mp4").write_bytes(b"\0\0\0\x18ftypmp42")
    for name in NAMES:
        (folder / name / "0.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    return folder


@refused(".txt", "Data may be")
def texts_alone(folder: Path) -> Path:
    """Texts alone."""
    for name in NAMES:
        (folder / name).mkdir()
        (folder / name / "0.txt").write_text("hello")
    return folder


@reads(FOUR, options={"levels": (0.0, 1.0)}, says=("By --levels, 0 became black and 1 white",))
@reads(FOUR, says=("No value passes 1 ",), figures=False)
def masks_of_zero_and_one(folder: Path) -> Path:
    """Masks of 0 and 1."""
    draw = lambda kind, seed: Image.fromarray((figure(kind, seed) > 20).astype("u1"))  # noqa: E731
    return each(folder, draw)


@reads({"ant": 4, "bee": 4}, says=("one colour",), figures=False)
def all_black(folder: Path) -> Path:
    for number in range(4):
        save(folder / "ant" / f"{number}.png", 0, number)
        (folder / "bee").mkdir(exist_ok=True)
        Image.new("L", (8, 8)).save(folder / "bee" / f"{number}.png")
    return folder


@refused("89,478,485 pixels", "--skip-bad")
def a_huge_image(folder: Path) -> Path:
    """A header that claims 60,000×60,000 pixels."""
    buffer = io.BytesIO()
    picture(0, 0).save(buffer, "BMP")
    content = bytearray(buffer.getvalue())
    content[18:26] = (60_000).to_bytes(4, "little") * 2
    (class_folders(folder) / "ant" / "0.bmp").write_bytes(content)
    return folder


@reads(FOUR, says=("65535 white",))
def sixteen_bits_of_a_microscope(folder: Path) -> Path:
    # TIFF of 16 bits, the high byte first.
    draw = lambda kind, seed: Image.fromarray(figure(kind, seed).astype(">u2") * 257)  # noqa: E731
    return each(folder, draw, ".tif")


@refused("pillow-heif", "--skip-bad")
@reads(FOUR, left_out={"unreadable": 1}, options={"skip_bad": True}, says=("pillow-heif",))
def a_photo_in_heic(folder: Path) -> Path:
    """HEIC, where Pillow's plug-in is not installed."""
    content = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1" + b"\0" * 40
    (class_folders(folder) / "ant" / "photo.heic").write_bytes(content)
    return folder


@refused("become one colour on white, and 4 on black", "--background grey")
def two_kinds_of_icons(folder: Path) -> Path:
    # Sets of icons of which one is white and one black, both on transparent ground.
    for name, light in (("black", 0), ("white", 255)):
        for number in range(4):
            (folder / name).mkdir(exist_ok=True)
            clear(number % 3, number, light).save(folder / name / f"{number}.png")
    return folder


@reads(FOUR, size=16, colour=True)
def icons_of_windows(folder: Path) -> Path:
    """`.ico`, of which the largest image is read."""
    sizes = [(8, 8), (16, 16)]
    return class_folders(folder, size=16, ending=".ico", mode="RGB", sizes=sizes)


@refused("ant/0.ico (an icon with a side of over 2,048)", "--skip-bad")
def an_icon_that_claims_too_much(folder: Path) -> Path:
    """An `.ico` whose image claims 9,000 pixels a side."""
    class_folders(folder, ending=".ico", bitmap_format="bmp", sizes=[(8, 8)])
    path = folder / "ant" / "0.ico"
    content = bytearray(path.read_bytes())
    start = int.from_bytes(content[18:22], "little") + 4
    content[start : start + 8] = (9000).to_bytes(4, "little") * 2
    path.write_bytes(content)
    return folder


def profile(swapped: bool = False) -> bytes:
    """Return the profile of sRGB, or one whose red and green are each other."""
    content = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    if swapped:
        red, green = content.index(b"rXYZ", 128), content.index(b"gXYZ", 128)
        content[red : red + 4], content[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(content)


def swap(image: Image.Image) -> Image.Image:
    red, green, blue = image.split()
    return Image.merge("RGB", (green, red, blue))


@reads(FOUR, colour=True, says=("Colours were converted to sRGB from their profiles.",))
def colour_profiles(folder: Path) -> Path:
    """Images with colour profiles other than sRGB."""
    draw = lambda kind, seed: swap(picture(kind, seed, mode="RGB"))  # noqa: E731
    return each(folder, draw, icc_profile=profile(swapped=True))


@reads({"ant": 5, "bee": 4, "cow": 4}, colour=True, says=("1 colour profile could not be read",))
def broken_colour_profile(folder: Path) -> Path:
    """A damaged colour profile."""
    class_folders(folder, mode="RGB")
    save(folder / "ant" / "broken.png", 0, 99, mode="RGB", icc_profile=profile()[:300])
    return folder


@reads({"ant": 5, "bee": 4, "cow": 4}, options={"image_size": 8}, says=("cropped to its middle",))
def one_of_another_size(folder: Path) -> Path:
    """One image that is no square."""
    class_folders(folder)
    save(folder / "ant" / "wide.png", 0, 99, (12, 8))
    return folder
