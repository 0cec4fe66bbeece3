"""Image files to pixels: upright, on a ground, of one size and colour, and what is said of it."""

import dataclasses
import io
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageOps, features

from ganctl.errors import DataError, GanctlError
from ganctl.pictures.fitting import fitted
from ganctl.readers import decoding, headers
from ganctl.readers.decoding import read_pictures
from ganctl.readers.labelled import Described
from ganctl.requests.conditions.schema import Attribute, Schema
from ganctl.requests.data import Colour, Fit, ReadOptions
from tests.readers.picture_files import draw, folder, near, one, pictures_in, read, save, zipped

FORMATS = ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF", "PPM", "ICO"]
if "AVIF" in Image.registered_extensions().values() and features.check("avif"):
    FORMATS.append("AVIF")
ORIENTATION = 0x0112


def test_a_folder_and_a_zip_of_it_give_equal_pixels_in_stable_order(tmp_path):
    root = folder(tmp_path / "data", 70)
    readings = [read(root), read(zipped(root)), read(root)]
    for reading in readings:
        train = reading.parts["train"]
        assert reading.layout == "class folders"
        assert train.classes == ("a", "b")
        assert train.labels.tolist() == [0] * 35 + [1] * 35
        assert train.labels.dtype == np.int64
        meant = [draw(seed=seed) for seed in (*range(0, 70, 2), *range(1, 70, 2))]
        np.testing.assert_array_equal(train.images, np.stack(meant))
    assert readings[0].remarks == ("A remark of the layout.",)
    assert readings[0].left_out == {".svg": 2}


def test_no_thread_is_left(tmp_path):
    before = threading.active_count()
    read(folder(tmp_path))
    assert threading.active_count() == before


def test_an_interruption_ends_the_reading(tmp_path):
    def stop(what, done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(folder(tmp_path, 60), on_progress=stop)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["png", "tif", "webp"])
def test_images_are_turned_as_their_metadata_say(tmp_path, turn, kind):
    exif = Image.Exif()
    exif[ORIENTATION] = turn
    options = {"exif": exif} | ({"lossless": True} if kind == "webp" else {})
    found = one(tmp_path, draw(), f"a/x.{kind}", options)
    stored = draw()
    stored.getexif()[ORIENTATION] = turn
    np.testing.assert_array_equal(found, ImageOps.exif_transpose(stored))


def test_metadata_behind_the_pixels_count_too(tmp_path):
    (tmp_path / "a").mkdir()
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    for size in ((32, 32), (32, 32)):
        save(tmp_path / "a" / "x.png", draw(size=size), exif=exif)
    content = (tmp_path / "a" / "x.png").read_bytes()
    start = content.index(b"eXIf") - 4
    length = int.from_bytes(content[start : start + 4], "big") + 12
    chunk, rest = content[start : start + length], content[:start] + content[start + length :]
    (tmp_path / "a" / "x.png").write_bytes(rest[:-12] + chunk + rest[-12:])
    pixels = read(tmp_path).parts["train"].images[0]
    np.testing.assert_array_equal(pixels, draw().rotate(180))


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LAB"])
def test_modes_without_transparency(tmp_path, mode):
    image = draw(mode)
    name, options = "a/x.tif", {}
    if mode == "YCbCr":
        name, options = "a/x.jpg", {"quality": 95}
    found = one(tmp_path, image, name, options)
    meant = image if mode in ("1", "L") else image.convert("RGB")
    assert near(found, meant.convert("L") if mode == "1" else meant, 60 if mode == "YCbCr" else 2)


def test_lab_is_converted_by_its_profile(tmp_path):
    profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    lab = ImageCms.profileToProfile(draw(), *profiles, outputMode="LAB")
    assert near(one(tmp_path, lab, "a/x.tif"), draw(), 12)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_pixels_become_the_background(tmp_path, mode):
    save(tmp_path / "a" / "x.png", draw(mode))
    save(tmp_path / "a" / "y.png", draw("L" if mode == "LA" else "RGB"))
    reading = read(tmp_path)
    assert (reading.parts["train"].images[0, 0, 0] == 255).all()
    assert "Transparent pixels of 1 of 2 images became white." in reading.remarks
    reading = read(tmp_path, background="#ff8000")
    assert reading.parts["train"].images[0, 0, 0].tolist() == [255, 128, 0]
    assert "Transparent pixels of 1 of 2 images became #ff8000." in reading.remarks


