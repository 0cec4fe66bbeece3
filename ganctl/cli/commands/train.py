"""``ganctl train``."""

from __future__ import annotations

import shlex
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_resumable
from ganctl.cli.options import (
    DryRunOption,
    JsonOption,
    QuietOption,
    with_train_options,
)
from ganctl.cli.program import by_this_program, program
from ganctl.cli.views.closing import say_what_comes_next
from ganctl.cli.views.plan import print_plan
from ganctl.errors import GanctlWarning, Stopped, UsageError
from ganctl.requests.checks import Group, check_out
from ganctl.requests.training import TrainRequest
from ganctl.runs.header import RunStatus
from ganctl.runs.resume import resumed_run
from ganctl.runs.run import LATEST, Run, new_run
from ganctl.runs.world import World, this_world
from ganctl.signals import stop_on_signals

EXAMPLES = (
    "ganctl train --minutes 3 --name demo",
    "ganctl train --resume demo --minutes 5",
    "ganctl train --data samples/pretrained-mnist --model gan-cls",
)
MAIN_PROCESS_SECONDS = 10.0


NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        help="The run's name. Default: by date and time.",
        metavar="NAME",
        show_default=False,
        rich_help_panel=Group.RUN.value,
    ),
]
ResumeOption = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="[RUN]",
        help="Resume a run; its length counts from its start. Default: latest.",
        show_default=False,
        autocompletion=complete_resumable,
        rich_help_panel=Group.RUN.value,
    ),
]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="The run's folder. Default: one below the home.",
        show_default=False,
        parser=check_out,
        rich_help_panel=Group.RUN.value,
    ),
]


@with_train_options()
def train(
    context: typer.Context,
    name: NameOption = None,
    resume: ResumeOption = None,
    out: OutFolder = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
    dry_run: DryRunOption = False,
    **given: Any,
) -> None:
    """Train a conditional GAN; Ctrl-C saves it and says how to resume it.

    Prints the run's folder.
    """
    world = this_world()
    try:
        if resume is not None:
            run = _resumed_run(resume, given, name, out)
        else:
            run = new_run(TrainRequest(**given), name=name, out=out, is_main=world.is_main)
        world.shard(run.config.batch)
        if not world.is_main and not dry_run:
            _train_beside(run, world)
    except UsageError as error:
        if world.is_main:
            raise
        # The main process finds the same and says so, unless torchrun ends it since this one left.
        time.sleep(MAIN_PROCESS_SECONDS)
        raise typer.Exit(error.exit_code) from None
    if not world.is_main:
        return
    if dry_run:
        print_plan(run, world, quiet=quiet, json=json)
    else:
        _train(run, world, context.obj, quiet=quiet, json=json)


def with_resume_value(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with ``latest`` after a ``--resume`` that names no run.

    Typer has no options whose value may be left out.
    """
    completed = list(arguments)
    for index in range(len(completed) - 1, -1, -1):
        following = completed[index + 1 : index + 2]
        if completed[index] == "--resume" and (not following or following[0].startswith("-")):
            completed.insert(index + 1, LATEST)
    return completed


def _resumed_run(reference: str, given: dict[str, Any], name: str | None, out: Path | None) -> Run:
    if name is not None or out is not None:
        raise UsageError("--resume resumes a run where it is.", "Leave out --name and --out.")
    return resumed_run(reference, given)


def _train_beside(run: Run, world: World) -> None:
    """Train beside the main process, which writes and says everything."""
    with stop_on_signals(say=lambda _text: None) as should_stop:
        from ganctl.engine.training.loop import train as train_steps

        for _ in train_steps(run, should_stop=should_stop, world=world):
            pass


def _train(run: Run, world: World, arguments: Sequence[str], *, quiet: bool, json: bool) -> None:
    from ganctl.cli.views.live.following import Follower
    from ganctl.cli.views.live.moment import at_the_start, moment_of, title_of
    from ganctl.cli.views.training import training_view

    before = run.progress
    # The panel shows before torch is imported, which takes seconds.
    with (
        closing(training_view(title_of(run), quiet=quiet)) as view,
        stop_on_signals(view.note) as should_stop,
        _warnings_said(view.note),
    ):

        def check() -> None:
            if should_stop():
                raise _stopped_before_the_first_step(run, arguments, should_stop.exit_code)

        def prepare(what: str, done: int, total: int | None) -> None:
            check()
            view.prepare(what, done, total)

        for moment in Follower(run).news() if run.status is not RunStatus.NEW else []:
            view.remember(moment)
        from ganctl.engine.training.loop import train as train_steps

        check()
        reports = train_steps(
            run,
            should_stop=should_stop,
            on_progress=prepare,
            on_note=(lambda _text: None) if quiet else view.note,
            on_preview=lambda images, names: view.update(at_the_start(run, images, names)),
            world=world,
        )
        for report in reports:
            view.update(moment_of(report))

    if run.status is RunStatus.STOPPED:
        with suppress(OSError):  # A terminal that was closed, which is what asked to stop.
            _print_result(run, before.images_seen, before.seconds, json=json)
        raise Stopped(
            f"Stopped at step {run.progress.step}; everything is saved.",
            f"Resume with: {by_this_program(run.resume_command)}",
            should_stop.exit_code,
        )
    _print_result(run, before.images_seen, before.seconds, json=json)
    if not quiet:
        say_what_comes_next(run, "" if run.by_time else run.reference)


@contextmanager
def _warnings_said(say: Callable[[str], None]) -> Iterator[None]:
    """Let what a run can do without, and fails to write, be said like anything else."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", GanctlWarning)
        show_others = warnings.showwarning

        def show(
            message: Warning | str,
            category: type[Warning],
            filename: str,
            lineno: int,
            file: TextIO | None = None,
            line: str | None = None,
        ) -> None:
            if issubclass(category, GanctlWarning):
                say(str(message))
            else:
                show_others(message, category, filename, lineno, file, line)

        warnings.showwarning = show
        yield


def _print_result(run: Run, images_before: int, seconds_before: float, *, json: bool) -> None:
    progress = run.progress
    if not json:
        console.print_path(run.folder)
        return
    images, seconds = progress.images_seen - images_before, progress.seconds - seconds_before
    console.print_json(
        {
            "run": str(run.folder),
            "steps": progress.step,
            "images_seen": progress.images_seen,
            "seconds": round(progress.seconds, 3),
            "images_per_second": round(images / max(seconds, 1e-9), 1),
            "quality": run.last_quality(),
            "best": run.best,
        }
    )


def _stopped_before_the_first_step(run: Run, arguments: Sequence[str], exit_code: int) -> Stopped:
    begun = run.status is not RunStatus.NEW
    again = by_this_program(run.resume_command) if begun else f"{program()} {shlex.join(arguments)}"
    return Stopped("Stopped before the first step.", f"Start again with: {again}", exit_code)
