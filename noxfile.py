"""The project's checks: ``nox -s NAME`` runs one, ``nox`` the four of every day.

Each session makes an environment of its own and keeps it. With ``--no-venv`` it runs where nox
itself is installed, which needs the group ``dev``; so does ``.ci/run``, to install torch once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import nox

nox.needs_version = ">=2025.10.14"
nox.options.sessions = ["lint", "types", "tests", "docs"]
nox.options.reuse_venv = "yes"

PROJECT = nox.project.load_toml("pyproject.toml")
PINNED = ("-c", str(Path("constraints.txt").resolve()))
FORMS = Path(".github/ISSUE_TEMPLATE")


def install(session: nox.Session, *groups: str, ganctl: bool = True) -> None:
    """Install groups of ``pyproject.toml``, and ganctl, unless nox uses what is there."""
    if session.virtualenv.is_sandboxed:
        itself = ("-e", ".") if ganctl else ()
        session.install(*PINNED, *nox.project.dependency_groups(PROJECT, *groups), *itself)


@nox.session
def tests(session: nox.Session) -> None:
    """The everyday tests, in two processes; or those that are named."""
    install(session, "test")
    session.run("pytest", *(session.posargs or ("-n", "2")))


@nox.session
def tests_all(session: nox.Session) -> None:
    """All tests, and how much of ganctl they run; what is given chooses among them by ``-m``."""
    install(session, "test", "notebook", "tracking")
    session.run("pytest", "-n", "2", "-m", "", "--cov", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, the directions of imports, the project's metadata and the forge's files."""
    install(session, "lint", ganctl=False)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-logo")
    session.run("validate-pyproject", "pyproject.toml")
    session.run("zizmor", "--offline", "--quiet", ".github")
    check = ("check-jsonschema", "--builtin-schema")
    session.run(*check, "vendor.github-workflows", *_yaml(Path(".github/workflows")))
    session.run(*check, "vendor.dependabot", ".github/dependabot.yml")
    forms = [name for name in _yaml(FORMS) if Path(name).name != "config.yml"]
    session.run(*check, "vendor.github-issue-forms", *forms)
    session.run(*check, "vendor.github-issue-config", str(FORMS / "config.yml"))


@nox.session
def types(session: nox.Session) -> None:
    """Types of everything, and ganctl's on Windows, macOS and the oldest Python."""
    install(session, "types")
    session.run("mypy", "--platform", "linux")
    for options in (
        ("--platform", "win32"),
        ("--platform", "darwin"),
        ("--python-version", "3.10"),
    ):
        session.run("mypy", *options, "--cache-dir", f".mypy_cache/{options[-1]}", "ganctl")


@nox.session
def docs(session: nox.Session) -> None:
    """The site, without a warning: ``docs/_build/html/index.html``."""
    install(session, "docs")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")


@nox.session
def build(session: nox.Session) -> None:
    """The sdist, and the wheel, used alone in a new environment and another folder."""
    install(session, "release", ganctl=False)
    with TemporaryDirectory() as name:
        folder = Path(name)
        session.run("python", "-m", "build", "--outdir", str(folder / "dist"))
        files = sorted((folder / "dist").iterdir())
        session.run("twine", "check", "--strict", *map(str, files))
        session.run("python", "-m", "scripts.distributions", *map(str, files))
        wheel = next(path for path in files if path.suffix == ".whl")
        use_wheel(session, wheel, folder)


def use_wheel(session: nox.Session, wheel: Path, folder: Path) -> None:
    """Install a wheel in a new environment below ``folder`` and run its commands there."""
    session.run("python", "-m", "venv", str(folder / "clean"))
    programs = folder / "clean" / ("Scripts" if sys.platform == "win32" else "bin")
    python = str(programs / "python")
    # Most of torch is never imported here, so compiling all of it would be half of the time.
    options = ("--quiet", "--no-compile", *PINNED)
    session.run(python, "-m", "pip", "install", *options, str(wheel), external=True)
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    variables = {"GANCTL_HOME": str(folder / "home"), "GANCTL_CACHE": str(folder / "cache")}
    with session.chdir(elsewhere):
        for line in (
            "--version",
            "sample --digit 7 --n 10",
            "info samples/pretrained-mnist/7/seed0003.png",
            "train --steps 40 --quiet",
            "info",
            "montage",
            "gif",
        ):
            session.run(str(programs / "ganctl"), *line.split(), env=variables, external=True)
        if len(list(Path("samples").rglob("*.png"))) != 10:
            session.error("the installed ganctl should have written ten pictures")


@nox.session
def release(session: nox.Session) -> None:
    """What a release needs; ``-- --final`` wants its date in the changelog and its tag too."""
    install(session, "release")
    session.run("python", "-m", "scripts.release", *session.posargs)


def _yaml(folder: Path) -> list[str]:
    return sorted(map(str, folder.glob("*.yml")))
