"""``ganctl sweep``."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ganctl.cli import console
from ganctl.cli.completion import complete_sweep, complete_varied
from ganctl.cli.options import OUTPUT, DryRunOption, JsonOption, QuietOption, with_train_options
from ganctl.cli.program import by_this_program, program
from ganctl.cli.views.plan import check_device, check_reading
from ganctl.errors import RunError, Stopped, UsageError
from ganctl.requests.checks import check_count, check_out
from ganctl.requests.training import TrainRequest
from ganctl.runs.world import this_world
from ganctl.signals import stop_on_signals
from ganctl.sweeps.plan import MAX_JOBS, plan_sweep
from ganctl.sweeps.sweep import Sweep, find_sweep, new_sweep

if TYPE_CHECKING:
    from ganctl.readers.labelled import Reading
    from ganctl.sweeps.members import Member
    from ganctl.sweeps.results import Results

EXAMPLES = (
    "ganctl sweep --vary model=cgan,gan-cls --seeds 1-3 --minutes 2 --name models",
    "ganctl sweep --vary lr-scale=0.5,1,2 --vary flip=yes,no --steps 2000 --jobs 2",
    "ganctl sweep --resume models",
)
SWEEP = "Sweep"
STOPPING = "each training stops after its step and is saved; once more quits at once"
COMPARED = 4

VaryOption = Annotated[
    list[str] | None,
    typer.Option(
        "--vary",
        metavar="NAME=V1,V2",
        help="An option of train without its dashes, and the values that it takes; of a switch yes "
        "and no. Several give every combination. Repeatable.",
        show_default=False,
        autocompletion=complete_varied,
        rich_help_panel=SWEEP,
    ),
]
SeedsOption = Annotated[
    str | None,
    typer.Option(
        "--seeds",
        metavar="SEEDS",
        help="Train each combination with each of these seeds, such as 1-3. Default: that of "
        "--seed.",
        show_default=False,
        rich_help_panel=SWEEP,
    ),
]
NumberOption = Annotated[
    int | None,
    typer.Option(
        "--n",
        metavar="NUMBER",
        help="How many images of each run to judge. Default: 10,000, or as many as are held out.",
        show_default=False,
        rich_help_panel=SWEEP,
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        metavar="NUMBER",
        help="Train this many at a time, each with its share of the processor's cores. Default: 1, "
        "with all of them.",
        show_default=False,
        rich_help_panel=SWEEP,
    ),
]
ResumeOption = Annotated[
    str | None,
    typer.Option(
        "--resume",
        metavar="[SWEEP]",
        help="Resume a sweep: what is done is kept. Default: latest.",
        show_default=False,
        autocompletion=complete_sweep,
        rich_help_panel=SWEEP,
    ),
]
NameOption = Annotated[
    str | None,
    typer.Option(
        "--name",
        metavar="NAME",
        help="The sweep's name, with which those of its runs begin. Default: by date and time.",
        show_default=False,
        rich_help_panel=SWEEP,
    ),
]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="The sweep's folder, its runs within. Default: one below the home.",
        show_default=False,
        parser=check_out,
        rich_help_panel=OUTPUT,
    ),
]


@with_train_options()
def sweep(
    vary: VaryOption = None,
    seeds: SeedsOption = None,
    n: NumberOption = None,
    jobs: JobsOption = None,
    resume: ResumeOption = None,
    name: NameOption = None,
    out: OutFolder = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
    dry_run: DryRunOption = False,
    **given: Any,
) -> None:
    """Train several runs that differ in some options, and compare them.

    Every run is judged, and the results are a table, a picture of sheets and one of curves.
    Ctrl-C saves all and says how to resume. Prints the sweep's folder.
    """
    if this_world().size > 1:
        raise UsageError(
            "A sweep starts its own processes, and torchrun has started this one.",
            "Start it without torchrun; --jobs says how many train at a time.",
        )
    if resume is not None:
        others = {"--vary": vary, "--seeds": seeds, "--n": n, "--name": name, "--out": out, **given}
        _refuse_beside_resume([option for option, value in others.items() if value is not None])
        asked = find_sweep(resume)
        asked.check()
    else:
        plan = plan_sweep(vary or (), seeds, given, n=n, jobs=1 if jobs is None else jobs)
        asked = new_sweep(plan, name=name, out=out)
    jobs = asked.plan.jobs if jobs is None else check_count("--jobs", jobs, most=MAX_JOBS)
    _check_data(asked, quiet=quiet)
    if dry_run:
        _print_plan(asked, jobs, json=json)
    else:
        _conduct(asked, jobs, quiet=quiet, json=json)


def _refuse_beside_resume(options: Sequence[str]) -> None:
    if options:
        named = ", ".join(f"--{each.removeprefix('--').replace('_', '-')}" for each in options)
        raise UsageError(
            f"--resume goes on as the sweep was planned, and {named} would change it.",
            "Leave that out, or begin another sweep; --jobs may change.",
        )


def _check_data(asked: Sweep, *, quiet: bool) -> None:
    """Refuse a combination that the data do not suit, before the first one trains."""
    from ganctl.cli.views.data import read_data

    combinations = {each.combination.text: each.request for each in asked.trainings}
    known: dict[object, Reading | None] = {}
    with console.progress(quiet=quiet) as report:
        for request in combinations.values():
            check_device(request, this_world())
            key = (request.data, request.reading)
            if key not in known:
                known.clear()  # They may be large.
                known[key] = read_data(request.data, request.reading, report, keep=False)
            reading = known[key]
            if reading is not None:
                check_reading(request, reading)


def _print_plan(asked: Sweep, jobs: int, *, json: bool) -> None:
    """Print what would be trained."""
    plan = asked.plan
    if json:
        trainings = [{"run": str(asked.run_folder(each)), "name": each.name,
                      "options": each.words} for each in asked.trainings]  # fmt: skip
        console.print_json({"sweep": str(asked.folder), **plan.as_json(), "jobs": jobs,
                            "trainings": trainings})  # fmt: skip
        return
    facts = {
        "sweep": str(asked.folder),
        "trainings": f"{len(asked.trainings)}, {jobs} at a time",
        "each": " or ".join(map(str, plan.budgets)),
    }
    minutes = _minutes(each.request for each in asked.trainings)
    if minutes is not None:
        facts["in all"] = f"{minutes / min(jobs, len(asked.trainings)):.3g} minutes of training"
    facts["judged by"] = "10,000 images, or as many as are held out" if plan.n is None else (
        f"{plan.n:,} images"
    )  # fmt: skip
    console.print_facts(facts)
    runs = [f"{each.name}: {shlex.join(each.words)}" for each in asked.trainings]
    console.print_list(runs, title="Runs")


def _minutes(requests: Iterator[TrainRequest]) -> float | None:
    """Return how many minutes several runs train in all; None if steps or epochs are asked."""
    minutes = [request.minutes for request in requests]
    known = [each for each in minutes if each is not None]
    return sum(known) if len(known) == len(minutes) else None


def _conduct(asked: Sweep, jobs: int, *, quiet: bool, json: bool) -> None:
    from ganctl.cli.views.sweep import sweep_view
    from ganctl.sweeps.conductor import conduct
    from ganctl.sweeps.judging import prepare_judges
    from ganctl.sweeps.members import members_of
    from ganctl.sweeps.results import Results
    from ganctl.sweeps.settling import settle_recipes

    asked.begin()
    try:
        members = members_of(asked, n=asked.plan.n)
        results = Results.of(asked, members)
        results.write()
        for note in results.notes():
            console.note(note)
        with (
            closing(sweep_view(asked.name, members, quiet=quiet)) as view,
            stop_on_signals(view.note, STOPPING) as should_stop,
        ):

            def prepare(what: str, done: int, total: int | None) -> None:
                if should_stop():
                    raise _stopped(asked, members, should_stop.exit_code)
                view.prepare(what, done, total)

            judged, floor = prepare_judges(asked, prepare)
            settle_recipes(members, jobs, should_stop)
            work = conduct(
                members, jobs=jobs, n=asked.plan.n, judged=judged, should_stop=should_stop
            )
            with closing(work):
                for changed in work:
                    view.update(changed)
                    if changed is not None:
                        results = Results.of(asked, members)
                        results.write()
        stopped = _stopped(asked, members, should_stop.exit_code) if should_stop() else None
        _finish(results, floor, stopped, quiet=quiet, json=json)
    finally:
        asked.release()


def _finish(
    results: Results, floor: float | None, stopped: Stopped | None, *, quiet: bool, json: bool
) -> None:
    """Draw and print what came out, and say what to do next or what went wrong."""
    from ganctl.sweeps.drawing import draw
    from ganctl.sweeps.table import explanations, results_table

    asked = results.sweep
    drawn = [] if stopped else draw(results, floor)
    with suppress(OSError):  # A terminal that was closed, which is what asked to stop.
        if json:
            console.print_json(results.as_json())
        else:
            console.print_path(asked.folder)
    if stopped:
        raise stopped
    if not quiet:
        for line in [*results_table(results).as_text().splitlines(), *explanations(results)]:
            console.say(line)
        _say_what_comes_next(results, drawn)
    if incomplete := _incomplete(results):
        raise RunError(
            f"{len(incomplete)} of {len(results.members)} trainings are not done: "
            f"{'; '.join(incomplete)}",
            f"Try them again with: {by_this_program(asked.resume_command)}",
        )


def _say_what_comes_next(results: Results, drawn: Sequence[str]) -> None:
    for member in results.members:
        if member.state.value == "diverged":
            console.note(
                f"{member.name} diverged after step {member.progress.step:,}; a smaller --lr-scale "
                "may keep it from that"
            )
    names = ", ".join([*drawn, "results.csv", "results.json"])
    console.say(f"In {results.sweep.folder}: {names}. Next:")
    best = [results.best_run(each) for each in results.combinations]
    runs = [shlex.quote(member.run().reference) for member in best if member is not None]
    if not runs:
        return
    console.say(f"  {program()} sample {runs[0]} --n 100")
    if 1 < len(runs) <= COMPARED:
        console.say(f"  {program()} evaluate --compare {' '.join(runs)} --cas")


def _incomplete(results: Results) -> list[str]:
    """Return what is not done, each with the reason if it is known."""
    return [
        f"{member.name} ({member.why or member.state.value})"
        for member in results.members
        if member.state.value not in ("done", "diverged")
    ]


def _stopped(asked: Sweep, members: Sequence[Member], exit_code: int) -> Stopped:
    done = sum(member.state.value == "done" for member in members)
    return Stopped(
        f"Stopped; {done} of {len(members)} trainings are done, and everything is saved.",
        f"Resume with: {by_this_program(asked.resume_command)}",
        exit_code,
    )
