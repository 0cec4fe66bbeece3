"""The generator's page: what is in it, what it tells of its maker, and what it refuses."""

import json
import re
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from ganctl.engine.models.weights import load_generator, save_generator
from ganctl.errors import CheckpointError, UsageError
from ganctl.pages.generator import (
    CONTROLS,
    MATHEMATICS,
    STATIC,
    generator_data,
    generator_page,
    generator_section,
)
from ganctl.pages.network import DIRECTIONS
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.locate import find_source
from tests.pages.nets import KINDS, save_kind
from tests.steered import CAPTIONS, FACES


def source_of(kind, folder):
    return find_source(str(save_kind(kind, folder)))


def floats(text):
    return np.frombuffer(b64decode(text), "<f4")


@pytest.mark.parametrize(
    "name, megabytes", [("mnist", 1.1), ("avatars", 1.5), ("avatars-words", 1.6)]
)
def test_the_bundled_generators_are_small_pages(name, megabytes):
    page = generator_page(find_source(f"pretrained/{name}")).decode()
    assert len(page) < megabytes * 1e6
    assert "default-src 'none'" in page
    assert not re.search(r"(?:src|href)=\"(?!#|data:)", page)
    assert page.count("<section id=") == 1


def test_a_page_is_the_same_each_time(tmp_path):
    source = source_of("parts", tmp_path)
    assert generator_page(source) == generator_page(source)


def test_every_script_is_in_the_section(tmp_path):
    section = generator_section(source_of("quick", tmp_path))
    files = {path.stem for path in STATIC.glob("*.js")}
    assert files == {*MATHEMATICS, *CONTROLS}
    for name in files:
        assert (STATIC / f"{name}.js").read_text(encoding="utf-8") in section.script
    used = set(re.findall(r'part\("([\w-]+)"\)', section.script))
    assert used == set(re.findall(r'data-part="([\w-]+)"', section.html))


def test_of_the_makers_machine_a_page_tells_nothing(tmp_path):
    source = source_of("quick", tmp_path)
    generator, header = load_generator(source.checkpoint)
    header = replace(header, data="/home/somebody/secret/lines.npz")
    save_generator(generator, header, source.checkpoint, torch.float32)
    page = generator_page(source).decode()
    assert "lines.npz" in page
    assert "somebody" not in page
    assert str(tmp_path) not in page
    assert '"name":"quick.safetensors"' in page


def test_weights_are_whole_numbers_with_a_scale_a_row(tmp_path):
    source = source_of("quick", tmp_path)
    with safe_open(source.checkpoint, framework="np") as file:
        embed = file.get_tensor("generator_ema.embed")
    packed = generator_data(source)[1]["network"]["embed"]["matrix"]
    assert (packed["rows"], packed["columns"]) == (32, 3)
    scale = floats(packed["scale"])
    integers = np.frombuffer(b64decode(packed["values"]), "<i2").reshape(32, 3)
    assert np.abs(integers).max(axis=1).tolist() == [2**15 - 1] * 32
    assert integers * scale[:, None] == pytest.approx(
        embed.T, abs=float(np.abs(embed).max()) / 2**15
    )


@pytest.mark.parametrize("kind", ["quick", "infogan"])
def test_the_strongest_directions_are_at_right_angles(kind, tmp_path):
    network = generator_data(source_of(kind, tmp_path))[1]["network"]
    directions = np.stack([floats(each) for each in network["directions"]])
    assert directions.shape == (DIRECTIONS, KINDS[kind][0].latent_size)
    assert directions @ directions.T == pytest.approx(np.eye(DIRECTIONS), abs=1e-5)


def test_what_may_be_asked_is_named(tmp_path):
    kinds = ("quick", "infogan", "parts", "words")
    asked = {kind: generator_data(source_of(kind, tmp_path))[1]["asked"] for kind in kinds}
    assert asked["quick"]["typed"] == ["zero", '"one: two"', '"all"']
    assert asked["quick"]["categories"] is None
    assert asked["infogan"]["categories"] == (2, 0, 1)
    assert asked["infogan"]["continuous"] == 2
    assert asked["words"]["vocabulary"] == CAPTIONS.vocabulary
    assert asked["words"]["examples"] == CAPTIONS.examples
    parts = asked["parts"]
    assert [each["name"] for each in parts["attributes"]] == ["hair", "eyes"]
    assert parts["quantities"] == [{"name": "angle", "typedName": "angle", "low": -90, "high": 90}]
    assert len(parts["rows"]["counts"]) == len(FACES.rows)
    assert parts["rows"]["dependent"] == []
    json.dumps(asked, allow_nan=False)


def test_names_of_a_stranger_are_text_and_no_markup(tmp_path):
    source = source_of("quick", tmp_path)
    generator, header = load_generator(source.checkpoint)
    evil = "</script><script>alert(1)</script>"
    header = replace(header, classes=(evil, "b", "c"), model="<b>", data=f"{evil}<!--")
    save_generator(generator, header, source.checkpoint, torch.float32)
    page = generator_page(source).decode()
    assert "<script>alert" not in page
    assert "<b>" not in page


def damaged(source, change):
    """Write a checkpoint's tensors again after ``change``, under the same header."""
    path = source.checkpoint
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        metadata = file.metadata()
    change(tensors)
    save_file(tensors, path, metadata)
    return source


@pytest.mark.parametrize(
    "change, why",
    [
        (lambda t: t.pop("generator_ema.project.bias"), "do not fit its networks"),
        (lambda t: t.update({"generator_ema.embed": torch.zeros(4, 32)}), "do not fit"),
        (lambda t: t["generator_ema.embed"].fill_(float("nan")), "NaN or infinite"),
        (
            lambda t: t.update({"generator_ema.embed": torch.zeros(3, 32).bfloat16()}),
            "has weights of BF16",
        ),
    ],
    ids=["missing", "shape", "nan", "bfloat16"],
)
def test_a_damaged_checkpoint_is_refused(change, why, tmp_path):
    source = damaged(source_of("quick", tmp_path), change)
    with pytest.raises(CheckpointError, match=why):
        generator_page(source)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_weights_of_other_precisions_are_read(dtype, tmp_path):
    source = source_of("quick", tmp_path)
    generator, header = load_generator(source.checkpoint)
    save_generator(generator, header, source.checkpoint, dtype)
    assert generator_page(source)


def test_a_network_of_a_plug_in_is_refused(tmp_path):
    source = source_of("quick", tmp_path)
    generator, header = load_generator(source.checkpoint)
    spec = NetworkSpec("theirs", 8, 1, 3, 16)
    save_generator(generator, replace(header, network=spec), source.checkpoint, torch.float32)
    with pytest.raises(UsageError, match="cannot compute the network 'theirs'") as caught:
        generator_page(source)
    assert "onnx" in caught.value.hint


def test_of_long_latents_no_directions_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr("ganctl.pages.network.MOST_LATENT", 15)
    assert generator_data(source_of("quick", tmp_path))[1]["network"]["directions"] == []


def test_the_command_writes_the_page(ganctl, tmp_path):
    path = save_kind("parts", tmp_path)
    result = ganctl("export", path, "--format", "html")
    assert (result.code, result.out, result.err) == (0, "parts.html\n", "")
    page = (tmp_path / "work" / "parts.html").read_bytes()
    assert page == generator_page(find_source(str(path)))
    refused = ganctl("export", path, "--format", "html", "--half")
    assert refused.code == 2
    assert "--half is for --format safetensors" in refused.err
