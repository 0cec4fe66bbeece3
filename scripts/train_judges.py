"""Train the bundled judges of MNIST.

python scripts/train_judges.py FOLDER
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ganctl.engine.data.dataset import load
from ganctl.engine.evaluation.judges import JUDGES, judge_bytes, train_judge
from ganctl.files.atomic import write_atomically

STEPS = 6000
"""More than for other data, since these are trained once for all users."""


def main() -> None:
    """Write both judges, and print the size, accuracy and checksum of each."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    folder = parser.parse_args().folder
    train = load("mnist")
    test = train.test
    assert test is not None
    for name in JUDGES:
        path = folder / f"mnist-{name}.safetensors"
        judge = train_judge(name, train, test, steps=STEPS, on_progress=_say)
        content = judge_bytes(judge, train)
        write_atomically(path, content)
        sys.stdout.write(
            f"{path}: {len(content):,} bytes, {judge.real_accuracy:.2%} of the test digits, "
            f"sha256 of the weights {judge.checksum}\n"
        )


def _say(what: str, done: int, total: int | None) -> None:
    if done % 100 == 0:
        sys.stderr.write(f"{what}: {done} of {total}\n")


if __name__ == "__main__":
    main()
