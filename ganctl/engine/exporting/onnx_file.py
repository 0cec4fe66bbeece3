"""A generator as one ONNX file, which says what it takes, and is compared with torch before.

``torch.onnx``'s exporter (the one on ``torch.export``) makes the graph; ONNX Runtime draws with it.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.export import Dim

from ganctl.engine.data import seeding
from ganctl.engine.data.pixels import to_pixels
from ganctl.engine.exporting.contract import Contract, contract_of
from ganctl.engine.models.base import Generator
from ganctl.errors import CheckpointError, UsageError
from ganctl.files.text import printable
from ganctl.requests.generators.exports import OPSET, Pixels
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import CheckpointHeader

if TYPE_CHECKING:
    from onnx import ModelProto

NEEDED = ("onnx", "onnxscript", "onnxruntime")
TOLERANCE = 1e-4
"""How far the file's pixels may lie from torch's, in [-1, 1]."""
_TRACED = (3, 2)
"""The images and captions that the graph is traced with; none is 1, which would be a constant."""
_COMPARED = ((1, 1), (5, 3))


class Exportable(nn.Module):
    """A generator whose inputs and output are those of its contract.

    Args:
        generator: in evaluation mode.
        pixels: what it returns.
    """

    def __init__(self, generator: Generator, pixels: Pixels) -> None:
        super().__init__()
        self.generator = generator
        self.pixels = pixels

    def forward(self, z: Tensor, condition: Tensor | None = None) -> Tensor:
        """Return images [N, C, H, W]; a generator without conditions takes z alone."""
        images: Tensor = self.generator(z, z[:, :0] if condition is None else condition)
        return images if self.pixels is Pixels.FLOAT else to_pixels(images)


def check_installed() -> None:
    """Raise ``UsageError`` unless the packages of the extra ``onnx`` are installed."""
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"--format onnx needs {' and '.join(missing)}, not installed here.",
            "Install them with: pip install 'ganctl[onnx]'",
        )


def onnx_bytes(
    generator: Generator, header: CheckpointHeader, pixels: Pixels, made: Mapping[str, Any]
) -> tuple[bytes, dict[str, Any]]:
    """Return an ONNX file, and what its contract is.

    Args:
        generator: in evaluation mode, float32, on the CPU.
        header: of its checkpoint.
        pixels: what the file is to return.
        made: how it was made, from which checkpoint; the metadata hold it.

    Raises:
        CheckpointError: torch cannot export these networks, or ONNX Runtime draws other images.
    """
    contract = contract_of(header, pixels)
    module = Exportable(generator, pixels).eval()
    try:
        model = _traced(module, header.network, contract)
        _describe(model, contract, header, made)
        content = model.SerializeToString(deterministic=True)
        difference = _difference(content, module, header.network)
    except Exception as error:  # The exporter and the runtime raise errors of many kinds.
        why = printable(str(error)).strip()[:200] or type(error).__name__
        raise CheckpointError(
            f"The generator cannot be written as ONNX: {why}.",
            "Use --format safetensors, or other versions of torch and onnxscript.",
        ) from error
    if difference > TOLERANCE:
        raise CheckpointError(
            f"ONNX Runtime draws pixels that differ by {difference:.2g} from torch's.",
            "Use --format safetensors, or other versions of torch, onnxscript and onnxruntime.",
        )
    facts = {
        "step": header.progress.step,
        "opset": OPSET,
        "inputs": [port.text for port in contract.inputs],
        "outputs": [contract.output.text],
        "difference": difference,
    }
    return content, facts


def _traced(module: Exportable, network: NetworkSpec, contract: Contract) -> ModelProto:
    """Return the graph of a module, whose batch may have any size."""
    names = [port.name for port in contract.inputs]
    free = [
        {place: Dim.DYNAMIC for place, size in enumerate(port.shape) if isinstance(size, str)}
        for port in contract.inputs
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # The exporter warns of torch's own old names.
        program = torch.onnx.export(
            module,
            _inputs(network, *_TRACED),
            input_names=names,
            output_names=[contract.output.name],
            # By the names of ``forward``'s arguments; where there are more, torch wants them all.
            dynamic_shapes=dict(zip(names, free, strict=True)),
            opset_version=OPSET,
            dynamo=True,
            optimize=True,
            verbose=False,
        )
    assert program is not None
    return program.model_proto


def _describe(
    model: ModelProto, contract: Contract, header: CheckpointHeader, made: Mapping[str, Any]
) -> None:
    """Write into a model what it is, and leave out what the exporter says of its own work.

    That names files and folders of this machine.
    """
    import onnx

    _rename_sizes(model, contract)
    graph = model.graph
    for part in (*graph.node, *graph.value_info, *graph.initializer, *graph.input, *graph.output):
        del part.metadata_props[:]
        part.doc_string = ""
    del graph.metadata_props[:], model.metadata_props[:]
    graph.name = "generator"
    ports = (*contract.inputs, contract.output)
    for value, port in zip((*graph.input, *graph.output), ports, strict=True):
        value.doc_string = port.meaning
    model.doc_string = contract.text
    facts = {
        **{key: f"{made[key]}" for key in ("ganctl", "run", "step", "command")},
        "model": header.model,
        "recipe": header.recipe,
        "opset": f"{OPSET}",
        "classes": json.dumps(header.classes, ensure_ascii=False),
        **contract.metadata(),
    }
    onnx.helper.set_model_props(model, facts)
    onnx.checker.check_model(model, full_check=True)


def _rename_sizes(model: ModelProto, contract: Contract) -> None:
    """Call the sizes that are free as the contract does, instead of s53.

    Raises:
        ValueError: one of them has become fixed, or a fixed one free.
    """
    graph, names = model.graph, {}
    ports = (*contract.inputs, contract.output)
    for value, port in zip((*graph.input, *graph.output), ports, strict=True):
        for dim, size in zip(value.type.tensor_type.shape.dim, port.shape, strict=True):
            if isinstance(size, str) != bool(dim.dim_param):
                raise ValueError(f"the exporter fixed a size of {port.name}")
            if isinstance(size, str):
                names[dim.dim_param] = size
    for value in (*graph.input, *graph.output, *graph.value_info):
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_param:
                dim.dim_param = names.get(dim.dim_param, dim.dim_param)


def _difference(content: bytes, module: Exportable, network: NetworkSpec) -> float:
    """Return how far pixels by ONNX Runtime lie from torch's at most, in [-1, 1].

    Where a number lies between two whole ones, uint8 may differ by one, which counts as nothing.
    """
    import onnxruntime

    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_inputs()]
    worst = 0.0
    for sizes in _COMPARED:
        inputs = _inputs(network, *sizes)
        given = {name: each.numpy() for name, each in zip(names, inputs, strict=True)}
        found = torch.from_numpy(session.run(None, given)[0]).float()
        with torch.no_grad():
            away = (found - module(*inputs).float()).abs().max().item()
        worst = max(worst, away if module.pixels is Pixels.FLOAT else (away > 1) * away / 127.5)
    return worst


def _inputs(network: NetworkSpec, images: int, captions: int) -> tuple[Tensor, ...]:
    """Return latents of so many images and, where the network takes some, conditions."""
    rng = seeding.rng("export", images)
    z = seeding.draw_latents(network.latent, (images, network.latent_size), rng)
    if not network.condition_size:
        return (z,)
    if not network.words:
        return z, torch.rand(images, network.condition_size, generator=rng)
    shape = (images, captions, network.caption_length)
    words = torch.randint(network.words, shape, generator=rng).float()
    weights = torch.rand(images, captions, 1, generator=rng)
    return z, torch.cat([weights, words], dim=2)
