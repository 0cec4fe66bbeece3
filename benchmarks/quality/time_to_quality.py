"""How good are the images after how many seconds? Recipes and a plain port of the classic loop.

    python -m benchmarks.quality.time_to_quality --seeds 1 2 3 --json FILE.jsonl --out FILE.png
    python -m benchmarks.quality.time_to_quality --recipes plain-port --marks 10 20

A recipe whose learning rates fall to zero is as good as it gets only at the end
of its budget. It is therefore shown by the ends of whole runs, one for each of
``--seconds``: each is a process of ``ganctl train --minutes …`` as a user would
start it, timed from the start of Python to its exit, with start-up, previews,
looks and checkpoints. A recipe with constant rates, and the plain port (see
plain_port.py), are shown by one run that is looked at after each of ``--marks``
seconds. There only steps count; start-up and looking do not, so that every
ratio is a little in favour of those. ``--ends`` chooses otherwise which recipes
are shown by ends. Where the rates fall, a run that is looked at has its
greatest mark as its budget.

What is judged is the generator as it is at that moment, and not the best until
then: the average, or the generator itself where there is none. Two judges say
what ``ganctl evaluate`` says; each figure is that of the worse one. Prints a table,
the mean over the seeds and in brackets the worst, and then the seconds to 97%
and 99% of the labels right, beside those of the first of ``--recipes``. A time
is that of the first row that is there, so it is up to one mark too long.

With ``--json`` every row is kept when it is made, with the states of the runs
in a folder beside the file, so that the same command goes on after Ctrl-C;
``--show`` makes table and picture again of what is kept. Rows of another
version of a recipe need another file.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.quality.quality_picture import picture
from benchmarks.quality.quality_rows import (
    Row,
    Spot,
    print_rows,
    print_times,
    read_rows,
    write_rows,
)
from benchmarks.quality.snapshots import (
    judged,
    save_snapshot,
    say,
    snapshot_path,
    train_loop,
    train_whole,
    workshop,
)
from benchmarks.speed.plain_port import PlainPort
from ganctl.engine.training.loop import train
from ganctl.files.atomic import write_atomically
from ganctl.requests.checks import values
from ganctl.requests.recipes import Model, RecipeName, recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run

MODEL = Model.CGAN
PLAIN_PORT = "plain-port"
NEVER = 10**9
LONG = 1e6


def main() -> None:
    arguments = parsed()
    spots = list(planned(arguments))
    kept = read_rows(arguments.json)
    interrupted = False
    try:
        with workshop(arguments.json) as folder:
            for spot in [] if arguments.show else spots:
                known = kept.get(spot)
                if known and known.judged == arguments.judged and not lacks_cas(known, arguments):
                    continue
                kept[spot] = measured(spot, folder, arguments)
                write_rows(arguments.json, kept)
    except KeyboardInterrupt:
        interrupted = True
        say("stopped; " + ("the same command goes on" if arguments.json else "nothing is kept"))
    found = {spot: kept[spot] for spot in spots if spot in kept}
    if found:
        print_rows(found)
        print_times(found)
        if arguments.out:
            write_atomically(arguments.out, picture(found))
    sys.exit(130 if interrupted else 0)


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    recipes = [*values(RecipeName), PLAIN_PORT]
    falling = [name for name in values(RecipeName) if falls(name)]
    add = parser.add_argument
    add("--recipes", nargs="+", choices=recipes, default=["modern", "classic", PLAIN_PORT])
    add(
        "--ends",
        nargs="*",
        choices=values(RecipeName),
        default=falling,
        metavar="RECIPE",
        help=f"those to show by the ends of whole runs; by default {', '.join(falling)}",
    )
    add(
        "--seconds",
        type=float,
        nargs="+",
        default=[15, 30, 45, 60, 120, 300],
        help="budgets of whole runs",
    )
    add(
        "--marks",
        type=float,
        nargs="+",
        default=[60, 120, 240, 480, 960, 1920],
        help="seconds after which the others are looked at",
    )
    add("--seeds", type=int, nargs="+", default=[1])
    add("--judged", type=int, default=10_000, metavar="N", help="images to judge")
    add("--cas", action="store_true", help="the classification accuracy score too: minutes a row")
    add("--json", type=Path, metavar="FILE", help="keep the rows here, and go on from them")
    add("--out", type=Path, metavar="FILE.png", help="draw the picture here")
    add("--show", action="store_true", help="train nothing: show what --json has")
    return parser.parse_args()


def falls(recipe: str) -> bool:
    return recipe != PLAIN_PORT and recipe_for(RecipeName(recipe), MODEL).decay_from < 1


def planned(arguments: argparse.Namespace) -> Iterator[Spot]:
    """Yield all spots; a seed of every recipe comes before the next seed."""
    for seed in arguments.seeds:
        for recipe in dict.fromkeys(arguments.recipes):
            if recipe in arguments.ends:
                for mark in sorted(set(arguments.seconds)):
                    yield Spot(recipe, True, mark, mark, seed)
            else:
                budget = max(arguments.marks) if falls(recipe) else None
                for mark in sorted(set(arguments.marks)):
                    yield Spot(recipe, False, budget, mark, seed)


def measured(spot: Spot, folder: Path, arguments: argparse.Namespace) -> Row:
    """Train as far as the spot, unless that was done, and judge what is there."""
    path = snapshot_path(spot, folder)
    if not path.exists():
        say(f"{spot.series}, seed {spot.seed}: training for {spot.mark:g} s")
        take_snapshot(spot, folder / spot.run, path)
    say(f"{spot.series}, seed {spot.seed}: judging what {spot.mark:g} s gave")
    return judged(path, arguments.judged, cas=arguments.cas)


def take_snapshot(spot: Spot, folder: Path, path: Path) -> None:
    """Write the generator that samples are drawn from, with the seconds that count for it."""
    if spot.whole_run:
        options = {"recipe": spot.recipe, "minutes": spot.mark / 60, "seed": spot.seed}
        seconds, source = train_whole(options, folder)
    else:
        source = train_port(spot, folder) if spot.recipe == PLAIN_PORT else train_on(spot, folder)
        seconds = read_checkpoint_header(source).progress.seconds
    save_snapshot(source, seconds, path)
    if spot.whole_run:
        shutil.rmtree(folder)


def train_on(spot: Spot, folder: Path) -> Path:
    """Begin a run or go on with it, until the mark; return its checkpoint there."""
    if (folder / "run.json").exists():
        run = Run.open(folder)
    else:
        config = TrainRequest(
            model=MODEL.value,
            recipe=spot.recipe,
            minutes=LONG if spot.budget is None else spot.budget / 60,
            seed=spot.seed,
            preview_every=NEVER,
            checkpoint_every=NEVER,
            keep=0,
        )
        run = Run.new(folder, config)
    trained = (
        read_checkpoint_header(run.latest_checkpoint()).progress.seconds
        if run.checkpoints()
        else 0.0
    )
    if trained < spot.mark:
        for _ in train(run, should_stop=StopAfter(spot.mark - trained)):
            pass
    return run.latest_checkpoint()


class StopAfter:
    """Says after so many seconds that it is time to stop; they begin when it is first asked."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start: float | None = None

    def __call__(self) -> bool:
        now = time.monotonic()
        if self._start is None:
            self._start = now
        return now - self._start >= self._seconds


def train_port(spot: Spot, folder: Path) -> Path:
    """Begin the plain port's training or go on with it, until the mark; return its checkpoint."""
    return train_loop(PlainPort(spot.seed), spot, folder / "latest.safetensors")


def lacks_cas(row: Row, arguments: argparse.Namespace) -> bool:
    return arguments.cas and "cas" not in row.samples


if __name__ == "__main__":
    main()
