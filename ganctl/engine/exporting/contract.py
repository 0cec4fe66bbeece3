"""What an exported generator takes and returns, as its file says it: shapes, ranges and names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ganctl.requests.conditions.codes import continuous_names
from ganctl.requests.conditions.schema import FIRST_WORD, PADDING, UNKNOWN_WORD
from ganctl.requests.generators.exports import Pixels
from ganctl.requests.recipes import Latent
from ganctl.runs.checkpoint_header import CheckpointHeader


@dataclass(frozen=True)
class Port:
    """An input or the output: its name, its shape, where a letter stands for any number, its type.

    ``meaning`` says in a sentence what the numbers are.
    """

    name: str
    shape: tuple[int | str, ...]
    dtype: str
    meaning: str

    @property
    def text(self) -> str:
        """What it is, in a few words, such as ``z [N, 64] float32``."""
        return f"{self.name} [{', '.join(map(str, self.shape))}] {self.dtype}"


@dataclass(frozen=True)
class Contract:
    """The inputs, the output, and what ``condition`` stands for, as values of JSON."""

    inputs: tuple[Port, ...]
    output: Port
    condition: dict[str, Any]

    @property
    def text(self) -> str:
        """All of it in a few sentences."""
        return " ".join(f"{port.text}: {port.meaning}" for port in (*self.inputs, self.output))

    def metadata(self) -> dict[str, str]:
        """Return what a file's metadata say of it: each a text, two of JSON."""
        ports = (*self.inputs, self.output)
        shapes = {port.name: {"shape": port.shape, "dtype": port.dtype} for port in ports}
        return {
            "inputs_and_outputs": json.dumps(shapes),
            "condition": json.dumps(self.condition, ensure_ascii=False),
        }


def contract_of(header: CheckpointHeader, pixels: Pixels) -> Contract:
    """Return the contract of a generator.

    Args:
        header: of the generator.
        pixels: what it is to return.
    """
    network = header.network
    drawn = {
        Latent.NORMAL: "independent draws from the normal distribution N(0, 1).",
        Latent.UNIFORM: "independent draws, uniform on [-1, 1].",
    }[network.latent]
    inputs = [Port("z", ("N", network.latent_size), "float32", drawn)]
    if network.condition_size:
        shape: tuple[int | str, ...] = ("N", network.condition_size)
        if network.words:
            shape = ("N", "K", 1 + network.caption_length)
        inputs.append(Port("condition", shape, "float32", _meaning(header)))
    colours = "grey" if network.channels == 1 else "red, green and blue"
    shape = ("N", network.channels, network.image_size, network.image_size)
    if pixels is Pixels.UINT8:
        output = Port("images", shape, "uint8", f"{colours} from 0, black, to 255.")
    else:
        output = Port("images", shape, "float32", f"{colours} from -1, black, to 1.")
    return Contract(tuple(inputs), output, _condition(header))


def _condition(header: CheckpointHeader) -> dict[str, Any]:
    """Return what the numbers of a condition stand for; empty for a generator that takes none."""
    network, schema = header.network, header.schema
    if network.words:
        assert schema.captions is not None
        return {
            "kind": "words",
            "captions": "each row of [1 + T] is a caption: its weight, then its word numbers",
            "length": network.caption_length,
            "padding": PADDING,
            "unknown_word": UNKNOWN_WORD,
            "first_word": FIRST_WORD,
            "vocabulary": schema.captions.vocabulary,
            "examples": schema.captions.examples,
        }
    if network.has_parts:
        return {"kind": "parts", "parts": _parts(header)}
    if network.categories:
        named = header.code_map.category_of_class if header.code_map else None
        return {
            "kind": "codes",
            "categories": network.categories,
            "continuous": continuous_names(network),
            "range": (-1, 1),
            "classes": header.classes,
            "category_of_class": named,
        }
    return {"kind": "classes", "classes": header.classes} if network.classes else {}


def _parts(header: CheckpointHeader) -> list[dict[str, Any]]:
    """Return each attribute and quantity with the column of ``condition`` where it begins."""
    parts: list[dict[str, Any]] = []
    column = 0
    for attribute in header.schema.attributes:
        parts.append({"attribute": attribute.name, "column": column, "values": attribute.values})
        column += len(attribute.values)
    for quantity in header.schema.quantities:
        ends = {"low": quantity.low, "high": quantity.high}
        parts.append({"quantity": quantity.name, "column": column, **ends})
        column += 2
    return parts


def _meaning(header: CheckpointHeader) -> str:
    network = header.network
    if network.words:
        return (
            "K captions for each image, whose embeddings are added by their weights: the weight, "
            f"then the numbers of {network.caption_length} words. The vocabulary's first word is "
            f"{FIRST_WORD}; {UNKNOWN_WORD} is a word it has not, {PADDING} is none."
        )
    if network.has_parts:
        return (
            "for each attribute its values one-hot, or all 0 where it is not known; then for each "
            "quantity its number, scaled from its range to [-1, 1], and 1, or 0 and 0."
        )
    if network.categories:
        codes = ", ".join(continuous_names(network))
        return "the category c0 one-hot" + (f", then {codes} in [-1, 1]." if codes else ".")
    return "the weight of each class, which sum to 1: one-hot for a single class."
