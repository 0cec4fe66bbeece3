"""Is Ctrl-C quiet, twice and at any moment?

    python -m benchmarks.safety.ctrl_c

Trainings in a terminal of their own, with a shell's job control around them, get Ctrl-C at a
random moment between their start and their end, and once more within 300 ms; some Ctrl-Z and
``fg`` before, some SIGTERM or a hangup instead, some a third and a fourth. After each: the exit
code is that of a signal, nothing was printed that speaks of a fault, the terminal is as before, no
temporary file is left, every file of the run is whole. Some of the runs are then resumed to their
end.

Some are whole processes. Most are forked from one that has imported everything, so that what is hit
is a training and not an import. A signal in the first few milliseconds of a whole one, while Python
itself starts, finds Python's own handler; what that prints is counted apart.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import torch

from benchmarks.safety.faults import damage, images, leftovers
from ganctl.__main__ import main as run_and_exit
from ganctl.cli.app import run as run_cli
from ganctl.errors import GanctlError
from ganctl.runs.header import RunStatus
from ganctl.runs.run import Run

OPTIONS = ("--batch=8", "--steps=20", "--checkpoint-every=5", "--preview-every=10", "--keep=2")
GAP_SECONDS = 0.3
PATIENCE_SECONDS = 60.0
RESUMED = 20
"""One of so many runs is resumed."""
TALK_OF_FAULTS = re.compile(
    r"Traceback|fault in ganctl|Fatal|Exception ignored|Error|core dumped|terminate called"
)
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
CTRL_C, CTRL_Z = b"\x03", b"\x1a"
CODES = {128 + number: number.name for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
WHATS = (
    "tries",
    "quiet",
    "whole processes",
    "with Ctrl-Z and fg before",
    "in Python's own start",
    "before the run began",
    "run whole, no checkpoint yet",
    "run whole, with a checkpoint",
    "run finished",
    "twice before its end",
    "resumed to the end",
)


@dataclass(frozen=True)
class Plan:
    """What is sent when: seconds after the start."""

    keys: tuple[tuple[float, bytes | int], ...]
    pause: float
    """Seconds between Ctrl-Z and ``fg``."""

    @property
    def is_suspended(self) -> bool:
        return self.keys[0][1] == CTRL_Z

    def __str__(self) -> str:
        names = {CTRL_C: "Ctrl-C", CTRL_Z: "Ctrl-Z"}
        sent = [
            f"{at:.3f} {signal.Signals(key).name if isinstance(key, int) else names[key]}"
            for at, key in self.keys
        ]
        return ", ".join(sent)


def planned(chance: random.Random, life: float) -> Plan:
    at = life * chance.random() ** 2  # Rather early: at its end it draws curves, and Python ends.
    keys: list[tuple[float, bytes | int]] = []
    if chance.random() < 0.25:
        keys.append((chance.uniform(0, at), CTRL_Z))
    first: bytes | int = chance.choices((CTRL_C, signal.SIGTERM, signal.SIGHUP), (8, 1, 1))[0]
    keys.append((at, first))
    for _ in range(chance.choices((1, 2, 3), (8, 1, 1))[0]):
        at += chance.uniform(0, GAP_SECONDS)
        keys.append((at, CTRL_C))
    return Plan(tuple(keys), chance.uniform(0, GAP_SECONDS))


@dataclass(frozen=True)
class Ended:
    """How a training ended, what its terminal showed, and whether its settings are as before."""

    code: int
    by_signal: bool
    shown: str
    is_restored: bool
    sent: int
    seconds: float


def in_a_terminal(arguments: Sequence[str], plan: Plan | None, *, whole: bool) -> Ended:
    """Run ganctl as a shell does, in a terminal of its own, and send it what is planned."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    number_out, number_in = os.pipe()
    shell = os.fork()
    if not shell:
        os.close(master)
        child = started(slave)
        if not child:
            run_ganctl(arguments, whole=whole)
        os.write(number_in, child.to_bytes(4, "big"))
        os._exit(waited_for(child, slave, plan.pause if plan else 0.0))
    os.close(number_in)
    shown: list[bytes] = []
    reader = threading.Thread(target=read_all, args=(master, shown), daemon=True)
    reader.start()
    child = int.from_bytes(os.read(number_out, 4), "big")
    os.close(number_out)
    start, sent = time.monotonic(), 0
    for at, key in plan.keys if plan else ():
        if not wait_for(shell, start + at - time.monotonic()):
            break
        sent += 1
        if isinstance(key, int):
            with suppress(ProcessLookupError):
                os.kill(child, key)
        else:
            os.write(master, key)
    if wait_for(shell, PATIENCE_SECONDS):
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    seconds = time.monotonic() - start
    status = os.waitstatus_to_exitcode(os.waitpid(shell, 0)[1])
    restored = termios.tcgetattr(slave) == before
    os.close(slave)
    reader.join(timeout=5)
    os.close(master)
    text = b"".join(shown).decode(errors="replace")
    by_signal = status >= DIED
    code = 128 + status - DIED if by_signal else status
    return Ended(code, by_signal, text, restored, sent, seconds)


