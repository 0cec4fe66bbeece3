"""What RUN means on the command line. No torch."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from ganctl.errors import CheckpointError, FileError, RunError, RunNotFound, nearest
from ganctl.files import paths
from ganctl.files.atomic import read_file
from ganctl.files.limits import POINTER_BYTES
from ganctl.runs.checkpoint_header import refused_pickle
from ganctl.runs.layout import step_of
from ganctl.runs.run import LATEST, Run

ATTEMPTS = 5
"""How often a checkpoint is looked for that a process which trains the run keeps replacing."""
PRETRAINED_PREFIX = "pretrained/"
PRETRAINED_DEFAULT = "pretrained/mnist"
PRETRAINED_FACES = "pretrained/avatars"
PRETRAINED_WORDS = "pretrained/avatars-words"
BEST = "best"
_CHOSEN = re.compile(r"(?P<run>.+)@(?P<which>best|latest|\d{1,12})", re.ASCII)
Content = TypeVar("Content")
PICKLE_ENDINGS = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin")


@dataclass(frozen=True)
class RunSource:
    """Something to draw samples from.

    ``reference`` is what a user types to mean it from any folder; ``run`` is
    the run that the checkpoint belongs to, if any, and ``which`` of its
    checkpoints was asked for, if any was; ``note`` says why it is not what was
    asked for.
    """

    reference: str
    checkpoint: Path
    run: Run | None = None
    which: str | None = None
    note: str | None = None

    @property
    def file_stem(self) -> str:
        """A name for files about it: ``demo``, ``demo-1500``, or ``pretrained-mnist``."""
        if self.run is not None:
            return f"{self.run.name}-{self.which}" if self.which else self.run.name
        if self.reference.startswith(PRETRAINED_PREFIX):
            return self.reference.replace("/", "-")
        return self.checkpoint.stem


def all_runs(on_damaged: Callable[[RunError], None] | None = None) -> Iterator[Run]:
    """Yield every readable run below the home, that first which began first.

    Args:
        on_damaged: called with what is wrong with each run that cannot be read.
    """
    found = []
    for folder in run_folders():
        try:
            found.append(Run.open(folder))
        except RunError as error:
            if on_damaged is not None:
                on_damaged(error)
    # Of two that began in the same second, that written first comes first.
    yield from sorted(found, key=lambda run: run.created)


def run_folders() -> list[Path]:
    """Return the folder of every run below the home, readable or not, written last at the end."""
    return sorted(_run_folders(), key=_last_written)


def find(reference: str | None, stand_in: str = PRETRAINED_DEFAULT) -> Run | RunSource:
    """Return what RUN names: a run, or weights (RUN@STEP, a file, or a bundled generator).

    Args:
        reference: RUN; None means ``latest``.
        stand_in: the bundled generator that ``latest`` is before there is any run, with a note
            that says so.

    Raises:
        RunNotFound: there is nothing by that name; the hint lists the nearest.
        CheckpointError: it is a pickle.
        RunError: it is a run that cannot be read.
    """
    reference = _named(reference)
    path = paths.user_path(reference)
    if _is_run(path):
        return Run.open(path.absolute())
    if path.suffix.lower() in PICKLE_ENDINGS and _bare(reference) not in known_names():
        raise refused_pickle(path)
    if path.suffix == ".safetensors" and paths.exists(path) and path.is_file():
        return RunSource(str(path.absolute()), path)
    if reference.startswith(PRETRAINED_PREFIX):
        return _pretrained(reference)
    if _bare(reference) == LATEST and _latest_folder() is None:
        note = f"there is no run yet, so this uses {stand_in}"
        return replace(_pretrained(stand_in), note=note)
    chosen = _CHOSEN.fullmatch(reference)
    if chosen and not paths.exists(path):
        return _chosen_checkpoint(Run.open(_find_folder(chosen["run"])), chosen["which"])
    return Run.open(_find_folder(reference))


def find_source(reference: str | None, stand_in: str = PRETRAINED_DEFAULT) -> RunSource:
    """Return what to draw samples from: a run's best checkpoint, or the weights that were named.

    Args: as those of ``find``.

    Raises:
        RunNotFound, CheckpointError: as ``find``.
        RunError: it is a run that cannot be read, or has no checkpoint.
    """
    found = find(reference, stand_in)
    if isinstance(found, RunSource):
        return found
    return RunSource(found.reference, found.best_checkpoint(), found)


def read_source(source: RunSource, read: Callable[[Path], Content]) -> Content:
    """Return what ``read`` finds in a source's checkpoint.

    A process that trains the run may have removed that file since it was chosen, and kept
    another one: then the run is asked again, ``ATTEMPTS`` times in all.

    Raises:
        CheckpointError, RunError, RunNotFound: it cannot be read, and is not a run that trains.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return read(source.checkpoint)
        except CheckpointError:
            if source.run is None or os.path.lexists(source.checkpoint):
                raise
        source = find_source(source.reference)
    return read(source.checkpoint)


def find_run(reference: str | None) -> Run:
    """Return the run that RUN names; None means ``latest``.

    Raises:
        RunNotFound: there is none; the hint lists the nearest names.
        RunError: it is there, but cannot be read.
    """
    return Run.open(find_folder(reference))


