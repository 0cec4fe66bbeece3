"""``kill -9`` loses nothing: a few of the kills of ``benchmarks/safety/kills.py``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.process
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the trainings are forked")
def test_a_few_kills_are_survived():
    command = [sys.executable, "-m", "benchmarks.safety.kills"]
    options = ["--kills", "2", "--whole", "0", "--seed", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [*command, *options],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    for fact in ("kills | 2", "kills survived | 2", "bytes lost | 0", "runs equal | 1"):
        assert f"| {fact} |" in done.stdout
