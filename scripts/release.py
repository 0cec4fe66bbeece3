"""Check that what lies here can be released, and say everything that is wrong.

python -m scripts.release            # any day: what would stand in a release's way
python -m scripts.release --final    # on the tagged commit: the changelog and the tag too
"""

from __future__ import annotations

import argparse
import importlib.metadata
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence

from packaging.requirements import Requirement

from ganctl._version import __version__
from scripts.distributions import ROOT, rebuild_problems, tracked_files

COMPLETIONS = {
    "bash": "ganctl.bash",
    "fish": "ganctl.fish",
    "powershell": "ganctl.ps1",
    "zsh": "_ganctl",
}
PERMISSIVE = ("Apache", "BSD", "ISC", "MIT", "PSF", "Python Software Foundation")
"""A dependency's licence names one of these, and nothing of ``REFUSED``."""
REFUSED = ("GPL", "Proprietary", "SSPL", "Commercial")
CUDA_PARTS = ("cuda-", "nvidia-")
"""Torch's builds for GPUs fetch these from NVIDIA, under its terms; ganctl hands none on."""

_SECTION = re.compile(
    r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


def version_problems(
    version: str, changelog: str, tags: Sequence[str], *, final: bool
) -> list[str]:
    """Return where the version, the changelog and the tags of this commit disagree.

    Args:
        version: of the package, such as ``1.2.0``.
        changelog: the text, in the form of Keep a Changelog.
        tags: the names of the tags on this commit.
        final: whether this commit is to be released; otherwise changes may wait in ``Unreleased``.
    """
    sections = {name: (date, text.strip()) for name, date, text in _SECTION.findall(changelog)}
    date, text = sections.get(version, ("", ""))
    _, waiting = sections.get("Unreleased", ("", ""))
    problems = []
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        problems.append(f"version {version} is not three numbers")
    others = [tag for tag in tags if re.match(r"v\d", tag) and tag != f"v{version}"]
    problems += [f"this commit has the tag {tag}, but the version is {version}" for tag in others]
    if not final and not text and not waiting:
        problems.append(f"CHANGELOG.md says nothing of {version}, and nothing waits in Unreleased")
    if final and not (date and text):
        problems.append(f"CHANGELOG.md has no section '## [{version}] - YYYY-MM-DD' with changes")
    if final and waiting:
        problems.append(f"changes wait in CHANGELOG.md's Unreleased; move them to {version}")
    if final and f"v{version}" not in tags:
        problems.append(f"this commit has no tag v{version}")
    return problems


def completion_problems() -> list[str]:
    """Return which of the files in ``completions/`` are not what the command line makes today."""
    return [
        f"completions/{name} is not current; run completions/generate"
        for shell, name in COMPLETIONS.items()
        if _completion(shell) != (ROOT / "completions" / name).read_text(encoding="utf-8").strip()
    ]


def _completion(shell: str) -> str:
    code = "from ganctl.cli.app import main; main()"
    environment = os.environ | {"_GANCTL_COMPLETE": f"source_{shell}"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True
    )
    return done.stdout.strip()


def licence_problems() -> list[str]:
    """Return which packages that ganctl needs have a licence that we have not thought about."""
    return [
        f"{name} has the licence {licence or 'that it does not name'}"
        for name, licence in sorted(_licences())
        if not is_permissive(licence)
    ]


def is_permissive(licence: str) -> bool:
    """Return whether anybody may use and hand on what has this licence, in a product too."""
    return any(name in licence for name in PERMISSIVE) and not any(
        name in licence for name in REFUSED
    )


def _licences() -> Iterator[tuple[str, str]]:
    """Yield the name and licence of each installed package that ganctl needs, directly or not."""
    waiting, seen = ["ganctl"], {"ganctl"}
    while waiting:
        package = importlib.metadata.distribution(waiting.pop())
        for requirement in map(Requirement, package.requires or ()):
            name = requirement.name.lower().replace("_", "-")
            wanted = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
            if wanted and name not in seen and not name.startswith(CUDA_PARTS):
                seen.add(name)
                waiting.append(name)
                yield name, _licence(importlib.metadata.metadata(name))


def _licence(metadata: importlib.metadata.PackageMetadata) -> str:
    """Return what a package says of its licence: the expression, else classifiers, else its words.

    Those words may be the whole text, of which the first line has the name.
    """
    if "License-Expression" in metadata:
        return metadata["License-Expression"]
    named = [text for text in metadata.get_all("Classifier") or () if text.startswith("License")]
    if named:
        return ", ".join(text.rpartition(" :: ")[2] for text in named)
    return metadata["License"].partition("\n")[0] if "License" in metadata else ""


def _tags() -> list[str]:
    command = ["git", "-C", str(ROOT), "tag", "--points-at", "HEAD"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()


def main() -> None:
    """Run all checks and print what each found; exit with 1 if that is anything."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--final", action="store_true", help="this commit is to be released")
    final = parser.parse_args().final
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    checks = {
        "version, changelog and tag": version_problems(
            __version__, changelog, _tags(), final=final
        ),
        "completions": completion_problems(),
        "licences of what ganctl needs": licence_problems(),
        "the same contents and bytes, built twice": rebuild_problems(tracked_files()),
    }
    for name, problems in checks.items():
        print(f"{name}: {'; '.join(problems) or 'fine'}")
    sys.exit(1 if any(checks.values()) else 0)


if __name__ == "__main__":
    main()
