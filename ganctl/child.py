"""A ganctl that another one has started: it stops, and saves, once its standard input ends.

``python -m ganctl.child`` takes the words of ``ganctl``. That is how a sweep stops its trainings
on every system, and what stops them when the sweep's own process was killed.
"""

from __future__ import annotations

import os
import signal
import sys
from _thread import interrupt_main
from threading import Thread

from ganctl.cli.app import main
from ganctl.signals import quit_on_signals


def _stop_at_the_end() -> None:
    # Not by the stream's buffer, whose lock Python wants for itself at its exit.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # Ctrl-C may be ignored, as in the background of a script.
    interrupt_main(signal.SIGTERM)


if __name__ == "__main__":
    quit_on_signals()  # Before the thread, whose signal nobody would heed otherwise.
    Thread(target=_stop_at_the_end, daemon=True).start()
    main()
