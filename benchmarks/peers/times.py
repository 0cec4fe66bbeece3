"""The table of race.py: seconds to the target, and how many times ganctl's they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.quality.quality_rows import Row


def print_times(looks: Mapping[str, Sequence[Row]], base: str, target: float) -> None:
    """Print a line for each peer that was looked at.

    Args:
        looks: what was found of each, by its seconds: the last one is there, or none is.
        base: whose seconds the others are compared with.
        target: the share of labels right that was looked for.
    """
    titles = [f"seconds to {target:.0%}", f"times {base}'s", "images", "labels right", "coverage"]
    titles += ["× floor", "threads", "machine", "date"]
    print(f"| | {' | '.join(titles)} |")
    print("|---|" + "---|" * len(titles))
    for peer, rows in looks.items():
        if rows:
            times = ratio(rows, looks.get(base, []), target)
            print(f"| {peer} | {' | '.join([seconds_to(rows, target), times, *there(rows[-1])])} |")


def seconds_to(rows: Sequence[Row], target: float) -> str:
    """Return between which looks the target was reached; or how long it was not, and the best."""
    last = rows[-1]
    if last.samples["label_accuracy"] < target:
        best = max(row.samples["label_accuracy"] for row in rows)
        return f"not within {last.seconds:,.0f} (best {best:.2%})"
    before = f" (not at {rows[-2].seconds:,.0f})" if len(rows) > 1 else ""
    return f"{last.seconds:,.0f}{before}"


def ratio(rows: Sequence[Row], base: Sequence[Row], target: float) -> str:
    """Return how many times the base's seconds a peer takes, from the last look before to there."""
    last = rows[-1]
    if not base or base[-1].samples["label_accuracy"] < target:
        return "–"
    if (base[-1].machine, base[-1].threads) != (last.machine, last.threads):
        return "–"
    if rows == base:
        return "1"
    seconds = base[-1].seconds
    if last.samples["label_accuracy"] < target:
        return f"> {last.seconds / seconds:.1f}"
    if len(rows) == 1:
        return f"≤ {last.seconds / seconds:.1f}"
    return f"{rows[-2].seconds / seconds:.1f} to {last.seconds / seconds:.1f}"


def there(row: Row) -> list[str]:
    """Return what was found at the last look, and where and when."""
    found = row.samples
    return [
        f"{row.images:,}",
        f"{found['label_accuracy']:.2%}",
        f"{found['coverage']:.3f}",
        f"{found['times_floor']:.1f}",
        str(row.threads),
        row.machine,
        row.date,
    ]
