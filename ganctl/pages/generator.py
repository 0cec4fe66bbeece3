"""A generator that draws in the browser: its weights, what may be asked of it, and its controls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganctl.pages.asked import asked_data
from ganctl.pages.document import Section, document
from ganctl.pages.layers import Weights
from ganctl.pages.network import packed_network
from ganctl.runs.checkpoint_header import CheckpointHeader, open_checkpoint
from ganctl.runs.locate import RunSource, read_source

STATIC = Path(__file__).parent / "static" / "generator"
MATHEMATICS = ("numbers", "blake2b", "draws", "layers", "words", "network", "rows", "sampler")
"""The scripts that compute and need no browser, in order."""
CONTROLS = ("view", "choices", "plane", "walk", "seeds", "page")
"""The scripts of what a person sees and touches, which come after them."""


def generator_page(source: RunSource) -> bytes:
    """Return one HTML file in which a source's generator draws.

    Raises:
        CheckpointError: the checkpoint cannot be used.
        UsageError: its network is one that a page cannot compute.
    """
    header, data = generator_data(source)
    learned = Path(header.data).name
    return document(
        f"Images by {data['name']}",
        [_section(data)],
        description=f"A generator (--model {header.model}) that learned from {learned} in "
        f"{header.progress.step:,} steps. Your browser computes each image, and nothing is sent.",
    )


def generator_section(source: RunSource) -> Section:
    """Return the part of a page in which a source's generator draws; there can be one on a page.

    Raises:
        CheckpointError, UsageError: as ``generator_page``.
    """
    return _section(generator_data(source)[1])


def generator_data(source: RunSource) -> tuple[CheckpointHeader, dict[str, Any]]:
    """Return a source's header, and as JSON what the scripts get: weights and what may be asked.

    Raises:
        CheckpointError, UsageError: as ``generator_page``.
    """
    header, network = read_source(source, _read)
    reference = source.reference
    return header, {
        # Of a path a page keeps the name alone, since it means nothing on another machine.
        "name": Path(reference).name if Path(reference).is_absolute() else reference,
        "stem": source.file_stem,
        "network": network,
        "asked": asked_data(header.conditioning),
    }


def mathematics() -> str:
    """Return the scripts that compute, as one text without a function around it."""
    return _joined(MATHEMATICS)


def _read(path: Path) -> tuple[CheckpointHeader, dict[str, Any]]:
    with open_checkpoint(path, framework="numpy") as (header, file):
        return header, packed_network(Weights(file, "generator_ema.", path), header.network)


def _section(data: dict[str, Any]) -> Section:
    return Section(
        id="generator",
        title="The generator",
        html=(STATIC / "section.html").read_text(encoding="utf-8"),
        css=(STATIC / "section.css").read_text(encoding="utf-8"),
        script=_joined((*MATHEMATICS, *CONTROLS)),
        data=data,
    )


def _joined(names: tuple[str, ...]) -> str:
    return "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in names)
