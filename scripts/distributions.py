"""What the sdist and the wheel hold, and how large they are.

    python -m scripts.distributions FILE …

Both must hold what git keeps: the wheel all of ``ganctl/``, the sdist that and everything else but
the names that begin with a dot, which only act in a checkout.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ganctl._version import __version__

ROOT = Path(__file__).parent.parent
LARGEST = {".whl": 16_000_000, ".gz": 20_000_000}
"""Bytes. PyPI takes 100 MB; this is what we want to ask of a classroom's network."""
WHEEL_METADATA = {
    "METADATA",
    "RECORD",
    "WHEEL",
    "entry_points.txt",
    "licenses/LICENSE",
    "licenses/ganctl/assets/README.md",
}


def tracked_files(root: Path = ROOT) -> set[str]:
    """Return the paths of all files that git keeps, from ``root``, with slashes."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return {name for name in names if name and (root / name).is_file()}


def content_problems(path: Path, tracked: set[str]) -> list[str]:
    """Return what is missing from a wheel or an sdist, too much in it, or too large about it."""
    if path.suffix == ".whl":
        found = _wheel_names(path)
        info = f"ganctl-{__version__}.dist-info"
        expected = {name for name in tracked if name.startswith("ganctl/")}
        expected |= {f"{info}/{name}" for name in WHEEL_METADATA}
    else:
        found = {name for name in _sdist_names(path) if not name.startswith(".")}
        expected = {name for name in tracked if not name.startswith(".")} | {"PKG-INFO"}
    problems = [f"{path.name} lacks {name}" for name in sorted(expected - found)]
    problems += [f"{path.name} should not hold {name}" for name in sorted(found - expected)]
    size = path.stat().st_size
    if size > LARGEST[path.suffix]:
        problems.append(f"{path.name} has {size:,} bytes, more than {LARGEST[path.suffix]:,}")
    return problems


def rebuild_problems(tracked: set[str]) -> list[str]:
    """Build twice, in two folders and at two times, and return what differs or is wrong.

    ``SOURCE_DATE_EPOCH`` is the time of the last commit, as a packager would set it.
    """
    with TemporaryDirectory() as name:
        first, second = (_built(Path(name) / place, tracked) for place in ("one", "another"))
        problems = [problem for path in first for problem in content_problems(path, tracked)]
        problems += [
            f"{path.name} is not the same bytes when it is built again"
            for path, again in zip(first, second, strict=True)
            if _digest(path) != _digest(again)
        ]
        return problems


def _built(folder: Path, tracked: set[str]) -> list[Path]:
    """Copy what git keeps and build it there, by what is installed; return the files."""
    source = folder / "source"
    for name in sorted(tracked):
        copy = source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder / "dist")]
    environment = os.environ | {"SOURCE_DATE_EPOCH": _last_commit_time()}
    subprocess.run([*command, str(source)], check=True, env=environment, stdout=subprocess.DEVNULL)
    return sorted((folder / "dist").iterdir())


def _last_commit_time() -> str:
    command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _wheel_names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def _sdist_names(path: Path) -> Iterator[str]:
    """Yield the names below the one folder that an sdist has."""
    with tarfile.open(path) as archive:
        for member in archive.getmembers():
            yield str(PurePosixPath(*PurePosixPath(member.name).parts[1:]))


def main() -> None:
    """Say of each file how large it is and what is wrong with it; exit with 1 if anything is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE")
    tracked = tracked_files()
    problems = []
    for path in parser.parse_args().files:
        print(f"{path.name}: {path.stat().st_size:,} bytes")
        problems += content_problems(path, tracked)
    for problem in problems:
        print(f"problem: {problem}", file=sys.stderr)
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
