"""Whether the terminal shows pixels, and what draws them; the extra ``pixels`` brings it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from rich.console import Console

from ganctl.cli.terminal import is_in_background

VARIABLE = "GANCTL_PIXELS"
KNOWN_TERMS = ("xterm-kitty", "foot", "mlterm", "contour")
"""How ``TERM`` begins in terminals that show pixels."""
KNOWN_PROGRAMS = ("iTerm.app", "WezTerm")
KNOWN_VARIABLES = ("KITTY_WINDOW_ID", "KONSOLE_VERSION", "WT_SESSION", "XTERM_VERSION")


def pixel_image(console: Console) -> Callable[..., Any] | None:
    """Return what makes an image of pixels for rich; None if this terminal shows none.

    textual-image asks the terminal, a tenth of a second at most, and what does not know the
    question may show the answer as typed text. So only terminals that are known for pixels are
    asked; ``GANCTL_PIXELS=1`` asks any, and ``0`` none.
    """
    wish = os.environ.get(VARIABLE, "")
    streams = (
        sys.__stdin__,
        sys.__stdout__,
        console.file,
    )  # It reads the first, writes the second.
    if (
        wish == "0"
        or not all(
            stream and stream.isatty() and not is_in_background(stream) for stream in streams
        )
        or not (wish or may_show_pixels(os.environ))
    ):
        return None
    try:
        from textual_image.renderable import Image, SixelImage, TGPImage
    except ImportError:
        return None
    return Image if Image in (SixelImage, TGPImage) else None


def may_show_pixels(environment: Mapping[str, str]) -> bool:
    """Return whether a terminal with these variables is known for pixels.

    Not so inside of tmux or screen, which pass on variables of the terminal around them.
    """
    term = environment.get("TERM", "")
    if environment.get("TMUX") or environment.get("STY") or term.startswith(("tmux", "screen")):
        return False
    return (
        term.startswith(KNOWN_TERMS)
        or environment.get("TERM_PROGRAM") in KNOWN_PROGRAMS
        or environment.get("LC_TERMINAL") == "iTerm2"
        or any(environment.get(name) for name in KNOWN_VARIABLES)
    )
