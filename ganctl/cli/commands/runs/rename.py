"""``ganctl runs rename``."""

from __future__ import annotations

from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_own_run
from ganctl.cli.options import INPUT, JsonOption
from ganctl.runs.locate import find_folder
from ganctl.runs.tidying import renaming

RunToRename = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run by name, prefix or path, or latest.",
        show_default=False,
        autocompletion=complete_own_run,
        rich_help_panel=INPUT,
    ),
]
NameArgument = Annotated[
    str,
    typer.Argument(metavar="NAME", help="Its new name.", show_default=False, rich_help_panel=INPUT),
]


def rename(run: RunToRename, name: NameArgument, json: JsonOption = False) -> None:
    """Give a run another name; print its folder.

    latest goes on meaning the run that it meant. A run that trains is refused.
    """
    folder = renaming.rename(find_folder(run), name)
    if json:
        console.print_json({"run": folder.name, "folder": str(folder)})
    else:
        console.print_path(folder)
