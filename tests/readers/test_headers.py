"""Before pixels are unpacked: what is said of sizes, and all bad files in one message."""

import io
import os
import re
import struct
import sys
import tracemalloc
import types
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganctl.errors import DataError
from ganctl.readers import headers
from ganctl.readers.reading import read as read_path
from ganctl.requests.data import Fit, ReadOptions
from tests.readers.picture_files import draw, folder, one, read, save, zipped


def png_of(width, height):
    """The start of a PNG that claims any size."""

    def chunk(kind, data):
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    head = chunk(b"IHDR", size + b"\x08\x02\x00\x00\x00")
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100))


def refusal(path, **options):
    with pytest.raises(DataError) as caught:
        read(path, **options)
    return str(caught.value), caught.value.hint


@pytest.fixture
def nothing_decoded(monkeypatch):
    def refuse(*_):
        raise AssertionError("pixels were unpacked")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", refuse)


def spoil(root, count, content=b"no image"):
    for index in range(count):
        (root / "a" / f"bad{index:02}.jpg").write_bytes(content)


def test_several_sizes_are_refused_before_anything_is_decoded(tmp_path, nothing_decoded):
    for index, size in enumerate([(40, 40), (55, 40), (20, 10)]):
        save(tmp_path / "a" / f"{index}.jpg", Image.new("RGB", size))
    message, hint = refusal(tmp_path)
    assert "1.jpg is not 40×40 as the first image is" in message
    assert "3 sizes, 20×10 to 55×40" in message
    assert "--image-size" in hint
    assert "--fit crop, pad or stretch" in hint


@pytest.mark.parametrize("size", [(30, 30), (32, 64), (4, 4), (300, 300)])
def test_one_size_that_does_not_suit_the_networks_is_refused_early(tmp_path, nothing_decoded, size):
    save(tmp_path / "a" / "x.png", Image.new("L", size))
    message, hint = refusal(tmp_path)
    assert f"are {size[0]}×{size[1]}" in message
    assert "--image-size" in hint
    assert "--fit" in hint


def test_a_phones_photos_count_as_they_are_turned(tmp_path):
    turned = Image.Exif()
    turned[0x0112] = 6
    save(tmp_path / "a" / "x.jpg", Image.new("RGB", (40, 60)))
    save(tmp_path / "a" / "y.jpg", Image.new("RGB", (60, 40)), exif=turned)
    save(tmp_path / "a" / "z.tif", Image.new("RGB", (60, 40)), exif=turned)
    message, _ = refusal(tmp_path)
    assert "The images in" in message
    assert "are 40×60" in message


def test_a_hundredth_of_bad_files_is_left_out_with_a_remark(tmp_path):
    folder(tmp_path, 99, size=(8, 8))
    spoil(tmp_path, 1)
    reading = read(tmp_path)
    assert len(reading.parts["train"].images) == 99
    assert reading.left_out == {".svg": 2, "unreadable": 1}
    assert reading.remarks[:2] == (
        "A remark of the layout.",
        "Left out 1 of 100 images, which cannot be read: "
        "a/bad00.jpg (not an image of a known format).",
    )


def test_more_bad_files_are_one_error_that_names_ten_of_them(tmp_path):
    folder(tmp_path, 60, size=(8, 8))
    spoil(tmp_path, 11)
    (tmp_path / "a" / "bad03.jpg").write_bytes(b"")
    message, hint = refusal(tmp_path)
    assert "11 of 71 images cannot be read" in message
    assert "a/bad00.jpg (not an image of a known format), " in message
    assert "a/bad03.jpg (empty)" in message
    assert "bad09" in message
    assert "bad10" not in message
    assert message.endswith(", and 1 more.")
    assert "--skip-bad" in hint


def test_skip_bad_leaves_out_a_fifth_at_most(tmp_path):
    folder(tmp_path, 40, size=(8, 8))
    spoil(tmp_path, 10)
    assert read(tmp_path, skip_bad=True).left_out["unreadable"] == 10
    spoil(tmp_path, 11)
    message, hint = refusal(tmp_path, skip_bad=True)
    assert "11 of 51 images" in message
    assert "at most" in hint


