"""Which recipe suits: by what is known of the images, the model, and the length."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.requests.recipes import Model
from ganctl.requests.suited import AMPLE_FROM, FAST, FREE, THOROUGH_FROM, suited
from ganctl.requests.training import TrainRequest


def measured(swift, ample=None):
    """Return a measurement that gives these images a second, and the list of what it was asked."""
    asked = []

    def measure(request):
        asked.append((request.recipe, request.batch))
        return {"swift": swift, "ample": ample}[request.recipe]

    return measure, asked


def not_measured(request):
    raise AssertionError(request)


@pytest.mark.parametrize(
    ("options", "images", "recipe"),
    [
        ({"epochs": 2}, THOROUGH_FROM // 2, "thorough"),
        ({"epochs": 2}, THOROUGH_FROM // 2 - 100, "swift"),
        ({"steps": (THOROUGH_FROM - 1) // 32}, 10, "swift"),
        ({"steps": THOROUGH_FROM // 32 + 1}, 10, "thorough"),
        ({"steps": THOROUGH_FROM // 64 + 1, "batch": 64}, 10, "thorough"),
        ({"epochs": 2}, AMPLE_FROM // 2 - 100, "thorough"),
        ({"epochs": 2}, AMPLE_FROM // 2, "ample"),
        ({"steps": AMPLE_FROM // 32 + 1}, 10, "thorough"),
        ({"steps": AMPLE_FROM // 256 + 1, "batch": 256}, 10, "thorough"),
        ({}, 60_000, "thorough"),
        ({}, 1_000, "swift"),
        ({"model": "rpgan"}, 60_000, "thorough"),
        ({"model": "gan-cls"}, 60_000, "modern"),
        ({"model": "infogan", "minutes": 60}, 60_000, "modern"),
        ({"recipe": "quick", "minutes": 60}, 60_000, "quick"),
    ],
)
def test_of_classes_the_model_and_the_number_of_images_decide(options, images, recipe):
    request = TrainRequest(**options)
    found = suited(request, images, not_measured, described=False).request
    assert found.recipe == recipe
    assert found.is_settled
    assert found == TrainRequest(**{**options, "recipe": recipe})


def test_described_images_have_modern_at_any_length():
    for options in ({}, {"minutes": 60}, {"model": "rpgan"}):
        request = TrainRequest(**options)
        assert suited(request, 60_000, not_measured, described=True).request.recipe == "modern"


@given(
    minutes=st.floats(0.01, 1e6),
    speed=st.floats(1, FAST, exclude_max=True),
    batch=st.none() | st.integers(2, 1000),
)
def test_of_minutes_the_speed_decides_that_was_measured(minutes, speed, batch):
    measure, asked = measured(speed)
    request = TrainRequest(minutes=minutes, batch=batch)
    found = suited(request, 60_000, measure, described=False)
    seen = round(60 * minutes * speed, -3)
    recipe = "swift" if seen < THOROUGH_FROM else "thorough" if seen < AMPLE_FROM else "ample"
    assert found.request.recipe == recipe
    assert asked == [("swift", batch or 32)]
    assert found.request.batch == (batch or {"swift": 32, "thorough": 64, "ample": 128}[recipe])


@given(minutes=st.floats(0.001, 1e6), speed=st.floats(FAST, 1e7))
def test_where_a_larger_batch_is_nearly_free_ample_has_any_number_of_minutes(minutes, speed):
    measure, asked = measured(speed, FREE * speed)
    found = suited(TrainRequest(minutes=minutes), 60_000, measure, described=False).request
    assert (found.recipe, found.batch) == ("ample", 128)
    assert asked == [("swift", 32), ("ample", 128)]


def test_where_small_images_alone_are_fast_their_number_decides():
    """Images of 8×8 are fast on a CPU too. Of one batch, both recipes are about as fast."""
    for minutes, recipe in ((0.2, "swift"), (1, "thorough"), (3, "ample")):
        measure, _ = measured(6_000, 1.9 * 6_000)
        for request in (TrainRequest(minutes=minutes), TrainRequest(minutes=minutes, batch=64)):
            assert suited(request, 60_000, measure, described=False).request.recipe == recipe


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"minutes": 1}, "1 minute, about 84,000 images by swift here: below 225,000"),
        ({"minutes": 5}, "5 minutes, about 420,000 images by swift here: 225,000 or more"),
        ({"minutes": 20}, "20 minutes, about 1,680,000 images by swift here: 900,000 or more"),
        ({"epochs": 1}, "1 epoch, 60,000 images by swift: below 225,000"),
        ({"model": Model.GAN_CLS}, "for --model gan-cls"),
        ({"recipe": "swift"}, "as asked"),
    ],
)
def test_the_reason_says_what_decided(options, reason):
    measure, _ = measured(1_400)
    assert suited(TrainRequest(**options), 60_000, measure, described=False).reason == reason


def test_the_reason_says_how_fast_a_gpu_is():
    measure, _ = measured(28_013.4, 84_171.2)
    found = suited(TrainRequest(minutes=1), 60_000, measure, described=False)
    assert found.reason == "84,200 images a second here, 28,000 by swift"
