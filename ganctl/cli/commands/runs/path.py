"""``ganctl runs path``."""

from __future__ import annotations

from ganctl.cli import console
from ganctl.cli.options import JsonOption, RunArgument
from ganctl.runs.locate import find_path


def path(run: RunArgument = None, json: JsonOption = False) -> None:
    """Print where a run lies; of RUN@STEP, RUN@latest and RUN@best the checkpoint's file."""
    found = find_path(run)
    if json:
        console.print_json({"path": str(found)})
    else:
        console.print_path(found)
