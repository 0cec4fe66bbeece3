"""A checkpoint's header: read without torch, and refused where it makes no sense."""

import json
import struct

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from ganctl.card import Card, NetworkSpec, read_card
from ganctl.errors import CheckpointError, UsageError
from tests.strategies import json_values

SPEC = NetworkSpec("modern", 28, 1, 2, 64)
PROGRESS = {"step": 1.0, "images_seen": 64.0, "seconds": 2.5}
CARD = Card("0.1", "cgan", "modern", "mnist", ("a", "b"), SPEC, PROGRESS)

many = settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.safetensors"


def write(path, **changes):
    metadata = CARD.as_metadata() | changes
    save_file({"x": np.zeros(3)}, path, {k: v for k, v in metadata.items() if v is not None})


def test_round_trip(path):
    write(path)
    assert read_card(path) == CARD


@pytest.mark.parametrize("start", [b"PK\x03\x04rest of a .pt file", b"\x80\x02}q\x00."])
def test_a_pickle_is_known_by_its_content(path, start):
    path.write_bytes(start)
    with pytest.raises(CheckpointError, match="is a pickle") as caught:
        read_card(path)
    assert "safetensors" in caught.value.hint


def test_a_missing_file(path):
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_card(path)


def test_another_format_version(path):
    write(path, format_version="99")
    with pytest.raises(CheckpointError, match="format 99, and this ganctl reads 1"):
        read_card(path)


@pytest.mark.parametrize("format_name", [None, "other"])
def test_somebody_elses_safetensors(path, format_name):
    write(path, format=format_name)
    with pytest.raises(CheckpointError, match="not a checkpoint of ganctl"):
        read_card(path)


@many
@given(content=st.binary(max_size=80))
def test_garbage_is_a_checkpoint_error(path, content):
    path.write_bytes(content)
    with pytest.raises(CheckpointError):
        read_card(path)


@many
@given(data=st.data())
def test_every_truncation_is_a_checkpoint_error(path, data):
    write(path)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(CheckpointError):
        read_card(path)


def test_a_header_of_any_length_is_read(path):
    """The file begins with that length, whose first byte may be one that a pickle begins with."""
    starts = set()
    for length in range(0, 256, 8):
        write(path, padding="x" * length)
        starts.add(path.read_bytes()[0])
        assert read_card(path) == CARD
    assert len(starts) == 32


@many
@given(header=json_values | st.dictionaries(st.just("__metadata__"), json_values, min_size=1))
def test_a_garbage_header_is_a_checkpoint_error(path, header):
    content = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(content)) + content)
    with pytest.raises(CheckpointError):
        read_card(path)


FIELDS = [*json.loads(CARD.as_metadata()["card"]), "name", "image_size", "channels", "latent_size"]


@many
@given(field=st.sampled_from(FIELDS), value=json_values)
def test_a_field_that_is_anything_is_a_checkpoint_error_or_fits(path, field, value):
    write(path, card=change(field, value))
    try:
        assert isinstance(read_card(path), Card)
    except CheckpointError as error:
        assert error.hint


def change(field, value):
    values = json.loads(CARD.as_metadata()["card"])
    network = values["network"]
    (network if field in network and field not in values else values)[field] = value
    return json.dumps(values)


def change_network(field, value):
    values = json.loads(CARD.as_metadata()["card"])
    values["network"][field] = value
    return json.dumps(values)


@pytest.mark.parametrize(
    "card",
    [
        "",
        "{",
        "[]",
        "{}",
        pytest.param("[" * 100_000, id="deep"),
        pytest.param("9" * 10_000, id="digits"),
        change("classes", 3),
        change("classes", ["a"]),
        change_network("classes", 3),
        change_network("classes", 10**9),
        change("network", {}),
        change("network", {"name": "modern"}),
        change("progress", {"step": 1}),
        change("progress", PROGRESS | {"step": "x"}),
        change("progress", PROGRESS | {"step": float("inf")}),
        change("progress", PROGRESS | {"seconds": -1}),
        change("progress", PROGRESS | {"step": 10**400}),
        change("progress", [1]),
        change("name", []),
        change("image_size", 10**9),
        change("image_size", "28"),
        change("image_size", 28.0),
        change("latent_size", 64.5),
        change("channels", 1.0),
        change("latent_size", -1),
        change("channels", 1000),
    ],
)
def test_headers_that_make_no_sense(path, card):
    write(path, card=card)
    with pytest.raises(CheckpointError, match="truncated or damaged"):
        read_card(path)


def test_networks_of_any_size_are_not_described():
    with pytest.raises(UsageError):
        NetworkSpec("modern", 28, 1, 10**6, 64)


@pytest.mark.parametrize("ending", ["", "/folder"])
def test_places_that_are_no_file(path, ending):
    path.mkdir()
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_card(path / ending.lstrip("/"))
