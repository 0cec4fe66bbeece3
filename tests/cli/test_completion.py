"""The Tab key offers what a command takes, in the words of each shell."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from ganctl.cli.app import main
from ganctl.cli.completion import join_words, spoken
from ganctl.runs.header import RunStatus
from tests.conftest import tiny_images

SCRIPT = Path(__file__).parent.parent.parent / "completions" / "ganctl.bash"


@pytest.fixture
def offered(capfd, monkeypatch):
    """A function that returns what Bash is offered for the words of a line, as it breaks them."""

    def call(*words):
        with monkeypatch.context() as patch:
            patch.setenv("_GANCTL_COMPLETE", "complete_bash")
            patch.setenv("COMP_WORDS", "\n".join(["ganctl", *words]))
            patch.setenv("COMP_CWORD", str(len(words)))
            patch.delenv("_GANCTL_COMPLETE_BEFORE", raising=False)
            with pytest.raises(SystemExit):
                main()
        return capfd.readouterr().out.split()

    return call


@pytest.fixture
def in_zsh(capfd, monkeypatch):
    """A function that returns what zsh is told for a line."""

    def call(line):
        monkeypatch.setenv("_GANCTL_COMPLETE", "complete_zsh")
        monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
        with pytest.raises(SystemExit):
            main()
        return " ".join(capfd.readouterr().out.split())

    return call


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("sample", "pretrained/mnist", "--digit", ""), ["all", *"0123456789"]),
        (("sample", "pretrained/mnist", "--class", "7"), ["7"]),
        (("sample", "pretrained/mnist", "-c", "3,8"), ["3,8"]),
        (("sample", "pretrained/avatars", "--digit", ""), []),
        (("sample", "pretrained/avatars", "--set", "ha"), ["hair="]),
        (("sample", "pretrained/avatars", "--set", "hair", "="), COLOURS := [
            "black", "blond", "blue", "brown", "green", "red"
        ]),
        (("sample", "pretrained/avatars", "--set", "hair", "=", ""), COLOURS),
        (("sample", "pretrained/avatars", "--set", "hair", "=", "blo"), ["blond"]),
        (("sample", "--set", "hair", "=", "red", "--set", "mou"), ["mouth="]),
        (("sample", "pretrained/avatars-words", "--set", ""), []),
        (("sample", "no-such-run", "--set", ""), []),
        (("montage", "pretrained/avatars", "--rows", ""), [
            "hair", "length", "eyes", "skin", "glasses", "mouth"
        ]),
        (("montage", "pretrained/mnist", "--sweep", ""), []),
        (("gif", "pretrained/mnist", "--path", "3,8,"), [f"3,8,{digit}" for digit in range(10)]),
        (("gif", "pretrained/avatars", "--path", "hair", "=", "red,hair", "=", "bl"), [
            "black", "blond", "blue"
        ]),
        (("train", "--model", "gan-i"), ["gan-int", "gan-int-cls"]),
        (("train", "--model", "=", "gan-i"), ["gan-int", "gan-int-cls"]),
        (("sample", "pretrained/m"), ["pretrained/mnist"]),
        (("sample", "pretrained/mnist@"), []),
        (("train", "--resume", ""), []),
        (("ev",), ["evaluate"]),
    ],
)  # fmt: skip
def test_values_of_an_option(offered, words, expected):
    assert offered(*words) == expected


def test_a_run_is_offered_with_its_steps_and_for_a_resume(offered, trained):
    steps = {int(path.stem.removeprefix("step")) for path in trained.checkpoints()}
    steps |= {trained.best["step"]} if trained.best else set()
    name = trained.name
    whiches = ["best", "latest", *map(str, sorted(steps))]
    assert offered("sample", f"{name}@") == [f"{name}@{which}" for which in whiches]
    assert offered("train", "--resume", "") == ["latest", name]
    trained.hold()
    trained.status = RunStatus.RUNNING
    trained.save()
    assert offered("train", "--resume", "") == []
    trained.release()


def test_codes_of_infogan(offered, trained_infogan):
    assert offered("montage", "--sweep", "") == ["c1", "c2", "all"]
    assert offered("sample", "latest", "--code", "") == ["c0=", "c1=", "c2="]


def test_summaries_in_zsh_are_whole_and_keep_their_apostrophes(in_zsh):
    commands = in_zsh("ganctl ")
    assert "…" not in commands
    assert "..." not in commands
    assert "a run’s previews" in commands
    assert "'" not in in_zsh("ganctl gif --").removeprefix("_arguments '").removesuffix("))'")


def test_a_class_that_a_shell_would_break_is_offered_by_number(in_zsh, ganctl, tmp_path):
    images, labels = tiny_images(8)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        folder = tmp_path / "animals" / ("Grevy's zebra", "lion")[label]
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(folder / f"{number}.png")
    data = tmp_path / "animals"
    done = ganctl("train", "--data", data, "--steps", "1", "--batch", "4", "--name", "animals")
    assert done.code == 0
    assert '"0":"Grevy’s zebra" "lion"' in in_zsh("ganctl sample animals --class ")


@pytest.mark.parametrize(
    ("words", "place", "joined", "before"),
    [
        ("ganctl sample --set hair", 3, "ganctl sample --set hair", ""),
        ("ganctl sample --set hair =", 4, "ganctl sample --set ", "hair="),
        ("ganctl sample --set hair = bl", 5, "ganctl sample --set bl", "hair="),
        ("ganctl sample -c 3 : 0.5,8 :", 6, "ganctl sample -c ", "3:0.5,8:"),
        ("ganctl sample --seed = 3", 4, "ganctl sample --seed 3", ""),
        ("ganctl sample --seed =", 3, "ganctl sample --seed ", ""),
        ("ganctl sample --set a = b --set c", 7, "ganctl sample --set a=b --set c", ""),
    ],
)
def test_what_bash_broke_is_joined(words, place, joined, before):
    line = {
        "_GANCTL_COMPLETE": "complete_bash",
        "COMP_WORDS": words.replace(" ", "\n"),
        "COMP_CWORD": str(place),
    }
    join_words(line)
    assert line["COMP_WORDS"] == joined.replace(" ", "\n")
    assert line["COMP_CWORD"] == str(len(joined.split(" ")) - 1)
    assert line["_GANCTL_COMPLETE_BEFORE"] == before


def test_other_shells_and_plain_calls_are_left_alone():
    for environment in ({}, {"_GANCTL_COMPLETE": "complete_zsh", "COMP_WORDS": "a\n=\nb"}):
        kept = dict(environment)
        join_words(environment)
        assert environment == kept


def test_no_quote_of_a_shell_is_spoken():
    assert spoken('a run\'s "name"') == "a run’s ”name”"


@pytest.mark.process
def test_bash_itself_completes_a_value():
    bash = shutil.which("bash")
    assert bash
    script = (
        f"source {SCRIPT}\n"
        "COMP_WORDS=(ganctl sample pretrained/avatars --set hair = blo) COMP_CWORD=6\n"
        '_ganctl_completion ganctl\necho "${COMPREPLY[@]}"\n'
    )
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    told = subprocess.run(
        [bash, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout == "blond\n"