def test_a_transparent_entry_of_a_palette_becomes_the_background(tmp_path):
    image = draw("RGB").quantize(8)
    for name in ("x.png", "y.gif"):
        save(tmp_path / "a" / name, image, transparency=image.getpixel((0, 0)))
    reading = read(tmp_path)
    assert (reading.parts["train"].images[:, 0, 0] == 255).all()
    assert "Transparent pixels became white." in reading.remarks


def test_opaque_images_with_an_alpha_channel_are_not_remarked_on(tmp_path):
    save(tmp_path / "a" / "x.png", draw("RGB").convert("RGBA"))
    assert read(tmp_path).remarks == ("A remark of the layout.",)


def icon(colour):
    """A disc of one colour; below the transparent pixels lies noise, as in many icons."""
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32, 4)).astype(np.uint8)
    disc = np.asarray(draw("RGBA"))[..., 3] > 0
    pixels[..., 3] = np.where(disc, 255, 0)
    pixels[disc, :3] = colour
    return Image.fromarray(pixels)


def test_white_icons_are_shown_on_black(tmp_path):
    for index in range(5):
        save(tmp_path / "a" / f"{index}.png", icon((255, 255, 255)))
    reading = read(tmp_path)
    images = reading.parts["train"].images
    assert images.shape == (5, 32, 32)
    assert set(np.unique(images)) == {0, 255}
    assert "Transparent pixels became black." in reading.remarks
    assert "Colour files without colour are read as grey." in reading.remarks
    assert read(tmp_path, background="white").parts["train"].images.min() == 255
    padded = read(tmp_path, image_size=16, fit=Fit.PAD).parts["train"].images
    assert padded[:, 0].max() == 0


def test_icons_that_no_ground_shows_all_of_are_refused(tmp_path):
    for index in range(6):
        colour = (0, 0, 0) if index < 2 else (255, 255, 255)
        save(tmp_path / "a" / f"{index}.png", icon(colour))
    with pytest.raises(DataError, match="of 6 images, 4 become one colour on white, and 2 on bla"):
        read(tmp_path)
    with pytest.raises(DataError) as caught:
        read(tmp_path)
    assert "--background grey" in caught.value.hint
    assert read(tmp_path, background="grey").parts["train"].images.shape == (6, 32, 32)


def test_empty_icons_do_not_decide_the_ground(tmp_path):
    save(tmp_path / "a" / "empty.png", Image.new("RGBA", (32, 32)))
    save(tmp_path / "a" / "x.png", icon((0, 0, 0)))
    assert "Transparent pixels became white." in read(tmp_path).remarks


def test_grey_is_stored_where_no_pixel_has_colour(tmp_path):
    save(tmp_path / "a" / "x.png", draw("L").convert("RGB"))
    save(tmp_path / "a" / "y.png", draw("L").quantize(250))
    reading = read(tmp_path)
    assert reading.parts["train"].images.shape == (2, 32, 32)
    assert "Colour files without colour are read as grey." in reading.remarks
    save(tmp_path / "a" / "z.png", draw())
    reading = read(tmp_path)
    assert reading.parts["train"].images.shape == (3, 32, 32, 3)
    assert "Grey images (2 of 3) are read as colour." in reading.remarks


def test_colour_can_be_asked_for(tmp_path):
    save(tmp_path / "a" / "x.png", draw())
    grey = read(tmp_path, colour=Colour.GREY)
    np.testing.assert_array_equal(grey.parts["train"].images[0], draw().convert("L"))
    save(tmp_path / "a" / "x.png", draw("L"))
    colour = read(tmp_path, colour=Colour.RGB)
    np.testing.assert_array_equal(colour.parts["train"].images[0], draw("L").convert("RGB"))
    assert colour.remarks == grey.remarks == ("A remark of the layout.",)


def test_a_coloured_ground_makes_grey_images_coloured(tmp_path):
    save(tmp_path / "a" / "x.png", draw("LA"))
    assert read(tmp_path, background="red").parts["train"].images.shape == (1, 32, 32, 3)
    grey = read(tmp_path, background="grey")
    assert grey.parts["train"].images.shape == (1, 32, 32)
    assert grey.remarks[1:] == ("Transparent pixels became grey.",)


