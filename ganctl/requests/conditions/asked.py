"""What is asked of a generator for a row of images: classes, settings, words, or between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganctl.requests.conditions.captions import Caption
from ganctl.requests.conditions.labels import Label, blend
from ganctl.requests.conditions.settings import Settings


@dataclass(frozen=True)
class Between:
    """A place on the way from some settings to others, or from one caption to another.

    What the generator gets is ``fraction`` (in [0, 1]) of the way, part by part.
    """

    start: Settings | Caption
    end: Settings | Caption
    fraction: float

    @property
    def text(self) -> str:
        """Where that is, as a person reads it."""
        return f"{self.start.text}>{self.end.text}@{self.fraction:.3f}"


Single = Label | Settings | Caption
"""What a command line can ask for; each has ``text``, ``folder``, ``options`` and ``is_blend``."""
Asked = Single | Between


def between(start: Single, end: Single, fraction: float) -> Asked:
    """Return what is ``fraction`` (in [0, 1]) of the way from ``start`` to ``end``.

    Raises:
        TypeError: one is a label, and the other is not.
    """
    if isinstance(start, Label) and isinstance(end, Label):
        return blend(start, end, fraction)
    if isinstance(start, Label) or isinstance(end, Label):
        raise TypeError("a label and something else")
    return Between(start, end, fraction) if 0 < fraction < 1 else (end if fraction else start)


def options_of(asked: Sequence[Single]) -> dict[str, list[str]]:
    """Return the options of the command line, without dashes, that ask for all of these.

    Several settings cannot be asked for at once: of these the first are named.
    """
    options: dict[str, list[str]] = {}
    for single in asked:
        if isinstance(single, Settings):
            return single.options
        for name, values in single.options.items():
            options.setdefault(name, []).extend(values)
    return options
