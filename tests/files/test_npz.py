"""An .npz from a stranger is arrays, or a DataError, and never more memory than it holds."""

import io
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ganctl.errors import DataError
from ganctl.files.limits import ZIP_DIRECTORY_BYTES
from ganctl.files.npz import NpzFile

MOST = 2**20
many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
kinds = st.sampled_from(["u1", "<i8", ">i4", "?", "<f4", "<U3", "S2"])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "a.npz"


def header(text, version=1):
    content = text.encode().ljust(118) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + struct.pack("<H", len(content)) + content


def claim(dtype="|u1", shape="(4,)"):
    return header(f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}")


def write(path, content, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("x.npy", content)


def read(path):
    with NpzFile(path) as arrays:
        return arrays.read("x", MOST)


@many
@given(
    array=hnp.arrays(kinds.map(np.dtype), hnp.array_shapes(min_dims=0, min_side=0)),
    fortran=st.booleans(),
    save=st.sampled_from([np.savez, np.savez_compressed]),
)
def test_what_numpy_writes_is_read(path, array, fortran, save):
    save(path, x=np.asfortranarray(array) if fortran and array.ndim else array)
    found = read(path)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


@many
@given(content=st.binary(max_size=200))
def test_garbage_is_a_data_error(path, content):
    path.write_bytes(content)
    with pytest.raises(DataError):
        NpzFile(path)


@many
@given(data=st.data(), save=st.sampled_from([np.savez, np.savez_compressed]))
def test_a_damaged_byte_is_an_array_or_a_data_error(path, data, save):
    save(path, x=np.arange(9, dtype=np.uint8))
    content = bytearray(path.read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    try:
        read(path)
    except DataError as error:
        assert error.hint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x93NUMPY",
        b"text",
        claim(),
        claim() + bytes(5),
        claim(shape="(1000000000000,)") + bytes(4),
        claim(shape="(-4,)") + bytes(4),
        claim(shape=f"(2,{'2' * 70})"),  # Found by the fuzzer: matching it took minutes.
        claim(shape="(1 2)"),
        claim("|O", "(1,)") + b"cposix\nsystem\n",
        claim("<U0", "(1000000000000,)"),
        claim("<U1", "(1,)") + b"\xff\xff\xff\xff",  # Found by the fuzzer.
        claim(">U1", "(1,)") + b"\x00\x11\x00\x00",
        claim("|V4", "(1,)") + bytes(4),
        header("{'descr': [('a', '<i4')], 'fortran_order': False, 'shape': (1,), }") + bytes(4),
        header("(" * 110),
        header("-" * 110 + "1"),
        header("{'descr': __import__('os'), 'fortran_order': False, 'shape': (1,), }"),
        claim()[:6] + b"\x02\x00" + struct.pack("<I", 2**32 - 1) + bytes(100),
        claim()[:6] + b"\x09\x00" + claim()[8:] + bytes(4),
    ],
    ids=range(20),
)
def test_hostile_members(path, content):
    write(path, content)
    with pytest.raises(DataError, match="cannot be read"):
        read(path)


def grown_by(call):
    """Return how many bytes of memory a refused reading needed at most."""
    tracemalloc.start()
    try:
        with pytest.raises(DataError):
            call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_bomb_is_not_unpacked(path):
    write(path, claim(shape="(100000000,)") + bytes(100_000_000), zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 200_000
    assert grown_by(lambda: read(path)) < 2**22


def test_a_header_that_lies_costs_no_memory(path):
    size = 2**19
    content = bytearray()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.npy", claim(shape=f"({size},)") + b"x")
    content = bytearray(buffer.getvalue())
    # The list of members says that the values are there.
    entry = content.index(b"PK\x01\x02")
    content[entry + 20 : entry + 28] = struct.pack("<II", *[len(claim()) + size] * 2)
    path.write_bytes(content)
    assert grown_by(lambda: read(path)) < 2**22


def test_a_list_of_very_many_members_is_not_read(path):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(ZIP_DIRECTORY_BYTES // 250):
            archive.writestr(f"{number:0250}", b"")
    assert grown_by(lambda: NpzFile(path)) < 2**22


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_refused(path, method):
    write(path, claim() + bytes(4), method)
    with pytest.raises(DataError, match="compression is not one"):
        read(path)


def test_an_encrypted_member_is_refused(path):
    write(path, claim() + bytes(4))
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(content)
    with pytest.raises(DataError, match="cannot be read"):
        read(path)


def test_names_that_lead_elsewhere_are_only_names(path, tmp_path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../x.npy", b"x")
    with NpzFile(path) as arrays:
        assert "x" not in arrays
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["a.npz"]


def test_a_missing_file(path):
    with pytest.raises(DataError, match="cannot be read"):
        NpzFile(path)
