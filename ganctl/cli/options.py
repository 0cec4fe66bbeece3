"""Arguments and options that several commands share, and how they complete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.errors import UsageError
from ganctl.files.paths import user_path
from ganctl.requests.labels import UNLABELLED, Label, parse_labels
from ganctl.runs import locate
from ganctl.runs.checkpoint_header import CheckpointHeader, read_checkpoint_header
from ganctl.runs.locate import RunSource, find_source, read_source


def complete_from(names: Sequence[str]) -> Callable[[str], list[str]]:
    """Return a completer over fixed names."""

    def complete(incomplete: str) -> list[str]:
        return [name for name in names if name.startswith(incomplete)]

    return complete


def complete_run(incomplete: str) -> list[str]:
    """Complete RUN: latest, the runs below the home, and the bundled generators."""
    return [name for name in locate.known_names() if name.startswith(incomplete)]


RunArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="A run by name, prefix or path, a .safetensors file, or pretrained/NAME. Its best "
        "checkpoint is used; RUN@latest and RUN@STEP name others.",
        show_default="latest",
        autocompletion=complete_run,
    ),
]
LabelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--digit",
        "--class",
        "-c",
        metavar="LABEL",
        help="A class by index or name, all, or a blend such as 3:0.7,8:0.3. Repeatable.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", "-f", help="Overwrite what is there.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def read_out(text: str) -> Path:
    """Return the path that ``--out`` gives, with ``~`` as the home folder.

    Raises:
        UsageError: it is empty, as of a variable that is not set; that would mean this folder.
    """
    if not text:
        raise UsageError("--out is empty.", "Give a path, or leave it out.")
    return user_path(text)


OutFile = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FILE", help="Where to.", show_default=False, parser=read_out
    ),
]


def open_source(run: str | None) -> tuple[RunSource, CheckpointHeader]:
    """Return what RUN means and its header, and say so where it is a stand-in."""
    source = find_source(run)
    if source.note:
        console.note(source.note)
    return source, read_source(source, read_checkpoint_header)


def read_labels(texts: Sequence[str] | None, header: CheckpointHeader) -> tuple[Label, ...]:
    """Return the labels that were asked for, all of them if none was.

    Raises:
        UsageError: there is no such class, or the generator knows no classes.
    """
    if not header.classes:
        if texts:
            raise UsageError(
                f"--digit / --class cannot steer this generator: --model {header.model} trains "
                "without labels.",
                "Leave it out, or train another --model, such as cgan.",
            )
        return (UNLABELLED,)
    parsed = parse_labels(texts or ["all"], header.classes)
    for text in parsed.notes:
        console.note(text)
    return parsed.labels
