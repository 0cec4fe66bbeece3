"""IDX files come back as they went, and damaged ones are refused."""

import gzip
import io
import lzma
import struct
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganctl.errors import DataError
from ganctl.files.idx import idx_bytes, read_idx, read_idx_shape, read_open_idx

arrays = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=3, max_side=6))
PACKERS: dict[str, Callable[[bytes], bytes]]
PACKERS = {"": bytes, ".gz": gzip.compress, ".xz": lzma.compress}


def written(folder, content, ending=""):
    path = folder / f"data{ending}"
    path.write_bytes(content)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("idx")


@given(array=arrays, ending=st.sampled_from(sorted(PACKERS)))
def test_round_trip(folder, array, ending):
    path = written(folder, PACKERS[ending](idx_bytes(array)), ending)
    assert np.array_equal(read_idx(path), array)


def test_the_header_is_mnists():
    content = idx_bytes(np.zeros((2, 28, 28), np.uint8))
    assert content[:16] == bytes([0, 0, 8, 3]) + struct.pack(">III", 2, 28, 28)


@given(array=arrays, data=st.data())
def test_every_truncation_is_refused(folder, array, data):
    content = idx_bytes(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(DataError):
        read_idx(written(folder, content[:cut]))


def refused_or_read(path):
    try:
        assert read_idx(path).ndim
    except DataError as error:
        assert error.hint


@given(content=st.binary(max_size=40), ending=st.sampled_from(sorted(PACKERS)))
def test_garbage_is_an_array_or_a_data_error(folder, content, ending):
    refused_or_read(written(folder, content, ending))


sizes = st.lists(st.sampled_from([0, 1, 2, 2**16, 2**32 - 1]), max_size=5)


@given(kind=st.sampled_from([8, 8, 9, 10, 13]), sizes=sizes, values=st.binary(max_size=9))
def test_a_header_with_any_sizes_is_an_array_or_a_data_error(folder, kind, sizes, values):
    header = struct.pack(f">HBB{len(sizes)}I", 0, kind, len(sizes), *sizes)
    refused_or_read(written(folder, header + values))


@given(data=st.data(), ending=st.sampled_from([".gz", ".xz"]))
def test_a_damaged_byte_in_a_packed_file(folder, data, ending):
    content = bytearray(PACKERS[ending](idx_bytes(np.eye(5, dtype=np.uint8))))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    refused_or_read(written(folder, content, ending))


@pytest.mark.parametrize("ending", [".gz", ".xz"])
def test_a_truncated_packed_file_is_refused(folder, ending):
    content = PACKERS[ending](idx_bytes(np.eye(5, dtype=np.uint8)))
    for cut in range(len(content)):
        with pytest.raises(DataError):
            read_idx(written(folder, content[:cut], ending))


def test_changed_pixels_in_a_packed_file_are_noticed_by_its_checksum(folder):
    content = bytearray(gzip.compress(idx_bytes(np.full((5, 5), 7, np.uint8)), compresslevel=0))
    content[content.index(bytes([7] * 25))] = 8
    with pytest.raises(DataError):
        read_idx(written(folder, content, ".gz"))


def test_a_header_that_lies_costs_no_memory(folder):
    header = struct.pack(">HBBIII", 0, 8, 3, 2**31, 2**31, 2**31)
    with pytest.raises(DataError, match="claims"):
        read_idx(written(folder, header))
    barely = struct.pack(">HBBI", 0, 8, 1, 2**33 - 1 & 0xFFFFFFFF)
    with pytest.raises(DataError, match="truncated"):
        read_idx(written(folder, barely + b"x"))


@pytest.mark.parametrize(
    ("code", "dtype"), [(9, ">i1"), (11, ">i2"), (12, ">i4"), (13, ">f4"), (14, ">f8")]
)
def test_other_number_types_are_read(folder, code, dtype):
    array = np.array([[-1, 2, 100]], dtype)
    path = written(folder, struct.pack(">HBBII", 0, code, 2, 1, 3) + array.tobytes())
    assert np.array_equal(read_idx(path), array)


def test_a_type_that_is_none_is_refused(folder):
    with pytest.raises(DataError, match="not an IDX file"):
        read_idx(written(folder, struct.pack(">HBBI", 0, 10, 1, 1) + bytes(4)))


def test_a_file_of_an_archive_is_read_in_place(folder):
    content = gzip.compress(idx_bytes(np.eye(5, dtype=np.uint8)))
    found = read_open_idx(io.BytesIO(content), "x", ".gz", len(content))
    assert np.array_equal(found, np.eye(5))
    assert read_idx_shape(io.BytesIO(content), "x", ".gz") == (5, 5)


def test_a_missing_file_is_refused(folder):
    with pytest.raises(DataError, match="Cannot read"):
        read_idx(folder / "none")


@pytest.mark.parametrize("dimensions", [0, 5])
def test_other_numbers_of_dimensions_are_refused(folder, dimensions):
    header = struct.pack(f">HBB{dimensions}I", 0, 8, dimensions, *[1] * dimensions)
    with pytest.raises(DataError, match="not an IDX file"):
        read_idx(written(folder, header + b"x"))


def test_no_values_in_a_shape_that_cannot_be_is_refused(folder):
    """The sizes multiply to zero, so there is nothing to read, but no array has such a shape."""
    with pytest.raises(DataError):
        read_idx(written(folder, struct.pack(">HBBIII", 0, 8, 3, 0, 2**32 - 1, 2**32 - 1)))


def test_a_folder_is_refused(folder):
    with pytest.raises(DataError, match="Cannot read"):
        read_idx(folder)
