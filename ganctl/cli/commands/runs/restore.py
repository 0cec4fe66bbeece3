"""``ganctl runs restore``."""

from __future__ import annotations

from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_removed
from ganctl.cli.options import INPUT, JsonOption
from ganctl.runs.tidying import trash

RemovedArgument = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run in the trash, as runs list --trash shows them: by its name, which means the "
        "one removed last, or by TIME/NAME.",
        show_default=False,
        autocompletion=complete_removed,
        rich_help_panel=INPUT,
    ),
]


def restore(run: RemovedArgument, json: JsonOption = False) -> None:
    """Take a run back from the trash; print its folder."""
    *others, removed = trash.find_removed(run)
    folder = trash.restore(removed)
    if others:
        left = ", ".join(each.reference for each in others)
        console.note(f"this is the {removed.name} removed last; still in the trash: {left}")
    if json:
        console.print_json({"run": folder.name, "folder": str(folder)})
    else:
        console.print_path(folder)
