"""Does a training survive its disk? Faults at every write, fsync, rename, open, mkdir and unlink.

    python -m benchmarks.safety.faults

A short training is run once to count what it asks of the file system below its
home. Then it is run again for each of these calls, which fails, with each
error, alone or as the first of all that follow (a disk that stays full). Each
must end in an error that says what to do, or go on with a warning; whatever
checkpoint there was must still be whole; and when the fault is gone the
training, resumed, must equal the straight one. Full disks are real ones: small
tmpfs mounts where this process may mount, else a limit on the size of files; and
so are folders that become read-only in the middle, by ``chattr +i``, which stops
root too.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import itertools
import json
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import numpy as np
import torch
from safetensors.torch import load_file

from ganctl.engine.training import recorder
from ganctl.engine.training.loop import train
from ganctl.errors import GanctlError, GanctlWarning
from ganctl.pictures.images import read_image
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run, new_run

KINDS = ("write", "fsync", "rename", "open", "mkdir", "unlink")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)
_TEMPORARY = re.compile(r"\.(?P<name>.+)\.[0-9a-f]{8}\.tmp")
_AUDITED = {"os.rename": "rename", "os.mkdir": "mkdir", "os.remove": "unlink"}
OPTIONS: dict[str, Any] = {
    "batch": 8,
    "steps": 12,
    "checkpoint_every": 4,
    "preview_every": 5,
    "keep": 1,
}


@dataclass(frozen=True)
class Fault:
    """Which call fails: the ``nth`` of ``kind`` on what matches the pattern ``path``, from 1.

    A file that is still temporary goes by the name that it will have, and paths are relative to
    the disk's folder. If the fault ``stays``, all later calls of that kind fail too, on any path.
    """

    kind: str
    path: str
    nth: int = 1
    error: int = errno.EIO
    stays: bool = False

    def __str__(self) -> str:
        time = f" ({self.nth})" if self.nth > 1 else ""
        return (
            f"{self.path}{time}, {errno.errorcode[self.error]}{', and all after it' * self.stays}"
        )


class FaultyDisk:
    """Notes what is asked of the files below a folder, and lets some of it fail.

    Attributes:
        calls: the kind and the path of each call, in order.
        failed: how many of them failed.
    """

    def __init__(self, folder: Path, fault: Fault | None = None) -> None:
        self.folder = folder
        self.fault = fault
        self.calls: list[tuple[str, str]] = []
        self.failed = 0
        self._matched = 0
        self._opened: list[str] = []

    def meet(self, kind: str, path: str) -> None:
        """Note a call, and raise if it is one that fails."""
        name = self._name(path)
        self.calls.append((kind, name))
        if self.fault is None or kind != self.fault.kind:
            return
        matches = fnmatchcase(name, self.fault.path)
        self._matched += matches
        is_it = matches and self._matched == self.fault.nth
        if is_it or (self.failed and self.fault.stays):
            self.failed += 1
            raise OSError(self.fault.error, os.strerror(self.fault.error))

    def concerns(self, path: object) -> bool:
        """Return whether a path that a call was given lies below the folder."""
        return isinstance(path, (str, os.PathLike)) and str(path).startswith(str(self.folder))

    def _name(self, path: str) -> str:
        """Return the path below the folder, or whole if it lies elsewhere, of the final file."""
        whole = Path(path)
        temporary = _TEMPORARY.fullmatch(whole.name)
        whole = whole.with_name(temporary["name"]) if temporary else whole
        below = whole.is_relative_to(self.folder)
        return (whole.relative_to(self.folder) if below else whole).as_posix()

    def note_opened(self, path: str) -> None:
        """Remember a path, so that what is flushed by a descriptor has a name."""
        self._opened.append(path)

    def _path_of(self, descriptor: int) -> str:
        it = os.fstat(descriptor)
        for path in reversed(self._opened):
            with contextlib.suppress(FileNotFoundError):
                if os.path.samestat(it, Path(path).stat()):
                    return path
        raise AssertionError("a file is flushed that was never opened")

    @contextlib.contextmanager
    def at_work(self) -> Iterator[FaultyDisk]:
        """Stand between this process and the file system."""
        really_open, really_fsync = Path.open, os.fsync

        def opened(path: Path, mode: str = "r", *rest: Any, **named: Any) -> Any:
            file = really_open(path, mode, *rest, **named)
            return _FaultyFile(file, self) if set(mode) & set("wxa") else file

        def fsync(descriptor: int) -> None:
            self.meet("fsync", self._path_of(descriptor))
            really_fsync(descriptor)

        with patch.object(Path, "open", opened), patch.object(os, "fsync", fsync):
            _watched.append(self)
            try:
                yield self
            finally:
                _watched.remove(self)


class _FaultyFile:
    """A file of which a write that fails leaves half."""

    def __init__(self, file: IO[bytes], disk: FaultyDisk) -> None:
        self._file = file
        self._disk = disk

    def __enter__(self) -> _FaultyFile:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def write(self, content: bytes) -> int:
        try:
            self._disk.meet("write", self._file.name)
        except OSError:
            self._file.write(content[: len(content) // 2])
            self._file.flush()
            raise
        return self._file.write(content)


_watched: list[FaultyDisk] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    """Python calls this before it asks the system; what is raised here is what the caller gets."""
    if not _watched or not arguments:
        return
    kind = _AUDITED.get(event)
    if event == "open":
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        writes = flags & (os.O_WRONLY | os.O_RDWR) or Path(str(arguments[0])).is_dir()
        kind = "open" if writes else None
        if writes:
            _watched[-1].note_opened(str(arguments[0]))
    # What is renamed goes by its new name.
    path = arguments[1] if kind == "rename" else arguments[0]
    if kind and _watched[-1].concerns(path):
        _watched[-1].meet(kind, str(path))


sys.addaudithook(_audit)


def images(path: Path) -> Path:
    """Write 64 tiny pictures of two classes, and return where."""
    pictures = np.zeros((64, 8, 8), np.uint8)
    for index in range(64):
        pictures[index, 1 + index // 2 % 6, :] = 255
        if index % 2:
            pictures[index] = pictures[index].T
    np.savez(path, images=pictures, labels=np.arange(64) % 2, class_names=["across", "down"])
    return path


@dataclass(frozen=True)
class Outcome:
    """How a training ended: the error, if any, the warnings, and its run's folder."""

    error: Exception | None
    said: list[str]


