"""Images a second by the number of classes: the same images, relabelled.

    python -m benchmarks.speed.classes --classes 10 1000 --steps 200 --rounds 3

The images are noise of 32×32, as many as there are of each count of classes. Rounds alternate
between the counts. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

from ganctl.engine.training.loop import train
from ganctl.requests.recipes import recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run

IMAGES = 20_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--classes", type=int, nargs="+", default=[10, 1000])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    speeds: dict[int, list[float]] = {count: [] for count in arguments.classes}
    with tempfile.TemporaryDirectory() as place:
        os.environ |= {"GANCTL_HOME": f"{place}/home", "GANCTL_CACHE": f"{place}/cache"}
        files = {count: relabelled(Path(place) / f"{count}.npz", count) for count in speeds}
        for number in range(arguments.rounds + 1):
            for count, path in files.items():
                run = Path(place) / f"{count}-{number}"
                speed = images_per_second(path, run, arguments.steps)
                if number:  # The first round trains the judges, which the others find.
                    speeds[count].append(speed)
    print("| classes | images/s | against the first |")
    print("|---|---|---|")
    first = statistics.median(speeds[arguments.classes[0]])
    for count, values in speeds.items():
        median = statistics.median(values)
        rounds = ", ".join(f"{value:.0f}" for value in values)
        print(f"| {count:,} | {median:.0f} ({rounds}) | {median / first:.2f} |")


def relabelled(path: Path, classes: int) -> Path:
    """Write the images, with labels that go round."""
    images = np.random.default_rng(0).integers(0, 256, (IMAGES, 32, 32), np.uint8)
    np.savez(path, images=images, labels=np.arange(IMAGES) % classes)
    return path


def images_per_second(data: Path, folder: Path, steps: int) -> float:
    """Return the speed of a run's steps between its first and its last report."""
    config = TrainRequest(data=str(data), steps=steps, preview_every=10**6, checkpoint_every=10**6)
    recipe = replace(recipe_for(config.recipe, config.model), log_every=20)
    reports = list(train(Run.new(folder, config), recipe=recipe))
    # The last report comes with a preview and a measurement.
    first, last = reports[0], reports[-2]
    return (last.images_seen - first.images_seen) / (last.seconds - first.seconds)


if __name__ == "__main__":
    main()