@pytest.mark.parametrize("name", ["x.png", "x.tif"])
def test_sixteen_bits_are_scaled_together(tmp_path, name):
    values = np.arange(32 * 32, dtype=np.uint16).reshape(32, 32)
    for index in (1, 2):
        save(tmp_path / "a" / f"{index}{name}", Image.fromarray(values * index * 4))
    reading = read(tmp_path, levels=(0, 8184))
    images = reading.parts["train"].images
    assert near(images[0], values * 4 / 8184 * 255)
    assert near(images[1], values * 8 / 8184 * 255)


def test_what_scale_was_chosen_is_said_and_covers_both_splits(tmp_path):
    low, high = (Image.fromarray(np.full((32, 32), v, np.uint16)) for v in (1_000, 60_000))
    save(tmp_path / "a" / "x.png", low)
    save(tmp_path / "test" / "a" / "y.png", high)
    reading = read(tmp_path)
    assert reading.parts["train"].images.max() < 10
    assert reading.parts["test"].images.min() > 200
    assert any("--levels" in remark for remark in reading.remarks)


def test_a_deep_image_among_others_is_scaled_alone(tmp_path):
    save(tmp_path / "a" / "x.png", draw())
    save(tmp_path / "a" / "y.png", draw("I;16"))
    images = read(tmp_path).parts["train"].images
    np.testing.assert_array_equal(images[0], draw())
    assert near(images[1], np.stack([np.asarray(draw("I;16")) / 257] * 3, -1))


@pytest.mark.parametrize("mode", ["I", "F"])
def test_whole_numbers_and_floats(tmp_path, mode):
    image = draw(mode)
    levels = (0, 65535) if mode == "I" else (0, 1)
    found = one(tmp_path, image, "a/x.tif", levels=levels)
    assert near(found, np.asarray(image) / levels[1] * 255)


def test_bars_of_deep_images_are_of_the_background(tmp_path):
    save(tmp_path / "a" / "x.png", Image.fromarray(np.full((16, 32), 30_000, np.uint16)))
    how = {"image_size": 32, "fit": Fit.PAD, "levels": (20_000, 40_000)}
    image = read(tmp_path, **how).parts["train"].images[0]
    assert image[:8].max() == 0
    assert near(image[8:24], np.full((16, 32), 127))
    image = read(tmp_path, **how, background="white").parts["train"].images[0]
    assert image[24:].min() == 255


def test_values_that_are_no_numbers_are_bad(tmp_path):
    values = np.full((32, 32), np.nan, np.float32)
    with pytest.raises(DataError, match=r"x.tif \(some values are infinite or NaN\)"):
        one(tmp_path, Image.fromarray(values), "a/x.tif")


def test_the_first_frame_of_an_animation_is_read(tmp_path):
    frames = [draw(seed=0), ImageOps.invert(draw())]
    found = one(tmp_path, frames[0], "a/x.png", {"save_all": True, "append_images": frames[1:]})
    np.testing.assert_array_equal(found, frames[0])


def test_a_size_unlike_its_header_is_bad(tmp_path, monkeypatch):
    look = headers._header
    monkeypatch.setattr(headers, "_header", lambda image: look(image)._replace(width=64, height=64))
    with pytest.raises(DataError, match="32×32, unlike what its header says"):
        read(folder(tmp_path))


def test_a_file_that_grows_is_bad(tmp_path):
    pictures = pictures_in(folder(tmp_path))

    def grow(what, done, total):
        for path in tmp_path.rglob("*.png"):
            with path.open("ab") as file:  # Never empty: other threads read it meanwhile.
                file.write(b"more")

    with pytest.raises(DataError, match="changed while it was read"):
        read_pictures(pictures, ReadOptions(), grow)


def test_pixels_beyond_the_limit_are_refused_before_they_are_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "DATA_BYTES", 1000)
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", None)
    with pytest.raises(DataError, match="GiB of pixels") as caught:
        read(folder(tmp_path))
    assert "--image-size" in caught.value.hint


def test_large_images_wait_for_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(decoding, "_LARGE", 10)
    assert len(read(folder(tmp_path, 20)).parts["train"].images) == 20


def test_large_jpegs_are_reduced_while_they_are_decoded(tmp_path):
    large = draw(size=(1024, 768))
    found = one(tmp_path, large, "a/x.jpg", {"quality": 95}, image_size=32)
    assert near(found, fitted(large, ReadOptions(image_size=32)), 8)


