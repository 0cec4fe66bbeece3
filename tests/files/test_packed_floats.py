"""Packed float32 numbers come back to the bit, and what was not packed is refused."""

import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganctl.files.packed_floats import pack, unpack

WEIGHTS = np.random.default_rng(0).normal(0, 0.05, 20_000).astype(np.float32)


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_every_pattern_of_bits_comes_back(patterns):
    """NaN of any kind, both zeros, subnormal numbers and infinities too."""
    numbers = np.array(patterns, np.uint32).view(np.float32)
    packed = pack(numbers)
    assert packed.dtype == np.uint8
    assert np.array_equal(unpack(packed, len(numbers)).view(np.uint32), numbers.view(np.uint32))


def test_weights_take_a_sixth_less():
    assert pack(WEIGHTS).nbytes / WEIGHTS.nbytes < 0.85


def test_the_layout_is_that_of_the_format():
    """1.5 is sign 0, exponent 127, mantissa .1; -2⁻¹²⁶(1 + 2⁻²³) sign 1, exponent 1, last bit."""
    numbers = np.array([0x3FC00000, 0x80800001], np.uint32).view(np.float32)
    packed = pack(numbers).tobytes()
    assert packed[:4] == bytes([0, 0, 1, 0])
    assert packed[4:6] == bytes([0x40, 0x80])
    assert zlib.decompress(packed[6:]) == bytes([127, 1])


def with_exponents(exponents, count=4):
    packed = bytes(3 * count) + zlib.compress(exponents)
    return np.frombuffer(packed, np.uint8)


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (np.zeros(11, np.uint8), "too few"),
        (np.zeros((3, 4), np.uint8), "too few"),
        (np.zeros(16, np.float32), "too few"),
        (np.zeros(12, np.uint8), "of another count"),
        (np.zeros(20, np.uint8), "damaged"),
        (with_exponents(bytes(3)), "of another count"),
        (with_exponents(bytes(5)), "of another count"),
        (with_exponents(bytes(10**7)), "of another count"),
        (np.append(with_exponents(bytes(4)), np.uint8(0)), "of another count"),
        (with_exponents(bytes(4))[:-1], "of another count"),
    ],
)
def test_what_is_no_such_number_of_packed_numbers_is_refused(packed, message):
    with pytest.raises(ValueError, match=message):
        unpack(packed, 4)
    assert unpack(with_exponents(bytes(4)), 4).tolist() == [0] * 4
