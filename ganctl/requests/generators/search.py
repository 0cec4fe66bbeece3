"""What may be asked of ``find``: an image, and what is known of it already. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ganctl.requests.checks import check_count
from ganctl.requests.conditions.asked import Single
from ganctl.requests.conditions.names import changed_options, part_of_file_name
from ganctl.requests.data import Fit
from ganctl.requests.drawing.sample import Conditioning, asked_of
from ganctl.requests.seeds import check_seed

STEPS = 300


@dataclass(frozen=True, kw_only=True)
class FindRequest:
    """What was asked for, before it is known of which generator.

    ``image`` is the file. ``labels``, ``settings`` and ``texts`` are as they were typed: what is
    found is one of them, or of all where there are none. ``steps`` are those of the search, and
    ``seed`` says which latents it begins from. ``fit`` says how another shape becomes square.

    Raises:
        UsageError: a number is out of range.
    """

    image: Path
    labels: Sequence[str] = ()
    settings: Sequence[str] = ()
    texts: Sequence[str] = ()
    steps: int = STEPS
    seed: int = 0
    fit: Fit = Fit.CROP

    def __post_init__(self) -> None:
        check_count("--steps", self.steps, most=100_000)
        check_seed(self.seed)

    def asked(self, of: Conditioning) -> tuple[tuple[Single, ...], tuple[str, ...]]:
        """Return what the image may be of, and notes on how that was read.

        Raises:
            UsageError: an unknown class, name, value or word, or one that the generator does not
                know of.
        """
        return asked_of(of, self.labels, self.settings, self.texts)

    @property
    def options(self) -> dict[str, object]:
        """The options of the command line, without dashes and classes, that ask for this again."""
        return {
            "set": list(self.settings) or None,
            "text": list(self.texts) or None,
            "steps": None if self.steps == STEPS else self.steps,
            "seed": None if self.seed == 0 else self.seed,
            "fit": None if self.fit is Fit.CROP else self.fit.value,
        }

    def file_name(self, stem: str) -> str:
        """Return the default name of the picture, by that of the generator, ``stem``."""
        given = {"steps": (self.steps, STEPS), "seed": (self.seed, 0)}
        fit = [] if self.fit is Fit.CROP else [self.fit.value]
        asked = [*self.labels, *self.settings, *self.texts]
        more = part_of_file_name([*asked, *changed_options(given), *fit])
        name = part_of_file_name([self.image.stem]) or "image"
        return "-".join(word for word in ("find", stem, name, more) if word) + ".png"
