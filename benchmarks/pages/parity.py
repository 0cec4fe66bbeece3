"""How near a page's pixels are to Python's, and how long they take.

    python -m benchmarks.pages.parity pretrained/mnist runs/mine --seeds 1000 --where node chromium

Browsers need what ``browser.cjs`` says.
"""

from __future__ import annotations

import argparse

import numpy as np

from benchmarks.pages.compute import in_page, in_python
from ganctl.pages.generator import generator_page
from ganctl.requests.drawing.sample import asked_of
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import find_source


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    bundled = ["pretrained/mnist", "pretrained/avatars", "pretrained/avatars-words"]
    parser.add_argument("runs", nargs="*", default=bundled)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--where", nargs="+", default=["node"])
    options = parser.parse_args()
    print("| generator | page | where | an image | largest difference | pixels that differ |")
    print("|---|---|---|---|---|---|")
    for run in options.runs:
        source = find_source(run)
        size = len(generator_page(source))
        asked, _ = asked_of(read_checkpoint_header(source.checkpoint).conditioning)
        seeds = range(options.seeds)
        wanted = [asked[seed % len(asked)] for seed in seeds]
        expected = in_python(source, wanted, seeds).astype(int)
        for where in options.where:
            drawn = in_page(source, wanted, seeds, where=where)
            differences = np.abs(drawn.images - expected)
            print(
                f"| {source.reference} | {size / 1e6:.2f} MB | {where} "
                f"| {1000 * drawn.seconds:.1f} ms | {differences.max()} of 255 "
                f"| {(differences > 0).mean():.2%} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
