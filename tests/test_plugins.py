"""Other packages add models, networks and data, and nothing of theirs is imported unasked."""

import subprocess
import sys
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from ganctl.engine.models.networks import networks_for
from ganctl.engine.models.objectives import objective_for
from ganctl.engine.training.loop import train
from ganctl.errors import DataError, GanctlError, PluginError, UnknownName
from ganctl.plugins import Kind, plugin, plugins
from ganctl.readers.named.added import added_arrays
from ganctl.readers.reading import read_named
from ganctl.requests.data import ReadOptions, check_data_remain, is_named
from ganctl.requests.training import TrainRequest
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.run import Run, new_run
from tests.plugged import EXAMPLE, installed


@pytest.fixture
def example(tmp_path_factory, hasty_judges):
    with installed(tmp_path_factory.mktemp("site")):
        yield


@pytest.fixture
def run(example, ganctl):
    trained = ganctl(
        *("train", "--model", "hinge", "--networks", "mlp", "--data", "stripes"),
        *("--steps", "3", "--batch", "16", "--name", "plugged", "--quiet"),
    )
    return Run.open(Path(trained.out.strip()))


def test_names_are_read_and_nothing_is_imported(example):
    assert [*plugins(Kind.MODEL)] == ["hinge"]
    assert plugins(Kind.NETWORKS)["mlp"].package == "ganctl-example 0.1"
    assert plugins(Kind.DATA)["stripes"].summary == "An example."
    assert is_named("stripes")
    assert "ganctl_example" not in sys.modules


def test_help_and_completion_name_what_is_added(example, ganctl):
    text = ganctl("train", "--help").out
    assert "--model hinge" in text
    assert "--networks mlp" in text
    assert "An example (ganctl-example 0.1)." in text
    assert "hinge" not in ganctl("sample", "--help").out
    assert "ganctl_example" not in sys.modules


def test_without_plug_ins_help_has_no_such_heading(ganctl):
    assert "Plug-ins" not in ganctl("train", "--help").out


def test_a_run_and_its_checkpoint_say_which_plug_ins_they_need(run):
    needed = dict.fromkeys(("model", "networks", "data"), "ganctl-example 0.1")
    assert run.packages == needed
    header = read_checkpoint_header(run.latest_checkpoint())
    assert header.packages == needed
    assert (header.model, header.network.name) == ("hinge", "mlp")
    assert header.classes == ("lying", "standing")


def test_what_is_added_is_sampled(run, ganctl):
    images = ganctl("sample", "plugged", "-c", "standing", "--n", "2", "--out", "x.npz")
    assert images.code == 0
    with np.load("x.npz", allow_pickle=False) as file:
        assert file["images"].shape == (2, 16, 16)


@pytest.mark.slow
def test_what_is_added_is_judged(run, ganctl):
    judged = ganctl("evaluate", "plugged", "--n", "100", "--json")
    assert judged.code == 0, judged.err


def test_a_stopped_run_resumes_to_the_bit(example, ganctl):
    request = TrainRequest(model="hinge", networks="mlp", data="stripes", steps=4, batch=16)
    for name, last in (("straight", 4), ("stopped", 2)):
        run, steps = new_run(request, name=name), count(1)
        for _ in train(run, should_stop=partial(_is_after, steps, last)):
            pass
    assert run.progress.step == 2
    assert ganctl("train", "--resume", "stopped", "--quiet").code == 0
    straight, resumed = (
        load_file(Run.open(run.folder.with_name(name)).checkpoint_path(4))
        for name in ("straight", "stopped")
    )
    assert straight.keys() == resumed.keys()
    for name, values in straight.items():
        np.testing.assert_array_equal(values, resumed[name], err_msg=name)


def _is_after(steps, last):
    return next(steps) > last


def test_without_the_plug_in_each_command_says_what_to_install(tmp_path, hasty_judges, ganctl):
    with installed(tmp_path):
        ganctl(
            *("train", "--model", "hinge", "--networks", "mlp", "--data", "stripes"),
            *("--steps", "2", "--batch", "16", "--name", "plugged", "--quiet"),
        )
    assert ganctl("info", "plugged").code == 0
    for arguments in (["sample", "plugged", "-c", "0"], ["train", "--resume", "plugged"]):
        failed = ganctl(*arguments, *(["--steps", "5"] if arguments[0] == "train" else []))
        assert failed.code == 1
        assert "of the plug-in ganctl-example 0.1, which is not installed" in failed.err
        assert "pip install ganctl-example" in failed.err