def test_classes_sort_by_number_then_by_name(tmp_path):
    for name in ("10", "9", "b", "B", "02"):
        save(tmp_path / name / "x.png", draw())
    assert read(tmp_path).parts["train"].classes == ("02", "9", "10", "B", "b")


def test_test_images_of_other_classes_are_left_out(tmp_path):
    for name in ("a", "b", "test/b", "test/a", "test/c", "test/d"):
        save(tmp_path / name / "x.png", draw(seed=ord(name[-1])))
    reading = read(tmp_path)
    test = reading.parts["test"]
    assert test.labels.tolist() == [0, 1]
    np.testing.assert_array_equal(test.images[1], draw(seed=ord("b")))
    assert reading.left_out == {".svg": 2, "classes not in train": 2}
    assert reading.remarks[-1] == (
        "Test images of classes that train does not have are left out: c, d."
    )


def test_a_test_split_of_other_classes_alone_is_none(tmp_path):
    for name in ("a", "test/c"):
        save(tmp_path / name / "x.png", draw())
    assert set(read(tmp_path).parts) == {"train"}


def test_a_class_whose_images_are_all_bad_is_said(tmp_path):
    folder(tmp_path, 9)
    (tmp_path / "c").mkdir()
    (tmp_path / "c" / "x.png").write_bytes(b"no image")
    reading = read(tmp_path, skip_bad=True)
    assert reading.parts["train"].classes == ("a", "b")
    assert reading.remarks[-1] == "No image can be read of c."


def test_training_images_that_are_all_bad_are_refused(tmp_path):
    for index in range(9):
        save(tmp_path / "test" / "a" / f"{index}.png", draw())
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.png").write_bytes(b"no image")
    with pytest.raises(DataError, match="no training images"):
        read(tmp_path, skip_bad=True)


def test_names_that_classes_may_not_have_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.requests.conditions.labels.CLASSES", 1)
    with pytest.raises(DataError, match="more than 1 class names"):
        read(folder(tmp_path))


@given(
    mode=st.sampled_from(["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "LAB", "I;16", "I", "F"]),
    size=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    fit=st.sampled_from(Fit),
    colour=st.sampled_from(Colour),
    background=st.sampled_from([None, "grey", "#f80"]),
)
def test_any_mode_and_size_become_square_bytes(
    tmp_path_factory, mode, size, fit, colour, background
):
    root = tmp_path_factory.mktemp("any")
    save(root / "a" / "x.tif", draw(mode, size))
    how = {"fit": fit, "colour": colour, "background": background or "white"}
    images = read(root, image_size=16, **how).parts["train"].images
    assert images.dtype == np.uint8
    assert images.shape in ((1, 16, 16), (1, 16, 16, 3))
    if colour is not Colour.AUTO:
        assert (images.ndim == 3) == (colour is Colour.GREY)


@pytest.mark.parametrize("kind", FORMATS)
@given(data=st.data())
def test_damaged_bytes_are_refused_by_name_or_read(tmp_path_factory, kind, data):
    whole = io.BytesIO()
    draw(size=(16, 16)).save(whole, kind, sizes=[(16, 16)])
    content = bytearray(whole.getvalue())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    del content[data.draw(st.integers(0, len(content))) :]
    root = tmp_path_factory.mktemp("damaged")
    (root / "a").mkdir()
    (root / "a" / "x").write_bytes(content)
    try:
        images = read(root, image_size=8).parts["train"].images
    except GanctlError as error:
        assert error.hint
        assert "0x" not in str(error)
    else:
        assert images.shape[:3] == (1, 8, 8)


def test_images_that_are_left_out_take_what_is_said_of_them_along(tmp_path):
    root = folder(tmp_path, count=6)
    (root / "a" / "002.png").write_bytes(b"no image")
    pictures = pictures_in(root)
    count = len(pictures.parts["train"])
    values = np.arange(count, dtype=np.float32)[:, None] % 2
    schema = Schema((Attribute("kind", ("x", "y")),))
    said = Described(schema, values, np.empty((count, 0), np.int32))
    found = read_pictures(
        dataclasses.replace(pictures, described={"train": said}), ReadOptions(skip_bad=True)
    )
    kept = found.parts["train"].described
    assert kept is not None
    assert kept.values[:, 0].tolist() == [0, 0, 1, 0, 1]
