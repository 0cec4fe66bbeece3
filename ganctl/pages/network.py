"""A checkpoint's averaged generator as layers for a page, batch norm folded into the weights.

The layers are those of ``engine.models.pairs``, which say what each is for; ``static/generator/``
has the same in JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import UsageError
from ganctl.pages.packing import Floats, packed_floats, packed_matrix
from ganctl.requests.networks import NetworkSpec
from ganctl.runs.checkpoint_header import unreadable

NORM_EPSILON = 1e-5
CLASSIC_EPSILON = 1e-3
COLOURS = 16
SHARPNESS = 2.0
DIRECTIONS = 6
"""The principal directions of the latent that a page offers."""
MOST_LATENT = 1024
"""Of longer latents no principal directions are looked for, which would take long."""
Layer = dict[str, Any]


class Weights:
    """The tensors of one network in an open file, each held to the shape that is expected.

    Args:
        file: what ``open_checkpoint`` yields, with NumPy's arrays.
        prefix: what their names begin with.
        path: the file's, for the error.
    """

    def __init__(self, file: Any, prefix: str, path: Path) -> None:
        self._file = file
        self._prefix = prefix
        self._path = path
        self._names = frozenset(file.keys())

    def below(self, name: str) -> Weights:
        """Return those of a part of the network."""
        return Weights(self._file, f"{self._prefix}{name}.", self._path)

    def take(self, name: str, *shape: int) -> Floats:
        """Return a tensor as float32.

        Raises:
            CheckpointError: it is not there, has another shape or no numbers, or is not finite.
        """
        full = f"{self._prefix}{name}"
        if full not in self._names or tuple(self._file.get_slice(full).get_shape()) != shape:
            raise unreadable(self._path, "its tensors do not fit its networks")
        if self._file.get_slice(full).get_dtype() not in ("F16", "F32", "F64"):
            raise unreadable(self._path, "a page needs weights of float16, float32 or float64")
        values: Floats = self._file.get_tensor(full).astype(np.float32)
        if not np.isfinite(values).all():
            raise unreadable(self._path, "some of its weights are NaN or infinite")
        return values


class Norm:
    """Batch norm in evaluation mode, as a scale and a shift [width] of each channel."""

    def __init__(self, weights: Weights, width: int, epsilon: float = NORM_EPSILON) -> None:
        mean = weights.take("running_mean", width).astype(np.float64)
        variance = weights.take("running_var", width).astype(np.float64)
        # The classic recipe's only shifts.
        gain = weights.take("weight", width) if epsilon == NORM_EPSILON else np.ones(width)
        self.scale: NDArray[np.float64] = gain / np.sqrt(np.maximum(variance, 0) + epsilon)
        self.shift: NDArray[np.float64] = weights.take("bias", width) - mean * self.scale

    def per_row(self, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return both for each of ``rows`` outputs that lie channel after channel."""
        each = rows // len(self.scale)
        return self.scale.repeat(each), self.shift.repeat(each)


