"""What starts this ganctl again, as commands that are printed say it."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path


def program() -> str:
    """Return what starts this ganctl again: its name, or where the shell would find another."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{shlex.quote(sys.executable)} -m ganctl"
    found = shutil.which("ganctl")
    if called.stem != "ganctl" or (found and called.exists() and called.samefile(found)):
        return "ganctl"
    return shlex.quote(str(called.absolute()))


def by_this_program(command: str) -> str:
    """Return a command that begins with ``ganctl`` as one of this very ganctl."""
    return f"{program()}{command.removeprefix('ganctl')}"
