"""How long until 97% of the labels are right? ganctl, and loops that people use.

    python -m benchmarks.peers.race --json FILE.jsonl
    python -m benchmarks.peers.race --json FILE.jsonl --peers ganctl fully-connected --most 960
    python -m benchmarks.peers.race --json FILE.jsonl --show

Each peer trains on MNIST's training split, with one thread, and is looked at after each of
``--marks`` seconds until a look finds the target, or ``--most`` seconds are over: first all peers
at the first mark, then those that are not there yet at the next. Only steps count for them;
start-up, looking and saving do not. ganctl is looked at by the ends of whole processes of
``ganctl train --minutes …``, one for each of ``--lengths``, from the start of Python to its exit.
So every ratio is a little in the peers' favour.

Two judges say what ``ganctl evaluate`` says; each figure is that of the worse one. A peer's time
lies between the last look that was not enough and the first one that was, and its ratio between
these two over ganctl's time; where machines or threads differ there is none.

The rows are kept in ``--json`` when they are made, and the states of the trainings in a folder
beside it, so that the same command goes on after Ctrl-C; ``--show`` trains nothing. A file is of
one machine, one number of threads and of judged images, and one version of ganctl.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import torch

from benchmarks.peers import convolutional, fully_connected
from benchmarks.peers.convolutional import Convolutional
from benchmarks.peers.fully_connected import FullyConnected
from benchmarks.peers.times import print_times
from benchmarks.quality.quality_rows import Kept, Row, Spot, read_rows, write_rows
from benchmarks.quality.snapshots import (
    Loop,
    judged,
    save_snapshot,
    say,
    snapshot_path,
    train_loop,
    train_whole,
    workshop,
)
from benchmarks.speed.plain_port import PlainPort
from ganctl.runs.checkpoint_header import read_checkpoint_header

GANCTL = "ganctl"
LOOPS: dict[str, Callable[[int], Loop]] = {
    "plain-port": PlainPort,
    fully_connected.NAME: FullyConnected,
    convolutional.NAME: Convolutional,
}
MARKS = (60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 28800)
LENGTHS = (0.3, 0.5, 0.7, 1)


def main() -> None:
    arguments = parsed()
    torch.set_num_threads(arguments.threads)
    spots = list(planned(arguments))
    kept = read_rows(arguments.json)
    interrupted = False
    try:
        if not arguments.show:
            with workshop(arguments.json) as folder:
                race(
                    spots,
                    kept,
                    look=lambda spot: measured(spot, folder, arguments),
                    keep=lambda: write_rows(arguments.json, kept),
                    target=arguments.target,
                )
    except KeyboardInterrupt:
        interrupted = True
        say("stopped; the same command goes on")
    looks = {
        peer: looks_of(peer, spots, kept, arguments.target)
        for peer in dict.fromkeys(spot.recipe for spot in spots)
    }
    print_times(looks, GANCTL, arguments.target)
    sys.exit(130 if interrupted else 0)


def parsed(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    peers = [GANCTL, *LOOPS]
    add = parser.add_argument
    add("--peers", nargs="+", choices=peers, default=peers)
    add("--marks", type=float, nargs="+", default=MARKS, help="seconds at which to look at loops")
    add("--most", type=float, default=28_800, metavar="SECONDS", help="no longer than that")
    add("--lengths", type=float, nargs="+", default=LENGTHS, help="minutes of ganctl's processes")
    add("--target", type=float, default=0.97, metavar="SHARE", help="labels right, 0 to 1")
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=1)
    add("--judged", type=int, default=10_000, metavar="N", help="images to judge at each look")
    add("--json", type=Path, metavar="FILE", required=True, help="keep the rows here, and go on")
    add("--show", action="store_true", help="train nothing: show what --json has")
    return parser.parse_args(argv)


def planned(arguments: argparse.Namespace) -> Iterator[Spot]:
    """Yield where to look at each peer, until one is there."""
    for peer in dict.fromkeys(arguments.peers):
        if peer == GANCTL:
            for minutes in sorted(set(arguments.lengths)):
                yield Spot(peer, True, 60 * minutes, 60 * minutes, arguments.seed)
        else:
            marks = {mark for mark in arguments.marks if mark < arguments.most}
            for mark in sorted({*marks, arguments.most}):
                yield Spot(peer, False, None, mark, arguments.seed)


def race(
    spots: Sequence[Spot],
    kept: Kept,
    *,
    look: Callable[[Spot], Row],
    keep: Callable[[], None],
    target: float,
) -> None:
    """Look at each spot that is not kept, by mark, leaving out peers that are there already.

    Args:
        spots: where to look.
        kept: what was found earlier; what is found is added.
        look: trains as far as a spot, and judges.
        keep: called after each look.
        target: the share of labels right that is looked for.
    """
    there: set[str] = set()
    for spot in sorted(spots, key=lambda spot: spot.mark):
        if spot.recipe in there:
            continue
        if spot not in kept:
            kept[spot] = look(spot)
            keep()
        if is_there(kept[spot], target):
            there.add(spot.recipe)


def looks_of(
    peer: str, spots: Sequence[Spot], kept: Mapping[Spot, Row], target: float
) -> list[Row]:
    """Return what was found of a peer by its seconds, up to the first look at which it is there."""
    rows = [kept[spot] for spot in spots if spot.recipe == peer and spot in kept]
    rows.sort(key=lambda row: row.seconds)
    first = next((k for k, row in enumerate(rows) if is_there(row, target)), len(rows))
    return rows[: first + 1]


def is_there(row: Row, target: float) -> bool:
    return row.samples["label_accuracy"] >= target


def measured(spot: Spot, folder: Path, arguments: argparse.Namespace) -> Row:
    """Train as far as the spot, unless that was done, and judge what is there."""
    path = snapshot_path(spot, folder)
    if not path.exists():
        say(f"{spot.recipe}: training until {spot.mark:,g} s")
        save_snapshot(*trained(spot, folder / spot.run, arguments.threads), path)
        if spot.whole_run:
            shutil.rmtree(folder / spot.run)
    row = judged(path, arguments.judged)
    right, coverage = row.samples["label_accuracy"], row.samples["coverage"]
    say(f"{spot.recipe}: {row.seconds:,.1f} s, {right:.2%} right, coverage {coverage:.3f}")
    return row


def trained(spot: Spot, folder: Path, threads: int) -> tuple[Path, float]:
    """Train until a spot; return the checkpoint there and the seconds that count for it."""
    if spot.whole_run:
        options = {"minutes": spot.mark / 60, "seed": spot.seed}
        seconds, source = train_whole(options, folder, threads=threads)
        return source, seconds
    source = train_loop(LOOPS[spot.recipe](spot.seed), spot, folder / "latest.safetensors")
    return source, read_checkpoint_header(source).progress.seconds


if __name__ == "__main__":
    main()
