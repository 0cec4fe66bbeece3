"""Every block of the README and of the tutorial does what the page says, in the page's order.

So does the Python of its how-to guide.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import pytest

from ganctl.cli.app import run as run_cli
from ganctl.cli.commands.train import with_resume_value
from tests.docs.blocks import Block, Example, blocks

ROOT = Path(__file__).parents[2]
SHOWN_HOME = "/home/you/.local/share/ganctl"
FIGURE = re.compile(r"\d[\d,.:]*\d|\d|\b(?:strided|pooled)\b")
"""A number, or the judge that is worse for the samples, which depends on the numbers."""
ANY_LINES = "..."
CTRL_C = "^C"

pytestmark = pytest.mark.slow


@pytest.mark.skipif(sys.platform == "win32", reason="the pages show a POSIX shell")
@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_every_example_does_what_the_page_says(
    page: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Hints name the program as it was called; ``python -m pytest`` looks like ``python -m ganctl``.
    monkeypatch.setattr(sys, "argv", ["pytest"])
    for block in blocks(ROOT / page):
        if block.language != "console" or not block.is_run:
            continue
        for example in block.examples():
            printed = printed_by(example, block, home)
            if block.is_compared:
                where = f"{page}:{block.line}: {example.command}"
                assert is_as_shown(printed, example, block), f"{where}\n{printed}"


def test_the_python_examples_run() -> None:
    names: dict[str, Any] = {}
    for block in blocks(ROOT / "docs" / "how-to" / "from-python.md"):
        exec(block.shorter(block.text), names)
    assert names["sevens"].shape == (100, 28, 28)
    assert names["images"].shape == (1000, 28, 28)


def test_a_generator_runs_without_ganctl(ganctl: Callable[..., Any]) -> None:
    """The lines of the page draw the pixels that ganctl does."""
    import torch

    from ganctl.engine.data.pixels import to_pixels
    from ganctl.engine.models.weights import load_generator

    assert ganctl("export", "pretrained/mnist", "--format", "safetensors").code == 0
    page = blocks(ROOT / "docs" / "how-to" / "export.md")
    (lines,) = [block.text for block in page if "load_file" in block.text]
    assert "ganctl" not in lines
    assert len([line for line in lines.splitlines() if line and "import" not in line]) <= 10
    names: dict[str, Any] = {}
    exec(lines, names)
    generator, _ = load_generator(Path("pretrained-mnist.safetensors"))
    with torch.no_grad():
        expected = to_pixels(generator(names["z"], names["condition"]))
    assert torch.equal(names["pixels"], expected)


def test_onnx_runtime_draws_as_the_page_says(ganctl: Callable[..., Any]) -> None:
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnxscript")
    assert ganctl("export", "pretrained/mnist", "--format", "onnx").code == 0
    page = blocks(ROOT / "docs" / "how-to" / "export.md")
    (lines,) = [block.text for block in page if "InferenceSession" in block.text]
    names: dict[str, Any] = {}
    exec(lines, names)
    assert names["pixels"].shape == (100, 1, 28, 28)
    assert names["pixels"].max() > 200


@pytest.mark.parametrize("tracker", ["wandb", "mlflow", "trackio"])
def test_the_recipe_of_a_tracker_tells_it_everything(
    tracker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in = MagicMock()
    monkeypatch.setitem(sys.modules, tracker, stand_in)
    (recipe,) = (
        block
        for block in blocks(ROOT / "docs" / "how-to" / "trackers.md")
        if f"import {tracker}" in block.text
    )
    exec(recipe.text.replace('"minutes": 3', '"steps": 20'), {})
    calls = {name.rpartition(".")[2]: call for name, *call in stand_in.mock_calls}
    told, how = calls["log_metrics" if tracker == "mlflow" else "log"]
    assert told[0]["generator_loss"] > 0
    assert how == {"step": 20}
    (picture,), _ = calls["log_image" if tracker == "mlflow" else "Image"]
    assert picture.shape == (291, 291)


@pytest.mark.parametrize("marker", ["train command", "test command"])
def test_the_set_up_commands_stand_where_the_check_looks_for_them(marker: str) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    command = re.findall(rf"<!-- {marker} -->\n```sh\n(.*)\n```\n", text)
    assert len(command) == 1
    assert command[0].startswith(
        "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt "
    )


@pytest.mark.parametrize("page", ["README.md", "docs/tutorial.md"])
def test_no_block_is_left_out_without_a_reason(page: str) -> None:
    markers = ("<!-- train command -->", "<!-- test command -->")
    text = (ROOT / page).read_text(encoding="utf-8").splitlines()
    for block in blocks(ROOT / page):
        checked = block.language == "console" or text[block.line - 2] in markers
        assert checked or not block.is_run, f"{page}:{block.line}"


def printed_by(example: Example, block: Block, home: Path) -> list[str]:
    """Run a command as a shell would, and return what it prints, with the page's home."""
    command = block.shorter(example.command)
    if command.startswith("ganctl "):
        presses = pressed_ctrl_c(home) if CTRL_C in example.shown else contextlib.nullcontext()
        with presses:
            text = printed_by_ganctl(shlex.split(command)[1:])
    else:
        text = subprocess.run(
            ["sh", "-c", command], check=True, capture_output=True, text=True
        ).stdout
    runs = str(home / "runs")
    text = text.replace(f"--resume {runs}/", "--resume ").replace(str(home), SHOWN_HOME)
    return text.splitlines()


def printed_by_ganctl(arguments: list[str]) -> str:
    both = io.StringIO()
    with contextlib.redirect_stdout(both), contextlib.redirect_stderr(both):
        code = run_cli(with_resume_value(arguments))
    assert code in (0, 130), both.getvalue()
    return both.getvalue()


@contextlib.contextmanager
def pressed_ctrl_c(home: Path) -> Iterator[None]:
    """Press Ctrl-C once the first preview is there."""
    over = threading.Event()

    def press() -> None:
        while not over.is_set():
            if any(home.glob("runs/*/previews/*.png")):
                os.kill(os.getpid(), signal.SIGINT)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=press)
    thread.start()
    yield
    over.set()
    thread.join()


def is_as_shown(printed: list[str], example: Example, block: Block) -> bool:
    """Return whether a page shows what was printed."""
    lines = [line for line in example.shown if line != CTRL_C]
    patterns = [
        r"(?:.*\n)*" if line == ANY_LINES else re.escape(masked(line, block)) + r"\n"
        for line in lines
    ]
    text = "".join(f"{masked(line, block)}\n" for line in printed)
    return re.fullmatch("".join(patterns), text) is not None


def masked(line: str, block: Block) -> str:
    """Return a line with its figures, and the columns that fit them, made equal if they differ."""
    return " ".join(FIGURE.sub("0", line).split()) if block.figures_differ else line.rstrip()
