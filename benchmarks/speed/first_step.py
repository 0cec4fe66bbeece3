"""Seconds and memory from the start of a command to the first step, on data of any kind.

    python -m benchmarks.speed.first_step mnist PATH --starts 2

The first start finds an empty cache; the next ones find what it left there. Python's own start and
torch's import count, and so do reading, the first preview and the lock. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TRAIN = """
import resource, sys
from dataclasses import replace
from ganctl.requests.recipes import recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import new_run
run = new_run(TrainRequest(data=sys.argv[1], steps=1000))
from ganctl.engine.training.loop import train
recipe = replace(recipe_for(run.config.recipe, run.config.model), log_every=1)
next(train(run, recipe=recipe))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak // 1024 if sys.platform == "linux" else peak // 2**20, flush=True)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", metavar="DATA")
    parser.add_argument("--starts", type=int, default=2, help="starts in one cache folder")
    arguments = parser.parse_args()
    print("| data | start | seconds to the first step | MiB |")
    print("|---|---|---|---|")
    for data in arguments.data:
        with tempfile.TemporaryDirectory() as place:
            for number in range(arguments.starts):
                seconds, peak = start(data, Path(place))
                print(f"| {data} | {number + 1} | {seconds:.1f} | {peak} |", flush=True)


def start(data: str, place: Path) -> tuple[float, int]:
    """Return the seconds until the first step, and the peak of memory in MiB."""
    folders = {"GANCTL_HOME": str(place / "home"), "GANCTL_CACHE": str(place / "cache")}
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", TRAIN, data],
        env={**os.environ, **folders},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        peak = process.stdout.readline()
        seconds = time.monotonic() - began
        process.terminate()
    return seconds, int(peak)


if __name__ == "__main__":
    main()
