"""The models beside each other: equal budgets, several seeds, judged by ``ganctl evaluate``.

    python -m benchmarks.quality.models --models cgan gan-cls gan --epochs 3 --seeds 1 2 3

Each run is called after its recipe, its model, its epochs and its seed, such as
quick-gan-cls-e3-s1; one that is there already is judged as it is. Of each, the state
at the end is judged, so that all have had the same budget. Prints a table:
each measure's mean over the seeds, and the worst of them.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any

from ganctl.files import paths

Figures = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", default=["cgan", "gan-cls", "gan-int-cls", "gan"])
    parser.add_argument("--recipe", default="quick")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()

    print("| model | labels right | feature distance, × floor | density | coverage | CAS |")
    print("|---|---|---|---|---|---|")
    for model in arguments.models:
        found = [
            judged(arguments.recipe, model, arguments.epochs, seed) for seed in arguments.seeds
        ]
        cells = [
            cell(found, lambda one: (one["label_accuracy"] or {}).get("overall"), "{:.2%}", min),
            cell(found, times_floor, "{:.1f}", max),
            cell(found, lambda one: one["density"], "{:.2f}", min),
            cell(found, lambda one: one["coverage"], "{:.3f}", min),
            cell(found, lambda one: one.get("cas"), "{:.2%}", min),
        ]
        print(f"| `{model}` | {' | '.join(cells)} |", flush=True)


def judged(recipe: str, model: str, epochs: int, seed: int) -> Figures:
    """Train a run unless it is there, and return what ``evaluate`` says of its end."""
    name = f"{recipe}-{model}-e{epochs}-s{seed}"
    if not (paths.runs_folder() / name / "run.json").exists():
        options = {
            "recipe": recipe, "model": model, "epochs": epochs, "seed": seed, "name": name
        }  # fmt: skip
        ganctl("train", "--quiet", *(f"--{key}={value}" for key, value in options.items()))
    # A model without labels teaches no classifier.
    cas = [] if model == "gan" else ["--cas"]
    found: Figures = json.loads(ganctl("evaluate", f"{name}@latest", "--json", *cas))
    return found


def ganctl(*arguments: str) -> str:
    command = [sys.executable, "-m", "ganctl", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def times_floor(figures: Figures) -> float:
    distance: dict[str, float] = figures["feature_distance"]
    return distance["value"] / distance["floor"]


def cell(
    found: Sequence[Figures],
    read: Callable[[Figures], float | None],
    form: str,
    worst: Callable[[Sequence[float]], float],
) -> str:
    numbers = [number for number in map(read, found) if number is not None]
    if not numbers:
        return "–"
    return f"{form.format(statistics.mean(numbers))} ({form.format(worst(numbers))})"


if __name__ == "__main__":
    main()
