"""How ``--help`` reads: options under headings, whole sentences, and examples that work.

What plug-ins add stands under a heading of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

from ganctl.cli.completion import spoken
from ganctl.files.text import printable
from ganctl.plugins import plugins
from ganctl.requests.training import OPTIONS, flag_of

OTHER = "Other"
EXAMPLES = "Examples"


class CommandHelp(TyperCommand):
    """A command whose options stand under headings, and whose epilog is a list of examples."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002
        """Return the whole first sentence, as completions show it."""
        return spoken(first_sentence(self))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the words of a line; an option whose value is being completed would hide RUN."""
        is_completing_a_value = ctx.resilient_parsing and self._takes_a_value(args[-1:])
        return super().parse_args(ctx, args[:-1] if is_completing_a_value else args)

    def _takes_a_value(self, last: Sequence[str]) -> bool:
        """Return whether the last word of a line is an option, and no switch."""
        switches = {
            name for each in self.params if getattr(each, "is_flag", 0) for name in each.opts
        }
        return any(word.startswith("-") and word not in switches for word in last)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Return the options that begin with what was typed, with their help."""
        items = super().shell_complete(ctx, incomplete)
        for item in items:
            item.help = item.help and spoken(item.help)
        return items

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and options, those of one heading together."""
        headings = _by_heading(self.get_params(ctx), ctx)
        headings["Plug-ins"] = self._plugins(ctx)
        _write_sections(headings, formatter)

    def _plugins(self, ctx: Any) -> list[tuple[str, str]]:
        """Return what other packages add to the choices of options, each with its package."""
        added = []
        for parameter in self.get_params(ctx):
            option = OPTIONS.get(parameter.name or "")
            panel = getattr(parameter, "rich_help_panel", None)
            if option is not None and option.plugins and panel == option.group.value:
                for name, found in plugins(option.plugins).items():
                    words = f"{found.summary.rstrip('.')} ({found.package})."
                    added.append((f"{flag_of(option.plugins.option)} {name}", printable(words)))
        return added

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the examples, a line each."""
        _write_examples(self.epilog, formatter)


class AppHelp(TyperGroup):
    """The list of commands, each with its whole first sentence."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write what each command does."""
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, first_sentence(command)) for name, command in self._visible(ctx)]
            )

    def _visible(self, ctx: Any) -> Sequence[tuple[str, Any]]:
        commands = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        return [(name, command) for name, command in commands if command and not command.hidden]


class GroupHelp(AppHelp):
    """A command that has commands, with examples."""

    def get_short_help_str(self, limit: int = 0) -> str:  # noqa: ARG002
        """Return the whole first sentence, as completions show it."""
        return spoken(first_sentence(self))

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options, and what each command does."""
        _write_sections(_by_heading(self.get_params(ctx), ctx), formatter)
        self.format_commands(ctx, formatter)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the examples, a line each."""
        _write_examples(self.epilog, formatter)


def _by_heading(parameters: Sequence[Any], ctx: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the names and help of parameters, by their headings."""
    headings: dict[str, list[tuple[str, str]]] = {}
    for parameter in parameters:
        record = parameter.get_help_record(ctx)
        if record is not None:
            name, text = record
            if parameter.param_type_name == "argument":
                name = parameter.metavar or name  # Typer would add the type.
            heading = getattr(parameter, "rich_help_panel", None) or OTHER
            headings.setdefault(heading, []).append((name, text))
    return headings


def _write_sections(headings: Mapping[str, list[tuple[str, str]]], formatter: Any) -> None:
    for heading, records in headings.items():
        if records:
            with formatter.section(heading):
                formatter.write_dl(records)


def _write_examples(epilog: str | None, formatter: Any) -> None:
    with formatter.section(EXAMPLES):
        for example in (epilog or "").splitlines():
            formatter.write(f"  {example}\n")


def first_sentence(command: Any) -> str:
    """Return the first paragraph of a command's help, on one line."""
    paragraph = str(command.help).split("\n\n", maxsplit=1)[0]
    return " ".join(paragraph.split())
