"""One sweep is one folder: its plan in ``sweep.json``, and what came out of it. No torch.

::

    sweep.json     the plan: what varies, the seeds, what all have in common
    results.*      what came out: .json has all, .csv a row for each run
    sweep.png      a row of sheets for each combination
    curves.png     the distance to real images, a line for each run
    lock           held by the process that conducts it

Its runs are ordinary ones: below the home among the others, called after the sweep; or below
the folder that ``--out`` names.
"""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path

from ganctl._version import __version__
from ganctl.errors import FileError, RunError, RunNotFound, UsageError, nearest
from ganctl.files import paths
from ganctl.files.atomic import check_writable, explained, read_file, write_atomically
from ganctl.files.limits import JSON_BYTES
from ganctl.files.untrusted_json import as_text, parse
from ganctl.requests.budget import LENGTHS
from ganctl.requests.checks import check_run_name
from ganctl.requests.training import OPTIONS
from ganctl.runs import layout
from ganctl.runs.lock import Lock
from ganctl.runs.packages import packages_of
from ganctl.runs.run import LATEST, Run
from ganctl.sweeps.plan import SweepPlan, Training

FILE_NAME = "sweep.json"
FORMAT = "ganctl-sweep"
FORMAT_VERSION = 1
LOCK = "lock"


