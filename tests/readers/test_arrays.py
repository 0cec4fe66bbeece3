"""Arrays of any shape, type and labels become the images and classes that were meant."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganctl.errors import DataError
from ganctl.readers.arrays import read_arrays
from ganctl.readers.labelled import ANY, ArrayPair, Arrays, Split
from ganctl.readers.values.levels import to_uint8
from ganctl.requests.data import Colour, Fit, ReadOptions

SIDE = 8


def digits(count=30, side=SIDE, channels=None, seed=0):
    shape = (count, side, side) if channels is None else (count, side, side, channels)
    images = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    images[0].flat[:2] = 0, 255  # So that every scale is known from the values.
    return images


def labels_of(count=30, classes=3):
    return np.arange(count) % classes


def arrays(images, labels, test=None, **more):
    parts: dict[Split, ArrayPair] = {"train": ArrayPair(images, labels)}
    if test is not None:
        parts["test"] = ArrayPair(*test)
    return Arrays(layout="arrays", files=(), load=lambda _: parts, source="x.npz", **more)


def read(images, labels, test=None, options=None, **more):
    return read_arrays(arrays(images, labels, test, **more), options or ReadOptions(), None)


def train(*args, **more):
    return read(*args, **more).parts["train"]


SHAPES = {
    "NHW": lambda x: x,
    "NHW1": lambda x: x[..., None],
    "N1HW": lambda x: x[:, None],
    "N(HW)": lambda x: x.reshape(len(x), -1),
    "HWN": lambda x: x.transpose(1, 2, 0),
    "HW1N": lambda x: x.transpose(1, 2, 0)[:, :, None],
    "NHW3": lambda x: np.repeat(x[..., None], 3, 3),
    "N3HW": lambda x: np.repeat(x[:, None], 3, 1),
    "opaque NHW4": lambda x: np.concatenate(
        [np.repeat(x[..., None], 3, 3), np.full((*x.shape, 1), x.max())], 3
    ),
}
TYPES = {
    "uint8": lambda x: x,
    "int64": lambda x: x.astype(np.int64),
    "big-endian": lambda x: x.astype(">i4"),
    "16 bits": lambda x: x.astype(np.uint16) * 257,
    "0 to 1": lambda x: (x / 255).astype(np.float32),
    "-1 to 1": lambda x: (x / 127.5 - 1).astype(np.float32),
    "0 to 255": lambda x: x.astype(np.float64),
    "half": lambda x: (x / 255).astype(np.float16),
}
LABELS = {
    "N": lambda y: y,
    "N1": lambda y: y[:, None],
    "1N": lambda y: y[None],
    "uint8": lambda y: y.astype(np.uint8),
    "float": lambda y: y.astype(float),
    "one-hot": lambda y: np.eye(3, dtype=np.uint8)[y],
    "one-hot float": lambda y: np.eye(3)[y],
    "one-hot bool": lambda y: np.eye(3, dtype=bool)[y],
    "text": lambda y: y.astype(str),
    "bytes": lambda y: y.astype("S"),
}


@given(
    shape=st.sampled_from(sorted(SHAPES)),
    dtype=st.sampled_from(sorted(TYPES)),
    form=st.sampled_from(sorted(LABELS)),
    side=st.sampled_from([8, 12]),
    seed=st.integers(0, 9),
)
def test_known_pixels_and_labels_come_back(shape, dtype, form, side, seed):
    x, y = digits(side=side, seed=seed), labels_of()
    found = train(SHAPES[shape](TYPES[dtype](x)), LABELS[form](y))
    assert found.images.dtype == np.uint8
    assert found.images.flags["C_CONTIGUOUS"]
    assert np.array_equal(found.images, x)
    assert np.array_equal(found.labels, y)
    assert found.classes == ("0", "1", "2")


@pytest.mark.parametrize("planes", [True, False])
def test_colour_comes_back(planes):
    x = digits(channels=3)
    found = train(x.transpose(0, 3, 1, 2) if planes else x, labels_of())
    assert np.array_equal(found.images, x)


def test_rows_of_colour_are_planes_as_cifars_and_this_is_said():
    x = digits(channels=3)
    found = read(x.transpose(0, 3, 1, 2).reshape(30, -1), labels_of())
    assert np.array_equal(found.parts["train"].images, x)
    assert "three planes of 8×8, red, green and blue, as CIFAR's" in found.remarks[0]


def test_svhn_has_its_images_last():
    x = digits(channels=3)
    found = train(x.transpose(1, 2, 3, 0), labels_of()[:, None])
    assert np.array_equal(found.images, x)


def test_what_needs_no_change_is_not_copied():
    x = digits()
    assert np.shares_memory(train(x, labels_of()).images, x)


def test_masks_of_booleans_become_black_and_white():
    x = digits() > 127
    assert np.array_equal(train(x, labels_of()).images, x * np.uint8(255))


@pytest.mark.parametrize(
    ("top", "white"), [(256, 1023), (1023, 1023), (4000, 4095), (16000, 16383), (65535, 65535)]
)
def test_more_bits_take_the_smallest_full_scale_and_say_so(top, white):
    pixels, remark = to_uint8(np.array([0, top], np.uint16), None)
    assert pixels.tolist() == [0, round(top * 255 / white)]
    assert remark is not None
    assert f"values up to {top}: 0 became black and {white} white" in remark


def test_both_splits_have_one_scale():
    x = digits().astype(np.uint16) * 257
    found = read(x, labels_of(), test=(x[:6] // 257, labels_of(6)))
    assert np.array_equal(found.parts["train"].images, digits())
    assert found.parts["test"].images.max() <= 1
    assert len(found.remarks) == 1


def test_levels_are_obeyed_for_every_type():
    options = ReadOptions(levels=(-10.0, 10.0))
    x = np.full((4, 8, 8), -20.0)
    x[1:] = 10
    found = read(x, labels_of(4), options=options)
    assert np.unique(found.parts["train"].images).tolist() == [0, 255]
    assert found.remarks == ("By --levels, -10 became black and 10 white.",)
    small = digits() // 16
    found = read(small, labels_of(), options=ReadOptions(levels=(0.0, 15.0)))
    assert np.array_equal(found.parts["train"].images, small * 17)


def with_value(value, dtype=np.float64):
    images = digits().astype(dtype)
    images[3, 4, 5] = value
    return images


@pytest.mark.parametrize(
    ("images", "message", "hint"),
    [
        (with_value(np.nan), "hold 1 value that is NaN or infinite", "np.nan_to_num(images"),
        (with_value(np.inf), "hold 1 value that is NaN", "np.nan_to_num(images"),
        (with_value(-5, np.int32), "hold 1 negative value, the lowest -5", "images - (-5)"),
        (with_value(-5), "floats from -5 to 255", "--levels=-5,255"),
        (with_value(70000, np.int32), "values up to 70000", "--levels 0,70000"),
        (digits().astype(complex), "of type complex128", "astype('uint8')"),
        (digits().astype("U3"), "of type <U3", "astype('uint8')"),
        (digits(channels=2), "uint8 [30, 8, 8, 2]", "images = images[..., 0]"),
        (digits(channels=2).transpose(0, 3, 1, 2), "[30, 2, 8, 8]", "images = images[:, 0]"),
        (digits().reshape(30, 64)[:, :60], "[30, 60]", "HEIGHT, WIDTH"),
        (digits().reshape(-1), "[1920]", "np.moveaxis"),
        (np.zeros((30, 0, 8), np.uint8), "has no images", "two"),
        (digits(channels=5), "[30, 8, 8, 5]. x.npz holds a uint8 [3]", "np.moveaxis"),
        (np.zeros((30, 3, 3, 3), np.uint8), "read in 2 ways. x.npz holds a uint8 [3]", "transpose"),
        (digits()[:29], "has 29 images and 30 labels", "as many labels as images"),
        (digits(side=10), "10×10, which does not suit", "--image-size, a multiple of 4"),
        (digits()[:, :, :4], "4×8, which does not suit", "--image-size, a multiple of 4"),
    ],
)
def test_images_that_cannot_be_meant(images, message, hint):
    with pytest.raises(DataError, match=re.escape(message)) as raised:
        read(images, labels_of(), holds="a uint8 [3]")
    assert hint in (raised.value.hint or "")


def test_one_image_is_too_few():
    with pytest.raises(DataError, match="one image"):
        read(digits(1), np.zeros(1, int))


@pytest.mark.parametrize(
    ("labels", "message", "hint"),
    [
        (np.ones((30, 4), int), "up to 4 for an image", "labels = labels[:, 0]"),
        (np.full((30, 4), 0.5), "labels are float64 [30, 4]", "labels = labels[:, 0]"),
        (np.linspace(0, 1, 30), "not whole numbers", "np.digitize"),
        (np.full(30, np.inf), "not whole numbers", "np.digitize"),
        (np.full(30, np.nan), "has no labels", "--model gan"),
        (np.full(30, 2**60), "go up to", "np.digitize"),
        (np.array([b"\xff"] * 30), "is no text", "UTF-8"),
        (np.array(["a\x1b[2J"] * 30), "control characters", "other names"),
        (np.zeros(30, complex), "labels are complex128", "labels = labels[:, 0]"),
    ],
)
def test_labels_that_are_no_classes(labels, message, hint):
    with pytest.raises(DataError, match=re.escape(message)) as raised:
        read(digits(), labels)
    assert hint in (raised.value.hint or "")


def test_ids_are_no_classes():
    count = 10_001
    with pytest.raises(DataError, match="10,001 different labels: they look like"):
        read(np.zeros((count, 8, 8), np.uint8), np.arange(count))


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([1, 2, 3], ("1", "2", "3")),
        ([900, 0, 100], ("0", "100", "900")),
        ([-1, 1, -1], ("-1", "1")),
        ([10.0, 9.0, 2.0], ("2", "9", "10")),
        (["10", "9", "b", "B", "02"], ("02", "9", "10", "B", "b")),
        (["cafe\u0301", "caf\u00e9"], ("caf\u00e9",)),
        ([True, False], ("0", "1")),
    ],
)
def test_classes_are_those_that_occur_by_their_old_names(labels, classes):
    y = np.resize(labels, 30)
    found = train(digits(), y)
    assert found.classes == classes
    by_class = {found.classes[index]: y[found.labels == index] for index in range(len(classes))}
    assert all(len(set(np.char.str_len(v.astype(str)))) <= 2 for v in by_class.values())
    assert sum(map(len, by_class.values())) == 30


def test_names_stand_by_index_and_unused_ones_are_left_out():
    found = train(digits(), labels_of() + 1, class_names=("N/A", "sock", "hat", "cafe\u0301", "x"))
    assert found.classes == ("sock", "hat", "caf\u00e9")
    assert np.array_equal(found.labels, labels_of())


def test_more_labels_than_names_are_refused():
    with pytest.raises(DataError, match="labels from 0 to 2 for 2 class names"):
        read(digits(), labels_of(), class_names=("a", "b"))


def test_a_name_that_stands_twice_is_refused():
    with pytest.raises(DataError, match="such as 'a'"):
        read(digits(), labels_of(), class_names=("a", "a", "b"))


def test_images_without_a_label_are_left_out_and_counted():
    y = labels_of().astype(float)
    y[[3, 5]] = np.nan
    found = read(digits(), y)
    assert found.left_out == {"no label": 2}
    assert np.array_equal(found.parts["train"].images, np.delete(digits(), [3, 5], 0))


def test_rows_of_no_class_in_one_hot_have_no_label():
    y = np.eye(3)[labels_of()]
    y[4] = 0
    assert read(digits(), y).left_out == {"no label": 1}


def test_test_images_of_strange_classes_are_left_out_and_said():
    found = read(digits(), labels_of(), test=(digits(8), np.array([0, 1, 2, 3, 3, 7, 0, 1])))
    assert found.left_out == {"classes not in train": 3}
    assert found.parts["test"].labels.tolist() == [0, 1, 2, 0, 1]
    said = "Test images of classes that train does not have are left out: 3, 7."
    assert found.remarks == (said,)


def test_a_test_split_without_labels_is_not_used_and_this_is_said():
    found = read(digits(), labels_of(), test=(digits(8), None))
    assert list(found.parts) == ["train"]
    assert found.remarks == ("The test split has no labels, and is not used.",)


def test_splits_of_two_sizes_are_refused():
    with pytest.raises(DataError, match=re.escape("[30, 8, 8] and [6, 12, 12]")):
        read(digits(), labels_of(), test=(digits(6, side=12), labels_of(6)))


def test_images_without_labels_are_for_models_that_need_none():
    with pytest.raises(DataError, match="no labels") as raised:
        read(digits(), None)
    assert "--model gan" in (raised.value.hint or "")
    found = train(digits(), None, options=ReadOptions(needs_labels=False))
    assert found.classes == (ANY,)
    assert not found.labels.any()


def shown_on(alpha_is_shape, ink, background=None):
    """Read images whose shapes are in their transparency alone, all of one ink."""
    clear = np.zeros((30, 8, 8, 4), np.uint8)
    clear[..., :3] = ink
    clear[..., 3] = np.where(alpha_is_shape > 127, 255, 0)
    return read(clear, labels_of(), options=ReadOptions(background=background))


def test_transparency_becomes_white_or_black_whichever_shows_the_images():
    shape = digits()
    dark = shown_on(shape, 0)
    assert np.array_equal(dark.parts["train"].images, np.where(shape > 127, 0, 255))
    assert "Transparent pixels became white." in dark.remarks
    light = shown_on(shape, 255)
    assert np.array_equal(light.parts["train"].images, np.where(shape > 127, 255, 0))
    assert "Transparent pixels became black." in light.remarks
    red = shown_on(shape, 255, "#ff0000").parts["train"].images
    assert red.shape == (30, 8, 8, 3)
    assert {tuple(pixel) for pixel in red.reshape(-1, 3)} == {(255, 255, 255), (255, 0, 0)}


def test_images_that_no_ground_shows_are_refused():
    ink = np.zeros((30, 1, 1, 3), np.uint8)
    ink[::2] = 255
    with pytest.raises(DataError, match="15 become one colour on white, and 15 on black") as raised:
        shown_on(digits(), ink)
    assert "--background grey" in (raised.value.hint or "")


def test_half_transparent_pixels_are_mixed():
    clear = np.zeros((30, 8, 8, 4), np.uint8)
    clear[..., 3] = digits()
    assert np.array_equal(train(clear, labels_of()).images, 255 - digits())


kinds = st.sampled_from(["u1", "i1", ">i2", "<u8", "?", "<f4", "f2", "<U3", "S2", "c8"]).map(
    np.dtype
)


@given(
    images=hnp.arrays(kinds, hnp.array_shapes(min_dims=0, max_dims=5, min_side=0, max_side=8)),
    labels=st.none()
    | hnp.arrays(kinds, hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=8)),
    test=hnp.arrays(kinds, hnp.array_shapes(min_dims=2, max_dims=4, max_side=8)),
    has_test=st.booleans(),
    needs=st.booleans(),
    size=st.sampled_from([None, 8]),
    colour=st.sampled_from(Colour),
    levels=st.sampled_from([None, (0.0, 1.0)]),
)
def test_any_arrays_are_read_or_refused(
    images, labels, test, has_test, needs, size, colour, levels
):
    options = ReadOptions(needs_labels=needs, image_size=size, colour=colour, levels=levels)
    try:
        found = read(images, labels, (test, labels) if has_test else None, options)
    except DataError as error:
        assert error.hint
        return
    for part in found.parts.values():
        assert part.images.dtype == np.uint8
        assert part.images.ndim in (3, 4)
        assert part.labels.dtype == np.int64
        assert len(part.labels) == len(part.images)
        assert part.labels.max() < len(part.classes)


def test_colour_options():
    grey, colour = digits(), digits(channels=3)
    asked = train(grey, labels_of(), options=ReadOptions(colour=Colour.RGB))
    assert np.array_equal(asked.images, np.repeat(grey[..., None], 3, 3))
    made_grey = train(colour, labels_of(), options=ReadOptions(colour=Colour.GREY)).images
    weights = np.array([0.299, 0.587, 0.114])
    assert np.abs(made_grey - colour @ weights).max() <= 1
    without = read(np.repeat(grey[..., None], 3, 3), labels_of())
    assert without.remarks == ("Images of three channels without colour are read as grey.",)


@pytest.mark.parametrize("channels", [None, 3])
def test_sizes_are_made_as_the_options_say(channels):
    x = digits(side=20, channels=channels)[:, 2:18]
    options = ReadOptions(image_size=8, fit=Fit.PAD)
    told = []
    found = read_arrays(arrays(x, labels_of()), options, lambda *a: told.append(a))
    images = found.parts["train"].images
    assert images.shape == (30, 8, 8, *x.shape[3:])
    assert not images[:, 0].any()
    assert "padded to squares" in found.remarks[0]
    assert told[-1] == ("resizing images", 30, 30)
    assert train(digits(side=10), labels_of(), options=ReadOptions(image_size=16)).images.shape == (
        (30, 16, 16)
    )


def test_enlarged_images_are_mentioned():
    found = read(digits(), labels_of(), options=ReadOptions(image_size=16))
    assert "enlarged from 8×8 to 16×16" in found.remarks[0]


def test_too_many_pixels_are_refused_before_they_are_made():
    few = np.broadcast_to(np.zeros((1, 4, 4), np.uint8), (200_000, 4, 4))
    with pytest.raises(DataError, match="over 8 GiB"):
        read(few, labels_of(200_000), options=ReadOptions(image_size=256))


def test_texts_that_differ_by_case_stay_classes_and_are_said():
    found = read(digits(4), np.array(["Ant", "ant", "bee", "bee"]))
    assert found.parts["train"].classes == ("Ant", "ant", "bee")
    assert "Classes that differ by case or spaces alone: 'Ant' and 'ant'." in found.remarks