def packed_network(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    """Return a generator as a page's JavaScript reads it.

    Raises:
        CheckpointError: the tensors are not those of the networks that ``spec`` says.
        UsageError: a page has no such network, as of a plug-in.
    """
    if spec.name not in _PAIRS:
        raise UsageError(
            f"A page cannot compute the network {spec.name!r}.",
            f"It computes {', '.join(_PAIRS)}; --format onnx and safetensors take every network.",
        )
    inner = weights.below("inner") if spec.words else weights
    return {
        "side": spec.image_size,
        "channels": spec.channels,
        "latentSize": spec.latent_size,
        "latent": spec.latent.value,
        "encoder": _encoder(weights.below("encoder"), spec) if spec.words else None,
        "embed": None,
        "mix": None,
        "palette": None,
        **_PAIRS[spec.name](inner, spec),
    }


def _first_map(weights: Weights, spec: NetworkSpec) -> tuple[dict[str, Any], int]:
    """Return the embedding, the mixing layer and the first map, and the numbers that these get."""
    widths, base_size = _pyramid(spec.image_size)
    found: dict[str, Any] = {}
    inputs = spec.latent_size
    if spec.condition_size:
        embed = weights.take("embed", spec.condition_size, 32)
        found["embed"] = _dense(embed.T, np.zeros(32))
        inputs += 32
    if spec.mixed:
        mix = weights.below("mix")
        found["mix"] = [
            _linear(mix.below("0"), spec.mixed, inputs, relu=True),
            _linear(mix.below("2"), inputs, spec.mixed),
        ]
    rows = widths[0] * base_size**2
    scale, shift = Norm(weights.below("blocks.0"), widths[0]).per_row(rows)
    matrix = weights.take("project.weight", rows, inputs) * scale[:, None]
    bias = weights.take("project.bias", rows) * scale + shift
    found["layers"] = [_dense(matrix, bias, relu=True)]
    found["directions"] = _directions(matrix[:, : spec.latent_size])
    return found, inputs


def _modern(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    found, _ = _first_map(weights, spec)
    found["layers"] += _upsampling(weights.below("blocks"), 2, spec, spec.channels)
    return found


def _palette(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    found, inputs = _first_map(weights, spec)
    width, side = _pyramid(spec.image_size)[0][-1], spec.image_size // 2
    found["layers"] += _upsampling(weights.below("blocks"), 2, spec, None)
    refine = weights.below("refine")
    fine = weights.below("fine")
    colours = spec.channels * COLOURS
    found["palette"] = {
        "count": COLOURS,
        "sharpness": SHARPNESS,
        "refine": _conv(
            refine.take("0.weight", width, width, 3, 3), side, norm=Norm(refine.below("1"), width)
        ),
        "fine": _doubling(
            fine.take("weight", width, COLOURS, 4, 4), side, bias=fine.take("bias", COLOURS)
        ),
        "coarse": _conv(
            weights.take("coarse.weight", COLOURS, width, 1, 1),
            side,
            bias=weights.take("coarse.bias", COLOURS),
        ),
        "colours": _linear(weights.below("colours"), colours, inputs),
    }
    return found


def _infogan(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    widths, base_size = _pyramid(spec.image_size)
    blocks = weights.below("blocks")
    hidden, rows = 1024, widths[0] * base_size**2
    first = Norm(blocks.below("1"), hidden)
    scale, shift = Norm(blocks.below("5"), widths[0]).per_row(rows)
    inputs = spec.latent_size + spec.condition_size
    matrix = blocks.take("0.weight", hidden, inputs) * first.scale[:, None]
    return {
        "layers": [
            _dense(matrix, first.shift, relu=True),
            _dense(blocks.take("3.weight", rows, hidden) * scale[:, None], shift, relu=True),
            *_upsampling(blocks, 7, spec, spec.channels),
        ],
        "directions": _directions(matrix[:, : spec.latent_size]),
    }


def _classic(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    widths, side, kernel = (512, 256, 128, 64), 3, 5
    inputs, rows = spec.latent_size + spec.condition_size, widths[0] * side * side
    norms = [
        Norm(weights.below(f"norm{place + 1}"), width, CLASSIC_EPSILON)
        for place, width in enumerate(widths)
    ]
    scale, shift = norms[0].per_row(rows)
    matrix = weights.take("dense.weight", rows, inputs) * scale[:, None]
    first = weights.take("dense.bias", rows) * scale + shift
    layers = [_dense(matrix, first, relu=True)]
    for place in (1, 2, 3):
        deconv = weights.below(f"deconv{place + 1}")
        kernels = deconv.take("weight", widths[place - 1], widths[place], kernel, kernel)
        bias = deconv.take("bias", widths[place])
        layers.append(_doubling(kernels, side, norm=norms[place], bias=bias))
        side *= 2
    last = weights.below("deconv5")
    kernels = last.take("weight", widths[-1], spec.channels, kernel, kernel)
    bias = last.take("bias", spec.channels)
    layers.append(_deconv(kernels, side, stride=1, before=0, out_side=28, bias=bias))
    return {"layers": layers, "directions": _directions(matrix[:, : spec.latent_size])}


_PAIRS: dict[str, Callable[[Weights, NetworkSpec], dict[str, Any]]] = {
    "quick": _modern,
    "modern": _modern,
    "palette": _palette,
    "infogan": _infogan,
    "classic": _classic,
}


def _encoder(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    size, width = 64, 64
    alone = weights.take("alone.weight", width, size, 1)
    previous = weights.take("with_previous.weight", width, size, 2)
    # One matrix for both words, the former first.
    pairs = previous.transpose(0, 2, 1).reshape(width, 2 * size)
    return {
        "words": packed_matrix(weights.take("words", spec.words, size), spec.words),
        "alone": _dense(alone[:, :, 0], weights.take("alone.bias", width), relu=True),
        "withPrevious": _dense(pairs, weights.take("with_previous.bias", width), relu=True),
        "out": _linear(weights.below("out"), spec.text_size, 2 * width),
    }


def _upsampling(
    blocks: Weights, first: int, spec: NetworkSpec, channels: int | None
) -> list[Layer]:
    """Return the convolutions that double the size, the first one numbered ``first``.

    Args:
        blocks: what they are numbered in.
        first: a number.
        spec: of the networks.
        channels: of the last one, which makes the image; None if there is none such.
    """
    widths, side = _pyramid(spec.image_size)
    layers = []
    for width, narrower in pairwise(widths):
        kernels = blocks.take(f"{first}.weight", width, narrower, 4, 4)
        norm = Norm(blocks.below(f"{first + 1}"), narrower)
        layers.append(_doubling(kernels, side, norm=norm))
        side, first = 2 * side, first + 3
    if channels is not None:
        kernels = blocks.take(f"{first}.weight", widths[-1], channels, 4, 4)
        layers.append(_doubling(kernels, side, bias=blocks.take(f"{first}.bias", channels)))
    return layers


def _doubling(
    kernels: Floats, side: int, *, norm: Norm | None = None, bias: NDArray[Any] | None = None
) -> Layer:
    """Return a transposed convolution from ``side`` to twice that, ReLU after batch norm."""
    return _deconv(kernels, side, stride=2, before=1, out_side=2 * side, norm=norm, bias=bias)


def _deconv(
    kernels: Floats,
    side: int,
    *,
    stride: int,
    before: int,
    out_side: int,
    norm: Norm | None = None,
    bias: NDArray[Any] | None = None,
) -> Layer:
    """Return a transposed convolution of kernels [inputs, outputs, size, size]."""
    inputs, outputs, kernel, _ = kernels.shape
    matrix = kernels.transpose(1, 2, 3, 0).reshape(outputs, -1)
    scaled, shift = _normed(matrix, norm, bias)
    return {
        "kind": "deconv",
        "matrix": packed_matrix(scaled.reshape(-1, inputs), outputs),
        "shift": packed_floats(shift),
        "relu": norm is not None,
        "inputs": inputs,
        "outputs": outputs,
        "kernel": kernel,
        "stride": stride,
        "before": before,
        "side": side,
        "outSide": out_side,
    }


def _conv(
    kernels: Floats, side: int, *, norm: Norm | None = None, bias: NDArray[Any] | None = None
) -> Layer:
    """Return a convolution that keeps the size, of kernels [outputs, inputs, size, size]."""
    outputs, inputs, kernel, _ = kernels.shape
    scaled, shift = _normed(kernels.reshape(outputs, -1), norm, bias)
    return {
        "kind": "conv",
        "matrix": packed_matrix(scaled, outputs),
        "shift": packed_floats(shift),
        "relu": norm is not None,
        "inputs": inputs,
        "outputs": outputs,
        "kernel": kernel,
        "side": side,
    }


def _normed(
    matrix: NDArray[Any], norm: Norm | None, bias: NDArray[Any] | None
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return weights [outputs, …] and a shift [outputs] with batch norm in them."""
    shift = np.zeros(len(matrix)) if bias is None else bias
    if norm is None:
        return matrix, shift
    return matrix * norm.scale[:, None], shift * norm.scale + norm.shift


def _linear(weights: Weights, rows: int, columns: int, *, relu: bool = False) -> Layer:
    matrix = weights.take("weight", rows, columns)
    return _dense(matrix, weights.take("bias", rows), relu=relu)


def _dense(matrix: NDArray[Any], shift: NDArray[Any], *, relu: bool = False) -> Layer:
    return {
        "kind": "dense",
        "matrix": packed_matrix(matrix, len(matrix)),
        "shift": packed_floats(shift),
        "relu": relu,
    }


def _directions(matrix: NDArray[Any]) -> list[str]:
    """Return the directions of the latent that change most, each of length 1, packed.

    They are the eigenvectors of AᵀA with the largest eigenvalues, where A [rows, latent_size] is
    what the first layer does to the latent (Shen & Zhou 2021, "Closed-Form Factorization of Latent
    Semantics in GANs", equation 6).
    """
    if matrix.shape[1] > MOST_LATENT:
        return []
    a = matrix.astype(np.float64)
    _, vectors = np.linalg.eigh(a.T @ a)
    chosen = vectors.T[::-1][:DIRECTIONS]
    # Either sign would do: one is chosen, so that a file is the same everywhere.
    signs = np.sign(chosen[np.arange(len(chosen)), np.abs(chosen).argmax(axis=1)])
    return [packed_floats(each) for each in chosen * signs[:, None]]


def _pyramid(image_size: int) -> tuple[list[int], int]:
    """Return the widths and the smallest map's size, as ``engine.models.pairs.modern`` has them."""
    size, widths = image_size // 4, [32, 64]
    while size > 8 and size % 2 == 0:
        size //= 2
        widths.append(2 * widths[-1])
    return widths[::-1], size
