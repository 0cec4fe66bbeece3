"""The door of the command line: ``ganctl`` and ``python -m ganctl``."""

from __future__ import annotations

import signal
from typing import NoReturn


def main() -> NoReturn:
    """Run one command and exit."""
    try:
        # While the command line is imported, Python would show where in which module Ctrl-C came.
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    from ganctl.cli.app import main as run_and_exit
    from ganctl.signals import ignore_signals

    try:
        run_and_exit()
    finally:
        ignore_signals()


if __name__ == "__main__":
    main()
