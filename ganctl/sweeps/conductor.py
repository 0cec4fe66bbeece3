"""Conducts a sweep: a process for each training and each evaluation, some at a time. No torch.

What a process does is what ``ganctl train`` and ``ganctl evaluate`` do, so that neither a crash nor
a run that diverges takes the others with it. A process stops, and saves its run, once its
standard input ends: when it is asked to, and also when this process was killed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO

from ganctl.errors import GanctlError
from ganctl.files.untrusted_json import parse
from ganctl.runs.evaluation.evaluation import Evaluation
from ganctl.signals import tidied
from ganctl.sweeps.members import ACTIVE, Member, State

PROGRAM = (sys.executable, "-m", "ganctl.child")
PAUSE = 0.25
"""Seconds between two looks at the processes."""
LOOK_EVERY = 1.0
"""Seconds between two looks at what they have written."""
PATIENCE = 20.0
"""Seconds in which a process that was asked to quit at once may do so in good order."""
STOPPED_CODES = (128 + signal.SIGINT, 128 + signal.SIGTERM)
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")


def threads_for(jobs: int) -> int | None:
    """Return how many threads each of several processes gets; None leaves it to torch."""
    if jobs == 1:
        return None
    if sys.platform == "linux":  # It alone knows which cores a process may use.
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, cores // jobs)


def conduct(
    members: Sequence[Member],
    *,
    jobs: int,
    n: int | None,
    judged: bool = True,
    should_stop: Callable[[], bool] = lambda: False,
) -> Generator[Member | None]:
    """Train and evaluate what is not done, some at a time, until all are or ``should_stop()``.

    Args:
        members: every training, which is kept up to date.
        jobs: how many processes at a time.
        n: how many images are judged; None as ``evaluate`` has it.
        judged: whether runs are evaluated; if not, they are done once they are trained.
        should_stop: asked often; then every process saves its run and ends.

    Yields:
        Each member whose state has changed, and None between two looks at the processes. Where
        the iterator is closed early, or a signal ends this process at once, the others quit too.
    """
    crew = _Crew(members, jobs, n, judged)
    with tidied(crew.abandon):
        try:
            yield from crew.work(should_stop)
            # Ratios of other numbers of images do not compare. Such evaluations were there before.
            while not crew.is_stopping and (common := crew.make_comparable()):
                crew.n = common
                yield from crew.work(should_stop)
        finally:
            crew.dismiss()


@dataclass
class _Crew:
    """The processes that work now, and what they work on."""

    members: Sequence[Member]
    jobs: int
    n: int | None
    judged: bool
    is_stopping: bool = False
    active: list[_Process] = field(default_factory=list)
    _tried: set[tuple[str, bool, int | None]] = field(default_factory=set)
    _looked: float = 0.0

    def work(self, should_stop: Callable[[], bool]) -> Iterator[Member | None]:
        while True:
            for process in [each for each in self.active if each.has_ended()]:
                self.active.remove(process)
                process.settle()
                if process.member.state is State.TRAINED and not self.judged:
                    process.member.state = State.DONE
                yield process.member
            if should_stop() and not self.is_stopping:
                self.is_stopping = True
                for process in self.active:
                    process.ask_to_stop()
            if not self.is_stopping:
                yield from self._begin_more()
            if not self.active:
                return
            self._look()
            yield None
            time.sleep(PAUSE)

    def make_comparable(self) -> int | None:
        """Let the evaluations that are of more images than others be made again of as many."""
        of_same: dict[str, list[Member]] = {}
        for member in self.members:
            if member.evaluation is not None:
                of_same.setdefault(member.evaluation.fingerprint, []).append(member)
        for members in of_same.values():
            counts = {member.evaluation.n for member in members if member.evaluation}
            if len(counts) > 1:
                for member in members:
                    if member.evaluation and member.evaluation.n > min(counts):
                        member.state = State.TRAINED
                return min(counts)
        return None

    def abandon(self) -> None:
        """Ask every process to quit; the end of this one asks a second time, by their input."""
        for process in self.active:
            process.process.terminate()

    def dismiss(self) -> None:
        for process in self.active:
            process.quit()

    def _begin_more(self) -> Iterator[Member]:
        """Begin what is next, each once: evaluations of what is trained, then trainings."""
        for state in (State.TRAINED, State.STOPPED, State.WAITING):
            for member in self.members:
                if len(self.active) >= self.jobs:
                    return
                attempt = (member.name, state is State.TRAINED, self.n)
                if member.state is state and attempt not in self._tried:
                    self._tried.add(attempt)
                    self.active.append(_begun(member, self.jobs, self.n))
                    yield member

    def _look(self) -> None:
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY:
            return
        self._looked = now
        for process in self.active:
            with suppress(GanctlError, ValueError):  # It may be writing its run at this moment.
                process.member.look()


@dataclass
class _Process:
    """One process that trains or evaluates a run; what it says goes to files without names."""

    member: Member
    process: subprocess.Popen[bytes]
    out: IO[bytes]
    err: IO[bytes]

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_stop(self) -> None:
        if self.process.stdin is not None:
            with suppress(OSError):  # It may have ended.
                self.process.stdin.close()

    def quit(self) -> None:
        self.ask_to_stop()
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close()

    def settle(self) -> None:
        """Take the state of what it worked on from what it left."""
        member, code = self.member, self.process.returncode
        stopped = code in STOPPED_CODES
        failed = "" if code == 0 or stopped else self._complaint(code)
        if member.state is State.TRAINING:
            member.settle(failed=failed)
        elif stopped:
            member.state = State.TRAINED
        else:
            self._read_evaluation(failed)
        self._close()

    def _read_evaluation(self, failed: str) -> None:
        member = self.member
        try:
            if failed:
                raise ValueError(failed)
            member.evaluation = Evaluation.from_json(parse(_read(self.out)))
            member.state, member.why = State.DONE, ""
        except (GanctlError, ValueError) as error:
            member.state, member.why = State.FAILED, f"not evaluated: {error}"

    def _complaint(self, code: int) -> str:
        """Return what it said was wrong."""
        lines = _read(self.err).decode(errors="replace").splitlines()
        errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
        return (errors or [f"its process ended with exit code {code}"])[-1]

    def _close(self) -> None:
        for file in (self.out, self.err, self.process.stdin):
            if file is not None:
                with suppress(OSError):
                    file.close()


def _begun(member: Member, jobs: int, n: int | None) -> _Process:
    """Start the process that a member needs next."""
    if member.state is State.TRAINED:
        words = ["evaluate", str(member.folder), "--json"]
        words += [] if n is None else [f"--n={n}"]
        member.state = State.EVALUATING
    else:
        words = _train_words(member)
        member.state = State.TRAINING
    assert member.state in ACTIVE
    out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()  # noqa: SIM115
    return _Process(member, _started(words, out, err, environment_for(jobs)), out, err)


def _started(
    words: Sequence[str], out: IO[bytes], err: IO[bytes], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*PROGRAM, *words],
        stdin=subprocess.PIPE,
        stdout=out,
        stderr=err,
        env=environment,
        # Ctrl-C is for this process, which asks each of them once.
        start_new_session=True,
        creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
    )


def _train_words(member: Member) -> list[str]:
    if member.has_begun:
        return ["train", "--resume", str(member.folder), "--quiet", "--json"]
    out = f"--out={member.folder}"
    return ["train", out, "--quiet", "--json", *member.training.words]


def environment_for(jobs: int) -> dict[str, str]:
    """Return the environment of each of several processes, with its share of the threads."""
    environment = dict(os.environ)
    threads = threads_for(jobs)
    if threads is not None:
        for name in THREADS:
            asked = environment.get(name, "")
            fewer = asked.isdecimal() and 0 < int(asked) < threads
            environment[name] = asked if fewer else f"{threads}"
    return environment


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
