"""What a checkpoint's header says, readable without torch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import index
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from ganctl.errors import CheckpointError, UsageError
from ganctl.files.limits import CLASSES, HEADER_BYTES, LARGEST_NUMBER
from ganctl.files.untrusted_json import as_text, parse
from ganctl.requests.labels import check_class_names
from ganctl.requests.recipes import Latent
from ganctl.requests.training import check_count, check_image_size
from ganctl.runs.migrations import CHECKPOINT_MIGRATIONS, migrated

FORMAT = "ganctl-checkpoint"
FORMAT_VERSION = 2
PROGRESS = ("step", "images_seen", "seconds")
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80")
_JSON_START = 8  # A safetensors file begins with the length of its JSON header in 8 bytes.


@dataclass(frozen=True)
class NetworkSpec:
    """All that is needed to build a pair of networks, so that weights load anywhere.

    ``name`` is a row of ``engine.networks.NETWORKS``; images are
    [channels, image_size, image_size]. Both players see the label of one of
    ``classes``, or none where that is 0. ``categories`` are the values of
    InfoGAN's code c0, ``continuous`` the number of its codes c1, c2, …; codes
    and labels exclude each other. With ``classifier`` the discriminator has a
    head that names the class.
    """

    name: str
    image_size: int
    channels: int
    classes: int
    latent_size: int
    latent: Latent = Latent.NORMAL
    categories: int = 0
    continuous: int = 0
    classifier: bool = False

    def __post_init__(self) -> None:
        # A stranger's header must not make us build networks of any size.
        if not isinstance(self.name, str):
            raise UsageError("The network has no name.", "Use the file as ganctl wrote it.")
        check_image_size(self.image_size)
        check_count("channels", self.channels, most=3)
        check_count("classes", self.classes, least=0, most=CLASSES)
        check_count("latent_size", self.latent_size, most=4096)
        check_count("categories", self.categories, least=0, most=CLASSES)
        check_count("continuous", self.continuous, least=0, most=100 if self.categories else 0)
        if (self.classes and self.categories) or (self.classifier and not self.classes):
            raise UsageError(
                "The network has labels and codes, or a classifier without labels.",
                "Use the file as ganctl wrote it.",
            )

    @property
    def condition_size(self) -> int:
        """How many numbers the generator is told beside its latent."""
        return self.classes + self.categories + self.continuous


@dataclass(frozen=True)
class CodeMap:
    """What InfoGAN's categories mean: ``category_of_class`` has the value of c0 for each class.

    ``error``, in [0, 1], is the part of the training images whose guessed
    category means another class than theirs.
    """

    category_of_class: tuple[int, ...]
    error: float

    def __post_init__(self) -> None:
        if sorted(self.category_of_class) != list(range(len(self.category_of_class))):
            raise ValueError(f"categories {self.category_of_class} are not one for each class")
        if not 0 <= self.error <= 1:
            raise ValueError(f"error {self.error}")

    def class_of_category(self, category: int) -> int:
        """Return the class that a value of c0 means."""
        return self.category_of_class.index(category)


@dataclass(frozen=True)
class CheckpointHeader:
    """Where weights come from and what they are for.

    ``classes`` names what a label may ask for, and is empty where the model
    knows no labels; ``progress`` holds a number for each of ``PROGRESS``;
    ``code_map`` is there once InfoGAN's categories were matched with classes.
    """

    ganctl_version: str
    model: str
    recipe: str
    data: str
    classes: tuple[str, ...]
    network: NetworkSpec
    progress: Mapping[str, float]
    code_map: CodeMap | None = None

    def as_metadata(self) -> dict[str, str]:
        """Return the header of a safetensors file, which takes only text."""
        return {
            "format": FORMAT,
            "format_version": str(FORMAT_VERSION),
            "card": json.dumps(asdict(self), sort_keys=True),
        }


def read_checkpoint_header(path: Path) -> CheckpointHeader:
    """Read the header of a checkpoint; no weights are loaded.

    Raises:
        CheckpointError: it is missing, truncated, a pickle, not ganctl's, or of another version.
    """
    try:
        if not path.is_file():  # A pipe would keep us waiting.
            raise CheckpointError(f"{path} cannot be read: it is not a file.", "Check it.")
        with path.open("rb") as file:
            start = file.read(_JSON_START + 1)
        if start.startswith(_PICKLE_STARTS) and start[_JSON_START:] != b"{":
            raise refused_pickle(path)
        length = int.from_bytes(start[:_JSON_START], "little")
        if length > HEADER_BYTES:
            raise unreadable(path, f"its header claims {length:,} bytes")
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}.", "Check it.") from error
    except (SafetensorError, ValueError) as error:
        raise unreadable(path, str(error)) from error
    if metadata.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is not a checkpoint of ganctl.", "Give one from a run's checkpoints/ folder."
        )
    written = metadata.get("format_version")
    versions = {str(version): version for version in (*CHECKPOINT_MIGRATIONS, FORMAT_VERSION)}
    if written not in versions:
        raise CheckpointError(
            f"{path} has checkpoint format {written}, and this ganctl reads {FORMAT_VERSION}.",
            f"Open it with {_writer(metadata)} that wrote it, or train again with this one.",
        )
    return _parse_header(path, metadata.get("card", ""), versions[written])


def _writer(metadata: Mapping[str, str]) -> str:
    """Return the ganctl that wrote a header of any format, with its version if it says so."""
    try:
        return f"the ganctl {json.loads(metadata['card'])['ganctl_version']}"
    except (LookupError, TypeError, ValueError, RecursionError):
        return "the ganctl"


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
        "Use an earlier checkpoint of the run, or a copy of this one; once it is removed, "
        "train --resume goes on from the one before.",
    )


def _parse_header(path: Path, text: str, version: int) -> CheckpointHeader:
    try:
        values = migrated(parse(text), version, CHECKPOINT_MIGRATIONS)
        header = CheckpointHeader(
            **{name: as_text(values[name]) for name in _TEXTS},
            classes=check_class_names(values["classes"]),
            network=_parse_network(values["network"]),
            progress={key: float(values["progress"][key]) for key in PROGRESS},
            code_map=_parse_code_map(values["code_map"]),
        )
        classes = header.network.classes + header.network.categories
        if len(header.classes) != classes:
            raise ValueError(f"{len(header.classes)} names for {classes} classes")
        if header.code_map and len(header.code_map.category_of_class) != header.network.categories:
            raise ValueError("a map of other categories")
        if not all(0 <= number <= LARGEST_NUMBER for number in header.progress.values()):
            raise ValueError(f"progress {header.progress}")
    except (
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        UsageError,
    ) as error:
        raise unreadable(path, f"its header makes no sense ({error})") from error
    return header


_TEXTS = ("ganctl_version", "model", "recipe", "data")


def _parse_network(values: Mapping[str, Any]) -> NetworkSpec:
    return NetworkSpec(**{**values, "latent": Latent(values["latent"])})


def _parse_code_map(values: Mapping[str, Any] | None) -> CodeMap | None:
    if values is None:
        return None
    categories = tuple(index(category) for category in values["category_of_class"])
    return CodeMap(categories, float(values["error"]))
