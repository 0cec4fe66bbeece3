"""A checkpoint's averaged generator as layers for a page, batch norm folded into the weights.

The layers are those of ``engine.models.pairs``, which say what each is for; ``static/generator/``
has the same in JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ganctl.errors import UsageError
from ganctl.pages.layers import Layer, Norm, Weights, conv, deconv, dense, doubling, linear
from ganctl.pages.packing import packed_floats, packed_matrix
from ganctl.requests.networks import NetworkSpec

CLASSIC_EPSILON = 1e-3
COLOURS = 16
SHARPNESS = 2.0
DIRECTIONS = 6
"""The principal directions of the latent that a page offers."""
MOST_LATENT = 1024
"""Of longer latents no principal directions are looked for, which would take long."""


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
        found["embed"] = dense(embed.T, np.zeros(32))
        inputs += 32
    if spec.mixed:
        mix = weights.below("mix")
        found["mix"] = [
            linear(mix.below("0"), spec.mixed, inputs, relu=True),
            linear(mix.below("2"), inputs, spec.mixed),
        ]
    rows = widths[0] * base_size**2
    scale, shift = Norm(weights.below("blocks.0"), widths[0]).per_row(rows)
    matrix = weights.take("project.weight", rows, inputs) * scale[:, None]
    bias = weights.take("project.bias", rows) * scale + shift
    found["layers"] = [dense(matrix, bias, relu=True)]
    found["directions"] = _directions(matrix[:, : spec.latent_size])
    return found, inputs


def _modern(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    found, _ = _first_map(weights, spec)
    found["layers"] += _upsampling(weights.below("blocks"), 2, spec, spec.channels)
    return found


def _refined(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    found, _ = _first_map(weights, spec)
    widths, base_size = _pyramid(spec.image_size)
    width, side = widths[-1], spec.image_size // 2
    blocks, draw = weights.below("blocks"), weights.below("draw")
    kernels = draw.take("weight", width, spec.channels, 4, 4)
    found["layers"] += [
        _refinement(blocks.below("2"), widths[0], base_size),
        *_upsampling(blocks, 3, spec, None),
        _refinement(weights.below("refine"), width, side),
        doubling(kernels, side, bias=draw.take("bias", spec.channels)),
    ]
    return found


def _palette(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    found, inputs = _first_map(weights, spec)
    width, side = _pyramid(spec.image_size)[0][-1], spec.image_size // 2
    found["layers"] += _upsampling(weights.below("blocks"), 2, spec, None)
    fine = weights.below("fine")
    colours = spec.channels * COLOURS
    found["palette"] = {
        "count": COLOURS,
        "sharpness": SHARPNESS,
        "refine": _refinement(weights.below("refine"), width, side),
        "fine": doubling(
            fine.take("weight", width, COLOURS, 4, 4), side, bias=fine.take("bias", COLOURS)
        ),
        "coarse": conv(
            weights.take("coarse.weight", COLOURS, width, 1, 1),
            side,
            bias=weights.take("coarse.bias", COLOURS),
        ),
        "colours": linear(weights.below("colours"), colours, inputs),
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
            dense(matrix, first.shift, relu=True),
            dense(blocks.take("3.weight", rows, hidden) * scale[:, None], shift, relu=True),
            *_upsampling(blocks, 7, spec, spec.channels),
        ],
        "directions": _directions(matrix[:, : spec.latent_size]),
    }


def _classic(weights: Weights, spec: NetworkSpec) -> dict[str, Any]:
    widths, side, kernel = (512, 256, 128, 64), 3, 5
    inputs, rows = spec.latent_size + spec.condition_size, widths[0] * side * side
    norms = [
        Norm(weights.below(f"norm{place + 1}"), width, epsilon=CLASSIC_EPSILON, only_shifts=True)
        for place, width in enumerate(widths)
    ]
    scale, shift = norms[0].per_row(rows)
    matrix = weights.take("dense.weight", rows, inputs) * scale[:, None]
    first = weights.take("dense.bias", rows) * scale + shift
    layers = [dense(matrix, first, relu=True)]
    for place in (1, 2, 3):
        part = weights.below(f"deconv{place + 1}")
        kernels = part.take("weight", widths[place - 1], widths[place], kernel, kernel)
        bias = part.take("bias", widths[place])
        layers.append(doubling(kernels, side, norm=norms[place], bias=bias))
        side *= 2
    last = weights.below("deconv5")
    kernels = last.take("weight", widths[-1], spec.channels, kernel, kernel)
    bias = last.take("bias", spec.channels)
    layers.append(deconv(kernels, side, stride=1, before=0, out_side=28, bias=bias))
    return {"layers": layers, "directions": _directions(matrix[:, : spec.latent_size])}


_PAIRS: dict[str, Callable[[Weights, NetworkSpec], dict[str, Any]]] = {
    "lean": _modern,
    "quick": _modern,
    "modern": _modern,
    "refined": _refined,
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
        "alone": dense(alone[:, :, 0], weights.take("alone.bias", width), relu=True),
        "withPrevious": dense(pairs, weights.take("with_previous.bias", width), relu=True),
        "out": linear(weights.below("out"), spec.text_size, 2 * width),
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
        layers.append(doubling(kernels, side, norm=norm))
        side, first = 2 * side, first + 3
    if channels is not None:
        kernels = blocks.take(f"{first}.weight", widths[-1], channels, 4, 4)
        layers.append(doubling(kernels, side, bias=blocks.take(f"{first}.bias", channels)))
    return layers


def _refinement(refine: Weights, width: int, side: int) -> Layer:
    kernels = refine.take("0.weight", width, width, 3, 3)
    return conv(kernels, side, norm=Norm(refine.below("1"), width))


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
