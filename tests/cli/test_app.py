"""Where errors become exit codes."""

import io
import os
import shlex
import subprocess
import sys

import pytest
import torch

from ganctl import __version__
from ganctl.cli import app as cli
from ganctl.errors import GanctlError

COMMANDS = ["train", "sample", "montage", "gif", "info"]


def test_version(ganctl):
    assert ganctl("--version").out == f"ganctl {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []])
def test_help_lists_the_commands(ganctl, arguments):
    result = ganctl(*arguments)
    assert result.err == ""
    assert all(f" {command} " in result.out for command in COMMANDS)


@pytest.mark.parametrize("command", ["train", "sample", "montage", "gif"])
def test_an_empty_path_does_not_mean_this_folder(ganctl, command):
    result = ganctl(command, "--out", "")
    assert result.code == 2
    assert "--out is empty" in result.err


def test_the_home_folder_may_be_written_as_a_tilde(ganctl, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    result = ganctl("sample", "pretrained/mnist", "--digit", "3", "--out=~/three.png")
    assert result.out == f"{tmp_path / 'three.png'}\n"


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_asking_for_help_is_no_failure(ganctl, option):
    assert ganctl(option).code == 0


def test_help_is_a_word_too(ganctl):
    for words in ([], ["train"]):
        asked, flagged = ganctl("help", *words), ganctl(*words, "--help")
        assert (asked.code, asked.out, asked.err) == (0, flagged.out, "")
    assert ganctl("help", "nope").code == 2


@pytest.mark.parametrize("flag", ["--version", "-V", "version"])
def test_version_has_two_flags_and_is_a_word(ganctl, flag):
    assert ganctl(flag).out == f"ganctl {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(ganctl, command):
    result = ganctl(command, "--help")
    assert result.code == 0
    assert f"ganctl {command}" in result.out


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (["nope"], "No such command", "ganctl --help"),
        (["train", "--nope"], "No such option: --nope", "ganctl train --help"),
        (["sample", "--n"], "--n", "ganctl --help"),
        (["montage", "--cols", "x"], "--cols", "ganctl montage --help"),
    ],
)
def test_wrong_usage_is_two_lines_and_exit_2(ganctl, arguments, message, hint):
    result = ganctl(*arguments)
    assert result.code == 2
    error, advice = result.err.splitlines()
    assert error.startswith("error: ")
    assert message in error
    assert advice == f"hint: See: {hint}"


def test_faults_of_our_own_are_told_without_a_traceback(ganctl, monkeypatch):
    monkeypatch.setattr("ganctl.cli.commands.info.find", lambda _run: 1 / 0)
    result = ganctl("info")
    assert result.code == 1
    assert result.err.splitlines()[0] == "error: ZeroDivisionError: division by zero"
    assert "GANCTL_DEBUG=1" in result.err


@pytest.mark.parametrize("value", ["1", "yes"])
def test_debug_shows_tracebacks(ganctl, monkeypatch, value):
    monkeypatch.setenv("GANCTL_DEBUG", value)
    with pytest.raises(GanctlError, match="no run 'nope'"):
        ganctl("info", "nope")
    monkeypatch.setattr("ganctl.cli.commands.info.find", lambda _run: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        ganctl("info")


@pytest.mark.parametrize("value", ["", "0"])
def test_debug_may_be_switched_off(ganctl, monkeypatch, value):
    monkeypatch.setenv("GANCTL_DEBUG", value)
    result = ganctl("info", "nope")
    assert result.code == 1
    assert result.err.startswith("error: There is no run 'nope'.")


def test_an_interrupt_is_130(ganctl, monkeypatch):
    def interrupt(_run):
        raise KeyboardInterrupt

    monkeypatch.setattr("ganctl.cli.commands.info.find", interrupt)
    assert ganctl("info").code == 130


def test_main_exits_with_the_code():
    with pytest.raises(SystemExit) as caught:
        cli.main(["info", "nope"])
    assert caught.value.code == 1


def test_a_reader_that_has_had_enough_is_no_crash():
    read_end, write_end = os.pipe()
    os.close(read_end)
    with io.FileIO(write_end, "w") as stdout:
        command = [sys.executable, "-m", "ganctl", "info", "--all", "--json"]
        done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("closing", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_a_closed_stream_is_no_crash(closing):
    command = f"{shlex.quote(sys.executable)} -m ganctl info pretrained/mnist {closing}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_an_encoding_does_not_know_is_a_question_mark(run):
    run.data["classes"] = ["×", "b"]
    run.save()
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "ganctl", "info", run.name]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "?, b" in done.stdout


@pytest.mark.parametrize(
    "error",
    [
        MemoryError("Unable to allocate 4.49 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried …"),
        torch.OutOfMemoryError("CUDA out of memory."),
    ],
)
def test_too_little_memory_is_no_fault_of_ours(ganctl, monkeypatch, error):
    def fail(_run):
        raise error

    monkeypatch.setattr("ganctl.cli.commands.info.find", fail)
    result = ganctl("info")
    assert result.code == 1
    assert result.err.startswith("error: There is not enough memory for this.\nhint: Give a")


def test_the_module_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "ganctl", "info", "nope"],
        capture_output=True,
        text=True,
        env=os.environ,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("error: There is no run 'nope'.")
