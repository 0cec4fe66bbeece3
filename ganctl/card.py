"""What a checkpoint's header says, readable without torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open

from ganctl.config import check_count, check_image_size
from ganctl.errors import CheckpointError, UsageError

FORMAT = "ganctl-checkpoint"
FORMAT_VERSION = 1
PROGRESS = ("step", "images_seen", "seconds")
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80")
_JSON_START = 8  # A safetensors file begins with the length of its JSON header in 8 bytes.


@dataclass(frozen=True)
class NetworkSpec:
    """All that is needed to build a pair of networks, so that weights load anywhere.

    ``name`` is a row of ``engine.networks.NETWORKS``; images are
    [channels, image_size, image_size].
    """

    name: str
    image_size: int
    channels: int
    classes: int
    latent_size: int

    def __post_init__(self) -> None:
        # A stranger's header must not make us build networks of any size.
        if not isinstance(self.name, str):
            raise UsageError("The network has no name.", "Use the file as ganctl wrote it.")
        check_image_size(self.image_size)
        check_count("channels", self.channels, most=3)
        check_count("classes", self.classes, most=10_000)
        check_count("latent_size", self.latent_size, most=4096)


@dataclass(frozen=True)
class Card:
    """Where weights come from and what they are for.

    ``progress`` holds a number for each of ``PROGRESS``.
    """

    ganctl_version: str
    model: str
    recipe: str
    data: str
    classes: tuple[str, ...]
    network: NetworkSpec
    progress: Mapping[str, float]

    def as_metadata(self) -> dict[str, str]:
        """Return the header of a safetensors file, which takes only text."""
        return {
            "format": FORMAT,
            "format_version": str(FORMAT_VERSION),
            "card": json.dumps(asdict(self), sort_keys=True),
        }


def read_card(path: Path) -> Card:
    """Read the header of a checkpoint; no weights are loaded.

    Raises:
        CheckpointError: it is missing, truncated, a pickle, not ganctl's, or of another version.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_JSON_START + 1)
        if start.startswith(_PICKLE_STARTS) and start[_JSON_START:] != b"{":
            raise refused_pickle(path)
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}.", "Check it.") from error
    except SafetensorError as error:
        raise unreadable(path, str(error)) from error
    if metadata.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is not a checkpoint of ganctl.", "Give one from a run's checkpoints/ folder."
        )
    if metadata.get("format_version") != str(FORMAT_VERSION):
        raise CheckpointError(
            f"{path} has checkpoint format {metadata.get('format_version')}, "
            f"and this ganctl reads {FORMAT_VERSION}.",
            "Open it with the ganctl that wrote it, or train again with this one.",
        )
    return _parse_card(path, metadata.get("card", ""))


def refused_pickle(path: Path) -> CheckpointError:
    """Return the error that says why a pickle is not opened."""
    return CheckpointError(
        f"{path} is a pickle, and opening a pickle can run any code that its maker put in.",
        "ganctl reads only .safetensors checkpoints, which are plain numbers.",
    )


def unreadable(path: Path, why: str) -> CheckpointError:
    """Return the error for a file whose contents make no sense."""
    return CheckpointError(
        f"{path} is truncated or damaged: {why}.",
        "Use an earlier checkpoint of the run, or a copy of this one.",
    )


def _parse_card(path: Path, text: str) -> Card:
    try:
        values = json.loads(text)
        card = Card(
            ganctl_version=str(values["ganctl_version"]),
            model=str(values["model"]),
            recipe=str(values["recipe"]),
            data=str(values["data"]),
            classes=tuple(str(name) for name in values["classes"]),
            network=NetworkSpec(**values["network"]),
            progress={key: float(values["progress"][key]) for key in PROGRESS},
        )
        if len(card.classes) != card.network.classes:
            raise ValueError(f"{len(card.classes)} names for {card.network.classes} classes")
        if not all(math.isfinite(number) and number >= 0 for number in card.progress.values()):
            raise ValueError(f"progress {card.progress}")
    except (
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
        UsageError,
    ) as error:
        raise unreadable(path, f"its header makes no sense ({error})") from error
    return card
