"""A release's checks find what they are there to find."""

import io
import shutil
import tarfile
import zipfile

import pytest

from ganctl._version import __version__
from scripts import release
from scripts.distributions import ROOT, WHEEL_METADATA, content_problems, tracked_files
from scripts.release import is_permissive, licence_problems, version_problems

WAITING = "# Changelog\n\n## [Unreleased]\n\n### Added\n\n- A picture.\n"
RELEASED = (
    "## [Unreleased]\n\n## [1.2.0] - 2026-11-25\n\n- A picture.\n\n"
    "## [1.1.0] - 2026-01-02\n\n- Old.\n"
)


@pytest.mark.parametrize(
    ("changelog", "tags", "final", "words"),
    [
        (WAITING, [], False, []),
        (RELEASED, [], False, []),
        (RELEASED, ["v1.2.0", "nightly"], True, []),
        ("## [Unreleased]\n", [], False, ["says nothing of 1.2.0"]),
        (RELEASED, ["v1.3.0"], False, ["tag v1.3.0"]),
        (WAITING, ["v1.2.0"], True, ["no section", "wait in"]),
        (RELEASED.replace(" - 2026-11-25", ""), ["v1.2.0"], True, ["no section"]),
        (RELEASED, [], True, ["no tag v1.2.0"]),
    ],
)
def test_version_changelog_and_tag_agree(changelog, tags, final, words):
    problems = version_problems("1.2.0", changelog, tags, final=final)
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


def test_a_version_is_three_numbers():
    assert version_problems("1.2rc1", WAITING, [], final=False) == [
        "version 1.2rc1 is not three numbers"
    ]


@pytest.mark.parametrize(
    ("licence", "fine"),
    [
        ("MIT", True),
        ("Apache-2.0 OR BSD-2-Clause", True),
        ("GNU General Public License v3 (GPLv3)", False),
        ("MIT AND LGPL-2.1-or-later", False),
        ("Other/Proprietary License", False),
        ("", False),
    ],
)
def test_licences_that_let_everybody_go_on(licence, fine):
    assert is_permissive(licence) == fine


def test_what_ganctl_needs_may_be_handed_on():
    assert licence_problems() == []


def test_a_stale_completion_is_named(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "completions", tmp_path / "completions")
    (tmp_path / "completions" / "ganctl.fish").write_text("complete ganctl\n")
    monkeypatch.setattr(release, "ROOT", tmp_path)
    assert release.completion_problems() == [
        "completions/ganctl.fish is not current; run completions/generate"
    ]


def test_a_wheel_holds_ganctl_and_nothing_else(tmp_path):
    tracked = {"ganctl/api.py", "ganctl/assets/a.xz", "tests/test_api.py", "README.md"}
    path = tmp_path / f"ganctl-{__version__}-py3-none-any.whl"
    info = f"ganctl-{__version__}.dist-info"
    names = ["ganctl/api.py", "tests/test_api.py", *(f"{info}/{name}" for name in WHEEL_METADATA)]
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "")
    assert content_problems(path, tracked) == [
        f"{path.name} lacks ganctl/assets/a.xz",
        f"{path.name} should not hold tests/test_api.py",
    ]


def test_an_sdist_holds_what_git_keeps(tmp_path):
    path = tmp_path / f"ganctl-{__version__}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("PKG-INFO", ".gitignore", "ganctl/api.py", "notes.txt"):
            archive.addfile(tarfile.TarInfo(f"ganctl-{__version__}/{name}"), io.BytesIO())
    assert content_problems(path, {"ganctl/api.py", "README.md", ".ci/run"}) == [
        f"{path.name} lacks README.md",
        f"{path.name} should not hold notes.txt",
    ]


def test_a_file_that_grew_is_told(tmp_path, monkeypatch):
    path = tmp_path / f"ganctl-{__version__}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("ganctl/PKG-INFO"), io.BytesIO())
    monkeypatch.setattr("scripts.distributions.LARGEST", {".gz": 10})
    (problem,) = content_problems(path, set())
    assert problem.endswith("more than 10")


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="an sdist has no git")
def test_git_knows_its_files():
    tracked = tracked_files()
    assert {"ganctl/errors.py", "README.md", ".ci/run"} <= tracked
