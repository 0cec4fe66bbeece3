"""What ``import ganctl`` offers, and that it costs nothing until it is used."""

import inspect
import os
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

import ganctl
from ganctl.engine.training.loop import StepReport
from ganctl.errors import UsageError
from ganctl.requests.training import OPTIONS
from ganctl.runs.run import Run
from tests.steered import save_faces, save_talker

PUBLIC = [
    "Evaluation",
    "GanctlError",
    "Generator",
    "Run",
    "StepReport",
    "__version__",
    "load",
    "train",
]
MEMBERS = {
    "Evaluation": ["table"],
    "Generator": [
        "attributes",
        "classes",
        "condition",
        "evaluate",
        "export",
        "grid",
        "header",
        "latents",
        "module",
        "morph",
        "sample",
    ],
    "Run": [
        "best",
        "best_checkpoint",
        "checkpoints",
        "classes",
        "config",
        "data",
        "evaluate",
        "evaluation",
        "folder",
        "is_complete",
        "last_quality",
        "latest_checkpoint",
        "live_status",
        "load",
        "metrics",
        "name",
        "open",
        "path",
        "previews",
        "progress",
        "quality",
        "status",
    ],
}


def test_the_public_names_are_pinned():
    assert ganctl.__all__ == PUBLIC
    assert dir(ganctl) == sorted(PUBLIC)
    assert all(getattr(ganctl, name) is not None for name in PUBLIC)


@pytest.mark.parametrize("name", MEMBERS)
def test_their_members_are_pinned(name):
    kind = getattr(ganctl, name)
    assert sorted(member for member in vars(kind) if not member.startswith("_")) == MEMBERS[name]
    assert all(getattr(kind, member).__doc__ for member in MEMBERS[name])


def test_there_are_no_others():
    with pytest.raises(AttributeError, match="no attribute 'evil'"):
        ganctl.evil  # noqa: B018


def test_importing_is_cheap():
    heavy = "{'torch', 'numpy', 'PIL', 'matplotlib', 'torchvision', 'typer'}"
    code = f"import sys, ganctl; ganctl.__version__; print({heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_train_and_load(tiny_data, home):
    reports: list[StepReport] = []
    run = ganctl.train(
        data=str(tiny_data), steps=5, batch=8, seed=1, name="mine", on_report=reports.append
    )
    assert run.folder == home / "runs" / "mine"
    assert reports[-1].step == 5
    generator = ganctl.load("mine")
    assert generator.classes == ("across", "down")
    assert generator.header.progress.step == 5
    images = generator.sample("down", 3, seed=4)
    assert images.shape == (3, 8, 8)
    assert np.array_equal(images, generator.sample(1, seeds=[4, 5, 6]))
    assert generator.sample("all", 2).shape == (4, 8, 8)


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit)]
)
def test_an_interrupted_training_is_saved(tiny_data, home, number, error):
    options: dict[str, Any] = {"data": str(tiny_data)}
    options |= {"steps": 1000, "batch": 8, "checkpoint_every": 1000}
    steps = []

    def interrupt(report):
        steps.append(report.step)
        if len(steps) == 1:
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    go_on = re.escape(f"ganctl train --resume {home / 'runs' / 'mine'}")
    with pytest.raises(error, match=go_on if number == 2 else "143"):
        ganctl.train(name="mine", on_report=interrupt, **options)
    assert signal.getsignal(number) is before
    run = Run.open(home / "runs" / "mine")
    assert run.status == "stopped"
    assert steps[0] <= run.progress.step < 1000
    assert ganctl.load("mine").header.progress.step == run.progress.step


def test_it_trains_outside_of_the_main_thread(tiny_data):
    with ThreadPoolExecutor() as pool:
        run = pool.submit(ganctl.train, data=str(tiny_data), steps=2, batch=8).result()
    assert run.status == "finished"


