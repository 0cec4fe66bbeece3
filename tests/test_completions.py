"""The completion files are what the app makes today."""

from pathlib import Path

import pytest

from ganctl.cli.app import main

FOLDER = Path(__file__).parent.parent / "completions"
FILES = {
    "bash": "ganctl.bash",
    "zsh": "_ganctl",
    "fish": "ganctl.fish",
    "powershell": "ganctl.ps1",
}


@pytest.fixture
def complete(capfd, monkeypatch):
    """A function that returns what a shell is told, given what it says in the environment."""

    def call(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit):
            main()
        return capfd.readouterr().out.strip()

    return call


@pytest.mark.parametrize("shell", FILES)
def test_the_files_are_current(complete, shell):
    committed = (FOLDER / FILES[shell]).read_text().strip()
    assert complete(_GANCTL_COMPLETE=f"source_{shell}") == committed


def test_every_file_belongs_to_a_shell():
    others = {"README.md", "generate"}
    assert {path.name for path in FOLDER.iterdir()} == set(FILES.values()) | others


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("ganctl mo", "montage"),
        ("ganctl train --data fa", "fashion-mnist"),
        ("ganctl train --resume li", "lines"),
        ("ganctl sample li", "lines"),
        ("ganctl sample pretrained/m", "pretrained/mnist"),
        ("ganctl sample --format n", "npz"),
        ("ganctl gif --mode mo", "morph"),
    ],
)
def test_words_complete(complete, trained, line, expected):
    words = {"COMP_WORDS": line, "COMP_CWORD": str(len(line.split()) - 1)}
    assert complete(_GANCTL_COMPLETE="complete_bash", **words) == expected
