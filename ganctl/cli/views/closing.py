"""What is said when a run has ended: how good it became, and what to type next."""

from __future__ import annotations

import shlex

from ganctl.cli import console
from ganctl.cli.program import program
from ganctl.cli.views.live.moment import measured_in
from ganctl.requests.drawing.sample import how_to_ask
from ganctl.requests.training_metrics import FEATURE_DISTANCE, Group, has_quality, of_group
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run


def say_what_comes_next(run: Run, reference: str = "") -> None:
    """Say the last figures of a finished run, and the commands that show it.

    Args:
        run: it has a checkpoint.
        reference: what these commands call it; "" where it is the latest.
    """
    progress = run.progress
    figures = figures_of(run)
    said = f": {figures}" if figures else ""
    console.say(f"Trained on {progress.images_seen:,} images in {progress.seconds:.0f} s{said}.")
    best = run.best
    if best and best["step"] != progress.step:
        distance = f"{best[FEATURE_DISTANCE.key]:{FEATURE_DISTANCE.format}}"
        console.say(
            f"Step {best['step']:,} was nearest to real images, with a {FEATURE_DISTANCE.label} of "
            f"{distance}: it is what these draw."
        )
    if not figures:
        console.note("the data have too few images to judge by, so quality was not measured")
    console.say("Next:")
    for command in _commands(run, reference):
        console.say(f"  {program()} {command}")


def _commands(run: Run, reference: str) -> list[str]:
    header = read_checkpoint_header(run.latest_checkpoint())
    chosen = how_to_ask(header.conditioning)
    named = f" {shlex.quote(reference)}" if reference else ""
    asked = f" {chosen}" if chosen else ""
    commands = [f"sample{named}{asked} --n 100", f"montage{named}", f"gif{named}"]
    if run.last_quality():
        commands.append(f"evaluate{named}")
    return [*commands, f"report{named} --open"]


def figures_of(run: Run) -> str:
    """Return the last measurement of a run in words; "" if there is none."""
    measured = [line for line in run.metrics() if has_quality(line)]
    if not measured:
        return ""
    quality = measured_in(measured[-1])
    return " · ".join(filter(None, map(quality.in_words, of_group(Group.QUALITY))))
