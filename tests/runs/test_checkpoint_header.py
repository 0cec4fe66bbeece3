"""A checkpoint's header: read without torch, and refused where it makes no sense."""

import json
import struct
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from ganctl.errors import CheckpointError, UsageError
from ganctl.files import paths
from ganctl.requests.budget import Progress
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.recipes import Latent
from ganctl.runs import checkpoint_header
from ganctl.runs.checkpoint_header import FORMAT_VERSION, CheckpointHeader, read_checkpoint_header
from tests.strategies import json_values

SPEC = NetworkSpec("modern", 28, 1, 2, 64)
PROGRESS: dict[str, Any] = {"step": 1, "images_seen": 64, "seconds": 2.5}
HEADER = CheckpointHeader("0.1", "cgan", "modern", "mnist", ("a", "b"), SPEC, Progress(**PROGRESS))

many = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "x.safetensors"


def write(path, **changes):
    metadata = HEADER.as_metadata() | changes
    save_file({"x": np.zeros(3)}, path, {k: v for k, v in metadata.items() if v is not None})


def test_round_trip(path):
    write(path)
    assert read_checkpoint_header(path) == HEADER


@pytest.mark.parametrize("start", [b"PK\x03\x04rest of a .pt file", b"\x80\x02}q\x00."])
def test_a_pickle_is_known_by_its_content(path, start):
    path.write_bytes(start)
    with pytest.raises(CheckpointError, match="is a pickle") as caught:
        read_checkpoint_header(path)
    assert "safetensors" in caught.value.hint


def test_a_missing_file(path):
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_checkpoint_header(path)


def test_a_file_that_goes_while_it_is_opened(path, monkeypatch):
    """As where another process trains the run: torch has an error of its own for it."""
    write(path)

    def gone(path, *, framework):
        raise RuntimeError(f"unable to open file <{path}> in read-only mode")

    monkeypatch.setattr(checkpoint_header, "safe_open", gone)
    with (
        pytest.raises(CheckpointError, match="cannot be read: unable to open file"),
        checkpoint_header.open_checkpoint(path, framework="pt"),
    ):
        pass


def test_another_format_version(path):
    write(path, format_version="99")
    with pytest.raises(
        CheckpointError, match=f"format 99, and this ganctl reads {FORMAT_VERSION}"
    ) as caught:
        read_checkpoint_header(path)
    assert "with the ganctl 0.1 that wrote it" in caught.value.hint


@pytest.mark.parametrize("header", ["", "[]", "{}", "[" * 100_000])
def test_another_format_version_that_names_no_writer(path, header):
    write(path, format_version="99", card=header)
    with pytest.raises(CheckpointError, match="format 99") as caught:
        read_checkpoint_header(path)
    assert "with the ganctl that wrote it" in caught.value.hint


@pytest.mark.parametrize("format_name", [None, "other"])
def test_somebody_elses_safetensors(path, format_name):
    write(path, format=format_name)
    with pytest.raises(CheckpointError, match="not a checkpoint of ganctl"):
        read_checkpoint_header(path)


@many
@given(content=st.binary(max_size=80))
def test_garbage_is_a_checkpoint_error(path, content):
    path.write_bytes(content)
    with pytest.raises(CheckpointError):
        read_checkpoint_header(path)


@many
@given(data=st.data())
def test_every_truncation_is_a_checkpoint_error(path, data):
    write(path)
    content = path.read_bytes()
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(CheckpointError):
        read_checkpoint_header(path)


def test_a_header_of_any_length_is_read(path):
    """The file begins with that length, whose first byte may be one that a pickle begins with."""
    starts = set()
    for length in range(0, 256, 8):
        write(path, padding="x" * length)
        starts.add(path.read_bytes()[0])
        assert read_checkpoint_header(path) == HEADER
    assert len(starts) == 32


@many
@given(header=json_values | st.dictionaries(st.just("__metadata__"), json_values, min_size=1))
def test_a_garbage_header_is_a_checkpoint_error(path, header):
    content = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(content)) + content)
    with pytest.raises(CheckpointError):
        read_checkpoint_header(path)


