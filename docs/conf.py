"""The site: Sphinx with MyST Markdown and the theme furo.

    sphinx-build -W --keep-going -b html docs docs/_build/html

Nothing is fetched, to build it or to read it.
"""

from __future__ import annotations

import sys
from pathlib import Path

DOCS = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))
sys.path.insert(0, str(DOCS.parent))

from ganctl import __version__  # noqa: E402

project = "ganctl"
author = "The ganctl authors"
project_copyright = author
version = release = __version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "command_line",
    "notebook",
]
exclude_patterns = ["_build"]

myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

# The reference needs no torch: annotations stay text, and the engine is imported by no public name.
autodoc_member_order = "bysource"
autodoc_class_signature = "separated"
autodoc_typehints = "signature"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
# Annotations name types of NumPy and Python, whose own sites a build without a network cannot ask.
nitpick_ignore_regex = [("py:.*", ".*")]

html_theme = "furo"
html_title = f"ganctl {version}"
html_static_path = ["_static"]
html_css_files = ["ganctl.css"]
html_show_sourcelink = False
html_copy_source = False
pygments_style = "friendly"
pygments_dark_style = "monokai"
