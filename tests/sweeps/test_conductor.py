"""The processes of a sweep: begun in order, some at a time, and what they leave is read."""

import io
import os
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import pytest

from ganctl.files.untrusted_json import parse
from ganctl.requests.budget import Progress
from ganctl.requests.training import TrainRequest
from ganctl.runs.header import RunStatus
from ganctl.runs.run import Run
from ganctl.sweeps import conductor
from ganctl.sweeps.conductor import conduct, threads_for
from ganctl.sweeps.members import State, members_of
from ganctl.sweeps.results import Results
from tests.sweeps.conftest import evaluation


class Actor:
    """Stands for a process: it does at once what ``ganctl`` would take long for."""

    log: ClassVar[list[list[str]]]
    fail: ClassVar[dict[str, tuple[int, str]]]
    requests: ClassVar[dict[str, TrainRequest]]

    def __init__(self, words, out, err, environment):
        self.stdin = io.BytesIO()
        self.words, self.environment = words, environment
        Actor.log.append(words)
        self.returncode = self._act(words, out, err)
        self._polls = 0

    def poll(self):
        self._polls += 1
        return self.returncode if self._polls > 1 or self.stdin.closed else None

    def terminate(self):
        Actor.log.append(["terminated", self.words[0]])

    def wait(self, timeout=None):
        return self.returncode

    def _act(self, words, out, err):
        command, *rest = words
        folder = Path(next(word for word in rest if "runs" in word).removeprefix("--out="))
        name = folder.name
        code, text = Actor.fail.get(f"{command} {name}", (0, ""))
        err.write(text.encode())
        if command == "evaluate":
            n = next((int(word[4:]) for word in rest if word.startswith("--n=")), 100)
            found = evaluation(90, 4.0, n=n)
            out.write(b"" if code else found.content())
        elif "--resume" in rest or code in (0, 130, 3):
            self._train(folder, {130: RunStatus.STOPPED, 3: RunStatus.DIVERGED}.get(code))
        return code

    @staticmethod
    def _train(folder, status):
        if not (folder / "run.json").exists():
            run = Run.new(folder, Actor.requests[folder.name])
            run.hold()
            run.release()
            run.begin({"name": "x", "classes": ["a"], "count": 64}, {})
        run = Run.open(folder)
        run.status = status or RunStatus.FINISHED
        run.progress = Progress(3, 3 * run.config.batch, 1.0)
        run.save()


@pytest.fixture
def act(sweep, monkeypatch):
    """A function that conducts the sweep with actors, and returns members, changes and words."""
    monkeypatch.setattr(conductor, "_started", Actor)
    monkeypatch.setattr(conductor, "PAUSE", 0.0)
    Actor.requests = {each.name: each.request for each in sweep.trainings}

    def call(*, jobs=1, n=None, fail=None, **options):
        Actor.log, Actor.fail = [], fail or {}
        members = members_of(sweep, n=n)
        changes = [
            (each.name, each.state.value)
            for each in conduct(members, jobs=jobs, n=n, **options)
            if each is not None
        ]
        return members, changes, [words[0] for words in Actor.log]

    return call


def test_each_is_trained_and_judged_in_order(act):
    members, changes, commands = act()
    assert commands == ["train", "evaluate"] * 4
    assert [state for name, state in changes if name == members[0].name] == [
        "training", "trained", "evaluating", "done"
    ]  # fmt: skip
    assert all(member.evaluation for member in members)
    assert members[0].progress.step == 3


def test_two_work_at_a_time(act):
    _, changes, _ = act(jobs=2)
    assert [state for _, state in changes[:2]] == ["training", "training"]


def test_without_judges_a_trained_run_is_done(act):
    members, _, commands = act(judged=False)
    assert commands == ["train"] * 4
    assert {member.state for member in members} == {State.DONE}


def test_the_words_say_all(sweep, act, tiny_data):
    act(n=50)
    assert Actor.log[0] == [
        "train", f"--out={sweep.run_folder(sweep.trainings[0])}", "--quiet", "--json",
        f"--data={tiny_data}", "--steps=3", "--batch=8", "--seed=1",
    ]  # fmt: skip
    assert Actor.log[1][-2:] == ["--json", "--n=50"]


def test_what_fails_takes_nothing_with_it(act):
    first, second = "demo_batch-8_seed-1", "demo_batch-16_seed-1"
    members, _, _ = act(
        fail={
            f"train {first}": (1, "note: odd\nerror: The disk is full.\nhint: Free some.\n"),
            f"train {second}": (3, "error: a weight became NaN\n"),
            "evaluate demo_batch-8_seed-2": (-9, ""),
        }
    )
    assert [member.state.value for member in members] == ["failed", "diverged", "failed", "done"]
    assert members[0].why == "The disk is full."
    assert members[2].why == "not evaluated: its process ended with exit code -9"


def test_a_sweep_that_was_stopped_is_resumed_where_it_was(act):
    asked = iter([False] * 5 + [True] * 99)
    members, _, commands = act(
        should_stop=lambda: next(asked), fail={"train demo_batch-16_seed-1": (130, "")}
    )
    assert commands == ["train", "evaluate", "train"]
    assert [member.state.value for member in members] == ["done", "stopped", "waiting", "waiting"]
    members, _, commands = act()
    assert commands == ["evaluate"] + ["train", "evaluate"] * 3  # Actors keep no evaluation.
    assert "--resume" in Actor.log[1]
    assert {member.state for member in members} == {State.DONE}


def test_what_somebody_else_stopped_is_not_begun_again(act):
    members, _, commands = act(fail={"train demo_batch-8_seed-1": (130, "")})
    assert members[0].state is State.STOPPED
    assert commands.count("train") == 4


def test_a_second_ctrl_c_quits_at_once(sweep, act):
    Actor.log, Actor.fail = [], {}
    work = conduct(members_of(sweep, n=None), jobs=2, n=None)
    next(work)
    next(work)
    work.close()
    assert Actor.log[-2:] == [["terminated", "train"]] * 2


def test_a_signal_that_ends_this_process_ends_the_others(sweep, act, monkeypatch):
    Actor.log, Actor.fail = [], {}
    tidiers: list[Callable[[], object]] = []
    monkeypatch.setattr("ganctl.signals._tidiers", tidiers)
    work = conduct(members_of(sweep, n=None), jobs=1, n=None)
    next(work)
    tidiers[0]()
    assert Actor.log[-1] == ["terminated", "train"]
    work.close()
    assert tidiers == []


def test_evaluations_of_more_images_are_made_again(sweep, act, monkeypatch):
    act()
    kept = {sweep.trainings[0].name: 40}
    monkeypatch.setattr(
        "ganctl.sweeps.members._kept", lambda run, n: evaluation(90, 4.0, n=kept.get(run.name, 100))
    )
    members, _, commands = act()
    assert commands == ["evaluate"] * 3
    assert {member.evaluation.n for member in members} == {40}


def test_threads_are_shared(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    assert [threads_for(jobs) for jobs in (1, 2, 3, 16)] == [None, 4, 2, 1]
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert conductor.environment_for(2)["OMP_NUM_THREADS"] == "1"
    monkeypatch.setenv("OMP_NUM_THREADS", "16")
    assert conductor.environment_for(2)["OMP_NUM_THREADS"] == "4"
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert "OMP_NUM_THREADS" not in conductor.environment_for(1)


def test_results_are_json(act, sweep):
    members, _, _ = act()
    Results.of(sweep, members).write()
    assert parse((sweep.folder / "results.json").read_bytes())["runs"][0]["state"] == "done"
