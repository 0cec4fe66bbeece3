"""Damaged and hostile files, bred by a fuzzer: does each reader let out nothing but GanctlErrors?

    pip install atheris
    python -m benchmarks.safety.fuzz READER --minutes 10
    python -m benchmarks.safety.fuzz all --minutes 10

atheris (libFuzzer for Python) keeps the inputs that reach new code and changes
them further. It starts from files that ganctl wrote. A finding is any error but
a GanctlError, more than 2 GiB of memory, or over 20 seconds for one input; its
input is kept below --keep, and the reader's time ends there. The minutes are
those of the processor, so that other work on the machine takes none away. The
table has the inputs that were tried and the code that they reached (libFuzzer's
edges).
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

LONGEST_INPUT = 1 << 16
MEMORY_MIB = 2048
SECONDS_EACH = 20
INSTRUMENTED = ["ganctl", "PIL", "zipfile", "gzip", "lzma", "_compression", "json", "shlex"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader", help="a name of TARGETS or DATA_TARGETS, or all")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--keep", type=Path, default=Path("fuzzed"), metavar="DIR")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside is not None:
        fuzz(arguments.reader, arguments.inside, arguments.minutes)
    from benchmarks.safety.fuzz_data import DATA_TARGETS
    from benchmarks.safety.fuzz_targets import TARGETS

    targets = {**TARGETS, **DATA_TARGETS}
    names = list(targets) if arguments.reader == "all" else [arguments.reader]
    if unknown := [name for name in names if name not in targets]:
        parser.error(f"there is no reader {unknown[0]}: choose from {', '.join(targets)}, all")
    print("| reader | inputs | edges | findings |")
    print("|---|---|---|---|")
    found = 0
    for name in names:
        seeds = targets[name].seeds()
        row, findings = run(name, seeds, arguments.minutes, arguments.keep.absolute())
        found += findings
        print(row, flush=True)
    sys.exit(1 if found else 0)


def run(name: str, seeds: Sequence[bytes], minutes: float, keep: Path) -> tuple[str, int]:
    """Fuzz one reader in a process of its own; return its row, and how much it found."""
    folder = keep / name
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (corpus / f"seed{number}").write_bytes(seed)
    command = [sys.executable, "-m", "benchmarks.safety.fuzz", name, "--minutes", str(minutes)]
    command += ["--inside", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    (folder / "log.txt").write_text(done.stdout + done.stderr)
    tried = re.search(r"stat::number_of_executed_units:\s*(\d+)", done.stderr)
    edges = re.findall(r"cov: (\d+)", done.stderr)
    findings = [path for path in folder.iterdir() if path.name.startswith(KINDS)]
    inputs = f"{int(tried[1]):,}" if tried else "?"
    failed = max(len(findings), int(done.returncode != 0))
    told = ", ".join(path.name for path in findings) or ("see log.txt" if failed else "0")
    return f"| {name} | {inputs} | {edges[-1] if edges else '?'} | {told} |", failed


KINDS = ("crash-", "oom-", "timeout-", "leak-")
"""How libFuzzer calls the inputs that it leaves as findings."""


def fuzz(name: str, folder: Path, minutes: float) -> None:
    """Feed one reader until the time is over or something else than a GanctlError comes out."""
    import atheris
    from atheris.import_hook import instrument_imports

    with instrument_imports(include=INSTRUMENTED):
        from benchmarks.safety.fuzz_data import DATA_TARGETS
        from benchmarks.safety.fuzz_targets import TARGETS, changed_json
        from ganctl.errors import GanctlError
    target = {**TARGETS, **DATA_TARGETS}[name]
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory) as place:
        os.environ["GANCTL_HOME"] = os.environ["GANCTL_CACHE"] = place
        end = time.process_time() + 60 * minutes

        def once(data: bytes) -> None:
            if time.process_time() > end:
                os.kill(os.getpid(), signal.SIGUSR1)  # libFuzzer's signal to end in good order
            with contextlib.suppress(GanctlError):
                target.read(Path(place), data)

        def changed(data: bytes, longest: int, seed: int) -> bytes:
            """Change bytes or, every other time, a value in JSON."""
            chance = random.Random(seed)
            if chance.random() < 0.5:
                return atheris.Mutate(data, longest)
            return changed_json(data, chance)[:longest]

        atheris.Setup(
            [
                sys.argv[0],
                str(folder / "corpus"),
                f"-artifact_prefix={folder}/",
                f"-max_len={LONGEST_INPUT}",
                f"-rss_limit_mb={MEMORY_MIB}",
                f"-timeout={SECONDS_EACH}",
                "-print_final_stats=1",
            ],
            once,
            **({"custom_mutator": changed} if target.json else {}),
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
