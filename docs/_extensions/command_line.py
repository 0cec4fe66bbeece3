"""The directive ``command-line``: every command and option, read from the app at build time."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import typer
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ganctl.cli.app import app as ganctl_app

OPTIONS = "Options"
WIDTH = 1000
"""Columns of the page that the app is told of, so that it breaks no line."""


class CommandLine(SphinxDirective):
    """Shows a section for ``ganctl`` and one for each command, in the order of ``--help``."""

    def run(self) -> list[nodes.Node]:
        """Return the sections."""
        return list(_sections(typer.main.get_group(ganctl_app), "ganctl", None))


def _sections(command: Any, name: str, parent: Any) -> Iterator[nodes.Node]:
    """Yield the section of a command, and those of the commands that it has."""
    yield _section(command, name, parent)
    context = _context(command, name, parent)
    for below, each in getattr(command, "commands", {}).items():
        yield from _sections(each, below, context)


def _context(command: Any, name: str, parent: Any) -> Any:
    return command.make_context(
        name, [], parent=parent, resilient_parsing=True, terminal_width=WIDTH
    )


def _section(command: Any, name: str, parent: Any) -> nodes.Node:
    context = _context(command, name, parent)
    title = context.command_path
    section = nodes.section(ids=[nodes.make_id(title)], names=[title])
    section += nodes.title(text=title)
    words = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    section += nodes.literal_block(words, words, language="text")
    for paragraph in _paragraphs(command.help):
        section += nodes.paragraph(text=paragraph)
    for group, records in _groups(command, context).items():
        section += nodes.rubric(text=group)
        section += _definitions(records)
    examples = _plain(command.epilog)
    if examples:
        section += nodes.rubric(text="Examples")
        section += nodes.literal_block(examples, examples, language="console")
    return section


def _groups(command: Any, context: Any) -> dict[str, list[tuple[str, str]]]:
    """Return the names and the help of all parameters, by the group that ``--help`` shows."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is None:
            continue
        is_argument = parameter.param_type_name == "argument"
        usual = "Arguments" if is_argument else OPTIONS
        group = getattr(parameter, "rich_help_panel", None) or usual
        groups.setdefault(group, []).append(record)
    return groups


def _definitions(records: list[tuple[str, str]]) -> nodes.Node:
    definitions = nodes.definition_list()
    for names, text in records:
        term = nodes.term()
        term += nodes.literal(text=names)
        body = nodes.definition()
        body += nodes.paragraph(text=" ".join(text.split()))
        definitions += nodes.definition_list_item("", term, body)
    return definitions


def _paragraphs(text: str | None) -> Iterator[str]:
    for paragraph in _plain(text).split("\n\n"):
        if paragraph.strip():
            yield " ".join(paragraph.split())


def _plain(text: str | None) -> str:
    """Return help without the marks (\\b, \\f) that tell the terminal how to break it."""
    return inspect.cleandoc(text or "").split("\f")[0].replace("\b\n", "")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("command-line", CommandLine)
    return {"parallel_read_safe": True}
