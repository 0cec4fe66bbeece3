"""What needs no torch does not import it; figures are in ``benchmarks/startup.py``."""

import subprocess
import sys

import pytest

CODE = """
import sys
from ganctl.cli import main
try:
    main(sys.argv[1:])
except SystemExit as exit:
    loaded = {"torch", "torchvision", "matplotlib"} & set(sys.modules)
    print("loaded:", sorted(loaded), "code:", exit.code)
"""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["train", "--help"], 0),
        (["info"], 0),
        (["info", "--all"], 0),
        (["train", "--dry-run"], 0),
        (["train", "--model", "nope"], 2),
        (["train", "--steps", "0"], 2),
        (["train", "--data", "nope"], 2),
        (["train", "--resume", "nope"], 1),
        (["sample", "--digit", "1", "--seeds", "a"], 2),
        (["sample", "--digit", "77"], 2),
        (["sample", "nope", "--digit", "7"], 1),
        (["montage", "--cols", "0"], 2),
        (["gif", "--mode", "morph", "--path", "3"], 2),
    ],
)
def test_no_torch(trained, arguments, code):
    done = subprocess.run([sys.executable, "-c", CODE, *arguments], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == f"loaded: [] code: {code}", done.stderr