def test_truncated_files_are_found_together_while_decoding(tmp_path):
    folder(tmp_path, 30)
    whole = io.BytesIO()
    draw().save(whole, "PNG")
    spoil(tmp_path, 3, whole.getvalue()[: len(whole.getvalue()) // 2])
    message, _ = refusal(tmp_path)
    assert "3 of 33 images cannot be read: a/bad00.jpg (truncated), a/bad01.jpg" in message
    reading = read(tmp_path, skip_bad=True)
    assert reading.left_out["unreadable"] == 3
    whole_ones = folder(tmp_path.with_name("whole"), 30)
    for name in ("images", "labels"):
        found, meant = (getattr(r.parts["train"], name) for r in (reading, read(whole_ones)))
        np.testing.assert_array_equal(found, meant)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes in folders")
def test_links_to_nowhere_and_pipes_count_as_bad(tmp_path):
    folder(tmp_path, 4)
    (tmp_path / "a" / "gone.png").symlink_to("nowhere.png")
    os.mkfifo(tmp_path / "a" / "pipe.png")
    message, _ = refusal(tmp_path)
    assert "2 of 6 images cannot be read" in message
    assert f"{Path('a') / 'gone.png'} (a broken link" in message


def test_an_image_of_sixty_thousand_pixels_a_side_is_bad_from_its_header(tmp_path, nothing_decoded):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "huge.png").write_bytes(png_of(60_000, 60_000))
    (tmp_path / "a" / "large.png").write_bytes(png_of(10_000, 10_000))
    message, _ = refusal(tmp_path)
    assert "huge.png (over 89,478,485 pixels)" in message
    assert "large.png (10,000×10,000: over 89,478,485 pixels)" in message


def test_a_file_of_too_many_bytes_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(headers, "PICTURE_BYTES", 100)
    assert "(over 100 bytes)" in refusal(folder(tmp_path))[0]


def test_an_eps_is_no_image_so_that_ghostscript_never_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("subprocess.Popen", None)
    save(tmp_path / "a" / "x.eps", draw())
    assert "x.eps (not an image of a known format)" in refusal(tmp_path)[0]


def test_a_format_of_a_plug_in_says_which(tmp_path, monkeypatch):
    monkeypatch.setattr(headers, "_formats", lambda: ("PNG",))
    for ending in (".heic", ".avif"):
        save(tmp_path / ending[1:] / f"x{ending}", draw(), format="JPEG")
    message, _ = refusal(tmp_path)
    assert "pip install pillow-heif" in message
    assert "pip install -U pillow" in message


def test_the_plug_in_is_used_where_it_is_installed(tmp_path, monkeypatch):
    def register():
        Image.register_open("HEIF", lambda file, _: draw(), lambda start: start == b"heif" * 4)

    plug_in = types.ModuleType("pillow_heif")
    monkeypatch.setattr(plug_in, "register_heif_opener", register, raising=False)
    monkeypatch.setitem(sys.modules, "pillow_heif", plug_in)
    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN))
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    headers._formats.cache_clear()
    try:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "x.heic").write_bytes(b"heif" * 4)
        np.testing.assert_array_equal(read(tmp_path).parts["train"].images[0], draw())
    finally:
        headers._formats.cache_clear()


def test_the_content_says_what_a_file_is_and_not_its_ending(tmp_path):
    for name, kind in (("x", "PNG"), ("y.png", "BMP"), ("z.dat", "PPM"), ("w.jpg", "GIF")):
        save(tmp_path / "a" / name, draw("1"), format=kind)
    assert len(read(tmp_path).parts["train"].images) == 4


def test_animations_are_said(tmp_path):
    frames = [draw(seed=seed) for seed in (0, 5)]
    save(tmp_path / "a" / "0.gif", draw("L"))
    for name in ("1.gif", "2.webp", "3.png"):
        save(tmp_path / "a" / name, frames[0], save_all=True, append_images=frames[1:])
    remark = "Of animations (3 of 4 images), the first frame is read."
    assert remark in read(tmp_path).remarks


def test_pages_of_a_tiff_and_second_images_of_a_phone_are_no_animation(tmp_path):
    for name, kind in (("x.tif", "TIFF"), ("y.jpg", "MPO")):
        save(tmp_path / "a" / name, draw(), format=kind, save_all=True, append_images=[draw()])
    assert read(tmp_path).remarks == ("A remark of the layout.",)


