"""How good are the images after how many seconds? Recipes and a plain port of the classic loop.

    python benchmarks/time_to_quality.py --seeds 1 2 3 --json FILE.jsonl --out FILE.png
    python benchmarks/time_to_quality.py --recipes modern plain-port --seconds 10 --marks 10 20

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
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator
from plain_port import CLASSES, DATA, SPEC, PlainPort

from ganctl import __version__
from ganctl.card import Card, read_card
from ganctl.config import train_config, values
from ganctl.engine import checkpoint
from ganctl.engine.evaluate.evaluate import evaluate
from ganctl.engine.train import train
from ganctl.evaluation import Evaluation
from ganctl.files import write_atomically
from ganctl.locate import find_source
from ganctl.recipes import Model, RecipeName, recipe_for
from ganctl.runs import Run

MODEL = Model.CGAN
PLAIN_PORT = "plain-port"
TARGETS = (0.97, 0.99)
NEVER = 10**9
LONG = 1e6


@dataclass(frozen=True)
class Spot:
    """Where a recipe is looked at: ``mark`` seconds after the start of a run.

    ``budget`` is what the learning rates fall over, in seconds, and None where they are constant.
    """

    recipe: str
    whole_run: bool
    budget: float | None
    mark: float
    seed: int

    @property
    def series(self) -> str:
        """What is drawn as one line."""
        return f"{self.recipe}, {'whole runs' if self.whole_run else 'one run'}"

    @property
    def run(self) -> str:
        """A name for the run, which other spots may share."""
        length = "" if self.budget is None else f"-{self.budget:g}s"
        return f"{self.recipe}{'-whole' if self.whole_run else ''}{length}-seed{self.seed}"


@dataclass(frozen=True)
class Row:
    """What was found there: each measure by its name, and that of as many real images."""

    seconds: float
    images: int
    samples: dict[str, float]
    real: dict[str, float]
    judged: int
    threads: int
    torch: str


@dataclass(frozen=True)
class Measure:
    """A column of the table, and a panel of the picture."""

    name: str
    title: str
    form: str
    scale: str
    worst: Callable[[Sequence[float]], float]


MEASURES = (
    Measure("label_accuracy", "labels right", "{:.2%}", "logit", min),
    Measure("times_floor", "feature distance, × floor", "{:.1f}", "log", max),
    Measure("density", "density", "{:.3f}", "linear", min),
    Measure("coverage", "coverage", "{:.3f}", "linear", min),
    Measure("cas", "CAS", "{:.2%}", "logit", min),
)

Kept = dict[Spot, Row]


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


@contextmanager
def workshop(kept: Path | None) -> Iterator[Path]:
    """Give a folder for the runs, which is ganctl's home meanwhile, so that ``latest`` stays."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept.with_name(f"{kept.stem}-runs") if kept else Path(temporary)
        os.environ["GANCTL_HOME"] = str(folder.absolute())
        yield folder.absolute()


def measured(spot: Spot, folder: Path, arguments: argparse.Namespace) -> Row:
    """Train as far as the spot, unless that was done, and judge what is there."""
    path = folder / "snapshots" / f"{spot.run}-at-{spot.mark:g}s.safetensors"
    if not path.exists():
        say(f"{spot.series}, seed {spot.seed}: training for {spot.mark:g} s")
        take_snapshot(spot, folder / spot.run, path)
    say(f"{spot.series}, seed {spot.seed}: judging what {spot.mark:g} s gave")
    progress = read_card(path).progress
    evaluation = evaluate(find_source(str(path)), n=arguments.judged, cas=arguments.cas)
    samples, real = figures(evaluation)
    return Row(
        seconds=progress["seconds"],
        images=int(progress["images_seen"]),
        samples=samples,
        real=real,
        judged=arguments.judged,
        threads=torch.get_num_threads(),
        torch=torch.__version__,
    )


def take_snapshot(spot: Spot, folder: Path, path: Path) -> None:
    """Write the generator that samples are drawn from, with the seconds that count for it."""
    if spot.whole_run:
        seconds, source = train_whole(spot, folder)
    else:
        source = train_port(spot, folder) if spot.recipe == PLAIN_PORT else train_on(spot, folder)
        seconds = read_card(source).progress["seconds"]
    generator, card = checkpoint.load_generator(source)
    timed = replace(card, progress={**card.progress, "seconds": seconds})
    checkpoint.save_generator(generator, timed, path, torch.float32)
    if spot.whole_run:
        shutil.rmtree(folder)


