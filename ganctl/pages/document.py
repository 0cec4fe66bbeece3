"""The frame of every page: one HTML file that fetches nothing and sends nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path

STATIC = Path(__file__).parent / "static"
LEAST_LISTED = 3
"""Sections without which a page needs no list of them."""


@dataclass(frozen=True)
class Section:
    """A part of a page.

    Args:
        id: a word of ASCII letters, digits and hyphens, one of its kind on the page.
        title: a line of text.
        html: what it shows, as markup; whoever writes it has escaped what is not theirs. Its
            headings begin with ``<h3>``.
        css: rules for it. The page has the variables ``--ink``, ``--paper``, ``--raised``,
            ``--line``, ``--muted``, ``--accent``, ``--bad`` and ``--series-1`` to ``--series-4``.
        script: the body of a JavaScript function (root, data): root is the section's element, data
            what ``data`` is.
        data: what the script gets, and JSON can say; it may have any text in it.
    """

    id: str
    title: str
    html: str
    css: str = ""
    script: str = ""
    data: object = None


def document(title: str, sections: Sequence[Section], *, description: str) -> bytes:
    """Return one HTML file, which the browser keeps from asking anything of anyone.

    Args:
        title: a line of text.
        sections: what it shows, in order.
        description: a sentence below the title.

    Raises:
        ValueError: data that JSON cannot say, or a script that HTML would cut off.
    """
    scripts = [static("document.js"), *(_script(each) for each in sections if each.script)]
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        *_head(title, description, scripts, [static("document.css"), *(s.css for s in sections)]),
        "<body>",
        '<a class="skip" href="#content">Skip to the content</a>',
        '<header class="page-head">',
        '<div class="page-top"><p class="made-by">ganctl</p>'
        '<button type="button" id="theme" hidden>Dark</button></div>',
        f"<h1>{escape(title)}</h1>",
        f'<p class="description">{escape(description)}</p>',
        _list_of(sections) if len(sections) >= LEAST_LISTED else "",
        "</header>",
        '<main id="content">',
        *(_element(section) for section in sections),
        "</main>",
        *(f"<script>{script}</script>" for script in scripts),
        "</body>",
        "</html>\n",
    ]
    return "\n".join(part for part in parts if part).encode()


def static(name: str) -> str:
    """Return a text that pages are made of, by its path below ``static/``."""
    return (STATIC / name).read_text(encoding="utf-8")


def data_uri(content: bytes, kind: str = "image/png") -> str:
    """Return a file as an address that has it inside."""
    return f"data:{kind};base64,{b64encode(content).decode()}"


def _head(title: str, description: str, scripts: Sequence[str], styles: Sequence[str]) -> list[str]:
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts)
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    style = "\n".join(each.strip() for each in styles if each)
    if "</style" in style.lower():
        raise ValueError("rules that HTML would cut off")
    return [
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f'<meta name="description" content="{escape(description)}">',
        # A server of static files would be asked for an icon.
        '<link rel="icon" href="data:,">',
        f"<title>{escape(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
    ]


def _list_of(sections: Sequence[Section]) -> str:
    items = "".join(f'<li><a href="#{each.id}">{escape(each.title)}</a></li>' for each in sections)
    return f'<nav class="contents" aria-label="Sections"><ul>{items}</ul></nav>'


def _element(section: Section) -> str:
    data = ""
    if section.script:
        # JSON escapes what is not ASCII. Without this sign nothing in it ends the element.
        plain = json.dumps(section.data, separators=(",", ":"), allow_nan=False)
        plain = plain.replace("<", "\\u003c")
        data = f'<script type="application/json" id="{section.id}-data">{plain}</script>'
    return (
        f'<section id="{section.id}" aria-labelledby="{section.id}-title">\n'
        f'<h2 id="{section.id}-title">{escape(section.title)}</h2>\n'
        f"{section.html}\n{data}</section>"
    )


def _script(section: Section) -> str:
    """Return a section's script, called; an error in it leaves the others alone."""
    script = (
        f'(function (root, data) {{"use strict";\n{section.script}\n}})('
        f'document.getElementById("{section.id}"), '
        f'JSON.parse(document.getElementById("{section.id}-data").textContent));'
    )
    if "</script" in script.lower() or "<!--" in script:
        raise ValueError(f"a script of {section.id} that HTML would cut off")
    return script


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
