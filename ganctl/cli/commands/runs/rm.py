"""``ganctl runs rm``."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_own_or_removed
from ganctl.cli.options import INPUT, OUTPUT, JsonOption
from ganctl.cli.program import by_this_program
from ganctl.cli.views.runs import megabytes
from ganctl.errors import RunNotFound, UsageError
from ganctl.runs import layout
from ganctl.runs.locate import find_folder
from ganctl.runs.tidying import trash

RunsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN...",
        help="Runs by name, prefix or path; with --forever, runs in the trash by name or "
        "TIME/NAME.",
        show_default=False,
        autocompletion=complete_own_or_removed,
        rich_help_panel=INPUT,
    ),
]
ForeverOption = Annotated[
    bool,
    typer.Option(
        "--forever",
        help="Delete from the trash for good: the named runs, or all of it where no RUN is given. "
        "A run that is not in the trash is not touched.",
        rich_help_panel=INPUT,
    ),
]
YesOption = Annotated[
    bool,
    typer.Option(
        "--yes", "-y", help="Do not ask; needed without a terminal.", rich_help_panel=OUTPUT
    ),
]


def rm(
    runs: RunsArgument = None,
    forever: ForeverOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Move runs to the trash, from which restore takes them back; --forever empties it.

    A run that trains is refused, and so is one outside of the home; where one of several is
    refused, none is moved.
    """
    if forever:
        _delete(runs, yes=yes, json=json)
    elif not runs:
        raise UsageError(
            "No RUN is named.", "Name the runs to remove; or empty the trash: --forever"
        )
    else:
        _remove(runs, yes=yes, json=json)


def _remove(runs: Sequence[str], *, yes: bool, json: bool) -> None:
    folders = list(dict.fromkeys(find_folder(run) for run in runs))
    for folder in folders:
        trash.check_removable(folder)
    sizes = [layout.size(folder) for folder in folders]
    names = _listed([folder.name for folder in folders], sum(sizes))
    if not yes:
        _ask(f"Move {names} to the trash?")
    removed = trash.remove(folders)
    if json:
        facts = [_facts(each, size) for each, size in zip(removed, sizes, strict=True)]
        console.print_json({"removed": facts})
        return
    for each in removed:
        back = by_this_program(f"ganctl runs restore {shlex.quote(each.name)}")
        console.say(f"{each.name} is in the trash. Take it back: {back}")


def _delete(runs: Sequence[str] | None, *, yes: bool, json: bool) -> None:
    found = _in_the_trash(runs) if runs else trash.contents()
    sizes = [each.size() for each in found]
    if found:
        names = _listed([each.reference if runs else each.name for each in found], sum(sizes))
        if not yes:
            _ask(f"Delete {names} for good?")
    trash.delete(found)
    if json:
        facts = [_facts(each, size) for each, size in zip(found, sizes, strict=True)]
        console.print_json({"deleted": facts})
    elif found:
        console.say(f"{megabytes(sum(sizes))} are free.")
    else:
        console.note("the trash is empty")


def _in_the_trash(runs: Sequence[str]) -> list[trash.Removed]:
    found: list[trash.Removed] = []
    for run in runs:
        try:
            found += [each for each in trash.find_removed(run) if each not in found]
        except RunNotFound as error:
            first = by_this_program("ganctl runs rm")
            hint = f"{error.hint} --forever deletes from the trash alone: first {first}."
            raise RunNotFound(str(error), hint) from error
    return found


def _ask(question: str) -> None:
    """Go on only where the answer is yes.

    Raises:
        UsageError: there is nobody to ask.
        typer.Exit: the answer is no.
    """
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise UsageError(
            "rm asks before it removes anything, and there is no terminal.", "Give --yes."
        )
    if not typer.confirm(question, err=True):
        console.note("nothing was removed")
        raise typer.Exit(1)


def _listed(names: Sequence[str], size: int) -> str:
    return f"{', '.join(names)} ({megabytes(size)})"


def _facts(removed: trash.Removed, size: int) -> dict[str, Any]:
    return {"name": removed.name, "reference": removed.reference, "bytes": size}
