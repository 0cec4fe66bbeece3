"""A page of HTML, read as a browser would, and what every page must be."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

EMPTY = {"meta", "link", "img", "input", "br"}
ADDRESSES = ("src", "href", "action", "srcset", "data", "poster", "formaction", "ping")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass
class Element:
    """One element: its attributes, the text in it, and the elements around it."""

    tag: str
    attributes: dict[str, str]
    around: tuple[Element, ...] = field(repr=False)
    text: str = ""


@dataclass
class Page:
    """All the elements of a page, in order."""

    elements: list[Element] = field(default_factory=list, repr=False)

    def all(self, *tags: str) -> list[Element]:
        """Return the elements that have one of these tags."""
        return [element for element in self.elements if element.tag in tags]

    def by_id(self, name: str) -> Element:
        """Return the one element of an id."""
        (found,) = (each for each in self.elements if each.attributes.get("id") == name)
        return found

    def data(self, section: str) -> Any:
        """Return what a section's script gets."""
        return json.loads(self.by_id(f"{section}-data").text)

    @property
    def words(self) -> str:
        """All that is shown as text."""
        return " ".join(self.by_id("content").text.split())


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.page = Page()
        self.open: list[Element] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), (tag, names)
        element = Element(tag, {k: v or "" for k, v in attrs}, tuple(self.open))
        self.page.elements.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, tag
        assert self.open[-1].tag == tag, (tag, [each.tag for each in self.open])
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1].tag in ("script", "style"):
            self.open[-1].text += data
            return
        for element in self.open:
            element.text += data


def read(content: bytes) -> Page:
    """Return a page whose elements are all closed in order."""
    reader = _Reader()
    reader.feed(content.decode())
    reader.close()
    assert reader.open == []
    return reader.page


def check(content: bytes) -> Page:
    """Return a page that asks nobody for anything, can be read aloud, and runs its own scripts."""
    page = read(content)
    ids = Counter(each.attributes["id"] for each in page.elements if "id" in each.attributes)
    assert [name for name, count in ids.items() if count > 1] == []
    assert _asks_for(page, ids) == []
    levels = [int(each.tag[1]) for each in page.all(*HEADINGS)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert page.all("html")[0].attributes["lang"] == "en"
    assert [unnamed.attributes for unnamed in page.elements if not _is_named(unnamed, page)] == []
    _check_scripts(page)
    return page


def _asks_for(page: Page, ids: Counter[str]) -> list[str]:
    """Return what a browser would go and get, and links that lead nowhere."""
    found = []
    for element in page.elements:
        for name in ADDRESSES:
            address = element.attributes.get(name)
            if address is None or address.startswith("data:"):
                continue
            if not (address.startswith("#") and address[1:] in ids):
                found.append(f"{element.tag} {name}={address[:80]}")
    styles = " ".join(each.text for each in page.all("style"))
    styles += " ".join(each.attributes.get("style", "") for each in page.elements)
    return found + re.findall(r"url\([^)]*\)|@import[^;]*", styles)


def _is_named(element: Element, page: Page) -> bool:
    """Return whether something to touch or to look at has a name that is read aloud."""
    if element.tag == "img":
        return "alt" in element.attributes
    if element.tag not in ("button", "input", "select", "textarea"):
        return True
    labels = {each.attributes.get("for") for each in page.all("label")}
    return bool(
        element.attributes.get("aria-label")
        or (element.tag == "button" and element.text.strip())
        or element.attributes.get("id") in labels
        or any(each.tag == "label" for each in element.around)
    )


def _check_scripts(page: Page) -> None:
    (policy,) = (
        each.attributes["content"]
        for each in page.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'")
    for script in page.all("script"):
        if script.attributes.get("type") == "application/json":
            json.loads(script.text)
        else:
            hashed = b64encode(sha256(script.text.encode()).digest()).decode()
            assert f"'sha256-{hashed}'" in policy
    for element in page.elements:
        assert not [name for name in element.attributes if name.startswith("on")]