FIELDS = [
    *json.loads(HEADER.as_metadata()["card"]),
    "name",
    "image_size",
    "channels",
    "latent_size",
]


@many
@given(field=st.sampled_from(FIELDS), value=json_values)
def test_a_field_that_is_anything_is_a_checkpoint_error_or_fits(path, field, value):
    write(path, card=change(field, value))
    try:
        assert isinstance(read_checkpoint_header(path), CheckpointHeader)
    except CheckpointError as error:
        assert error.hint


def change(field, value):
    values = json.loads(HEADER.as_metadata()["card"])
    network = values["network"]
    (network if field in network and field not in values else values)[field] = value
    return json.dumps(values)


def change_network(field, value):
    values = json.loads(HEADER.as_metadata()["card"])
    values["network"][field] = value
    return json.dumps(values)


@pytest.mark.parametrize(
    "header",
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
def test_headers_that_make_no_sense(path, header):
    write(path, card=header)
    with pytest.raises(CheckpointError, match="truncated or damaged"):
        read_checkpoint_header(path)


def test_networks_of_any_size_are_not_described():
    with pytest.raises(UsageError):
        NetworkSpec("modern", 28, 1, 10**6, 64)


@pytest.mark.parametrize("ending", ["", "/folder"])
def test_places_that_are_no_file(path, ending):
    path.mkdir()
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_checkpoint_header(path / ending.lstrip("/"))


CODED_SPEC = NetworkSpec(
    "infogan", 28, 1, classes=0, latent_size=62, latent=Latent.UNIFORM, categories=3, continuous=2
)
CODED = CheckpointHeader(
    "0.1",
    "infogan",
    "modern",
    "mnist",
    ("a", "b", "c"),
    CODED_SPEC,
    Progress(**PROGRESS),
    CodeMap((1, 2, 0), 0.1),
)
UNLABELLED = CheckpointHeader(
    "0.1", "gan", "modern", "mnist", (), replace(SPEC, classes=0), Progress(**PROGRESS)
)


@pytest.mark.parametrize("header", [CODED, replace(CODED, code_map=None), UNLABELLED])
def test_headers_of_every_kind_come_back(path, header):
    write(path, **header.as_metadata())
    assert read_checkpoint_header(path) == header


@given(order=st.permutations(range(3)), error=st.floats(0, 1))
def test_every_map_comes_back(tmp_path_factory, order, error):
    path = tmp_path_factory.getbasetemp() / "map.safetensors"
    header = replace(CODED, code_map=CodeMap(tuple(order), error))
    write(path, **header.as_metadata())
    code_map = read_checkpoint_header(path).code_map
    assert code_map == header.code_map
    assert code_map is not None
    assert [code_map.class_of_category(order[index]) for index in range(3)] == [0, 1, 2]


def test_what_older_versions_wrote_has_no_codes(path):
    values = json.loads(HEADER.as_metadata()["card"])
    del values["code_map"]
    for field in ("latent", "categories", "continuous"):
        del values["network"][field]
    write(path, format_version="1", header=json.dumps(values))
    header = read_checkpoint_header(path)
    assert header == HEADER
    assert (header.network.latent, header.network.categories) == (Latent.NORMAL, 0)
    assert (header.network.continuous, header.code_map) == (0, None)


def test_the_bundled_generator_is_one_of_them():
    header = read_checkpoint_header(paths.PRETRAINED / "mnist.safetensors")
    assert (header.network.latent, header.network.condition_size) == (Latent.NORMAL, 10)
    assert header.code_map is None


def changed(part, **fields):
    """Return the text of the card with codes, with other fields in it or in one of its parts."""
    values = json.loads(CODED.as_metadata()["card"])
    (values[part] if part else values).update(fields)
    return json.dumps(values)


@pytest.mark.parametrize(
    "header",
    [
        changed("network", categories=-1),
        changed("network", categories=4),
        changed("network", categories=10**9),
        changed("network", categories=3.0),
        changed("network", categories="3"),
        changed("network", categories=None),
        changed("network", continuous=-1),
        changed("network", continuous=101),
        changed("network", continuous=2.5),
        changed("network", continuous=[]),
        changed("network", latent="cauchy"),
        changed("network", latent=None),
        changed("network", latent=[]),
        changed("network", latent={}),
        changed("network", more=1),
        pytest.param(
            changed("network", classes=1, categories=2).replace("[1, 2, 0]", "[1, 0]"),
            id="labels and codes",
        ),
        changed("code_map", category_of_class=[0, 1]),
        changed("code_map", category_of_class=[0, 1, 2, 3]),
        changed("code_map", category_of_class=[0, 1, 1]),
        changed("code_map", category_of_class=[1, 2, 3]),
        changed("code_map", category_of_class=[0, 1, -1]),
        changed("code_map", category_of_class=[0, 1, 2.5]),
        changed("code_map", category_of_class=["0", "1", "2"]),
        changed("code_map", category_of_class=[0, 1, None]),
        changed("code_map", category_of_class="012"),
        changed("code_map", category_of_class={"0": 0, "1": 1, "2": 2}),
        changed("code_map", category_of_class=3),
        changed("code_map", category_of_class=[[0], [1], [2]]),
        changed("code_map", category_of_class=[10**400, 1, 2]),
        changed("code_map", error=float("nan")),
        changed("code_map", error=float("inf")),
        changed("code_map", error=-0.1),
        changed("code_map", error=1.1),
        changed("code_map", error=10**400),
        changed("code_map", error="much"),
        changed("code_map", error=None),
        changed("code_map", error=[]),
        changed(None, code_map={}),
        changed(None, code_map=[]),
        changed(None, code_map=[0, 1, 2]),
        changed(None, code_map=False),
        changed(None, code_map="012"),
        changed(None, code_map={"error": 0.1}),
        changed(None, code_map={"category_of_class": [0, 1, 2]}),
        changed(None, classes=[]),
        changed(None, classes=["a", "b"]),
    ],
)
def test_codes_that_make_no_sense(path, header):
    write(path, card=header)
    with pytest.raises(CheckpointError, match="truncated or damaged"):
        read_checkpoint_header(path)


@pytest.mark.parametrize("changes", [{"classes": 3}, {"categories": 0}])
def test_labels_and_codes_exclude_each_other(changes):
    with pytest.raises(UsageError):
        replace(CODED_SPEC, **changes)


def test_a_map_for_networks_without_categories_makes_no_sense(path):
    values = json.loads(HEADER.as_metadata()["card"])
    values["code_map"] = {"category_of_class": [0, 1], "error": 0.1}
    write(path, card=json.dumps(values))
    with pytest.raises(CheckpointError, match="a map of other categories"):
        read_checkpoint_header(path)


@many
@given(
    place=st.sampled_from(
        [
            (None, "code_map"),
            ("code_map", "category_of_class"),
            ("code_map", "error"),
            ("network", "categories"),
            ("network", "continuous"),
            ("network", "latent"),
        ]
    ),
    value=json_values | st.lists(st.integers(-1, 3), max_size=4),
)
def test_codes_that_are_anything_are_a_checkpoint_error_or_fit(path, place, value):
    part, field = place
    write(path, card=changed(part, **{field: value}))
    try:
        header = read_checkpoint_header(path)
    except CheckpointError as error:
        assert error.hint
        return
    assert header.network.categories == 3
    assert header.code_map is None or sorted(header.code_map.category_of_class) == [0, 1, 2]


def test_very_many_attributes_are_refused_before_they_are_looked_at(path):
    attributes = [{"name": f"{i}", "values": ["a", "b"]} for i in range(50_000)]
    write(path, card=changed(None, schema={"attributes": attributes}))
    started = time.process_time()
    with pytest.raises(CheckpointError, match="too many attributes"):
        read_checkpoint_header(path)
    assert time.process_time() - started < 1
