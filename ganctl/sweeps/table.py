"""The table of a sweep: three lines for each combination, a column for each measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ganctl.runs.evaluation.table import NOTHING, Table
from ganctl.runs.evaluation.tables import BEST
from ganctl.sweeps.members import State
from ganctl.sweeps.plan import short_text
from ganctl.sweeps.results import Measure, Results, Summary

ALIKE = "≈"


def results_table(results: Results) -> Table:
    """Return mean, worst and spread of each combination; of a single seed its figure alone."""
    measures = results.measures
    names = [each.name for each in results.sweep.plan.varied]
    several = len(results.sweep.plan.seeds) > 1
    rows: list[tuple[str, ...]] = []
    for combination, summaries in zip(results.combinations, results.summaries, strict=True):
        values = tuple(short_text(value) for value in combination.values.values())
        head = (*values, _runs(results, combination))
        blank = ("",) * len(head)

        def cells(
            show: Callable[[Measure, Summary], str],
            found: dict[str, Summary] = summaries,
        ) -> tuple[str, ...]:
            known = ((each, found.get(each.key)) for each in measures)
            return tuple(NOTHING if one is None else show(each, one) for each, one in known)

        means = cells(lambda each, one: each.text(one.mean) + _mark(results, each, one))
        if not several:
            rows.append((*head, *means))
            continue
        rows.append((*head, "mean", *means))
        rows.append((*blank, "worst", *cells(lambda each, one: each.text(one.worst))))
        rows.append((*blank, "spread", *cells(lambda each, one: each.text(one.spread))))
    columns = (*(name.replace("_", "-") for name in names), "runs", *[""] * several)
    labels = tuple(each.label for each in measures)
    return Table(results.sweep.name, (*columns, *labels), tuple(rows))


def explanations(results: Results) -> list[str]:
    """Return sentences that say how the table is read."""
    found = []
    if len(results.sweep.plan.seeds) > 1:
        found.append("spread: the highest minus the lowest of the seeds")
        if any(results.best(each) for each in results.measures):
            found.append(
                f"{BEST} best mean; {ALIKE} its seeds overlap those of the best, so that seeds "
                "alone may be the difference"
            )
    elif results.measures:
        found.append(
            f"{BEST} best; with one seed each, seeds alone may be the difference: add --seeds 1-3"
        )
    return found


def _mark(results: Results, measure: Measure, summary: Summary) -> str:
    if results.is_best(measure, summary):
        return BEST
    if results.is_alike(measure, summary):
        return ALIKE
    # Digits stand below each other.
    return " " if results.best(measure) else ""


def _runs(results: Results, combination: object) -> str:
    """Return how many runs the figures are of, and what became of the others."""
    members = [each for each in results.members if each.training.combination == combination]
    states = Counter(each.state for each in members)
    done = states.pop(State.DONE, 0)
    if done == len(members):
        return f"{done}"
    others = ", ".join(f"{count} {state.value}" for state, count in states.items())
    return f"{done} of {len(members)}: {others}"
