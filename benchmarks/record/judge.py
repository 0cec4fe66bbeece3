"""Judge samples that any program has written, as the board does.

    python -m benchmarks.record.judge seed1.npz seed2.npz seed3.npz --seconds 58.2 59.0 58.4

Each ``.npz`` has ``images`` uint8 [60000, 28, 28] and ``labels`` [60000] from 0 to 9, as many of
each class as MNIST's training split has, in any order. Prints the figures of each, and which marks
the worst of them reaches. Takes one to three minutes a file, and without ``--no-cas`` most of them
for the classification accuracy score.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.record.board import figures_table, judged_by, table
from benchmarks.record.judging import Judged, Panel, judged
from benchmarks.record.marks import MARKS, Figures, Length, when, worst_of
from benchmarks.record.samples import read_samples
from benchmarks.record.words import plain_errors, progress, say
from ganctl.errors import UsageError


def main() -> None:
    arguments = parsed()
    with plain_errors():
        check(arguments)
        panel = Panel.of_the_board()
        found = [judged_file(path, panel, cas=not arguments.no_cas) for path in arguments.samples]
        columns = {
            str(path): one.samples for path, one in zip(arguments.samples, found, strict=True)
        }
        worst = worst_of([one.samples for one in found])
        if len(found) > 1:
            columns["worst"] = worst
        print(figures_table({**columns, "real test images": found[0].real}))
        print()
        print(marks_table(worst, max(arguments.seconds, default=None)))
        print()
        print(judged_by(panel.checksums, panel.reals.train.fingerprint))


def judged_file(path: Path, panel: Panel, *, cas: bool) -> Judged:
    samples = read_samples(path, panel.reals)
    say(f"judging {path}")
    return judged(samples, panel, cas=cas, on_progress=progress())


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("samples", type=Path, nargs="+", metavar="SAMPLES.npz", help="a file for each seed")
    add(
        "--seconds",
        type=float,
        nargs="+",
        default=[],
        metavar="T",
        help="how long the program of each file ran, from its start to its end",
    )
    add("--no-cas", action="store_true", help="leave out the classification accuracy score")
    return parser.parse_args()


def check(arguments: argparse.Namespace) -> None:
    """Raise ``UsageError`` unless there are seconds for each file, or for none."""
    files, seconds = len(arguments.samples), arguments.seconds
    if seconds and (len(seconds) != files or not all(0 < each < float("inf") for each in seconds)):
        raise UsageError(
            f"--seconds has {len(seconds)} values for {files} files.",
            "Give a number above 0 for each file, or leave it out.",
        )


def marks_table(worst: Figures, seconds: float | None) -> str:
    """Return which marks the worst figures reach, and after how many seconds if these are known."""
    rows = []
    for mark in MARKS:
        if seconds is not None:
            rows.append([mark.title, str(when(mark, [Length(seconds, worst)]))])
        else:
            rows.append([mark.title, {True: "yes", False: "no", None: "–"}[mark.is_reached(worst)]])
    return table(["mark", "reached"], rows)


if __name__ == "__main__":
    main()
