"""What an exported file says of its inputs, for each kind of condition."""

import pytest

from ganctl.engine.exporting.contract import contract_of
from ganctl.engine.models.weights import load_generator
from ganctl.requests.budget import AT_THE_START
from ganctl.requests.generators.exports import Pixels
from ganctl.requests.networks import CodeMap, NetworkSpec
from ganctl.requests.recipes import Latent
from ganctl.runs.checkpoint_header import CheckpointHeader
from tests.steered import save_faces, save_talker


def header(spec, classes=(), code_map=None):
    return CheckpointHeader("1", "cgan", "modern", "x", classes, spec, AT_THE_START, code_map)


def test_classes():
    contract = contract_of(header(NetworkSpec("modern", 28, 1, 2, 64), ("a", "b")), Pixels.FLOAT)
    assert [port.text for port in contract.inputs] == [
        "z [N, 64] float32", "condition [N, 2] float32"
    ]  # fmt: skip
    assert contract.output.text == "images [N, 1, 28, 28] float32"
    assert contract.condition == {"kind": "classes", "classes": ("a", "b")}
    assert contract.text.count("float32: ") == 3


def test_without_a_condition_there_is_one_input():
    spec = NetworkSpec("classic", 28, 1, 0, 100, Latent.UNIFORM)
    contract = contract_of(header(spec), Pixels.UINT8)
    assert [port.name for port in contract.inputs] == ["z"]
    assert "uniform on [-1, 1]" in contract.inputs[0].meaning
    assert contract.output.dtype == "uint8"
    assert contract.condition == {}


@pytest.mark.parametrize("continuous", [0, 2])
def test_codes(continuous):
    spec = NetworkSpec("infogan", 28, 1, 0, 62, categories=2, continuous=continuous)
    contract = contract_of(header(spec, ("a", "b"), CodeMap((1, 0), 0.5)), Pixels.FLOAT)
    assert contract.inputs[1].shape == ("N", 2 + continuous)
    assert ("c1, c2" in contract.inputs[1].meaning) == (continuous == 2)
    assert contract.condition["category_of_class"] == (1, 0)
    assert (
        contract_of(header(spec, ("0", "1")), Pixels.FLOAT).condition["category_of_class"] is None
    )


def test_attributes_and_quantities(tmp_path):
    _, faces = load_generator(save_faces(tmp_path / "x.safetensors"))
    contract = contract_of(faces, Pixels.FLOAT)
    assert contract.inputs[1].shape == ("N", 3 + 2 + 2)
    assert [part["column"] for part in contract.condition["parts"]] == [0, 3, 5]
    assert "one-hot" in contract.inputs[1].meaning


def test_words(tmp_path):
    _, talker = load_generator(save_talker(tmp_path / "x.safetensors"))
    contract = contract_of(talker, Pixels.FLOAT)
    assert contract.inputs[1].text == "condition [N, K, 6] float32"
    assert contract.condition["padding"] == 0
    assert set(contract.metadata()) == {"inputs_and_outputs", "condition"}
