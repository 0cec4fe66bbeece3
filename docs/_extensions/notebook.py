"""The directive ``{notebook} FILE.ipynb``: a notebook's cells with the outputs that it keeps.

No kernel is started: ``tests/docs/test_notebook.py`` executes it.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

PICTURES = ("image/png", "image/gif")


class Notebook(SphinxDirective):
    """Shows the cells of a notebook beside the page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the cells, without the title, which the page has itself."""
        source = Path(self.get_source_info()[0])
        path = source.parent / self.arguments[0]
        self.env.note_dependency(str(path))
        shown: list[nodes.Node] = []
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                shown += self._words(text)
                continue
            shown.append(nodes.literal_block(text, text, language="python"))
            for output in cell["outputs"]:
                shown += _output(output)
        return shown

    def _words(self, text: str) -> list[nodes.Node]:
        """Return the words of a cell; a directive has no sections, so its heading stands alone."""
        heading, _, rest = text.partition("\n") if text.startswith("#") else ("", "", text)
        parsed = nodes.container()
        self.state.nested_parse(StringList(rest.splitlines(), "notebook"), 0, parsed)
        title = heading.lstrip("#").strip()
        is_title = heading.startswith("# ")
        return [*([nodes.rubric(title, title)] if title and not is_title else []), *parsed.children]


def _output(output: dict[str, Any]) -> Iterator[nodes.Node]:
    """Yield what a cell put out: a picture, a page, or else text."""
    data = output.get("data", {"text/plain": output.get("text", "")})
    for kind in PICTURES:
        if kind in data:
            content = "".join(data[kind]).replace("\n", "")
            words = html.escape("".join(data.get("text/plain", "")))
            source = f'<img alt="{words}" src="data:{kind};base64,{content}">'
            yield nodes.raw("", f"<p>{source}</p>", format="html")
            return
    if "text/html" in data:
        yield nodes.raw("", "".join(data["text/html"]), format="html")
        return
    text = "".join(data["text/plain"])
    yield nodes.literal_block(text, text, language="text")


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directive."""
    app.add_directive("notebook", Notebook)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
