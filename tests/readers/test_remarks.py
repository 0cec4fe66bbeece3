"""What is odd about images is said in sentences, and nothing is said of what is not."""

import numpy as np
import pytest

from ganctl.readers import remarks
from ganctl.readers.labelled import ANY, Labelled
from ganctl.readers.remarks import remarks_on


def noise(count, seed=0, shape=(8, 8)):
    return np.random.default_rng(seed).integers(0, 256, (count, *shape), np.uint8)


def part(images, labels=None, classes=("a", "b")):
    labels = np.arange(len(images)) % len(classes) if labels is None else np.asarray(labels)
    return Labelled(images, labels.astype(np.int64), classes)


def test_nothing_is_odd_about_many_different_images():
    assert remarks_on({"train": part(noise(40)), "test": part(noise(8, seed=1))}) == ()


def test_few_images_in_a_class():
    (remark,) = remarks_on({"train": part(noise(25), [0] * 20 + [1] * 5)})
    assert remark == "1 class has fewer than ten images: b 5."


def test_few_images_in_many_classes_are_bounded():
    classes = tuple(f"glyph{index:03}" for index in range(300))
    (remark,) = remarks_on({"train": part(noise(900), classes=classes)})
    assert remark.startswith("300 classes have fewer than ten images: glyph000 3, glyph001 3, ")
    assert remark.endswith(" and 290 more.")


def test_one_class_alone_says_nothing():
    (remark,) = remarks_on({"train": part(noise(20), classes=("disc",))})
    assert remark == "There is one class only, so that labels say nothing."
    assert remarks_on({"train": part(noise(20), classes=(ANY,))}) == ()


@pytest.mark.parametrize("shape", [(8, 8), (8, 8, 3)])
def test_images_of_one_colour(shape):
    images = noise(30, shape=shape)
    images[4] = 7
    (remark,) = remarks_on({"train": part(images)})
    assert remark == "1 image is of one colour."


def test_values_that_are_black_to_the_eye():
    (remark,) = remarks_on({"train": part(noise(40) // 128)})
    assert remark.startswith("No value passes 1 of 255")
    assert remark.endswith("give --levels 0,1.")


def test_of_scaled_values_no_level_of_8_bits_is_named():
    (remark,) = remarks_on({"train": part(noise(40) // 128)}, scaled=True)
    assert remark == "No value passes 1 of 255, so that all images are black to the eye."


def test_progress_is_told_of_pixels_and_copies(monkeypatch):
    monkeypatch.setattr(remarks, "BLOCK_BYTES", 64 * 15)
    told = []
    remarks_on({"train": part(noise(40))}, lambda *what: told.append(what))
    counts = [(done, 40) for done in (15, 30, 40)]
    assert told == [
        (what, *count) for what in ("looking at pixels", "looking for copies") for count in counts
    ]


def test_copies_within_classes_across_classes_and_across_splits():
    images = noise(40)
    images[2] = images[0]  # Both of class a.
    images[5] = images[8]  # Of b and a.
    test = noise(10, seed=1)
    test[:3] = images[10:13]
    found = remarks_on({"train": part(images), "test": part(test)})
    assert found == (
        "2 images are an exact copy of another.",
        "1 picture stands in more than one class, such as a and b.",
        "3 pictures stand in both the training and the test split.",
    )


def test_a_class_that_the_test_split_lacks():
    (remark,) = remarks_on({"train": part(noise(40)), "test": part(noise(8, seed=1), [0] * 8)})
    assert remark == "The test split has no image of b."
