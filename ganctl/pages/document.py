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


@dataclass(frozen=True)
class Section:
    """A part of a page.

    ``script`` is the body of a JavaScript function (root, data): root is the section's element,
    data what ``data`` is as JSON.
    """

    id: str
    title: str
    html: str
    css: str = ""
    script: str = ""
    data: object = None


def document(title: str, sections: Sequence[Section], *, description: str) -> bytes:
    """Return one HTML file."""
    css = (STATIC / "document.css").read_text(encoding="utf-8")
    styles = "\n".join([css, *(section.css for section in sections)])
    scripts = [_script(section) for section in sections if section.script]
    hashes = " ".join(f"'sha256-{_hash(script)}'" for script in scripts) or "'none'"
    policy = (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )
    parts = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        f'<meta name="description" content="{escape(description)}">',
        f"<title>{escape(title)}</title>",
        f"<style>{styles}</style>",
        "</head>",
        "<body>",
        f"<main><h1>{escape(title)}</h1><p>{escape(description)}</p>",
        *(_element(section) for section in sections),
        "</main>",
        *(f"<script>{script}</script>" for script in scripts),
        "</body>",
        "</html>",
    ]
    return "\n".join(parts).encode()


def _element(section: Section) -> str:
    data = json.dumps(section.data, separators=(",", ":")).replace("<", "\\u003c")
    return (
        f'<section id="{section.id}" aria-labelledby="{section.id}-title">'
        f'<h2 id="{section.id}-title">{escape(section.title)}</h2>{section.html}'
        f'<script type="application/json" id="{section.id}-data">{data}</script></section>'
    )


def _script(section: Section) -> str:
    return (
        f'(function (root, data) {{"use strict";\n{section.script}\n}})('
        f'document.getElementById("{section.id}"), '
        f'JSON.parse(document.getElementById("{section.id}-data").textContent));'
    )


def _hash(script: str) -> str:
    return b64encode(sha256(script.encode()).digest()).decode()
