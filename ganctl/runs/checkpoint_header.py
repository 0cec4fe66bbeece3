"""What a checkpoint's header says: its shape, its reader, its text, and former versions. No torch.

A checkpoint is a safetensors file. Its metadata hold one JSON text, which may come from a
stranger, so that every field is checked before anything relies on it. A field that is added
here gets a new ``FORMAT_VERSION`` and a migration from the one before.
"""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from ganctl.errors import CheckpointError, UsageError
from ganctl.files.limits import ATTRIBUTES, HEADER_BYTES
from ganctl.files.untrusted_json import as_shape, migrated, parse
from ganctl.requests.budget import Progress
from ganctl.requests.conditions.labels import check_class_names
from ganctl.requests.conditions.schema import NO_SCHEMA, Schema, check_fits
from ganctl.requests.drawing.sample import Conditioning
from ganctl.requests.networks import CodeMap, NetworkSpec

FORMAT = "ganctl-checkpoint"
FORMAT_VERSION = 5
_KEY = "card"
"""Where the JSON text lies in the metadata; the name is that of the first version."""
_PICKLE_STARTS = (b"PK\x03\x04", b"\x80")
_JSON_START = 8  # A safetensors file begins with the length of its JSON header in 8 bytes.


@dataclass(frozen=True)
class CheckpointHeader:
    """Where weights come from and what they are for.

    ``classes`` names what a label may ask for, and is empty where the model
    knows no labels; ``code_map`` is there once InfoGAN's categories were matched with classes.
    ``schema`` says what may be asked for where that is more than a class; ``packages`` names the
    plug-ins that its model, networks and data are of, each with its version, by option.

    Raises:
        ValueError: the parts do not belong together.
    """

    ganctl_version: str
    model: str
    recipe: str
    data: str
    classes: tuple[str, ...]
    network: NetworkSpec
    progress: Progress
    code_map: CodeMap | None = None
    schema: Schema = NO_SCHEMA
    packages: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_class_names(self.classes)
        classes = self.network.classes + self.network.categories
        if len(self.classes) != classes:
            raise ValueError(f"{len(self.classes)} names for {classes} classes")
        if self.code_map and len(self.code_map.category_of_class) != self.network.categories:
            raise ValueError("a map of other categories")
        check_fits(self.schema, self.network)

    @property
    def conditioning(self) -> Conditioning:
        """What the generator can be asked for."""
        network = self.network
        schema = self.schema if network.is_described else NO_SCHEMA
        return Conditioning(self.model, self.classes, network, self.code_map, schema)

    def as_metadata(self) -> dict[str, str]:
        """Return the metadata of a safetensors file, which are texts alone."""
        return {
            "format": FORMAT,
            "format_version": str(FORMAT_VERSION),
            _KEY: json.dumps(asdict(self), sort_keys=True),
        }


def read_checkpoint_header(path: Path) -> CheckpointHeader:
    """Return the header of a checkpoint; no weights are read.

    Raises:
        CheckpointError: as ``open_checkpoint``.
    """
    with open_checkpoint(path, framework="numpy") as (header, _):
        return header


@contextmanager
def open_checkpoint(path: Path, *, framework: str) -> Iterator[tuple[CheckpointHeader, Any]]:
    """Yield a checkpoint's header and safetensors' open file, from which tensors are read.

    Both are of one file, even if another takes its name meanwhile.

    Args:
        path: the file.
        framework: whose tensors the open file gives, ``numpy`` or ``pt``.

    Raises:
        CheckpointError: it is missing, truncated, a pickle, not ganctl's, or of another version.
    """
    _check_start(path)
    try:
        with _opened(path, framework) as file:
            yield _header_in(path, file.metadata() or {}), file
    except OSError as error:
        raise _no_file(path, f"{error.strerror}") from error
    except (SafetensorError, ValueError) as error:
        raise unreadable(path, str(error)) from error


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
        "train --resume resumes from the one before.",
    )


def _no_file(path: Path, why: str) -> CheckpointError:
    return CheckpointError(f"{path} cannot be read: {why}.", "Check the path.")


