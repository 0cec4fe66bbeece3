"""The layers of a generator for a page: tensors that were checked, batch norm folded into weights.

``static/generator/layers.js`` computes them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import CheckpointError
from ganctl.pages.packing import Floats, packed_floats, packed_matrix
from ganctl.runs.checkpoint_header import unreadable

NORM_EPSILON = 1e-5
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
        kind = self._file.get_slice(full).get_dtype()
        if kind not in ("F16", "F32", "F64"):  # NumPy has no bfloat16.
            raise CheckpointError(
                f"{self._path} has weights of {kind}, which a page cannot take.",
                "ganctl export --format safetensors writes them as float32: export that file.",
            )
        values: Floats = self._file.get_tensor(full).astype(np.float32)
        if not np.isfinite(values).all():
            raise unreadable(self._path, "some of its weights are NaN or infinite")
        return values


class Norm:
    """Batch norm in evaluation mode, as a scale and a shift [width] of each channel."""

    def __init__(
        self,
        weights: Weights,
        width: int,
        *,
        epsilon: float = NORM_EPSILON,
        only_shifts: bool = False,
    ) -> None:
        mean = weights.take("running_mean", width).astype(np.float64)
        variance = weights.take("running_var", width).astype(np.float64)
        gain = np.ones(width) if only_shifts else weights.take("weight", width)
        self.scale: NDArray[np.float64] = gain / np.sqrt(np.maximum(variance, 0) + epsilon)
        self.shift: NDArray[np.float64] = weights.take("bias", width) - mean * self.scale

    def per_row(self, rows: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return both for each of ``rows`` outputs that lie channel after channel."""
        each = rows // len(self.scale)
        return self.scale.repeat(each), self.shift.repeat(each)


def doubling(
    kernels: Floats, side: int, *, norm: Norm | None = None, bias: NDArray[Any] | None = None
) -> Layer:
    """Return a transposed convolution from ``side`` to twice that, ReLU after batch norm."""
    return deconv(kernels, side, stride=2, before=1, out_side=2 * side, norm=norm, bias=bias)


def deconv(
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


def conv(
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


def linear(weights: Weights, rows: int, columns: int, *, relu: bool = False) -> Layer:
    """Return a linear layer with a bias: columns → rows."""
    matrix = weights.take("weight", rows, columns)
    return dense(matrix, weights.take("bias", rows), relu=relu)


def dense(matrix: NDArray[Any], shift: NDArray[Any], *, relu: bool = False) -> Layer:
    """Return a linear layer of weights [rows, columns] and a shift [rows]."""
    return {
        "kind": "dense",
        "matrix": packed_matrix(matrix, len(matrix)),
        "shift": packed_floats(shift),
        "relu": relu,
    }
