"""What a picture says about itself: the command that makes it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganctl._version import __version__

COMMANDS = ("sample", "montage", "gif")
_SHORT_OPTION = re.compile("-[A-Za-z].*")


def is_command(text: object) -> bool:
    """Return whether a stranger's picture may have us show ``text`` as a command to type.

    It does as ``Origin`` writes it: every word is quoted, so that a shell sees
    one command; that draws; and it overwrites nothing.
    """
    try:
        words = shlex.split(text) if isinstance(text, str) else []
    except ValueError:  # A quotation that does not end.
        return False
    return (
        words[:1] == ["ganctl"]
        and words[1:2] != []
        and words[1] in COMMANDS
        and shlex.join(words) == text
        and not any(word == "--force" or _SHORT_OPTION.fullmatch(word) for word in words)
    )


@dataclass(frozen=True)
class Origin:
    """The weights that a picture was drawn from: what RUN to type, and their step."""

    reference: str
    step: int

    def metadata(
        self,
        command: str,
        *,
        labels: Sequence[str] = (),
        options: Mapping[str, Any] | None = None,
        out: str = "FILE.png",
    ) -> dict[str, Any]:
        """Return the text for a picture's metadata.

        Args:
            command: the subcommand, such as ``sample``.
            labels: the LABELs, in order.
            options: names without dashes, and values; True is a flag, None and False are left
                out, and a list is an option given more than once.
            out: what stands for the file's name.
        """
        words = ["ganctl", command, self.reference]
        for label in labels:
            words += ["--digit", label]
        given = {k: v for k, v in (options or {}).items() if v is not None and v is not False}
        for name, value in given.items():
            for single in value if isinstance(value, list) else [value]:
                words += [f"--{name}"] if single is True else [f"--{name}", f"{single}"]
        return {
            "ganctl": __version__,
            "run": self.reference,
            "step": self.step,
            "labels": list(labels),
            **given,
            "command": shlex.join([*words, "--out", out]),
        }
