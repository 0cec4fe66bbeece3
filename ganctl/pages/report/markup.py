"""Pieces of HTML. What comes from a file is text here, and never markup."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape

from ganctl.files.text import printable
from ganctl.runs.evaluation.table import Table

_PERCENTAGE = re.compile(r"(\d{1,3}(?:\.\d+)?)%")


def text(value: object) -> str:
    """Return a value as HTML shows it: no tags, and nothing that turns the direction of writing."""
    return escape(printable(str(value)))


def paragraph(words: str, kind: str = "") -> str:
    """Return a sentence or two."""
    return f"<p{_class(kind)}>{text(words)}</p>"


def facts(known: Mapping[str, object]) -> str:
    """Return names with what is known of them, without those of which nothing is."""
    rows = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd></div>"
        for name, value in known.items()
        if value not in (None, "")
    )
    return f'<dl class="facts">{rows}</dl>'


def command(words: str, what: str) -> str:
    """Return a command to type, with a button that copies it.

    Args:
        words: the command.
        what: what it does, in a few words that begin in lower case.
    """
    return (
        f'<div class="command"><p>{text(what[:1].upper() + what[1:])}:</p>'
        f'<pre tabindex="0"><code>{text(words)}</code></pre>'
        f'<button type="button" class="copy" hidden aria-label="Copy the command to {text(what)}">'
        "Copy</button></div>"
    )


def table(shown: Table, *, title: str | None = None) -> str:
    """Return a table in a frame that scrolls where it is too wide; percentages have a bar.

    Args:
        shown: what it holds; its first column names the rows.
        title: what to call it instead of its own title.
    """
    head = "".join(f'<th scope="col">{text(name)}</th>' for name in shown.columns[1:])
    rows = "".join(
        f'<tr><th scope="row">{text(row[0])}</th>{"".join(map(_cell, row[1:]))}</tr>'
        for row in shown.rows
    )
    corner = f'<th scope="col">{text(shown.columns[0])}</th>' if shown.columns[0] else "<td></td>"
    body = f"<thead><tr>{corner}{head}</tr></thead><tbody>{rows}</tbody>"
    return framed(f"<table><caption>{text(title or shown.title)}</caption>{body}</table>", shown)


def framed(content: str, what: Table | str) -> str:
    """Return content in a frame that scrolls sideways, for the keyboard too."""
    name = what.title if isinstance(what, Table) else what
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{text(name)}">{content}</div>'
    )


def folded(summary: str, content: str) -> str:
    """Return content that is shown once one asks for it."""
    return f"<details><summary>{text(summary)}</summary>{content}</details>"


def tile(name: str, value: str, beside: str = "") -> str:
    """Return a figure to be read from afar.

    Args:
        name: what it is.
        value: the figure.
        beside: what it is to be compared with.
    """
    more = f'<dd class="beside">{text(beside)}</dd>' if beside else ""
    return f"<div><dt>{text(name)}</dt><dd>{text(value)}</dd>{more}</div>"


def duration(seconds: float) -> str:
    """Return a time in words: ``48 s``, ``1 min 24 s``, ``2 h 5 min``."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours:,} h {minutes} min" if minutes else f"{hours:,} h"


def evenly(places: int, wanted: int) -> Sequence[int]:
    """Return at most so many of the places from 0, the first and the last among them."""
    if wanted >= places:
        return range(places)
    if wanted < 2:
        return [places - 1][:wanted]
    return [round(k * (places - 1) / (wanted - 1)) for k in range(wanted)]


def _cell(value: str) -> str:
    found = _PERCENTAGE.fullmatch(value)
    if not found:
        return f"<td>{text(value)}</td>"
    share = min(1.0, float(found[1]) / 100)
    return f'<td class="share" style="--share:{share:.4f}">{text(value)}</td>'


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