def find_folder(reference: str | None) -> Path:
    """Return the folder of the run that RUN names, readable or not; None means ``latest``.

    Raises:
        RunNotFound: there is none; the hint lists the nearest names.
    """
    return _find_folder(_named(reference))


def find_path(reference: str | None) -> Path:
    """Return where RUN lies: a run's folder, or the file of a checkpoint that it names.

    Raises:
        RunNotFound: there is nothing by that name; the hint lists the nearest.
        CheckpointError: it is a pickle.
        RunError: it is a checkpoint of a run that cannot be read.
    """
    try:
        return find_folder(reference)
    except RunNotFound:
        found = find(reference) if reference and _bare(reference) != LATEST else None
        if not isinstance(found, RunSource):
            raise
        return found.checkpoint.absolute()


def _named(reference: str | None) -> str:
    """Return what RUN says; an empty one, as of a variable that is not set, names nothing."""
    if reference == "":
        raise RunNotFound("RUN is empty.", f"Name a run, or leave it out, which means {LATEST}.")
    return reference or LATEST


def _chosen_checkpoint(run: Run, which: str) -> RunSource:
    """Return the checkpoint of a run that ``best``, ``latest`` or a step names."""
    if which == BEST:
        path = run.best_checkpoint()
    elif which == LATEST:
        path = run.latest_checkpoint()
    else:
        path = run.checkpoint_path(int(which))
        if not path.is_file() and run.best.get("step") == int(which):
            path = run.best_path
    if not path.is_file():
        kept = {step_of(numbered) for numbered in run.checkpoints()}
        kept |= {int(run.best["step"])} if run.best else set()
        steps = ", ".join(map(str, sorted(kept))) or "none yet"
        raise RunNotFound(
            f"The run {run.name} has no checkpoint of step {which}.",
            f"Steps that are kept: {steps}. To keep more: train --keep.",
        )
    return RunSource(f"{run.reference}@{which}", path, run, which)


def _pretrained(reference: str) -> RunSource:
    names = _pretrained_names()
    if reference not in names:
        raise RunNotFound(
            f"There is no bundled generator {reference!r}.", f"{nearest(reference, names)}."
        )
    return RunSource(reference, paths.ASSETS / f"{reference}.safetensors")


def _find_folder(reference: str) -> Path:
    path = paths.user_path(reference)
    if _is_run(path):
        return path.absolute()
    name = _bare(reference)
    if name == LATEST:
        latest = _latest_folder()
        if latest is None:
            raise RunNotFound("There is no run yet.", "Make one with: ganctl train")
        return latest
    folders = {folder.name: folder for folder in _run_folders()}
    if name in folders:
        return folders[name]
    matches = [folder for known, folder in folders.items() if name and known.startswith(name)]
    if len(matches) == 1:
        return matches[0]
    if matches:
        alike = ", ".join(sorted(folder.name for folder in matches))
        raise RunNotFound(f"{reference!r} could be {alike}.", "Type more of the name.")
    if reference in _pretrained_names():
        raise RunNotFound(
            f"{reference} is a generator alone, not a run.", "Start a run with: ganctl train"
        )
    raise RunNotFound(f"There is no run {reference!r}.", f"{nearest(name, known_names())}.")


def _bare(reference: str) -> str:
    """Return a reference without a leading ``runs/`` and without a trailing slash."""
    return reference.replace(os.sep, "/").removeprefix("runs/").rstrip("/")


def is_latest(folder: Path) -> bool:
    """Return whether the file ``latest`` names the run in ``folder``."""
    target = _pointed_at()
    return target is not None and target.samefile(folder)


def _pointed_at() -> Path | None:
    """Return the run that the file ``latest`` names; None if that is no run."""
    pointer = paths.runs_folder() / LATEST
    try:
        target = os.fsdecode(read_file(pointer, POINTER_BYTES)).strip()
    except (FileError, UnicodeDecodeError):
        return None
    folder = paths.runs_folder() / target
    return folder if target and _is_run(folder) else None


def _latest_folder() -> Path | None:
    """Return the run that ``latest`` points to, else that written last, else None."""
    if pointed_at := _pointed_at():
        return pointed_at
    folders = _run_folders()
    return max(folders, key=_last_written, default=None)


def _last_written(folder: Path) -> float:
    """Return when a run was written last; 0 if it has just been removed."""
    try:
        return (folder / "run.json").stat().st_mtime
    except OSError:
        return 0.0


def _is_run(folder: Path) -> bool:
    return paths.exists(folder / "run.json")


def _run_folders() -> list[Path]:
    found = paths.runs_folder().glob("*/run.json")
    return [path.parent for path in found if paths.exists(path)]  # No link that leads nowhere.


def known_names() -> list[str]:
    """Return everything that RUN may be by name: latest, the runs, the bundled generators."""
    return [LATEST, *sorted(folder.name for folder in _run_folders()), *_pretrained_names()]


def _pretrained_names() -> list[str]:
    return sorted(PRETRAINED_PREFIX + path.stem for path in paths.PRETRAINED.glob("*.safetensors"))
