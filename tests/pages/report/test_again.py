import shlex
from dataclasses import replace

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from ganctl.cli.app import app
from ganctl.pages.report.again import further_command, train_command
from ganctl.requests.budget import Progress
from ganctl.requests.recipes import Model, RecipeName
from ganctl.requests.training import OPTIONS, TrainRequest


def typed(command: str) -> TrainRequest:
    """Return what the command line makes of a command."""
    program, name, *words = shlex.split(command)
    assert (program, name) == ("ganctl", "train")
    train = typer.main.get_command(app).commands["train"]  # type: ignore[attr-defined]
    params = train.make_context(name, words).params
    given = {key: value for key, value in params.items() if key in OPTIONS}
    return TrainRequest(**{k: v for k, v in given.items() if v not in (None, [])})


@pytest.mark.parametrize(
    ("request_", "command"),
    [
        (TrainRequest(), "ganctl train --data mnist"),
        (TrainRequest(steps=600), "ganctl train --data mnist --steps 600"),
        (TrainRequest(data="my faces", flip=True), "ganctl train --data 'my faces' --flip"),
        (
            TrainRequest(data="avatars", condition=("hair", "eyes"), minutes=2.5),
            "ganctl train --data avatars --condition hair --condition eyes --minutes 2.5",
        ),
        (
            TrainRequest(recipe="classic", epochs=3, seed=7),
            "ganctl train --data mnist --epochs 3 --recipe classic --seed 7",
        ),
        (TrainRequest(model="infogan", batch=64), "ganctl train --data mnist --model infogan "
         "--batch 64"),
    ],
)  # fmt: skip
def test_a_command_says_what_is_no_default(request_, command):
    assert train_command(request_) == command
    assert typed(command) == request_


@given(
    data=st.sampled_from(["mnist", "avatars", "no such place/a 'b' $c"]),
    length=st.one_of(
        st.builds(lambda n: {"steps": n}, st.integers(1, 10**9)),
        st.builds(lambda n: {"epochs": n / 4}, st.integers(1, 4000)),
        st.builds(lambda n: {"minutes": n / 4}, st.integers(1, 4000)),
        st.just({}),
    ),
    model=st.sampled_from([model.value for model in Model]),
    recipe=st.sampled_from([recipe.value for recipe in RecipeName]),
    seed=st.integers(0, 2**53),
    batch=st.none() | st.integers(2, 512),
    keep=st.integers(0, 9),
    flip=st.booleans(),
    lr_scale=st.sampled_from([1.0, 0.5, 2.0]),
)
def test_a_command_makes_the_same_request(length, **given):
    request = TrainRequest(**length, **given)
    assert typed(train_command(request)) == request


def test_a_run_that_stopped_is_resumed(run):
    assert further_command(run) == run.resume_command


def test_a_complete_run_becomes_twice_as_long(run):
    run.progress = Progress(step=10, images_seen=640, seconds=1.0)
    assert run.is_complete()
    assert further_command(run) == f"{run.resume_command} --steps 20"
    run.config = replace(run.config, steps=None, minutes=0.01)
    assert further_command(run).endswith("--minutes 0.02")
