"""Run an entry of the record, and print its row of the board.

    python -m benchmarks.record.run --lengths 0.7 1 2 5 20 --json record.jsonl
    python -m benchmarks.record.run --lengths 1 5 --json record.jsonl -- \\
        ganctl train --model gan-cls --minutes {minutes} --seed {seed} --out {out}
    python -m benchmarks.record.run --lengths 10 --json record.jsonl --name mine \\
        --draw 'python draw.py {out}' -- python train.py {minutes} {seed} {out}

For each length and seed the command after ``--`` is started and timed, from its start to its end;
by default it is ``ganctl train`` of this checkout. In its words ``{minutes}`` is the length,
``{seed}`` the seed, ``{python}`` this Python, and ``{out}`` a path where nothing is. It must leave
there a folder that is a run of ganctl, whose last checkpoint is then drawn from; or the samples, as
``benchmarks.record.judge`` reads them, at ``{out}.npz``. The command of ``--draw`` may write these
instead, from what the first one left; it is not timed, and must not learn.

Each training is kept in ``--json`` when it is judged, and its result until then in a folder beside
it: after Ctrl-C the same command goes on. ``--show`` prints what is kept.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.record.board import board, judged_by, lengths_table
from benchmarks.record.judging import CHECKSUMS, FINGERPRINT, Panel
from benchmarks.record.kept import Entry, Trial, find, keep, read_records
from benchmarks.record.machine import this_machine
from benchmarks.record.marks import SEEDS
from benchmarks.record.trial import measured
from benchmarks.record.words import plain_errors, say
from ganctl import __version__
from ganctl.errors import FileError, UsageError
from ganctl.files.atomic import check_file

TRAIN = "{python} -m ganctl train --quiet --minutes {minutes} --seed {seed} --out {out}"
PACKAGE = Path(__file__).parents[2] / "ganctl"
STOPPED = 130


def main() -> None:
    own, command = split_at_dashes(sys.argv[1:])
    arguments = parsed(own)
    stopped = False
    with plain_errors():
        kept = arguments.json
        check_judges(kept)
        if not arguments.show:
            trials = planned(arguments, entry_of(arguments, command))
            check_file(kept)
            try:
                measure_all(trials, kept, cas=not arguments.no_cas)
            except KeyboardInterrupt:
                say("stopped; the same command goes on")
                stopped = True
        if records := read_records(kept):
            print(lengths_table(records))
            print(board(records))
            print()
            print(judged_by(CHECKSUMS, FINGERPRINT))
    sys.exit(STOPPED if stopped else 0)


def split_at_dashes(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the words before the first ``--``, and those after it."""
    if "--" not in words:
        return list(words), []
    place = words.index("--")
    return list(words[:place]), list(words[place + 1 :])


def parsed(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").splitlines()[0], usage="%(prog)s [options] [-- COMMAND …]"
    )
    add = parser.add_argument
    add("--lengths", type=float, nargs="+", default=[0.7, 1, 2, 5, 20], metavar="MINUTES")
    add("--seeds", type=int, nargs="+", choices=SEEDS, default=list(SEEDS))
    add("--json", type=Path, required=True, metavar="FILE", help="keep what is measured here")
    add("--name", default="", help="the program's name on the board, with its version")
    add("--draw", default="", metavar="COMMAND", help="what draws the samples, untimed")
    add("--processor", default="", help="its name, if it is not found by itself")
    add("--no-cas", action="store_true", help="leave out the classification accuracy score")
    add("--show", action="store_true", help="run nothing: print what is kept")
    arguments = parser.parse_args(words)
    arguments.machine = this_machine(arguments.processor)
    return arguments


def entry_of(arguments: argparse.Namespace, command: Sequence[str]) -> Entry:
    """Return the program that is asked for.

    Raises:
        UsageError: a placeholder that it needs is missing.
    """
    if not command:
        if arguments.draw:
            raise UsageError("--draw belongs to a command.", "Give that after --.")
        return Entry(arguments.name or this_checkout(), tuple(TRAIN.split()))
    needed = ["{out}", "{seed}"] + ["{minutes}"] * (len(set(arguments.lengths)) > 1)
    if missing := [each for each in needed if not any(each in word for word in command)]:
        raise UsageError(
            f"The command after -- has no {' and no '.join(missing)}.",
            "Put it where the program takes the path of its result, its seed, its length.",
        )
    try:
        draw = tuple(shlex.split(arguments.draw))
    except ValueError as error:
        raise UsageError(f"--draw is not a command: {error}.", "Check its quotes.") from error
    if draw and not any("{out}" in word for word in draw):
        raise UsageError("--draw has no {out}.", "Put it where that takes the result's path.")
    return Entry(arguments.name or shlex.join(command), tuple(command), draw)


def this_checkout() -> str:
    """Return ganctl's version, the commit that last changed it, and a hash of other changes."""
    commit = _git("log", "-1", "--format=%h", "--", str(PACKAGE))
    if not commit:
        return f"ganctl {__version__}"
    new = _git("ls-files", "--others", "--exclude-standard", "-z", str(PACKAGE)).split("\0")
    contents = [(PACKAGE / name).read_bytes() for name in new if name]
    changes = _git("diff", "HEAD", "--binary", "--", str(PACKAGE)).encode()
    changed = ""
    if changes or contents:
        digest = hashlib.sha256(changes + b"".join(contents)).hexdigest()
        changed = f" with changes {digest[:7]}"
    return f"ganctl {__version__} ({commit}{changed})"


def _git(*words: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(PACKAGE), *words], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def planned(arguments: argparse.Namespace, entry: Entry) -> list[Trial]:
    """Return all trainings: all seeds of a length come before the next length.

    Raises:
        UsageError: a length is no time.
    """
    lengths = sorted(set(arguments.lengths))
    if not all(0 < minutes < float("inf") for minutes in lengths):
        raise UsageError("--lengths has one that is no time.", "Give minutes above 0.")
    seeds = sorted(set(arguments.seeds))
    return [Trial(entry, arguments.machine, each, seed) for each in lengths for seed in seeds]


def check_judges(kept: Path) -> None:
    """Refuse a file of trainings that others than the board's judges have judged.

    Raises:
        FileError: it is such a file, or none of records.
    """
    for one in read_records(kept):
        if (one.judges, one.data) != (CHECKSUMS, FINGERPRINT):
            raise FileError(
                f"Some of {kept} was judged by other judges or on other data than the board's.",
                "Name another file with --json.",
            )


def measure_all(trials: Sequence[Trial], kept: Path, *, cas: bool) -> None:
    """Train and judge what is not kept yet, and keep it."""
    panel = None
    for trial in trials:
        if find(read_records(kept), trial, cas=cas):
            continue
        panel = panel or Panel.of_the_board()
        keep(kept, measured(trial, kept.with_name(f"{kept.stem}-runs").absolute(), panel, cas=cas))


if __name__ == "__main__":
    main()
