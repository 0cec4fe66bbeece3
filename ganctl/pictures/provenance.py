"""The metadata of a picture: its checkpoint, and the command that makes it again."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganctl._version import __version__

COMMANDS = ("sample", "montage", "gif", "info", "find")
_SHORT_OPTION = re.compile("-[A-Za-z].*")


def is_command(text: object) -> bool:
    """Return whether ``text``, from a picture that may be a stranger's, can be shown as a command.

    It must be as ``Origin`` writes it: quoted, so that a shell sees a single command; one of
    ``COMMANDS``; and without ``--force``, so that it overwrites nothing.
    """
    try:
        words = shlex.split(text) if isinstance(text, str) else []
    except ValueError:  # A quotation mark is missing.
        return False
    return (
        words[:1] == ["ganctl"]
        and words[1:2] != []
        and words[1] in COMMANDS
        and shlex.join(words) == text
        and not any(word == "--force" or _SHORT_OPTION.fullmatch(word) for word in words)
    )


def is_metadata(metadata: Mapping[str, Any]) -> bool:
    """Return whether metadata are as ganctl writes them: values, lists of values, a command."""
    for value in metadata.values():
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, (list, dict)):
                return False
    return "command" not in metadata or is_command(metadata["command"])


@dataclass(frozen=True)
class Origin:
    """The checkpoint that a picture was made from: the RUN to type, and its step."""

    reference: str
    step: int

    def named(self, kind: str) -> dict[str, Any]:
        """Return the text for a picture of this kind that no command makes again."""
        return {**self._itself, "kind": kind}

    def metadata(
        self,
        command: str,
        *,
        labels: Sequence[str] = (),
        options: Mapping[str, Any] | None = None,
        out: str = "FILE.png",
        before: Sequence[str] = (),
    ) -> dict[str, Any]:
        """Return the text for a picture's metadata.

        Args:
            command: the subcommand, such as ``sample``.
            labels: the LABELs, in order.
            options: names without dashes, and values; True is a flag, None and False are left
                out, and a list is an option given more than once.
            out: the placeholder of the file's name.
            before: what stands before the RUN.
        """
        words = ["ganctl", command, *before, self.reference]
        for label in labels:
            words += ["--digit", label]
        given = {k: v for k, v in (options or {}).items() if v is not None and v is not False}
        for name, value in given.items():
            for single in value if isinstance(value, list) else [value]:
                words += [f"--{name}"] if single is True else [f"--{name}", f"{single}"]
        return {
            **self._itself,
            "labels": list(labels),
            **given,
            "command": shlex.join([*words, "--out", out]),
        }

    @property
    def _itself(self) -> dict[str, Any]:
        return {"ganctl": __version__, "run": self.reference, "step": self.step}
