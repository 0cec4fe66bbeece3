"""What needs no torch does not import it; figures are in ``benchmarks/speed/startup.py``."""

import json
import shutil
import signal
import subprocess
import sys

import pytest

from ganctl import __version__

# All in one process, since what one has imported stays imported: the first to do so is told.
CODE = """
import json, sys
from ganctl.cli.app import main
for arguments in json.loads(sys.argv[1]):
    try:
        main(arguments)
    except SystemExit as exit:
        code = exit.code
    loaded = sorted({"torch", "torchvision", "matplotlib"} & set(sys.modules))
    print("ended:", json.dumps([arguments, code, loaded]))
"""
NEED_NO_TORCH = [
    (["--help"], 0),
    (["train", "--help"], 0),
    (["info"], 0),
    (["info", "--all"], 0),
    (["runs", "list"], 0),
    (["runs", "path", "lines@latest"], 0),
    (["runs", "rm", "nope", "--yes"], 1),
    (["info", "mnist", "--out", "mnist.png"], 0),
    (["info", "lines.npz", "--image-size", "16"], 0),
    (["train", "--data", "lines.npz", "--dry-run"], 0),
    (["train", "--dry-run"], 0),
    (["train", "--model", "nope"], 2),
    (["train", "--steps", "0"], 2),
    (["train", "--data", "nope"], 2),
    (["train", "--resume", "nope"], 1),
    (["sample", "--digit", "1", "--seeds", "a"], 2),
    (["sample", "--digit", "77"], 2),
    (["sample", "nope", "--digit", "7"], 1),
    (["sample", "pretrained/mnist", "--digit", "7", "--n", "1500", "--scale", "64"], 2),
    (["sample", "pretrained/mnist", "--digit", "all", "--n", "20000", "--out", "x.png"], 2),
    (["montage", "--cols", "0"], 2),
    (["montage", "pretrained/mnist", "--cols", "1000", "--scale", "64"], 2),
    (["gif", "pretrained/mnist", "--mode", "morph", "--frames", "10000", "--scale", "64"], 2),
    (["gif", "--mode", "morph", "--path", "3"], 2),
]


def test_no_torch(trained, tiny_data):
    shutil.copy(tiny_data, "lines.npz")
    lines = json.dumps([arguments for arguments, _ in NEED_NO_TORCH])
    done = subprocess.run([sys.executable, "-c", CODE, lines], capture_output=True, text=True)
    ended = [line.removeprefix("ended: ") for line in done.stdout.splitlines() if "ended: " in line]
    expected = [[arguments, code, []] for arguments, code in NEED_NO_TORCH]
    assert [json.loads(line) for line in ended] == expected, done.stderr


def test_help_reads_no_arrays():
    code = CODE.replace('{"torch", "torchvision", "matplotlib"}', '{"numpy", "scipy"}')
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps([["--help"]])], capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == 'ended: [["--help"], 0, []]', done.stderr


INTERRUPTED_IMPORT = """
import os, signal, sys
from ganctl.__main__ import main

class Interrupt:
    def find_spec(name, *_):
        if name == "ganctl.cli.app":
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, getattr(signal, sys.argv[1]))
sys.meta_path.insert(0, Interrupt)
sys.argv[1:] = ["--version"]
main()
"""


@pytest.mark.parametrize(
    ("before", "code", "out"),
    [("default_int_handler", -signal.SIGINT, ""), ("SIG_IGN", 0, f"ganctl {__version__}\n")],
)
def test_ctrl_c_before_the_first_word_is_quiet_and_nohup_holds(before, code, out):
    command = [sys.executable, "-c", INTERRUPTED_IMPORT, before]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (code, out, "")
