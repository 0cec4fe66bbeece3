"""What comes out of a sweep: figures of each run, and of each combination over its seeds."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ganctl._version import __version__
from ganctl.files.atomic import write_atomically
from ganctl.requests.budget import LENGTHS
from ganctl.runs.evaluation.metrics import METRICS, Metric
from ganctl.sweeps.members import Member, State
from ganctl.sweeps.plan import Combination, value_text
from ganctl.sweeps.sweep import Sweep

FORMAT = "ganctl-sweep-results"
FORMAT_VERSION = 1
OVER_FLOOR = "_over_floor"


@dataclass(frozen=True)
class Point:
    """A figure of one run: its value, and a rank that is greater for a better one."""

    value: float
    rank: float


@dataclass(frozen=True)
class Measure:
    """A column of the results: how it is called and shown, and how a run's figure is found.

    Args:
        key: its name in the files.
        label: its name in the table.
        text: shows a value.
        read: returns a run's figure; None where it was not measured.
        is_judged: whether a best combination is sought.
    """

    key: str
    label: str
    text: Callable[[float], str]
    read: Callable[[Member], Point | None]
    is_judged: bool = True


def _of_metric(metric: Metric) -> Measure:
    def read(member: Member) -> Point | None:
        figure = member.evaluation and member.evaluation.figures().get(metric.key)
        return Point(metric.compared(figure), metric.better(figure)) if figure else None

    if not metric.floor:
        return Measure(metric.key, metric.column or metric.label, metric.text, read)
    return Measure(f"{metric.key}{OVER_FLOOR}", "× floor", "{:.2f}".format, read)


def _seconds(member: Member) -> Point | None:
    seconds = member.progress.seconds
    return Point(seconds, -seconds) if member.state is State.DONE else None


def _images(member: Member) -> Point | None:
    images = member.progress.images_seen
    return Point(images, images) if member.state is State.DONE else None


MEASURES = (
    *map(_of_metric, METRICS),
    Measure("seconds", "seconds", "{:,.0f}".format, _seconds, is_judged=False),
    Measure("images_seen", "images", "{:,.0f}".format, _images, is_judged=False),
)
"""Every metric of ``evaluate``, and what the trainings took."""


@dataclass(frozen=True)
class Summary:
    """A measure over the runs of one combination, of those that have it.

    ``spread`` is the highest value minus the lowest. ``ranks`` are the lowest and the highest.
    """

    mean: float
    worst: float
    spread: float
    runs: int
    rank: float
    ranks: tuple[float, float]

    @classmethod
    def of(cls, points: Sequence[Point]) -> Summary:
        """Return the summary of one figure or more."""
        values, ranks = [each.value for each in points], [each.rank for each in points]
        worst = min(points, key=lambda each: each.rank)
        return cls(
            mean=fmean(values),
            worst=worst.value,
            spread=max(values) - min(values),
            runs=len(points),
            rank=fmean(ranks),
            ranks=(min(ranks), max(ranks)),
        )

    def overlaps(self, better: Summary) -> bool:
        """Return whether the best run here is as good as the worst of a better combination."""
        return self.ranks[1] >= better.ranks[0]


@dataclass(frozen=True)
class Results:
    """What came out of a sweep by now.

    ``summaries`` has those of each combination by the key of the measure, where one of its runs
    has it.
    """

    sweep: Sweep
    members: Sequence[Member]
    combinations: tuple[Combination, ...]
    summaries: tuple[dict[str, Summary], ...]

    @classmethod
    def of(cls, sweep: Sweep, members: Sequence[Member]) -> Results:
        """Return the results of the trainings of a sweep, whatever their state."""
        combinations = sweep.plan.combinations
        summaries = []
        for combination in combinations:
            found: dict[str, Summary] = {}
            for measure in MEASURES:
                read = [measure.read(each) for each in _of(combination, members)]
                if points := [point for point in read if point]:
                    found[measure.key] = Summary.of(points)
            summaries.append(found)
        return cls(sweep, members, combinations, tuple(summaries))

    def of_combination(self, combination: Combination) -> list[Member]:
        """Return the runs of a combination, seed after seed."""
        return _of(combination, self.members)

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures that any run has."""
        found = {key for summary in self.summaries for key in summary}
        return tuple(measure for measure in MEASURES if measure.key in found)

    def best(self, measure: Measure) -> Summary | None:
        """Return a summary with the best mean; None where there is none to compare with."""
        known = [each[measure.key] for each in self.summaries if measure.key in each]
        if not measure.is_judged or len(known) < 2:
            return None
        return max(known, key=lambda each: each.rank)

    def is_best(self, measure: Measure, summary: Summary) -> bool:
        """Return whether no other mean is better; several may be as good."""
        best = self.best(measure)
        return best is not None and summary.rank == best.rank

    def is_alike(self, measure: Measure, summary: Summary) -> bool:
        """Return whether the spread of seeds may be all by which a combination is behind the best.

        Its range overlaps that of the best, and both have two runs or more.
        """
        best = self.best(measure)
        if best is None or self.is_best(measure, summary) or min(best.runs, summary.runs) < 2:
            return False
        return summary.overlaps(best)

    def best_run(self, combination: Combination) -> Member | None:
        """Return the run of a combination that is nearest to real images; None without any."""
        measure = next(each for each in MEASURES if OVER_FLOOR in each.key)
        read = [(measure.read(each), each) for each in self.of_combination(combination)]
        known = [(point.rank, each) for point, each in read if point]
        return max(known, key=lambda pair: pair[0])[1] if known else None

    def notes(self) -> list[str]:
        """Return sentences about what does not compare."""
        found = []
        judged = [each.evaluation for each in self.members if each.evaluation]
        if len({each.fingerprint for each in judged}) > 1:
            found.append("the trainings are on different data: their figures are not comparable")
        budgets = self.sweep.plan.budgets
        if len(budgets) > 1 and not self.sweep.plan.varies(*LENGTHS):
            lengths = ", ".join(map(str, budgets))
            found.append(f"the budgets differ by default: {lengths}; --minutes or --steps sets one")
        recipes = list(dict.fromkeys(each.recipe for each in self.members if each.recipe))
        if len(recipes) > 1 and not self.sweep.plan.varies("recipe"):
            found.append(f"the recipes differ by default: {', '.join(recipes)}; --recipe sets one")
        return found

    def as_json(self) -> dict[str, Any]:
        """Return all of it, as ``results.json`` and ``--json`` have it."""
        return {
            "sweep": str(self.sweep.folder),
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "ganctl_version": __version__,
            "created": self.sweep.created,
            **self.sweep.plan.as_json(),
            "notes": self.notes(),
            "combinations": [
                {
                    "values": _plain(combination),
                    "runs": [member.name for member in self.of_combination(combination)],
                    "figures": {key: self._plain(key, one) for key, one in summary.items()},
                }
                for combination, summary in zip(self.combinations, self.summaries, strict=True)
            ],
            "runs": [self._run(member) for member in self.members],
        }

    def _plain(self, key: str, summary: Summary) -> dict[str, Any]:
        measure = next(each for each in MEASURES if each.key == key)
        plain: dict[str, Any] = {
            "mean": summary.mean,
            "worst": summary.worst,
            "spread": summary.spread,
            "runs": summary.runs,
        }
        if self.best(measure) is not None:
            plain["best"] = self.is_best(measure, summary)
            plain["within_seeds_of_best"] = self.is_alike(measure, summary)
        return plain

    def _run(self, member: Member) -> dict[str, Any]:
        found = member.evaluation.summary() if member.evaluation else {}
        judged_step, n = found.pop("step", None), found.pop("n", None)
        points = {each.key: each.read(member) for each in MEASURES if OVER_FLOOR in each.key}
        return {
            "run": str(member.folder),
            "name": member.name,
            "values": _plain(member.training.combination),
            "seed": member.training.request.seed,
            "recipe": member.recipe or None,
            "state": member.state.value,
            "why": member.why or None,
            "steps": member.progress.step,
            "images_seen": member.progress.images_seen,
            "seconds": round(member.progress.seconds, 3),
            "judged_step": judged_step,
            "n": n,
            **found,
            **{key: point.value for key, point in points.items() if point},
        }

    def as_csv(self) -> str:
        """Return a row for each run, with a column for each option that varies."""
        rows = []
        for plain in map(self._run, self.members):
            values = plain.pop("values")
            run = plain.pop("run")
            rows.append({"name": plain.pop("name"), **values, **plain, "run": run})
        columns = list(dict.fromkeys(name for row in rows for name in row if name != "run"))
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, [*columns, "run"], restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return buffer.getvalue()

    def write(self) -> None:
        """Write ``results.json`` and ``results.csv``.

        Raises:
            FileError: one cannot be written; what was there is still there.
        """
        content = json.dumps(self.as_json(), indent=2) + "\n"
        write_atomically(self.sweep.path("results.json"), content.encode())
        table = self.as_csv().encode(errors="backslashreplace")
        write_atomically(self.sweep.path("results.csv"), table)


def _of(combination: Combination, members: Sequence[Member]) -> list[Member]:
    return [each for each in members if each.training.combination == combination]


def _plain(combination: Combination) -> dict[str, str]:
    return {name.replace("_", "-"): value_text(value) for name, value in combination.values.items()}
