"""``--help``: options under headings, defaults in words, and examples that work."""

import inspect
import re
import shlex

import numpy as np
import pytest
from PIL import Image
from typer.models import OptionInfo

from ganctl.cli.commands import (
    evaluate,
    export,
    find,
    gif,
    info,
    montage,
    report,
    runs,
    sample,
    sweep,
    train,
    watch,
)
from ganctl.requests.training import OPTIONS, TrainRequest, flag_of
from ganctl.runs.run import Run
from ganctl.sweeps.plan import plan_sweep
from ganctl.sweeps.sweep import new_sweep
from tests.conftest import copied, hurry_judges, made_once

COMMANDS = {
    "train": train,
    "sample": sample,
    "montage": montage,
    "gif": gif,
    "evaluate": evaluate,
    "export": export,
    "find": find,
    "report": report,
    "info": info,
    "sweep": sweep,
    "watch": watch,
    "runs": runs,
}
LONG = (
    "ganctl train --minutes 3 --name demo",
    "ganctl evaluate demo@latest --cas --json",
    "ganctl evaluate pretrained/avatars --set hair=red",
    "ganctl export pretrained/avatars --out faces.onnx --pixels uint8",
)
EXAMPLES = [
    pytest.param(example, marks=[pytest.mark.slow] if example in LONG else [])
    for module in COMMANDS.values()
    for example in module.EXAMPLES
]


def headings(text):
    return re.findall(r"^(\w+):$", text, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_ends_with_three_examples(ganctl, command):
    shown = ganctl(command, "--help").out
    assert headings(shown)[-1] == "Examples"
    assert len(COMMANDS[command].EXAMPLES) == 3
    for example in COMMANDS[command].EXAMPLES:
        assert f"\n  {example}\n" in shown


@pytest.mark.parametrize("command", COMMANDS)
def test_no_value_is_called_after_its_type(ganctl, command):
    shown = ganctl(command, "--help").out
    assert not re.search(r"<\w+>|\bTEXT\b|\bINTEGER\b|\bFLOAT\b", shown)
    assert "[default:" not in shown


def test_the_options_of_train_are_grouped_by_what_they_are_about(ganctl):
    shown = ganctl("train", "--help").out
    assert headings(shown) == ["Data", "Length", "Model", "Run", "Output", "Other", "Examples"]
    for name, option in OPTIONS.items():
        group = shown.partition(f"\n{option.group.value}:\n")[2].partition("\n\n")[0]
        assert f"  {flag_of(name)} {option.metavar}" in group


def test_commands_are_described_in_whole_sentences(ganctl):
    listed = ganctl("--help").out.partition("Commands:\n")[2]
    assert "..." not in listed
    sentences = re.split(r"\n  (?=\w)", listed.strip())
    assert len(sentences) == len(COMMANDS)
    assert all(re.search(r"[.?]$", sentence.strip()) for sentence in sentences)


@pytest.fixture
def workplace(ganctl, shared, home, monkeypatch):
    """What the examples speak of: a run called demo, of ten classes, and some samples of it.

    A run called faces is as ``pretrained/avatars``.
    """

    def make(folder):
        from ganctl.engine.training.loop import train as train_steps

        monkeypatch.setenv("GANCTL_HOME", str(folder))
        labels = np.arange(120) % 10
        images = np.zeros((120, 8, 8), np.uint8)
        images[np.arange(120), labels % 8] = 255
        images[np.arange(120), :, labels // 2] = 255
        np.savez(folder / "ten.npz", images=images, labels=labels)
        data = str(folder / "ten.npz")
        config = TrainRequest(data=data, steps=20, batch=16, preview_every=10)
        list(train_steps(Run.new(folder / "runs" / "demo", config)))
        np.savez(
            folder / "faces.npz",
            images=images.repeat(3, axis=0),
            attributes=np.stack([labels % 3, labels % 2], axis=1).repeat(3, axis=0),
            attribute_names=["hair", "eyes"],
            attribute_values=['["blond", "brown", "red"]', '["blue", "green"]'],
        )
        faces = TrainRequest(data=str(folder / "faces.npz"), steps=2, batch=16)
        list(train_steps(Run.new(folder / "runs" / "faces", faces)))

    hurry_judges(monkeypatch)
    with monkeypatch.context():
        made = made_once(shared / "ten classes", make)
    monkeypatch.setenv("GANCTL_HOME", str(home))
    copied(made / "runs" / "faces", home)
    copied(made / "runs" / "demo", home)
    ganctl("sample", "--digit", "all", "--n", "8", "--out", "samples/pretrained-mnist")
    new_sweep(plan_sweep(["batch=8,16"], None, {"steps": 2}), name="began").begin()
    for name in ("drawing.png", "face.jpg"):
        Image.new("RGB", (9, 9), "white").save(name)


def shortened(example):
    """Return an example in which nothing takes longer than a test can wait."""
    words = shlex.split(example)[1:]
    words = ["demo" if word == "pretrained/mnist" else word for word in words]
    if words[0] == "find":
        words += ["--steps", "2"]
    if words[0] in ("evaluate", "find", "report"):
        words = ["faces" if word == "pretrained/avatars" else word for word in words]
    if "--open" in words:  # A browser.
        words.remove("--open")
    if words[0] == "sweep":
        return shortened_sweep(words)
    if "--minutes" in words:
        place = words.index("--minutes")
        words[place : place + 2] = ["--steps", "22"]
    if "--name" in words:
        words[words.index("--name") + 1] = "new"
    if words[0] == "train" and "--steps" not in words:
        words += ["--steps", "2"]
    return words


def shortened_sweep(words):
    """Return the words of a sweep that trains nothing: its own tests do."""
    if "--resume" in words:
        words[words.index("--resume") + 1] = "began"
    return [*words, "--dry-run"]


@pytest.mark.parametrize("example", EXAMPLES)
def test_the_examples_work(ganctl, workplace, example):
    if ".onnx" in example:
        pytest.importorskip("onnxscript")
        pytest.importorskip("onnxruntime")
    result = ganctl(*shortened(example))
    assert (result.code, "error" in result.err) == (0, False), result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_names_its_flag(command):
    """Typer 0.27 calls an option ``--NAME`` that leaves it to its parameter and metavar."""
    parameters = inspect.signature(getattr(COMMANDS[command], command), eval_str=True).parameters
    options = [
        option
        for parameter in parameters.values()
        for option in getattr(parameter.annotation, "__metadata__", ())
        if isinstance(option, OptionInfo)
    ]
    assert options or command == "watch"  # It takes RUN alone.
    for option in options:  # Of annotated ones, the first flag is where a default would be.
        for flag in [option.default, *(option.param_decls or ())]:
            assert isinstance(flag, str)
            assert flag.startswith("-")