@dataclass(kw_only=True)
class Sweep:
    """A sweep's folder and its plan, under its name; nothing is written until it begins.

    The runs of a sweep below the home are called after it, and are among the other runs.
    """

    folder: Path
    name: str
    plan: SweepPlan
    created: str
    _lock: Lock | None = field(default=None, compare=False, repr=False)

    @classmethod
    def open(cls, folder: Path) -> Sweep:
        """Read the sweep in ``folder``.

        Raises:
            RunError: its ``sweep.json`` is missing, damaged or of another format version.
        """
        path = folder / FILE_NAME
        try:
            plain = parse(read_file(path, JSON_BYTES))
        except FileError as error:
            text = f"It has no readable {FILE_NAME}. {error}"
            raise RunError(f"{folder} is not a sweep.", text) from error
        except ValueError as error:
            raise _damaged(path, f"it is not JSON that ganctl writes ({error})") from error
        if not isinstance(plain, dict) or plain.get("format") != FORMAT:
            raise _damaged(path, "ganctl did not write it")
        version = plain.get("format_version")
        if not isinstance(version, int):
            raise _damaged(path, '"format_version" is not a whole number')
        if version != FORMAT_VERSION:
            raise RunError(
                f"{folder} has sweep format {version}, and this ganctl reads {FORMAT_VERSION}.",
                f"It was written by ganctl {plain.get('ganctl_version', 'of another version')}: "
                "use that one.",
            )
        try:
            plan = SweepPlan.from_json(plain)
            name, created = check_run_name(plain.get("name", "")), as_text(plain.get("created"))
        except (LookupError, TypeError, ValueError, AttributeError, UsageError) as error:
            raise _damaged(path, f"{error}".removesuffix(".")) from error
        return cls(folder=folder.absolute(), name=name, plan=plan, created=created)

    @property
    def in_home(self) -> bool:
        """Whether it lies with the other sweeps below the home."""
        return self.folder.parent == sweeps_folder()

    @property
    def reference(self) -> str:
        """What a user types to mean it from any folder: its name, or its path."""
        return self.folder.name if self.in_home else str(self.folder)

    @property
    def resume_command(self) -> str:
        """What resumes it, typed in any shell and folder."""
        # That shell may have another $GANCTL_HOME, or none.
        reference = str(self.folder) if "GANCTL_HOME" in os.environ else self.reference
        return f"ganctl sweep --resume {shlex.quote(reference)}"

    @property
    def is_new(self) -> bool:
        """Whether nothing of it is written."""
        return not (self.folder / FILE_NAME).exists()

    @property
    def trainings(self) -> tuple[Training, ...]:
        """Every training, in the order in which they begin."""
        if self.in_home:
            return self.plan.trainings(self.name)
        # In a folder of their own the runs need not repeat the sweep's name.
        bare = self.plan.trainings(self.name)
        prefix = f"{self.name}_"
        return tuple(replace(each, name=each.name.removeprefix(prefix)) for each in bare)

    def run_folder(self, training: Training) -> Path:
        """Return where the run of a training belongs."""
        above = paths.runs_folder() if self.in_home else self.folder / "runs"
        return above / training.name

    def path(self, name: str) -> Path:
        """Return where a result belongs, such as ``results.csv``."""
        return self.folder / name

    def check(self) -> None:
        """Refuse what a training would refuse, and runs that are no longer what they were.

        Raises:
            UsageError: there is no such model, data or the like.
            FileError: a run's name is taken by another one, or its folder cannot be written.
            RunError: a run of this sweep has other options by now.
        """
        for each in {training.combination.text: training for training in self.trainings}.values():
            packages_of(each.request)
        check_writable(self.folder)
        for training in self.trainings:
            folder = self.run_folder(training)
            check_writable(folder)
            if self.is_new or not (folder / "run.json").exists():
                layout.check_free(folder)
            else:
                _check_same(Run.open(folder), training)

    def begin(self) -> None:
        """Write the plan of a new sweep, and let no other process conduct it until ``release``.

        Raises:
            RunError: another process conducts it.
            FileError: it cannot be written.
        """
        with explained(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        hint = "Wait for it, or stop it with Ctrl-C where it runs."
        self._lock = Lock(self.folder / LOCK, f"The sweep {self.name}", hint)
        if self.is_new:
            plain = {
                "format": FORMAT,
                "format_version": FORMAT_VERSION,
                "ganctl_version": __version__,
                "name": self.name,
                "created": self.created,
                **self.plan.as_json(),
            }
            content = (json.dumps(plain, indent=2) + "\n").encode()
            write_atomically(self.folder / FILE_NAME, content)

    def release(self) -> None:
        """Let other processes conduct it."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def new_sweep(plan: SweepPlan, *, name: str | None = None, out: Path | None = None) -> Sweep:
    """Return a sweep that will live below the home, called ``name`` or by the time, or in ``out``.

    Raises:
        UsageError: both are given, or a name cannot be a folder's.
        FileError: something is there already.
    """
    if name is not None and out is not None:
        raise UsageError("--name and --out exclude each other.", "Give one of them.")
    if out is not None:
        folder, called = out.absolute(), "sweep"
    elif name is not None:
        called = check_run_name(name)
        folder = sweeps_folder() / called
    else:
        stem = sweeps_folder() / f"sweep-{datetime.now():%Y%m%d-%H%M%S}"
        folder = next(path for path in layout.numbered(stem) if not path.exists())
        called = folder.name
    with explained(folder):
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    if taken:
        raise FileError(
            f"{folder} already exists.",
            "Give another --name or --out, or resume that sweep: --resume SWEEP.",
        )
    created = datetime.now(timezone.utc).isoformat(timespec="seconds")
    sweep = Sweep(folder=folder, name=called, plan=plan, created=created)
    sweep.check()
    return sweep


def find_sweep(reference: str) -> Sweep:
    """Return the sweep that SWEEP names: a path, a name or its beginning, or ``latest``.

    Raises:
        RunNotFound: there is none; the hint lists the nearest.
        RunError: it cannot be read.
    """
    path = paths.user_path(reference)
    if reference and paths.exists(path / FILE_NAME):
        return Sweep.open(path.absolute())
    folders = {folder.name: folder for folder in _sweep_folders()}
    if not folders:
        raise RunNotFound(
            "There is no sweep yet.", "Begin one with: ganctl sweep --vary NAME=V1,V2"
        )
    if reference == LATEST:
        return Sweep.open(max(folders.values(), key=_last_written))
    matches = [name for name in folders if reference and name.startswith(reference)]
    if reference in folders or len(matches) == 1:
        return Sweep.open(folders[reference if reference in folders else matches[0]])
    if matches:
        raise RunNotFound(
            f"{reference!r} could be {', '.join(sorted(matches))}.", "Type more of the name."
        )
    raise RunNotFound(
        f"There is no sweep {reference!r}.", f"{nearest(reference, [LATEST, *sorted(folders)])}."
    )


def known_sweeps() -> list[str]:
    """Return the names of the sweeps below the home."""
    return sorted(folder.name for folder in _sweep_folders())


def sweeps_folder() -> Path:
    """Return the folder that holds one folder for each sweep."""
    return paths.home() / "sweeps"


def _sweep_folders() -> Iterator[Path]:
    for path in sweeps_folder().glob(f"*/{FILE_NAME}"):
        yield path.parent


def _last_written(folder: Path) -> float:
    """Return when anything of a sweep was written last."""
    times = [0.0]
    for name in (FILE_NAME, LOCK, "results.json"):
        path = folder / name
        if paths.exists(path):
            times.append(path.stat().st_mtime)
    return max(times)


def _check_same(run: Run, training: Training) -> None:
    """Raise ``RunError`` unless a run is what the plan says.

    Where its data lie may have changed since, and what a resume may change, unless it was asked
    for; such defaults are other ones from version to version.
    """
    held = {name for name, option in OPTIONS.items() if not option.resumable}
    held |= {*LENGTHS, *training.asked} - {"data"}
    # What suits the data was not known when the sweep was planned.
    plan, now = vars(training.request.by(run.config.recipe)), vars(run.config)
    changed = [name for name in OPTIONS if name in held and now[name] != plan[name]]
    if changed:
        raise RunError(
            f"The run {run.name} has other options than the sweep: {', '.join(changed)}.",
            "Rename or remove that run, and resume the sweep, which trains it again.",
        )


def _damaged(path: Path, why: str) -> RunError:
    return RunError(
        f"{path} cannot be read: {why}.", "Restore it from a copy, or begin another sweep."
    )