def test_a_name_and_a_folder_exclude_each_other(tiny_data, tmp_path):
    with pytest.raises(ganctl.GanctlError, match="name and out exclude"):
        ganctl.train(data=str(tiny_data), steps=1, name="mine", out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    "call",
    [
        lambda generator: generator.sample(2),
        lambda generator: generator.sample("up"),
        lambda generator: generator.sample(0, 0),
        lambda generator: generator.sample(0, seeds=[]),
        lambda generator: generator.sample(0, seeds=[-1]),
        lambda generator: generator.sample(0, n=2, seeds=[1]),
        lambda generator: generator.sample(0, seed=2, seeds=[1]),
        lambda generator: generator.sample(0, truncation=3.0),
    ],
)
def test_bad_requests(trained, call):
    with pytest.raises(ganctl.GanctlError) as caught:
        call(ganctl.load("lines"))
    assert caught.value.hint


def test_bad_trainings(home):
    misspelt: dict[str, Any] = {"stepz": 3}
    with pytest.raises(ganctl.GanctlError):
        ganctl.train(name="../up")
    with pytest.raises(TypeError):
        ganctl.train(**misspelt)
    assert not home.exists()


def test_without_labels_none_is_given(trained_gan):
    generator = ganctl.load("free")
    assert generator.classes == ()
    images = generator.sample(n=3, seed=4)
    assert images.shape == (3, 8, 8)
    assert np.array_equal(images, generator.sample(seeds=[4, 5, 6]))
    for label in (0, "down", "all", ""):
        with pytest.raises(ganctl.GanctlError, match="without labels"):
            generator.sample(label)
    with pytest.raises(ganctl.GanctlError, match="no codes"):
        generator.sample(codes={"c1": 1.0})


def test_codes_are_held(trained_infogan):
    generator = ganctl.load("coded")
    # A number of NumPy's will do as well.
    each: list[Any] = [None, {"c1": -2}, {"c1": np.float32(-2)}, {"c1": 2.0}]
    free, low, again, high = (generator.sample("down", 3, codes=codes) for codes in each)
    assert np.array_equal(low, again)
    assert not np.array_equal(low, high)
    assert not np.array_equal(low, free)


def test_a_category_stands_for_the_class_that_it_means(trained_infogan):
    generator = ganctl.load("coded")
    for category, label in ((0, "down"), (1, "across")):
        by_category = generator.sample(n=3, codes={"c0": category, "c2": 1})
        assert np.array_equal(by_category, generator.sample(label, 3, codes={"c2": 1}))


@pytest.mark.parametrize(
    ("label", "codes", "message"),
    [
        (None, None, "needs a label"),
        (None, {"c1": 1.0}, "needs a label"),
        ("down", {"c0": 0}, "exclude each other"),
        (0, {"c0": 0}, "exclude each other"),
        (None, {"c0": 2}, "not a category"),
        (None, {"c0": 0.5}, "not a category"),
        ("down", {"c3": 1.0}, "not a code"),
        ("down", {"c1": 11}, "out of range"),
        ("down", {"c1": float("nan")}, "out of range"),
        ("down", {"c1": None}, "out of range"),
    ],
)
def test_bad_codes(trained_infogan, label, codes, message):
    with pytest.raises(ganctl.GanctlError, match=message) as caught:
        ganctl.load("coded").sample(label, codes=codes)
    assert caught.value.hint


def test_a_label_is_needed_where_there_are_some(trained):
    with pytest.raises(ganctl.GanctlError, match="needs a label"):
        ganctl.load("lines").sample()


def as_any(value: Any) -> Any:
    """Return a value that takes whatever a caller without types would give it."""
    return value


def test_errors_name_arguments_and_no_flags(trained):
    generator, train = as_any(ganctl.load("lines")), as_any(ganctl.train)
    calls = [
        (lambda: generator.sample(0, truncation=3.0), "truncation 3 is out of range"),
        (lambda: generator.sample(), "sample needs a label"),
        (lambda: generator.sample("up"), "no class 'up'"),
        (lambda: train(image_size=7), "image_size 7 does not suit"),
        (lambda: train(steps=1, minutes=1), "steps and minutes exclude each other"),
        (lambda: generator.sample(0, codes={"c1": 1.0}), "no codes for codes to set"),
        (lambda: generator.sample(0, seeds=[1.5]), "seed 1.5 is out of range"),
        (lambda: generator.sample(0, seeds=5), "seeds 5 is not several seeds"),
        (lambda: generator.sample(0, codes=[1]), "codes are not names with values"),
        (lambda: train(out=""), "out is empty"),
        (lambda: train(out=5), "out 5 is not a path"),
        (lambda: train(name=5), "5 cannot be the name"),
        (lambda: train(model=3), "no model 3"),
        (lambda: train(on_report=3), "on_report is not callable"),
    ]
    for call, message in calls:
        with pytest.raises(ganctl.GanctlError, match=message) as caught:
            call()
        assert "--" not in f"{caught.value} {caught.value.hint}"


