"""How ``--help`` reads: options under headings, whole sentences, and examples that work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

OTHER = "Other"
EXAMPLES = "Examples"


class CommandHelp(TyperCommand):
    """A command whose options stand under headings, and whose epilog is a list of examples."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options, those of one heading together."""
        _write_options(self.get_params(ctx), ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the examples, a line each."""
        _write_examples(self.epilog, formatter)


class AppHelp(TyperGroup):
    """The list of commands, each with its whole first sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command does."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, _first_sentence(command)) for name, command in self._visible(ctx)]
            )

    def _visible(self, ctx: Any) -> Sequence[tuple[str, Any]]:
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, command) for name, command in commands if command and not command.hidden]


class GroupHelp(AppHelp):
    """A command that has commands, with examples."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and what each command does."""
        _write_options(self.get_params(ctx), ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the examples, a line each."""
        _write_examples(self.epilog, formatter)


def _write_options(parameters: Sequence[Any], ctx: Any, formatter: Any) -> None:
    headings: dict[str, list[tuple[str, str]]] = {}
    for parameter in parameters:
        record = parameter.get_help_record(ctx)
        if record is not None:
            name, text = record
            if parameter.param_type_name == "argument":
                name = parameter.metavar or name  # Typer would add the type.
            heading = getattr(parameter, "rich_help_panel", None) or OTHER
            headings.setdefault(heading, []).append((name, text))
    for heading, records in headings.items():
        with formatter.section(heading):
            formatter.write_dl(records)


def _write_examples(epilog: str | None, formatter: Any) -> None:
    with formatter.section(EXAMPLES):
        for example in (epilog or "").splitlines():
            formatter.write(f"  {example}\n")


def _first_sentence(command: Any) -> str:
    paragraph = str(command.help).split("\n\n", maxsplit=1)[0]
    return " ".join(paragraph.split())