DIED = 192
"""What the shell's own exit code begins with where the command died of a signal."""


IGNORED = (signal.SIGTTOU, signal.SIGTTIN, signal.SIGTSTP, signal.SIGINT, signal.SIGHUP)
"""What a shell ignores, and the jobs that it starts do not."""


def started(terminal: int) -> int:
    """Begin a job in the foreground as a shell does; return its number, and 0 in the job itself."""
    os.setsid()
    fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
    for number in IGNORED:
        signal.signal(number, signal.SIG_IGN)
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        # For SIGINT too: a forked training begins where the door of the command line has done this.
        for number in IGNORED:
            signal.signal(number, signal.SIG_DFL)
        for stream in (0, 1, 2):
            os.dup2(terminal, stream)
        return 0
    with suppress(OSError):
        os.setpgid(child, child)
        os.tcsetpgrp(terminal, child)
    return child


def run_ganctl(arguments: Sequence[str], *, whole: bool) -> NoReturn:
    """Run ganctl in a new Python, or in this process, which ends with it as Python ends."""
    if whole:
        os.execv(sys.executable, [sys.executable, "-m", "ganctl", *arguments])
    sys.argv = ["ganctl", *arguments]
    run_and_exit()


def waited_for(child: int, terminal: int, pause: float) -> int:
    """Wait for a job, and bring it back when it is suspended; return its code."""
    while True:
        _, status = os.waitpid(child, os.WUNTRACED)
        if not os.WIFSTOPPED(status):
            break
        os.tcsetpgrp(terminal, os.getpid())
        os.write(terminal, b"[1]+ Stopped\n$ fg\n")
        time.sleep(pause)
        os.tcsetpgrp(terminal, child)
        os.killpg(child, signal.SIGCONT)
    if os.WIFSIGNALED(status):
        return DIED + os.WTERMSIG(status)
    return os.WEXITSTATUS(status)


def wait_for(shell: int, seconds: float) -> bool:
    """Wait so long, and return whether the shell still runs; it is not reaped."""
    deadline = time.monotonic() + seconds
    while True:
        state = os.waitid(os.P_PID, shell, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if state is not None:
            return False
        left = deadline - time.monotonic()
        if left <= 0:
            return True
        time.sleep(min(left, 0.01))


def read_all(master: int, shown: list[bytes]) -> None:
    with suppress(OSError):  # Linux's way to say that nobody has the terminal open any more.
        while True:
            shown.append(os.read(master, 65536))


def judged(ended: Ended, plan: Plan, folder: Path, home: Path) -> tuple[list[str], list[str]]:
    """Return what is wrong after a try, and the rows of the table that it counts in."""
    wrong, rows = [], []
    text = ended.shown
    if "KeyboardInterrupt" in text and not is_ours(text):
        return [], ["in Python's own start"]
    finished = is_finished(folder)
    if ended.code not in CODES and not (ended.code == 0 and finished):
        wrong.append(f"exit code {ended.code}")
    if found := TALK_OF_FAULTS.search(text):
        wrong.append(f"it says {found[0]}")
    if not ended.is_restored:
        wrong.append("the terminal has other settings")
    if text.rfind(HIDE_CURSOR) > text.rfind(SHOW_CURSOR):
        wrong.append("the cursor is hidden")
    wrong += [f"{name} is left" for name in leftovers(home)]
    if not (folder / "run.json").exists():
        rows.append("before the run began")
    else:
        wrong += [f"{path.name}: {error}" for path, error in damage(folder).items()]
        try:
            saved = bool(Run.open(folder).checkpoints())
        except GanctlError as error:
            wrong.append(f"{error}")
        else:
            which = "with a checkpoint" if saved else "no checkpoint yet"
            rows.append("run finished" if finished else f"run whole, {which}")
    if ended.sent > 1 + plan.is_suspended:
        rows.append("twice before its end")
    if plan.is_suspended:
        rows.append("with Ctrl-Z and fg before")
    return wrong, rows


def is_ours(text: str) -> bool:
    """Return whether a traceback has a frame of ganctl beyond its import by Python."""
    frames = re.findall(r'File "([^"]*)", line \d+, in (\S+)', text)
    return any("/ganctl/" in path and name != "<module>" for path, name in frames)


def words_of(shown: str) -> str:
    """Return what a terminal showed beside the panel."""
    plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown)
    return "\n".join(line for line in plain.splitlines() if line and line[0] not in "│╭╰")


