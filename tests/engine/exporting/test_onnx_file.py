"""An ONNX file draws what torch draws, for every model and recipe, and says what it takes."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch

from ganctl.engine.data import seeding
from ganctl.engine.data.pixels import to_pixels
from ganctl.engine.exporting import onnx_file
from ganctl.engine.exporting.onnx_file import check_installed, onnx_bytes
from ganctl.engine.models.base import Generator
from ganctl.engine.models.networks import build_generator
from ganctl.engine.models.objectives import OBJECTIVES
from ganctl.engine.models.weights import load_generator
from ganctl.errors import CheckpointError, UsageError
from ganctl.requests.budget import AT_THE_START
from ganctl.requests.generators.exports import Pixels
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.recipes import Model, RecipeName, recipe_for
from ganctl.runs.checkpoint_header import CheckpointHeader
from tests.steered import FACES, WORDS, save_faces, save_talker

MADE = {"ganctl": "1", "run": "demo", "step": 5, "command": "ganctl export demo"}
DESCRIBED: dict[str, dict[str, Any]] = {
    "attributes": {"attributes": FACES.sizes},
    "attributes and a quantity": {"attributes": FACES.sizes, "quantities": 1, "mixed": 7},
    "captions": {"words": 7, "caption_length": 5, "text_size": 8, "mixed": 7},
}


def spec_of(recipe, model):
    numbers = recipe_for(recipe, model)
    size = 28 if numbers.network == "classic" else 8
    spec = NetworkSpec(numbers.network, size, 1, 3, numbers.latent_size, numbers.latent)
    # The head is of the discriminator.
    return replace(OBJECTIVES[model].adapt(spec), classifier=False)


def generator_of(spec):
    """Return a generator whose batch norms have seen something."""
    torch.manual_seed(0)
    generator = build_generator(spec).eval().requires_grad_(False)
    for name, tensor in generator.named_buffers():
        if name.endswith(("running_mean", "running_var")):
            tensor += 0.5 * torch.rand_like(tensor)
    return generator


def header_of(spec):
    schema = WORDS if spec.words else FACES
    if spec.has_parts and not spec.quantities:
        schema = replace(schema, quantities=(), rows=(), counts=())
    classes = ("a", "b", "ä")[: spec.classes + spec.categories]
    code_map = CodeMap((2, 0, 1), 0.1) if spec.categories else None
    return CheckpointHeader(
        "1", "cgan", "modern", "mnist", classes, spec, AT_THE_START, code_map,
        schema if spec.is_described else FACES,
    )  # fmt: skip


@cache
def exported(spec, pixels=Pixels.FLOAT):
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    return onnx_bytes(generator_of(spec), header_of(spec), pixels, MADE)


def drawn(content, z, condition=None):
    import onnxruntime

    session = onnxruntime.InferenceSession(content)
    given = {"z": z.numpy()}
    if condition is not None:
        given["condition"] = condition.numpy()
    return torch.from_numpy(session.run(None, given)[0])


@pytest.mark.slow
@pytest.mark.parametrize("model", Model)
@pytest.mark.parametrize("recipe", RecipeName)
def test_every_model_and_recipe_draws_as_torch_does(recipe, model):
    spec = spec_of(recipe, model)
    content, facts = exported(spec)
    assert facts["difference"] <= 1e-4
    z = seeding.sample_latents(range(7), spec.latent_size, spec.latent)
    condition = torch.rand(7, spec.condition_size)
    found = drawn(content, z, condition if spec.condition_size else None)
    assert (found - generator_of(spec)(z, condition)).abs().max() <= 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("labels", DESCRIBED)
@pytest.mark.parametrize("network", ["quick", "modern", "palette", "classic"])
def test_attributes_quantities_and_captions(network, labels):
    size, channels = (28, 1) if network == "classic" else (8, 3)
    spec = NetworkSpec(network, size, channels, 0, 16, **DESCRIBED[labels])
    content, facts = exported(spec)
    assert facts["difference"] <= 1e-4
    z = torch.randn(4, 16)
    condition = torch.rand(4, spec.condition_size)
    if spec.words:
        words = torch.tensor([[2, 3, 0, 0, 0], [1, 4, 5, 6, 2]]).float()
        weights = torch.tensor([[0.25], [0.75]])
        condition = torch.cat([weights, words], dim=1).expand(4, 2, 6).contiguous()
    found = drawn(content, z, condition)
    assert (found - generator_of(spec)(z, condition)).abs().max() <= 1e-4


@pytest.mark.slow
def test_pixels_as_bytes_are_those_of_samples():
    spec = spec_of("modern", "cgan")
    z, condition = torch.randn(50, spec.latent_size), torch.eye(3)[torch.arange(50) % 3]
    found = drawn(exported(spec, Pixels.UINT8)[0], z, condition)
    assert found.dtype == torch.uint8
    expected = to_pixels(generator_of(spec)(z, condition))
    assert (found.int() - expected.int()).abs().max() <= 1
    assert (found == expected).float().mean() > 0.999


@pytest.mark.slow
def test_a_file_says_what_it_takes_and_nothing_of_this_machine():
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    spec = spec_of("modern", "cgan")
    content, facts = exported(spec)
    assert facts["inputs"] == ["z [N, 64] float32", "condition [N, 3] float32"]
    model = onnx.load_from_string(content)
    shown = {each.key: each.value for each in model.metadata_props}
    assert shown["command"] == "ganctl export demo"
    assert json.loads(shown["classes"]) == ["a", "b", "ä"]
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 18)]
    assert shown["opset"] == "18"
    assert "N(0, 1)" in model.graph.input[0].doc_string
    sizes = [dim.dim_param for dim in model.graph.input[0].type.tensor_type.shape.dim]
    assert sizes == ["N", ""]
    # What torch notes of each operator: the files and lines that it came from.
    assert b".py" not in content
    assert onnx_bytes(generator_of(spec), header_of(spec), Pixels.FLOAT, MADE)[0] == content


@pytest.mark.slow
@pytest.mark.parametrize("save", [save_faces, save_talker])
def test_the_names_are_in_the_file(save, tmp_path):
    onnx = pytest.importorskip("onnx")
    content, _ = onnx_bytes(*load_generator(save(tmp_path / "x.safetensors")), Pixels.FLOAT, MADE)
    model = onnx.load_from_string(content)
    (condition,) = [each.value for each in model.metadata_props if each.key == "condition"]
    said = json.loads(condition)
    if save is save_talker:
        assert said["vocabulary"] == ["hair", "red", "short", "glasses", "a"]
        assert said["first_word"] == 2
    else:
        assert [part["column"] for part in said["parts"]] == [0, 3, 5]
        assert said["parts"][1]["values"] == ["blue", "green"]
        assert said["parts"][2] == {"quantity": "angle", "column": 5, "low": -90, "high": 90}


@pytest.mark.slow
def test_networks_that_cannot_be_exported_are_refused():
    pytest.importorskip("onnxscript")

    class Branching(Generator):
        def forward(self, z, condition):
            return (z if z.sum() > 0 else -z)[:, :, None, None]

    spec = NetworkSpec("modern", 8, 1, 0, 16)
    with pytest.raises(CheckpointError, match="cannot be written as ONNX") as caught:
        onnx_bytes(Branching(), header_of(spec), Pixels.FLOAT, MADE)
    assert "--format safetensors" in caught.value.hint


@pytest.mark.slow
def test_a_runtime_that_draws_something_else_is_noticed(monkeypatch):
    pytest.importorskip("onnxscript")
    monkeypatch.setattr(onnx_file, "TOLERANCE", -1.0)
    spec = spec_of("modern", "gan")
    with pytest.raises(CheckpointError, match="differ by"):
        onnx_bytes(generator_of(spec), header_of(spec), Pixels.FLOAT, MADE)


def test_without_the_extra_an_error_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(onnx_file, "NEEDED", ("onnxruntime", "numpy"))
    monkeypatch.setattr(onnx_file, "find_spec", lambda name: None if name == "onnxruntime" else 1)
    with pytest.raises(UsageError, match="needs onnxruntime, not") as caught:
        check_installed()
    assert "pip install 'ganctl[onnx]'" in caught.value.hint
