"""The command line: it parses, calls the engine, and draws."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from ganctl._version import __version__
from ganctl.cli import console
from ganctl.cli.commands import (
    evaluate,
    export,
    find,
    gif,
    info,
    montage,
    report,
    runs,
    sample,
    sweep,
    train,
    watch,
)
from ganctl.cli.completion import join_words
from ganctl.cli.help import AppHelp, CommandHelp
from ganctl.errors import GanctlError, Stopped
from ganctl.signals import quit_on_signals

app = typer.Typer(
    name="ganctl",
    help="Train, steer and judge conditional GANs from your terminal, in minutes.",
    invoke_without_command=True,
    cls=AppHelp,
    rich_markup_mode=None,  # Rich help would double the time that --help takes.
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command, examples in (
    (train.train, train.EXAMPLES),
    (sample.sample, sample.EXAMPLES),
    (montage.montage, montage.EXAMPLES),
    (gif.gif, gif.EXAMPLES),
    (evaluate.evaluate, evaluate.EXAMPLES),
    (report.report, report.EXAMPLES),
    (export.export, export.EXAMPLES),
    (find.find, find.EXAMPLES),
    (info.info, info.EXAMPLES),
    (watch.watch, watch.EXAMPLES),
    (sweep.sweep, sweep.EXAMPLES),
):
    app.command(cls=CommandHelp, epilog="\n".join(examples))(command)
app.add_typer(runs.app)

# Typer has no public name for the parent of its parse errors (unknown option, missing value, …).
ParseError: type[Exception] = typer.BadParameter.__mro__[1]


def _print_version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"ganctl {__version__}\n")
        raise typer.Exit


@app.callback()
def _options(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--version", "-V", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and exit: the one place where an error becomes an exit code."""
    console.open_streams()
    join_words()
    quit_on_signals()
    given = sys.argv[1:] if arguments is None else list(arguments)
    code = run(train.with_resume_value(given))
    sys.exit(code if console.let_go() else code or 1)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code.

    ``help COMMAND`` is ``COMMAND --help``, and ``version`` is ``--version``.
    """
    given = list(arguments)
    if given[:1] == ["help"]:
        given = [*given[1:], "--help"]
    elif given == ["version"]:
        given = ["--version"]
    try:
        code = app(given, prog_name="ganctl", standalone_mode=False, obj=arguments)
        return code if isinstance(code, int) else 0
    except Stopped as stopped:
        console.note(str(stopped))
        console.hint(stopped.hint)
        return stopped.exit_code
    except GanctlError as error:
        if _debugging():
            raise
        console.print_error(str(error), error.hint)
        return error.exit_code
    except ParseError as error:
        message = error.format_message()  # type: ignore[attr-defined]
        context = error.ctx  # type: ignore[attr-defined]
        command = context.command_path if context else "ganctl"
        if message:
            console.print_error(message, f"See: {command} --help")
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except OSError as error:
        if _debugging():
            raise
        console.print_error(f"{error}.", "Check the paths that you gave, and the disk.")
        return 1
    except Exception as error:
        if _debugging():
            raise
        if _is_out_of_memory(error):
            console.print_error(
                "There is not enough memory for this.",
                "Give a smaller --batch, --n, --scale or --image-size, or close other programs.",
            )
            return 1
        console.print_error(
            f"{type(error).__name__}: {error}",
            "This is a fault in ganctl. Set GANCTL_DEBUG=1 for the traceback, and report it.",
        )
        return 1


def _is_out_of_memory(error: Exception) -> bool:
    """Return whether Python, or torch on a CPU or a GPU, was refused memory."""
    from_torch = isinstance(error, RuntimeError) and (
        type(error).__name__ == "OutOfMemoryError" or "can't allocate memory" in str(error)
    )
    return from_torch or isinstance(error, MemoryError)


def _debugging() -> bool:
    return os.environ.get("GANCTL_DEBUG", "") not in ("", "0")
