"""Errors as Python has them: they name arguments and functions, not flags and commands."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ganctl.errors import GanctlError
from ganctl.requests.conditions.names import unquoted
from ganctl.runs.checkpoint_header import CheckpointHeader

_WORD = r"(?:'(?:[^']|'\"'\"')*'|[^\s';]*[^\s';,.])"
"""A word of a shell, in single quotes where it needs some."""
_RESUME = re.compile(rf"ganctl train --resume (?P<run>{_WORD})(?P<more>(?: --[a-z-]+ {_WORD})*)")
_TRAIN = re.compile(r"ganctl train(?![\w-]| -)")
_OTHER_COMMAND = re.compile(r"ganctl [a-z]+(?: (?:--[a-z-]+|[A-Z]+(?![a-z])))*")
_OPTION = re.compile(rf"--(?P<name>[a-z-]+) (?P<value>{_WORD})")
_TEXT = re.compile(r"--text (?P<words>'[^']*')")
_TYPED_SETTING = r"(?:'(?:[^']|'\"'\"')*'|[^\s';=]+=[^\s';]*[^\s';,.])"
_SETTINGS = re.compile(rf"--set {_TYPED_SETTING}(?: --set {_TYPED_SETTING})*")
_SETTING = re.compile(rf"--set (?P<setting>{_TYPED_SETTING})")
_PAIR = re.compile(r'(?P<name>"(?:[^"]|"")*"|[^=]*)=(?P<value>.*)', re.DOTALL)
_FLAG = re.compile(r"--(?P<name>[a-z][a-z-]*)")
_RENAMED = {
    "--digit / --class": "label",
    "--digit": "label",
    "--class": "label",
    "--code": "codes",
    "--path": "stops",
}


@contextmanager
def naming_arguments(renamed: Mapping[str, str] | None = None) -> Iterator[None]:
    """Let a ``GanctlError``, which speaks of the command line, speak of Python.

    Args:
        renamed: what else is called otherwise here, such as the path at which data from memory are
            kept.
    """
    try:
        yield
    except GanctlError as error:
        error.args = (_with_arguments(str(error), renamed or {}),)
        error.hint = _with_arguments(error.hint, renamed or {})
        raise


def _with_arguments(text: str, renamed: Mapping[str, str]) -> str:
    for name, instead in renamed.items():
        text = text.replace(name, instead)
    text = _RESUME.sub(_resume_call, text)
    text = _TRAIN.sub("ganctl.train()", text)
    parts, start = [], 0
    for command in _OTHER_COMMAND.finditer(text):
        parts += [_without_flags(text[start : command.start()]), command[0]]
        start = command.end()
    return "".join([*parts, _without_flags(text[start:])])


def _without_flags(text: str) -> str:
    text = _TEXT.sub(r"text=\g<words>", text)
    text = _SETTINGS.sub(_settings, text)
    for flag, argument in _RENAMED.items():
        text = re.sub(rf"{flag}(?![\w-])", argument, text)
    return _FLAG.sub(lambda flag: flag["name"].replace("-", "_"), text)


def _resume_call(command: re.Match[str]) -> str:
    options = {option["name"]: option["value"] for option in _OPTION.finditer(command["more"])}
    more = "".join(f", {name.replace('-', '_')}={value}" for name, value in options.items())
    return f'ganctl.train(resume="{_bare(command["run"])}"{more})'


def _settings(flags: re.Match[str]) -> str:
    """Return all settings in a row as one dictionary."""
    typed = (_bare(flag["setting"]) for flag in _SETTING.finditer(flags[0]))
    pairs = {
        _name(setting["name"]): setting["value"] for setting in map(_PAIR.match, typed) if setting
    }
    return f"set={json.dumps(pairs, ensure_ascii=False)}"


def _bare(word: str) -> str:
    return word[1:-1].replace("'\"'\"'", "'") if word.startswith("'") else word


def _name(typed: str) -> str:
    return unquoted(typed[1:-1]) if typed.startswith('"') else typed


def facts_of(header: CheckpointHeader) -> str:
    """Return in a line what a generator draws, and what it can be asked for."""
    network, schema = header.network, header.conditioning.schema
    colour = "grey" if network.channels == 1 else "colour"
    facts = [header.model, f"{network.image_size}×{network.image_size} {colour}"]
    if header.classes:
        facts.append(f"{len(header.classes)} classes")
    if schema.steered_by_attributes:
        facts.append(f"attributes {', '.join(one.name for one in schema.attributes)}")
    if schema.steered_by_words:
        facts.append("captions")
    return ", ".join([*facts, f"step {header.progress.step:,}"])
