"""One training of an entry: started and timed, drawn from, judged, and cleared away."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from benchmarks.record.judging import Panel, judged
from benchmarks.record.kept import Record, Trial
from benchmarks.record.samples import draw_samples, read_samples
from benchmarks.record.words import progress, say
from ganctl.engine.data.dataset import Dataset
from ganctl.errors import GanctlError, RunError, UsageError
from ganctl.files.atomic import read_file, write_atomically
from ganctl.files.limits import POINTER_BYTES
from ganctl.files.untrusted_json import as_number, parse


def measured(trial: Trial, workshop: Path, panel: Panel, *, cas: bool) -> Record:
    """Train, unless that was done, then draw, judge, and clear away.

    Raises:
        GanctlError: the command fails, or what it leaves cannot be judged.
    """
    out = workshop / name_of(trial)
    timed = seconds_file(out)
    values = {
        "minutes": f"{trial.minutes:g}",
        "seed": str(trial.seed),
        "out": str(out),
        "python": sys.executable,
    }
    what = f"{trial.entry.name}, {trial.minutes:g} min, seed {trial.seed}"
    with home_in(workshop):
        if not timed.exists():
            clear(out)
            say(f"{what}: training")
            seconds = run(filled(trial.entry.command, values))
            write_atomically(timed, json.dumps(seconds).encode())
        seconds = seconds_in(timed)
        if trial.entry.draw:
            say(f"{what}: drawing")
            run(filled(trial.entry.draw, values), f"Mend it, or remove {timed} to train again.")
        say(f"{what}: judging what {seconds:,.1f} s gave")
        samples = usable_samples(trial, out, panel)
        found = judged(samples, panel, cas=cas, on_progress=progress())
    clear(out)
    return Record(
        trial=trial,
        seconds=round(seconds, 2),
        figures=found.samples,
        judges=panel.checksums,
        data=panel.reals.train.fingerprint,
        samples=samples.fingerprint,
        date=datetime.now(timezone.utc).date().isoformat(),
    )


def name_of(trial: Trial) -> str:
    """Return a name for what a training leaves, which no other has."""
    digest = hashlib.sha256(repr(trial).encode()).hexdigest()[:12]
    return f"{digest}-{trial.minutes:g}-seed{trial.seed}".replace(".", "_")


@contextmanager
def home_in(workshop: Path) -> Iterator[None]:
    """Let runs be looked up in the workshop, so that the user's ``latest`` stays."""
    workshop.mkdir(parents=True, exist_ok=True)
    before = os.environ.get("GANCTL_HOME")
    os.environ["GANCTL_HOME"] = str(workshop)
    try:
        yield
    finally:
        del os.environ["GANCTL_HOME"]
        if before is not None:
            os.environ["GANCTL_HOME"] = before


def filled(words: Sequence[str], values: Mapping[str, str]) -> list[str]:
    """Return words with each placeholder replaced; other braces stay."""
    found = []
    for word in words:
        for name, value in values.items():
            word = word.replace("{" + name + "}", value)
        found.append(word)
    return found


def run(command: Sequence[str], hint: str = "Nothing of it is kept.") -> float:
    """Run a command, and return the seconds from its start to its end.

    Args:
        command: the program and its arguments.
        hint: what to do if it fails.

    Raises:
        UsageError: it cannot be started.
        RunError: it ends with another exit code than 0.
    """
    start = time.monotonic()
    try:
        code = subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode
    except OSError as error:
        raise UsageError(
            f"{command[0]} cannot be started: {error.strerror}.", "Check it."
        ) from error
    seconds = time.monotonic() - start
    if code:
        raise RunError(f"{command[0]} ended with exit code {code}.", hint)
    return seconds


def seconds_file(out: Path) -> Path:
    """Return where the seconds that a training took are kept."""
    return out.with_suffix(".seconds")


def seconds_in(timed: Path) -> float:
    """Return the seconds that a training took.

    Raises:
        RunError: it is damaged.
    """
    try:
        return as_number(parse(read_file(timed, POINTER_BYTES)))
    except (ValueError, TypeError) as error:
        raise RunError(
            f"{timed} is damaged.", "Remove it; the training is then repeated."
        ) from error


def usable_samples(trial: Trial, out: Path, panel: Panel) -> Dataset:
    """Return the samples of a training, which the same command repeats if there are none of use.

    A run of ganctl is not repeated, nor a training that ``--draw`` may yet draw from.

    Raises:
        GanctlError: as ``samples_at``.
    """
    try:
        return samples_at(out, panel)
    except GanctlError:
        if not trial.entry.draw and not is_run(out):
            seconds_file(out).unlink()
        raise


def samples_at(out: Path, panel: Panel) -> Dataset:
    """Return the samples that an entry left, or those of the run that it left.

    Raises:
        GanctlError: there is neither, or it cannot be judged.
    """
    file = out.with_suffix(".npz")
    if file.exists():
        return read_samples(file, panel.reals)
    if is_run(out):
        return draw_samples(out, panel.reals, progress())
    raise RunError(
        "The entry left neither {out}.npz nor a run of ganctl at {out}.",
        "Let it write its samples there, or give --draw.",
    )


def is_run(out: Path) -> bool:
    """Return whether there is a run of ganctl."""
    return (out / "run.json").exists()


def clear(out: Path) -> None:
    """Remove what a training left."""
    if out.is_dir():
        shutil.rmtree(out)
    for path in (out, out.with_suffix(".npz"), seconds_file(out)):
        path.unlink(missing_ok=True)
