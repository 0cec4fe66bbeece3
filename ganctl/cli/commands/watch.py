"""``ganctl watch``."""

from __future__ import annotations

import time
from contextlib import closing
from typing import Annotated

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_run
from ganctl.cli.options import INPUT
from ganctl.cli.program import by_this_program
from ganctl.cli.views.closing import figures_of, say_what_comes_next
from ganctl.runs.header import RunStatus
from ganctl.runs.locate import find_run
from ganctl.runs.run import LATEST, Run

EXAMPLES = ("ganctl watch", "ganctl watch demo", "ganctl watch runs/latest")
PAUSE_SECONDS = 1.0
WatchedRun = Annotated[
    str | None,
    typer.Argument(
        metavar="RUN",
        help="A run by name, prefix or path. Default: latest.",
        show_default=False,
        autocompletion=complete_run,
        rich_help_panel=INPUT,
    ),
]


def watch(run: WatchedRun = None) -> None:
    """Follow a run that another process trains, until it ends.

    Ctrl-C leaves, and the run goes on.
    """
    from ganctl.cli.views.live.following import Follower
    from ganctl.cli.views.live.moment import title_of
    from ganctl.cli.views.training import training_view

    found = find_run(run)
    follower = Follower(found)
    with closing(training_view(title_of(found), quiet=False)) as view:
        while True:
            news = follower.news()
            for moment in news[:-1]:
                view.remember(moment)
            for moment in news[-1:]:
                view.update(moment)
            if follower.status() is not RunStatus.RUNNING:
                break
            time.sleep(PAUSE_SECONDS)
    _say_how_it_ended(follower.run, "" if run in (None, LATEST) else found.reference)


def _say_how_it_ended(run: Run, reference: str) -> None:
    status, step = run.live_status(), run.progress.step
    if status is RunStatus.FINISHED:
        console.say(f"The run {run.name} is in {run.folder}")
        say_what_comes_next(run, reference)
        return
    figures = figures_of(run)
    console.note(
        f"The run {run.name} is {status.value}; step {step:,} is saved{figures and f': {figures}'}."
    )
    console.hint(f"Resume it with: {by_this_program(run.resume_command)}")