def test_the_keywords_of_train_are_spelled_out():
    keywords = inspect.signature(ganctl.train).parameters
    assert list(keywords) == [*OPTIONS, "name", "out", "resume", "on_report", "progress"]
    assert keywords["minutes"].annotation == "float | None"
    assert keywords["lr_scale"].default == 1.0
    assert (ganctl.train.__name__, "Ctrl-C" in str(ganctl.train.__doc__)) == ("train", True)


def test_numbers_of_numpy_are_numbers(trained, tiny_data, home):
    generator, train = ganctl.load("lines"), as_any(ganctl.train)
    by_array = generator.sample("down", seeds=np.arange(3))
    assert np.array_equal(by_array, generator.sample("down", 3))
    numbers = {"batch": np.int64(8), "seed": np.int64(3), "image_size": np.int64(8)}
    run = train(data=str(tiny_data), steps=1, **numbers)
    assert Run.open(run.folder).config == run.config


def test_attributes_are_fixed_by_name(tmp_path):
    faces = ganctl.load(save_faces(tmp_path / "faces.safetensors"))
    assert faces.attributes == {"hair": ("blond", "light brown", "red"), "eyes": ("blue", "green")}
    images = faces.sample(n=3, set={"hair": "red", "angle": 30})
    assert images.shape == (3, 8, 8)
    assert np.array_equal(images, faces.sample(n=3, set={"angle": "30", "Hair": 2}))
    assert not np.array_equal(images, faces.sample(n=3, set={"angle": 30, "hair": "blond"}))
    assert faces.sample(n=4).shape == (4, 8, 8)


def test_words_are_one_or_several(tmp_path):
    talker = ganctl.load(save_talker(tmp_path / "talker.safetensors"))
    assert talker.attributes == {}
    both = talker.sample(text=["red hair", "glasses"], n=2)
    assert np.array_equal(both[2:], talker.sample(text="glasses", n=2))
    assert np.array_equal(talker.sample(text=["red hair", "Red hair"], n=2)[2:], both[:2])


@pytest.mark.parametrize(
    ("asked", "message", "hint"),
    [
        ({"set": {"hiar": "red"}}, "no attribute 'hiar'", "Did you mean hair?"),
        ({"set": "hair=red"}, "set is not names with values.", '{"hair": "blond"}'),
        ({"set": {"angle": 91}}, 'set={"angle": "91"} is out of range', "from -90 to 90"),
        ({"label": 3}, "label cannot steer this generator", 'Write set={"hair": "blond"}; or'),
        ({"text": "red"}, "text cannot steer this generator", 'Write set={"hair": "blond"}; or'),
    ],
)
def test_errors_name_what_python_has(tmp_path, asked, message, hint):
    faces = ganctl.load(save_faces(tmp_path / "faces.safetensors"))
    with pytest.raises(ganctl.GanctlError) as caught:
        faces.sample(**asked)
    assert message in str(caught.value)
    assert hint in caught.value.hint


def test_words_name_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "red.hair").write_text("glasses")
    talker = ganctl.load(save_talker(tmp_path / "talker.safetensors"))
    assert np.array_equal(talker.sample(text="red.hair"), talker.sample(text="red hair"))


@pytest.mark.parametrize("text", [5, b"red hair", 0.5])
def test_texts_that_are_none(tmp_path, text):
    talker = ganctl.load(save_talker(tmp_path / "talker.safetensors"))
    with pytest.raises(UsageError, match="is no caption"):
        talker.sample(text=text)


def test_what_to_write_instead_is_written_as_python(tmp_path):
    talker = ganctl.load(save_talker(tmp_path / "talker.safetensors"))
    with pytest.raises(UsageError) as caught:
        talker.sample(set={"hair": "red"})
    assert caught.value.hint == (
        "Write text='short red hair'; or name one that knows attributes, such as "
        "pretrained/avatars."
    )