def attempt(
    folder: Path, data: Path, on_report: Callable[[Any], None] = lambda _report: None
) -> Outcome:
    """Begin a training, or go on with the one that is there."""
    recorder.RETRY_SECONDS = 0.0
    error = None
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", GanctlWarning)
        try:
            if (folder / "run.json").exists():
                run = Run.open(folder)
            else:
                run = new_run(TrainRequest(data=str(data), **OPTIONS), out=folder)
            for report in train(run):
                on_report(report)
        except GanctlError as raised:
            error = raised
    return Outcome(error, [str(warning.message) for warning in caught])


def contents(folder: Path) -> dict[str, Any]:
    """Return what must be the same after a fault: the last state, and the losses by step."""
    run = Run.open(folder)
    tensors = {name: value.numpy() for name, value in load_file(run.latest_checkpoint()).items()}
    losses = {line["step"]: line["generator_loss"] for line in run.metrics()}
    return {"step": run.progress.step, "losses": losses, **tensors}


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return sorted(
        name
        for name in one.keys() | other.keys()
        if name not in one or name not in other or not np.array_equal(one[name], other[name])
    )


def damage(folder: Path) -> dict[Path, Exception]:
    """Return which files of a run's folder are not whole, and why."""
    found = {}
    readers: dict[str, Callable[[Path], Any]] = {
        ".safetensors": load_file,
        ".png": read_image,
        ".json": lambda path: json.loads(path.read_bytes()),
        ".jsonl": lambda path: [json.loads(line) for line in path.read_text().splitlines()],
    }
    for path in folder.rglob("*"):
        if path.suffix in readers and path.is_file():
            try:
                readers[path.suffix](path)
            except Exception as error:
                found[path] = error
    return found


def leftovers(folder: Path) -> list[str]:
    """Return the temporary files below a folder."""
    return [path.name for path in folder.rglob("*.tmp")]


def judge_result(folder: Path, data: Path, outcome: Outcome, straight: dict[str, Any]) -> list[str]:
    """Return what is wrong after a fault, once it is gone and the training went on."""
    damaged = damage(folder)
    again = attempt(folder, data) if outcome.error else outcome
    if again.error:
        return [f"it cannot be gone on with: {again.error}"]
    wrong = [f"{path.name}: {error}" for path, error in (damaged | damage(folder)).items()]
    wrong += leftovers(folder) if outcome.error else []
    return wrong + [f"{name} differs" for name in differences(contents(folder), straight)]


