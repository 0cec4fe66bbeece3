"""The rows of time_to_quality.py, as tables: what was found of which recipe after how long."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ganctl.files.atomic import write_atomically

TARGETS = (0.97, 0.99)


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
    """What was found there: each measure by its name, and that of as many real images.

    ``machine`` and ``date`` say where and when; rows from before they were kept have neither.
    """

    seconds: float
    images: int
    samples: dict[str, float]
    real: dict[str, float]
    judged: int
    threads: int
    torch: str
    machine: str = ""
    date: str = ""


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