def train_whole(spot: Spot, folder: Path) -> tuple[float, Path]:
    """Train by the command line; return the seconds of the process and its last checkpoint."""
    if folder.exists():  # An interrupted run was not timed as a whole.
        shutil.rmtree(folder)
    options = {"recipe": spot.recipe, "minutes": spot.mark / 60, "seed": spot.seed, "out": folder}
    command = [sys.executable, "-m", "ganctl", "train", "--quiet"]
    start = time.monotonic()
    subprocess.run(
        [*command, *(f"--{option}={value}" for option, value in options.items())],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds = time.monotonic() - start
    return seconds, Run.open(folder).latest_checkpoint()


def train_on(spot: Spot, folder: Path) -> Path:
    """Begin a run or go on with it, until the mark; return its checkpoint there."""
    if (folder / "run.json").exists():
        run = Run.open(folder)
    else:
        config = train_config(
            model=MODEL.value,
            recipe=spot.recipe,
            minutes=LONG if spot.budget is None else spot.budget / 60,
            seed=spot.seed,
            preview_every=NEVER,
            checkpoint_every=NEVER,
            keep=0,
        )
        run = Run.new(folder, config)
    trained = read_card(run.latest_checkpoint()).progress["seconds"] if run.checkpoints() else 0.0
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
    port, path = PlainPort(spot.seed), folder / "latest.safetensors"
    state = port.state
    if path.exists():
        checkpoint.load_state(state, path)
    # So that a later part of the training does not draw again what the first one drew.
    torch.manual_seed(1000 * spot.seed + state.step)
    start = time.monotonic() - state.seconds
    while state.seconds < spot.mark:
        port.step()
        state.seconds = time.monotonic() - start
    state.generator_ema.load_state_dict(state.generator.state_dict())
    card = Card(
        ganctl_version=__version__,
        model=MODEL.value,
        recipe=PLAIN_PORT,
        data=DATA,
        classes=tuple(map(str, range(CLASSES))),
        network=SPEC,
        progress={
            "step": state.step,
            "images_seen": state.images_seen,
            "seconds": state.seconds,
        },
    )
    checkpoint.save_state(state, card, path)
    return path


def figures(evaluation: Evaluation) -> tuple[dict[str, float], dict[str, float]]:
    """Return each measure of the samples, and of real images."""
    labels = evaluation.labels
    if labels is None or labels.real.label_accuracy is None:
        raise ValueError("a model without labels is never right about them")
    samples = {
        "label_accuracy": labels.samples.label_accuracy or 0.0,
        "times_floor": evaluation.distance.times_floor,
        "density": evaluation.density.samples.density,
        "coverage": evaluation.coverage.samples.coverage,
    }
    real = {
        "label_accuracy": labels.real.label_accuracy,
        "times_floor": 1.0,
        "density": evaluation.density.real.density,
        "coverage": evaluation.coverage.real.coverage,
    }
    if evaluation.cas is not None and evaluation.cas_real is not None:
        samples["cas"], real["cas"] = evaluation.cas, evaluation.cas_real
    return samples, real


def lacks_cas(row: Row, arguments: argparse.Namespace) -> bool:
    return arguments.cas and "cas" not in row.samples


def read_rows(path: Path | None) -> Kept:
    if path is None or not path.exists():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {Spot(**line["spot"]): Row(**line["row"]) for line in lines}


def write_rows(path: Path | None, kept: Mapping[Spot, Row]) -> None:
    if path is None:
        return
    lines = [{"spot": asdict(spot), "row": asdict(row)} for spot, row in kept.items()]
    write_atomically(path, "".join(json.dumps(line) + "\n" for line in lines).encode())


Group = list[Row]
"""The rows of all seeds at one mark."""


def by_series(found: Mapping[Spot, Row]) -> dict[str, list[Group]]:
    """Return the groups of each series, by their marks."""
    groups: dict[str, dict[float, Group]] = {}
    for spot, row in found.items():
        groups.setdefault(spot.series, {}).setdefault(spot.mark, []).append(row)
    return {
        series: [group for _, group in sorted(marks.items())] for series, marks in groups.items()
    }


def shown_measures(found: Mapping[Spot, Row]) -> list[Measure]:
    return [m for m in MEASURES if all(m.name in row.samples for row in found.values())]


def numbers(group: Group, measure: Measure) -> list[float]:
    return [row.samples[measure.name] for row in group]


def seconds_of(group: Group) -> float:
    return statistics.mean(row.seconds for row in group)


def print_rows(found: Mapping[Spot, Row]) -> None:
    measures, rows = shown_measures(found), list(found.values())
    made = sorted({(row.threads, row.torch, row.judged) for row in rows})
    for threads, version, judged in made:
        print(f"threads: {threads}, torch {version}, {judged:,} images judged")
    print()
    print(f"| recipe | seconds | images | {' | '.join(m.title for m in measures)} | seeds |")
    print("|---|" + "---|" * (len(measures) + 3))
    real = [m.form.format(statistics.mean(row.real[m.name] for row in rows)) for m in measures]
    print(f"| real images | | | {' | '.join(real)} | |")
    for series, groups in by_series(found).items():
        for group in groups:
            images = statistics.mean(row.images for row in group)
            cells = [cell(numbers(group, m), m) for m in measures]
            print(
                f"| {series} | {seconds_of(group):,.1f} | {images:,.0f} | {' | '.join(cells)} "
                f"| {len(group)} |"
            )


def cell(found: Sequence[float], measure: Measure) -> str:
    mean = measure.form.format(statistics.mean(found))
    return mean if len(found) == 1 else f"{mean} ({measure.form.format(measure.worst(found))})"


def print_times(found: Mapping[Spot, Row]) -> None:
    """Print the seconds to each target, and how many times those of the first series they are."""
    series = by_series(found)
    first = next(iter(series))
    titles = [f"{target:.0%} right | every seed | × {first}" for target in TARGETS]
    print(f"\n| | {' | '.join(titles)} |")
    print("|---|" + "---|---|---|" * len(TARGETS))
    for name, groups in series.items():
        cells = []
        for target in TARGETS:
            base = seconds_to(target, series[first], statistics.mean)
            ours = seconds_to(target, groups, statistics.mean)
            bound = seconds_of(groups[-1])
            cells += [
                time_or_bound(ours, bound),
                time_or_bound(seconds_to(target, groups, min), bound),
                ratio(ours, bound, base),
            ]
        print(f"| {name} | {' | '.join(cells)} |")


def seconds_to(
    target: float, groups: Sequence[Group], of_seeds: Callable[[Sequence[float]], float]
) -> float | None:
    """Return the seconds of the first group that has so many labels right; None if none has."""
    there = (g for g in groups if of_seeds(numbers(g, MEASURES[0])) >= target)
    return next(map(seconds_of, there), None)


def time_or_bound(seconds: float | None, bound: float) -> str:
    return f"not within {bound:,.0f} s" if seconds is None else f"{seconds:,.0f} s"


def ratio(seconds: float | None, bound: float, base: float | None) -> str:
    if base is None:
        return "–"
    return f"> {bound / base:.1f}" if seconds is None else f"{seconds / base:.1f}"


def picture(found: Mapping[Spot, Row]) -> bytes:
    """Return a PNG: a panel for each measure, a line for each series, a band down to the worst."""
    measures, series = shown_measures(found), by_series(found)
    figure = Figure(figsize=(9.5, 3.2 * -(-len(measures) // 2)), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(-(-len(measures) // 2), 2, squeeze=False, sharex=True).flatten()
    for axes, measure in zip(panels, measures, strict=False):
        for name, groups in series.items():
            draw(axes, measure, name, groups)
        real = statistics.mean(row.real[measure.name] for row in found.values())
        axes.axhline(real, color="black", linestyle=":", linewidth=1, label="real images")
        axes.set_title(measure.title, fontsize="medium")
        axes.grid(alpha=0.3)
        set_scale(axes, measure, found)
    for axes in panels[len(measures) :]:
        axes.set_axis_off()
    set_time(list(panels), [row.seconds for row in found.values()])
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=len(handles), frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110, metadata={"Software": None})
    return buffer.getvalue()


def draw(axes: Axes, measure: Measure, name: str, groups: Sequence[Group]) -> None:
    times = [seconds_of(group) for group in groups]
    means = [statistics.mean(inside(numbers(group, measure), measure)) for group in groups]
    worst = [measure.worst(inside(numbers(group, measure), measure)) for group in groups]
    (line,) = axes.plot(times, means, marker="o", markersize=4, label=name)
    axes.fill_between(times, means, worst, color=line.get_color(), alpha=0.2, linewidth=0)


def inside(found: Sequence[float], measure: Measure) -> list[float]:
    """Return numbers that the panel's scale can show: on a logit one 0 and 1 lie at infinity."""
    if measure.scale != "logit":
        return list(found)
    return [min(max(number, 1e-3), 1 - 1e-4) for number in found]


def set_scale(axes: Axes, measure: Measure, found: Mapping[Spot, Row]) -> None:
    axes.set_yscale(measure.scale)
    if measure.scale == "linear":
        axes.set_ylim(bottom=0)
    if measure.scale == "log":
        axes.yaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_minor_formatter(NullFormatter())
    if measure.scale == "logit":
        ticks = [0.1, 0.5, 0.8, 0.9, *TARGETS, 0.995, 0.999]
        axes.set_yticks(ticks, [f"{100 * tick:g}%" for tick in ticks])
        axes.yaxis.set_minor_locator(NullLocator())
        numbers = [row.samples[measure.name] for row in found.values()]
        axes.set_ylim(min(inside(numbers, measure)) * 0.9, 0.9995)


TIMES: dict[float, str] = {
    **{seconds: f"{seconds} s" for seconds in (1, 2, 5, 10, 15, 30)},
    **{60 * minutes: f"{minutes} min" for minutes in (1, 2, 5, 10, 30)},
    **{3600 * hours: f"{hours} h" for hours in (1, 2, 5, 10, 24)},
}


def set_time(panels: Sequence[Axes], seconds: Sequence[float]) -> None:
    least, most = min(seconds) / 1.15, max(seconds) * 1.15
    ticks = [time for time in TIMES if least <= time <= most]
    for axes in panels:
        axes.set_xscale("log")
        axes.set_xlim(least, most)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks(ticks, [TIMES[tick] for tick in ticks])
        axes.tick_params(axis="x", labelbottom=True, labelsize="small")
        axes.tick_params(axis="y", labelsize="small")


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