class Tally:
    """Counts how trainings ended, by the kind of fault, and says at once what went wrong."""

    def __init__(self) -> None:
        self.rows: dict[str, Counter[str]] = {}

    def add(self, kind: str, what: str, outcome: Outcome, wrong: list[str]) -> None:
        how = "error" if outcome.error else "warning" if outcome.said else "second try"
        row = self.rows.setdefault(kind, Counter())
        row.update(["tried", how] + ([] if wrong else ["survived"]))
        if wrong:
            print(f"{kind}, {what}: {'; '.join(wrong)} ({outcome.error})", file=sys.stderr)

    def print(self) -> None:
        names = ("tried", "error", "warning", "second try", "survived")
        print("| fault in | tried | clear error | warning | went on | survived |")
        print("|---|---|---|---|---|---|")
        total: Counter[str] = Counter()
        for kind, row in self.rows.items():
            print(f"| {kind} | {' | '.join(str(row[name]) for name in names)} |")
            total += row
        print(f"| all | {' | '.join(str(total[name]) for name in names)} |")

    def all_survived(self) -> bool:
        return all(row["survived"] == row["tried"] for row in self.rows.values())


def inject(scratch: Path, data: Path, straight: dict[str, Any], tally: Tally, stride: int) -> None:
    """Let each call fail in turn."""
    counting = FaultyDisk(scratch / "counted")
    with counting.at_work():
        attempt(scratch / "counted" / "run", data)
    counts = Counter(kind for kind, _ in counting.calls)
    print(f"calls of one training: {dict(counts)}", file=sys.stderr)
    number = 0
    for kind in KINDS:
        paths = [path for of_kind, path in counting.calls if of_kind == kind]
        points = range(0, len(paths), stride)
        for point, error, stays in itertools.product(points, ERRORS, (False, True)):
            number += 1
            folder = scratch / f"run{number}"
            path = paths[point]
            fault = Fault(kind, path, paths[: point + 1].count(path), error, stays)
            with FaultyDisk(folder, fault).at_work() as disk:
                outcome = attempt(folder / "run", data)
            wrong = judge_result(folder / "run", data, outcome, straight)
            if not disk.failed:
                wrong.append("the call never came")
            tally.add(kind, str(fault), outcome, wrong)
            shutil.rmtree(folder)


def real_disks(
    scratch: Path, data: Path, straight: dict[str, Any], size: int, tally: Tally
) -> None:
    """Fill small disks, and make folders read-only in the middle."""
    for share in range(1, 25):
        kilobytes = size * share // 24 // 1024 + 4
        with mounted(scratch / "disk", kilobytes) as folder:
            if folder is None:
                print("no disk can be mounted here: a limit on files instead", file=sys.stderr)
                break
            outcome = attempt(folder / "run", data)
            remount(folder, f"size={64 << 10}k")
            wrong = judge_result(folder / "run", data, outcome, straight)
            tally.add("full disk", f"{kilobytes} kB", outcome, wrong)
    for part, step in itertools.product((".", "checkpoints", "previews"), (5, 10)):
        folder = scratch / f"read-only-{part}-{step}"

        def read_only(report: Any, folder: Path = folder / part, step: int = step) -> None:
            if report.step == step:
                change_flag("+i", folder)

        try:
            outcome = attempt(folder, data, read_only)
        finally:
            change_flag("-i", folder / part)
        wrong = judge_result(folder, data, outcome, straight)
        tally.add("read-only folder", f"{part} from step {step}", outcome, wrong)
    for number, limit in enumerate((100, 1_000, 5_000, 20_000, 100_000)):
        folder = scratch / f"limited{number}"
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
        try:
            outcome = attempt(folder, data)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        wrong = judge_result(folder, data, outcome, straight)
        tally.add("limit on files", f"{limit} bytes", outcome, wrong)


@contextlib.contextmanager
def mounted(folder: Path, kilobytes: int) -> Iterator[Path | None]:
    """Yield a disk in memory of that size; None where this process may not mount one."""
    folder.mkdir(exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(["mount", *options], check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def change_flag(flag: str, folder: Path) -> None:
    """Let a folder take and lose no files (``+i``), or let it again (``-i``)."""
    subprocess.run(["chattr", flag, str(folder)], check=True)


def remount(folder: Path, option: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{option}", str(folder)], check=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--stride", type=int, default=1, help="try every so many calls")
    stride = parser.parse_args().stride

    torch.set_num_threads(1)
    tally = Tally()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        os.environ["GANCTL_HOME"] = str(scratch / "home")
        data = images(scratch / "data.npz")
        attempt(scratch / "straight", data)
        straight = contents(scratch / "straight")
        size = sum(path.stat().st_size for path in (scratch / "straight").rglob("*.*"))
        inject(scratch, data, straight, tally, stride)
        real_disks(scratch, data, straight, size, tally)
    tally.print()
    sys.exit(0 if tally.all_survived() else 1)


if __name__ == "__main__":
    main()
