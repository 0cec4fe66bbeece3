"""What ``find`` has found of an image, and what starts from there. No torch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganctl.errors import FileError, UsageError
from ganctl.requests.networks import NetworkSpec

LARGEST = 100.0
"""No number of a latent is larger: of a million draws from N(0, 1) none is above 6."""
LATENT = "latent"
_TEXTS = {"labels": "found_labels", "settings": "found_set", "texts": "found_text",
          "codes": "found_codes"}  # fmt: skip
"""The names of texts in a picture's metadata."""


@dataclass(frozen=True)
class Found:
    """A latent, and what goes with it: classes, settings, words and codes as one types them.

    ``file`` is the picture that says so, ``run`` the generator that it is of.

    Raises:
        ValueError: a number is none, or is larger than any draw.
    """

    file: str
    run: str
    latent: tuple[float, ...]
    labels: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.latent or not all(abs(number) <= LARGEST for number in self.latent):
            raise ValueError("the latent has no numbers, or too large ones")

    @property
    def metadata(self) -> dict[str, Any]:
        """What a picture's metadata keep of it, beside the run."""
        texts = {name: list(getattr(self, field)) for field, name in _TEXTS.items()}
        return {LATENT: list(self.latent), **{name: said for name, said in texts.items() if said}}

    def check_fits(self, network: NetworkSpec) -> None:
        """Raise ``UsageError`` unless a generator takes such a latent."""
        if len(self.latent) != network.latent_size:
            raise UsageError(
                f"--from {self.file} has a latent of {len(self.latent)} numbers, and this "
                f"generator takes {network.latent_size}.",
                f"Name the generator that it was found with: {self.run}.",
            )


def found_in(metadata: Mapping[str, Any], file: str) -> Found:
    """Return what the metadata of a picture say was found.

    Args:
        metadata: as ``pictures.images.read_metadata`` returns them; they may be a stranger's.
        file: the picture, for messages.

    Raises:
        FileError: they say nothing of a latent, or something that cannot be.
    """
    if LATENT not in metadata:
        raise FileError(
            f"{file} has no latent.", "--from takes a picture by find: ganctl find IMAGE"
        )
    try:
        latent = tuple(float(number) for number in _list(metadata[LATENT], (int, float)))
        texts = {
            field: tuple(_list(metadata.get(name, []), (str,))) for field, name in _TEXTS.items()
        }
        return Found(file, _list([metadata.get("run")], (str,))[0], latent, **texts)
    except (ValueError, OverflowError) as error:
        raise FileError(
            f"{file} has a latent that makes no sense: {error}.", "Make it again with: ganctl find"
        ) from error


def _list(value: object, kinds: tuple[type, ...]) -> list[Any]:
    """Return a value if it is a list of texts, or of finite numbers; else raise ``ValueError``."""
    if not isinstance(value, list):
        raise ValueError("a list was expected")
    for each in value:
        if not isinstance(each, kinds) or isinstance(each, bool):
            raise ValueError("a list holds something else than it should")
        if isinstance(each, float) and not math.isfinite(each):
            raise ValueError("a number is not finite")
    return value


def rounded(numbers: Sequence[float]) -> tuple[float, ...]:
    """Return the numbers of a latent as a picture keeps them: to four digits after the point."""
    return tuple(round(number, 4) + 0.0 for number in numbers)