def is_finished(folder: Path) -> bool:
    with suppress(GanctlError):
        return Run.open(folder).status is RunStatus.FINISHED
    return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=500)
    parser.add_argument("--whole", type=int, default=100, help="of these, whole processes")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    # Not by a context, which a forked training would leave too.
    home = Path(tempfile.mkdtemp())
    os.environ |= {
        "GANCTL_HOME": str(home),
        "GANCTL_CACHE": str(home / "cache"),
        "TERM": "xterm-256color",
        "OMP_NUM_THREADS": "1",
    }
    torch.set_num_threads(1)
    data = images(home / "data.npz")
    train = ["train", f"--data={data}", *OPTIONS]
    # It trains the judge of these data, which is kept, and imports what a training imports.
    run_cli([*train, "--name=first", "--quiet"])
    chance = random.Random(arguments.seed)
    wholes = set(chance.sample(range(arguments.tries), min(arguments.whole, arguments.tries)))
    lives = {
        whole: in_a_terminal([*train, f"--name=life{whole:d}"], None, whole=whole).seconds
        for whole in (True, False)
    }
    print(f"A training takes {lives[True]:.1f} s, a forked one {lives[False]:.1f} s.")
    counts: Counter[str] = Counter()
    for number in range(arguments.tries):
        whole = number in wholes
        folder = home / "runs" / f"run{number}"
        while True:
            plan = planned(chance, lives[whole])
            ended = in_a_terminal([*train, f"--name={folder.name}"], plan, whole=whole)
            if ended.sent > plan.is_suspended:
                break
            # It ended before it was asked to: this machine has become quicker.
            lives[whole] = (lives[whole] + ended.seconds) / 2
            counts["ended before Ctrl-C, not counted"] += 1
            shutil.rmtree(folder)
        wrong, rows = judged(ended, plan, folder, home)
        if number % RESUMED == 0 and (folder / "run.json").exists():
            resumed = [sys.executable, "-m", "ganctl", "train", f"--resume={folder.name}"]
            done = subprocess.run(
                [*resumed, "--steps=21", "--quiet"], capture_output=True, text=True, check=False
            )
            if done.returncode:
                wrong.append(f"it cannot be resumed: {done.stderr}")
            rows.append("resumed to the end")
        counts.update(["tries", *rows, *["whole processes"] * whole, *([] if wrong else ["quiet"])])
        code = CODES.get(ended.code, "finished" if ended.code == 0 else "by Python's own start")
        counts[f"exit {ended.code}, {code}{', by the signal itself' * ended.by_signal}"] += 1
        if wrong:
            print(f"{number} ({plan}): {'; '.join(wrong)}\n{words_of(ended.shown)}", flush=True)
        elif number % 25 == 24:
            print(f"{number + 1}: {counts['quiet']} quiet", flush=True)
    shutil.rmtree(home)
    print("| Ctrl-C twice | |")
    print("|---|---|")
    exits = sorted(what for what in counts if what.startswith(("exit ", "ended ")))
    for what in (*WHATS, *exits):
        print(f"| {what} | {counts[what]:,} |")
    sys.exit(0 if counts["quiet"] == counts["tries"] else 1)


if __name__ == "__main__":
    main()