def test_a_run_whose_data_were_moved_needs_no_plug_in_for_them():
    with pytest.raises(PluginError, match="'stripes' of the plug-in example 1"):
        check_data_remain("stripes", "example 1")
    with pytest.raises(DataError, match="are gone"):
        check_data_remain("/no/stripes", "example 1")


def test_unknown_names_list_those_of_plug_ins(example, ganctl):
    failed = ganctl("train", "--model", "hinges")
    assert failed.code == 2
    assert "There is no model 'hinges'" in failed.err
    assert "Did you mean hinge" in failed.err
    with pytest.raises(UnknownName, match="'mpl'"):
        networks_for("mpl")


def test_names_of_ganctl_come_first(tmp_path):
    with installed(tmp_path, "[ganctl.models]\ncgan = ganctl_example:nothing\n"):
        assert type(objective_for("cgan")).__name__ == "CGAN"


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("raise OSError('no licence')", "OSError: no licence"),
        ("", "AttributeError"),
        ("HINGE = MLP = stripes = 3", "is no function|is not"),
        ("HINGE = MLP = object\ndef stripes(): return 3", "is no mapping|is not"),
        ("HINGE = MLP = object\ndef stripes(): return {'train': 3}", "no pair of images|is not"),
        ("HINGE = MLP = object\ndef stripes(): return {'trian': 3}", "is no mapping|is not"),
        ("HINGE = MLP = object\ndef stripes(): return 1 / 0", "fails: ZeroDivisionError|is not"),
    ],
)
@pytest.mark.parametrize(
    "ask",
    [lambda: objective_for("hinge"), lambda: networks_for("mlp"), lambda: added_arrays("stripes")],
    ids=["model", "networks", "data"],
)
def test_a_broken_plug_in_is_named(tmp_path, module, message, ask):
    with installed(tmp_path, module=module), pytest.raises(PluginError, match=message) as caught:
        ask()
    assert "of the plug-in ganctl-example 0.1" in str(caught.value)


def test_data_of_attributes_go_together_like_any(tmp_path):
    module = (
        "import numpy as np\n"
        "def stripes():\n"
        "    images = np.random.default_rng(0).integers(0, 255, (8, 8, 8), np.uint8)\n"
        "    labels = np.stack([np.arange(8) % 2, np.arange(8) // 4], axis=1)\n"
        "    names = ('eyes', 'hair')\n"
        "    values = (('blue', 'green'), ('long', 'short'))\n"
        "    return {'train': (images, labels), 'attributes': names, 'values': values}\n"
    )
    with installed(tmp_path, module=module):
        reading = read_named("stripes", ReadOptions())
    assert reading is not None
    described = reading.parts["train"].described
    assert described is not None
    assert described.schema.names == ("eyes", "hair")
    assert described.schema.attributes[0].values == ("blue", "green")
    assert described.schema.rows


def test_networks_of_a_plug_in_that_cannot_be_built_are_an_error(tmp_path):
    with (
        installed(tmp_path, module="MLP = None"),
        pytest.raises(GanctlError, match="is not a NetworkPair"),
    ):
        plugin(Kind.NETWORKS, "mlp", ()).load()
        networks_for("mlp")


@pytest.mark.slow
def test_the_example_installs_and_is_found(tmp_path):
    pytest.importorskip("hatchling")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(tmp_path), str(EXAMPLE)], check=True)
    look = "from ganctl.plugins import *; print(*map(plugins, Kind), sep='|')"
    environment = {"PYTHONPATH": f"{tmp_path}:{EXAMPLE.parent.parent}", "PATH": ""}
    found = subprocess.run(
        [sys.executable, "-c", look], env=environment, capture_output=True, text=True, check=True
    )
    for name in ("hinge", "mlp", "stripes"):
        assert f"name='{name}', package='ganctl-example 0.1'" in found.stdout
