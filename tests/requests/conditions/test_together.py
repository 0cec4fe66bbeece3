"""Which columns of a schema depend on each other, and how often their values meet."""

import numpy as np
import pytest

from ganctl.requests.conditions.schema import NO_SCHEMA, Attribute, Quantity, Schema
from ganctl.requests.conditions.together import Together, depends, exceeded

HAIR = Attribute("hair", ("fair", "dark"))
SIDE = Attribute("side", ("left", "right"))
AGE = Quantity("age", 0, 100)


def test_the_chi_squared_test_is_sure_enough():
    expected = np.full((2, 2), 100.0)
    shift = np.array([[1.0, -1.0], [-1.0, 1.0]])
    # The statistic is 0.04 shift²; with one degree of freedom p = 1e-6 lies at 23.93.
    assert not depends(expected + 24.4 * shift, expected)
    assert depends(expected + 24.5 * shift, expected)
    assert not depends(expected[:1], expected[:1])


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 30, 31, 2000, 998_001])
def test_the_chance_is_that_of_chi_squared(freedom):
    import torch

    for factor in (0.5, 1.0, 1.1, 2.0):
        half = torch.tensor(freedom / 2, dtype=torch.float64)
        expected = torch.special.gammaincc(half, factor * half).item()
        assert exceeded(factor * freedom, freedom) == pytest.approx(expected, rel=1e-6, abs=1e-15)
    assert exceeded(0, freedom) == 1


def test_values_that_meet_are_counted_with_their_rows():
    rows = ((0, 0, -1.0), (1, 1, 1.0), (1, None, 0.5))
    together = Together(Schema((HAIR, SIDE), (AGE,), None, rows, (200, 300, 7)))
    observed, expected = together.counted(0, 1)
    assert observed.tolist() == [[200, 0], [0, 300]]
    assert expected == pytest.approx(np.array([[80, 120], [120, 180]]))
    assert together.lift(0, 1) == pytest.approx(np.array([[2.5, 0], [0, 5 / 3]]))
    assert together.dependent_pairs() == [(0, 1), (0, 2), (1, 2)]


def test_a_quantity_falls_into_ranges_with_as_many_images_in_each():
    rows = tuple((index % 2, index % 2, -1 + index / 50) for index in range(101))
    together = Together(Schema((HAIR, SIDE), (AGE,), None, rows, (1,) * 101))
    assert together.size(2) == 8
    assert np.bincount(together.indices[:, 2]).max() <= 14
    assert together.dependent_pairs() == [(0, 1)]


def test_without_rows_nothing_is_known():
    together = Together(Schema((HAIR, SIDE), (AGE,)))
    assert np.isnan(together.values).all()
    assert (together.indices == -1).all()
    assert together.lift(0, 1) is None
    assert Together(NO_SCHEMA).values.shape == (1, 0)