def _opened(path: Path, framework: str) -> Any:
    try:
        return safe_open(path, framework=framework)
    except RuntimeError as error:  # What torch calls a file that was removed a moment ago.
        raise _no_file(path, str(error)) from error


def _check_start(path: Path) -> None:
    """Refuse what safetensors would wait for, or whose header it would take too much memory for.

    Raises:
        CheckpointError: it is no file, a pickle, or claims a header that is too long.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # A pipe would keep us waiting.
            raise _no_file(path, "it is not a file")
        with path.open("rb") as file:
            start = file.read(_JSON_START + 1)
    except OSError as error:
        raise _no_file(path, f"{error.strerror}") from error
    if start.startswith(_PICKLE_STARTS) and start[_JSON_START:] != b"{":
        raise refused_pickle(path)
    length = int.from_bytes(start[:_JSON_START], "little")
    if length > HEADER_BYTES:
        raise unreadable(path, f"its header claims {length:,} bytes")


def _header_in(path: Path, metadata: Mapping[str, str]) -> CheckpointHeader:
    if metadata.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} is not a checkpoint of ganctl.", "Give one from a run's checkpoints/ folder."
        )
    written = metadata.get("format_version")
    versions = {str(version): version for version in (*MIGRATIONS, FORMAT_VERSION)}
    if written not in versions:
        raise CheckpointError(
            f"{path} has checkpoint format {written}, and this ganctl reads {FORMAT_VERSION}.",
            f"Open it with {_writer(metadata)} that wrote it, or train again with this one.",
        )
    try:
        header = migrated(parse(metadata.get(_KEY, "")), versions[written], MIGRATIONS)
        if unknown := header["network"].keys() - {each.name for each in fields(NetworkSpec)}:
            raise ValueError(f"networks with {', '.join(sorted(unknown))}")
        if len(header.get("schema", {}).get("attributes", ())) > ATTRIBUTES:  # Each takes a while.
            raise ValueError("there are too many attributes")
        return as_shape({**header, "progress": _whole(header["progress"])}, CheckpointHeader)
    except (
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        UsageError,
    ) as error:
        raise unreadable(path, f"its header makes no sense ({error})") from error


def _whole(progress: Mapping[str, Any]) -> dict[str, Any]:
    """Return how far the weights got; files of a generator alone have steps such as 27003.0."""
    return {
        name: int(number) if name != "seconds" and number == int(number) else number
        for name, number in progress.items()
    }


def _writer(metadata: Mapping[str, str]) -> str:
    """Return the ganctl that wrote a header of any format, with its version if it says so."""
    try:
        return f"the ganctl {json.loads(metadata[_KEY])['ganctl_version']}"
    except (LookupError, TypeError, ValueError, RecursionError):
        return "the ganctl"


def _from_1(header: dict[str, Any]) -> dict[str, Any]:
    """Add what networks began to have: another latent, codes and their map, a classifier.

    Those from before there was a classifier called ``modern`` what is now ``quick``.
    """
    network = {"latent": "normal", "categories": 0, "continuous": 0, **header["network"]}
    if "classifier" in network:
        return {"code_map": None, **header, "network": network}
    network["classifier"] = False
    recipe = header["recipe"]
    if network["name"] == "modern":
        network["name"] = "quick"
    return {
        "code_map": None,
        **header,
        "network": network,
        "recipe": "quick" if recipe == "modern" else recipe,
    }


def _from_2(header: dict[str, Any]) -> dict[str, Any]:
    """Add conditions of several parts, which no network had: the defaults say so."""
    return header


def _from_3(header: dict[str, Any]) -> dict[str, Any]:
    """Add what plug-ins made it, of which there were none: the default says so.

    Since then tensors may be packed, which their names say.
    """
    return header


def _from_4(header: dict[str, Any]) -> dict[str, Any]:
    """Add what a classifier of fakes takes off the score, which followed from the networks."""
    network = header["network"]
    of_classes = {"lean": 0.1, "refined": 0.5} if network["classes"] else {}
    contrast = of_classes.get(network["name"], 0.0)
    return {**header, "network": {**network, "contrast": contrast}}


MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {
    1: _from_1,
    2: _from_2,
    3: _from_3,
    4: _from_4,
}
"""For each former version, what makes the next one of it. None is ever removed or changed."""