@pytest.mark.parametrize(
    "fit, done", [("crop", "cropped to their middle"), ("pad", "padded"), ("stretch", "stretched")]
)
def test_what_became_of_oblong_images_is_said(tmp_path, fit, done):
    for index, size in enumerate([(40, 55), (399, 380), (64, 64)]):
        save(tmp_path / "a" / f"{index}.png", draw(size=size))
    remark = read(tmp_path, image_size=32, fit=Fit(fit)).remarks[1]
    assert remark.startswith(f"2 of 3 images were {done}")
    assert "(sizes 40×55 to 399×380; else give --fit " in remark
    assert fit not in remark.split("--fit")[1]


def test_enlargements_are_said(tmp_path):
    folder(tmp_path, size=(20, 20))
    assert "Images were enlarged from 20×20 to 32×32." in read(tmp_path, image_size=32).remarks
    save(tmp_path / "a" / "large.png", draw(size=(64, 64)))
    remarks = read(tmp_path, image_size=24).remarks
    assert "4 of 5 images were enlarged from 20×20 to 24×24." in remarks


def test_progress_is_told_of_both_passes(tmp_path):
    told = []
    read(folder(tmp_path, 8), on_progress=lambda *step: told.append(step))
    assert told[-1] == ("reading images", 8, 8)
    assert ("looking at images", 8, 8) in told
    assert {what for what, _, _ in told} == {"looking at images", "reading images"}


def test_damaged_metadata_do_not_keep_an_image_from_being_read(tmp_path):
    pixels = one(tmp_path, draw(), "a/x.png", {"exif": b"Exif\0\0II*\0\xff\xff\xff\x7f"})
    np.testing.assert_array_equal(pixels, draw())


def test_encrypted_members_of_a_zip_count_as_bad(tmp_path):
    path = zipped(folder(tmp_path / "data", 4))
    content = bytearray(path.read_bytes())
    for found in re.finditer(b"PK\x01\x02", content):
        content[found.start() + 8] |= 1
        break
    path.write_bytes(bytes(content))
    assert "1 of 4 images cannot be read" in refusal(path)[0]


def test_a_folder_without_images_is_refused(tmp_path):
    message, hint = refusal(tmp_path)
    assert "holds no images" in message
    assert hint


@pytest.mark.skipif(sys.platform == "win32", reason="Windows makes links for administrators alone")
def test_a_link_to_nowhere_is_counted_and_told_once(tmp_path):
    folder(tmp_path, 100, size=(8, 8))
    (tmp_path / "a" / "gone.png").symlink_to("nowhere.png")
    reading = read_path(tmp_path, ReadOptions(), keep=False)
    assert reading.left_out == {"cannot be opened": 1}
    assert sum("gone.png" in remark for remark in reading.remarks) == 1


@pytest.mark.parametrize(
    ("kind", "why"), [("png", "9,500×9,500: over"), ("bmp", "an icon with a side of over 2,048")]
)
def test_icons_are_not_unpacked_as_large_as_they_claim(tmp_path, kind, why):
    save(tmp_path / "a" / "x.ico", draw(), bitmap_format=kind, sizes=[draw().size])
    content = bytearray((tmp_path / "a" / "x.ico").read_bytes())
    offset = int.from_bytes(content[18:22], "little")
    layout, start = (">II", offset + 16) if kind == "png" else ("<II", offset + 4)
    side = 9_500 if kind == "png" else 40_000
    struct.pack_into(layout, content, start, side, side)
    if kind == "png":
        crc = zlib.crc32(content[offset + 12 : offset + 29])
        struct.pack_into(">I", content, offset + 29, crc)
    (tmp_path / "a" / "x.ico").write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=why):
            read(tmp_path)
        assert tracemalloc.get_traced_memory()[1] < 2**22
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"\0\0\1\0\xff\xff" + bytes(100), "damaged"),
        (b"\0\0\1\0", "damaged"),
        (b"\0\0\1\0\0\0", "damaged"),
        (b"\0\0\1\0" + bytes(2**24), "an icon of over 16,777,216 bytes"),
    ],
    ids=["list", "start", "none", "bytes"],
)
def test_icons_that_are_none(tmp_path, content, why):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.ico").write_bytes(content)
    with pytest.raises(DataError, match=why):
        read(tmp_path)
