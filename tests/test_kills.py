"""``kill -9`` loses nothing: a few of the kills of ``benchmarks/kills.py``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = Path(__file__).parents[1] / "benchmarks" / "kills.py"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the trainings are forked")
def test_a_few_kills_are_survived():
    command = [sys.executable, str(KILLS), "--kills", "2", "--whole", "0", "--seed", "1"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120)
    assert done.returncode == 0, done.stderr
    for fact in ("kills | 2", "kills survived | 2", "bytes lost | 0", "runs equal | 1"):
        assert f"| {fact} |" in done.stdout
