"""``ganctl runs``: what is done with runs as a whole, one of its commands a file.

It may import what the commands may, and never another command of ``ganctl``. Begin with
``listing``, which is what ``ganctl runs`` alone does.
"""

from __future__ import annotations

import typer

from ganctl.cli.commands.runs.listing import list_runs
from ganctl.cli.commands.runs.path import path
from ganctl.cli.commands.runs.rename import rename
from ganctl.cli.commands.runs.restore import restore
from ganctl.cli.commands.runs.rm import rm
from ganctl.cli.help import CommandHelp, GroupHelp
from ganctl.cli.options import JsonOption
from ganctl.errors import UsageError

EXAMPLES = ("ganctl runs", "ganctl runs rename demo digits", "ganctl runs rm demo --yes")

app = typer.Typer(
    name="runs",
    cls=GroupHelp,
    invoke_without_command=True,
    epilog="\n".join(EXAMPLES),
    rich_markup_mode=None,
)


@app.callback()
def runs(context: typer.Context, json: JsonOption = False) -> None:
    """List, rename, remove and restore runs; alone it lists them."""
    command = context.invoked_subcommand
    if command is None:
        list_runs(json=json)
    elif json:
        raise UsageError(f"--json stands before {command}.", f"Put it behind {command}.")


for name, command, examples in (
    ("list", list_runs, ("ganctl runs list", "ganctl runs list --trash")),
    ("rename", rename, ("ganctl runs rename demo digits",)),
    (
        "rm",
        rm,
        ("ganctl runs rm demo", "ganctl runs rm demo --yes", "ganctl runs rm --forever --yes"),
    ),
    ("restore", restore, ("ganctl runs restore demo",)),
    ("path", path, ('cd "$(ganctl runs path demo)"', "ganctl runs path demo@latest")),
):
    app.command(name, cls=CommandHelp, epilog="\n".join(examples))(command)
