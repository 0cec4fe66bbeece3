"""What a generator can be exported as: the formats, and what each takes. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from ganctl.errors import UsageError
from ganctl.requests.checks import check_switch, choose, values

OPSET = 18
"""The set of ONNX operators: the one that torch's exporter is written for."""


class ExportFormat(str, Enum):
    """What a generator is exported as: each is its name, and a file's ending with a dot before."""

    HTML = "html"
    ONNX = "onnx"
    SAFETENSORS = "safetensors"

    @property
    def ending(self) -> str:
        """What its files end in, such as ``.onnx``."""
        return f".{self.value}"


class Pixels(str, Enum):
    """What an exported network returns: float32 in [-1, 1], or uint8 from 0 to 255."""

    FLOAT = "float"
    UINT8 = "uint8"


@dataclass(frozen=True, kw_only=True)
class ExportRequest:
    """What was asked for: a format, and what only one of them takes.

    ``pixels`` is what an ONNX file returns. ``half`` says that a ``.safetensors`` keeps its weights
    in half precision.

    Raises:
        UsageError: the format does not take what was given.
    """

    format: ExportFormat
    pixels: Pixels = Pixels.FLOAT
    half: bool = False

    def __post_init__(self) -> None:
        check_switch("--half", self.half)
        _check_taken("--pixels", self.pixels is not Pixels.FLOAT, self.format, ExportFormat.ONNX)
        _check_taken("--half", self.half, self.format, ExportFormat.SAFETENSORS)

    @property
    def options(self) -> dict[str, str | bool]:
        """The options of the command line, without dashes, that ask for this again."""
        options: dict[str, str | bool] = {"format": self.format.value}
        if self.pixels is not Pixels.FLOAT:
            options["pixels"] = self.pixels.value
        return {**options, "half": True} if self.half else options

    def file_name(self, stem: str) -> str:
        """Return the default name of the file, such as ``demo-uint8.onnx``, of a generator's."""
        words = [stem]
        if self.pixels is not Pixels.FLOAT:
            words.append(self.pixels.value)
        if self.half:
            words.append("half")
        return "-".join(words) + self.format.ending


def choose_format(wanted: str | None, out: Path | None) -> ExportFormat:
    """Return the format that ``--format`` names, or else the ending of ``--out``.

    Raises:
        UnknownName: there is no such format.
        UsageError: neither says it, or they do not match.
    """
    ending = out.suffix.lower().removeprefix(".") if out is not None else ""
    if wanted is None:
        if ending in values(ExportFormat):
            return ExportFormat(ending)
        raise UsageError(
            "export needs a format.", f"Give --format: {', '.join(values(ExportFormat))}."
        )
    chosen = choose("format", wanted, ExportFormat)
    if out is not None and ending != chosen.value:
        raise UsageError(
            f"--format {chosen.value} does not match {out}.", f"End --out in {chosen.ending}."
        )
    return chosen


def _check_taken(flag: str, is_given: bool, chosen: ExportFormat, taker: ExportFormat) -> None:
    if is_given and chosen is not taker:
        raise UsageError(
            f"{flag} is for --format {taker.value}, and not for {chosen.value}.",
            f"Leave {flag} out, or give --format {taker.value}.",
        )
