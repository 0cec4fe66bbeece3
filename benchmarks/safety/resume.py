"""Does a stop change anything? Every model by every recipe, stopped after each of its steps.

    python -m benchmarks.safety.resume --steps 4

For each pair one training runs straight through and one is stopped and resumed
after every step in turn, which is the most that stops can do. The table counts
the stops, and the numbers (weights, averages, statistics, moments, losses,
pixels of previews) that came out otherwise: on a CPU there should be none.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

from ganctl.engine.training.loop import train
from ganctl.pictures.images import read_image
from ganctl.requests.checks import values
from ganctl.requests.recipes import Model, RecipeName, recipe_for
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run

CLOCKS = ("seconds", "images_per_second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--images", type=int, default=64)
    parser.add_argument("--recipes", nargs="+", default=values(RecipeName))
    parser.add_argument("--models", nargs="+", default=values(Model))
    arguments = parser.parse_args()
    print("recipe    model        stops  numbers compared  different")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["GANCTL_HOME"] = folder
        data = Path(folder) / "data.npz"
        write_data(data, arguments.images)
        for recipe in arguments.recipes:
            for model in arguments.models:
                compare(data, recipe, model, arguments.steps, arguments.batch)


def write_data(path: Path, images: int) -> None:
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (images, 28, 28), dtype=np.uint8)
    np.savez(path, images=pixels, labels=np.arange(images) % 2)


def compare(data: Path, recipe: str, model: str, steps: int, batch: int) -> None:
    """Print a line of the table."""
    config = TrainRequest(
        data=str(data),
        recipe=recipe,
        model=model,
        steps=steps,
        batch=batch,
        preview_every=2,
        checkpoint_every=3,
        keep=0,
    )
    every_step = replace(recipe_for(config.recipe, config.model), log_every=1)
    with tempfile.TemporaryDirectory() as folder:
        straight = Run.new(Path(folder) / "straight", config)
        for _ in train(straight, recipe=every_step):
            pass
        parts = Run.new(Path(folder) / "parts", config)
        while parts.status != "finished":
            asked = iter([False])  # Before its first step, and then after it.
            for _ in train(parts, recipe=every_step, should_stop=partial(next, asked, True)):
                pass
            parts = Run.open(parts.folder)
        outcomes = outcome(straight), outcome(parts)
    assert outcomes[0].keys() == outcomes[1].keys()
    different = sum(int((outcomes[0][name] != outcomes[1][name]).sum()) for name in outcomes[0])
    count = sum(tensor.numel() for tensor in outcomes[0].values())
    print(f"{recipe:8}  {model:11}  {steps - 1:5}  {count:16,}  {different:9}")


def outcome(run: Run) -> dict[str, torch.Tensor]:
    """Return every number that a finished training left, by a name."""
    assert run.status == "finished", run.status
    numbers = load_file(run.latest_checkpoint())
    for line in run.metrics():
        for name, value in line.items():
            if name not in CLOCKS:
                numbers[f"{name} at {line['step']}"] = torch.tensor(value, dtype=torch.float64)
    for path in run.previews():
        numbers[path.name] = torch.from_numpy(read_image(path).copy())
    return numbers


if __name__ == "__main__":
    main()
