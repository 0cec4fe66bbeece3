"""The table of formats: what makes the file of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ganctl.engine.exporting.onnx_file import check_installed, onnx_bytes
from ganctl.engine.exporting.weights_file import safetensors_bytes
from ganctl.engine.models.weights import load_generator
from ganctl.pages.generator import generator_page
from ganctl.pictures.provenance import Origin
from ganctl.requests.generators.exports import ExportFormat, ExportRequest
from ganctl.runs.locate import RunSource, read_source


@dataclass(frozen=True)
class Exported:
    """The bytes of a file, and what there is to say of it: ``facts`` are values of JSON."""

    content: bytes
    facts: dict[str, Any]


def export(source: RunSource, request: ExportRequest) -> Exported:
    """Return a generator as a file of a format.

    Raises:
        CheckpointError: the generator cannot be read, or not be written in this format.
        UsageError: the format needs packages that are not installed.
    """
    return FORMATS[request.format](source, request)


def _html(source: RunSource, _: ExportRequest) -> Exported:
    return Exported(generator_page(source), {})


def _onnx(source: RunSource, request: ExportRequest) -> Exported:
    check_installed()
    generator, header = read_source(source, load_generator)
    origin = Origin(source.reference, header.progress.step)
    made = origin.metadata("export", options=request.options, out="FILE.onnx")
    return Exported(*onnx_bytes(generator, header, request.pixels, made))


def _safetensors(source: RunSource, request: ExportRequest) -> Exported:
    generator, header = read_source(source, load_generator)
    content = safetensors_bytes(generator, header, half=request.half)
    return Exported(content, {"step": header.progress.step})


FORMATS: dict[ExportFormat, Callable[[RunSource, ExportRequest], Exported]] = {
    ExportFormat.HTML: _html,
    ExportFormat.ONNX: _onnx,
    ExportFormat.SAFETENSORS: _safetensors,
}
