"""What earlier versions wrote, kept as it was on their disks, opens, samples and resumes.

Each ``frozen/NAME.zip`` holds the folder of a run of three steps, written by the ganctl of that
time (``freeze.py`` packed it), and the data that it was trained on. Its run.json and checkpoints
name these by their old place, which the tests replace by the new one, and change nothing else. A
new format version brings one more of them.
"""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from ganctl.pictures.images import read_image
from ganctl.runs import checkpoint_header
from ganctl.runs import header as run_header
from ganctl.runs.checkpoint_header import FORMAT_VERSION as CHECKPOINT_VERSION
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.header import FORMAT_VERSION as RUN_VERSION
from ganctl.runs.header import stored_options
from ganctl.runs.run import Run
from tests.damage import damage

FROZEN = Path(__file__).parent / "frozen"
OLD_PLACE = "/data/lines.npz"


@dataclass(frozen=True)
class Written:
    """What a version wrote: its formats, and what its run is called today."""

    formats: tuple[int, int]  # of run.json and of checkpoints
    model: str
    recipe: str
    network: str
    judged: bool
    ask: tuple[str, str] = ("--class", "down")


WRITTEN = {
    # Before there were codes; the recipe was called modern.
    "foundation": Written((1, 1), "cgan", "quick", "quick", judged=False),
    # With codes, whose map a checkpoint holds; the recipe was called modern.
    "codes": Written((1, 1), "infogan", "quick", "infogan", judged=False),
    # With a best checkpoint, alarms and an evaluation.
    "quality": Written((1, 1), "cgan", "modern", "modern", judged=True),
    # With the numbers of the recipe, a scale of the learning rates and a lock.
    "safe": Written((2, 2), "cgan-ac", "modern", "modern", judged=True),
    # Of two attributes, one of which is not always known.
    "parts": Written(
        (3, 3),
        "cgan-ac",
        "modern",
        "modern",
        judged=True,
        ask=("--set", "line=down"),
    ),
    # With packed numbers, and a best checkpoint of the generator alone.
    "compact": Written((4, 4), "cgan-ac", "modern", "modern", judged=True),
    # With a classifier of fakes, which the networks' name said alone.
    "pairs": Written((4, 4), "rpgan", "swift", "lean", judged=True),
    # With the part of it that counts.
    "contrast": Written((4, 5), "rpgan", "swift", "lean", judged=True),
}


@pytest.fixture(params=WRITTEN)
def name(request):
    return request.param


@pytest.fixture
def old(name, home):
    """The folder of a run that one of them wrote, in this test's home."""
    with zipfile.ZipFile(FROZEN / f"{name}.zip") as packed:
        packed.extractall(home / "runs")
    folder = (home / "runs" / "run").rename(home / "runs" / name)
    place = (home / "runs" / "data.npz").as_posix()
    text = (folder / "run.json").read_text()
    assert text.count(OLD_PLACE) == 2
    (folder / "run.json").write_text(text.replace(OLD_PLACE, place))
    for path in checkpoints_in(folder):
        texts = metadata_of(path)
        assert sum(text.count(OLD_PLACE) for text in texts.values()) == 1
        texts = {key: text.replace(OLD_PLACE, place) for key, text in texts.items()}
        save_file(load_file(path), path, texts)
    return folder


def checkpoints_in(folder):
    return sorted((folder / "checkpoints").iterdir())


def metadata_of(path):
    with safe_open(path, "numpy") as file:
        return file.metadata()


def test_the_formats_are_those_of_the_time(name, old):
    run_format, checkpoint_format = WRITTEN[name].formats
    assert json.loads((old / "run.json").read_text())["format_version"] == run_format
    formats = [metadata_of(path)["format_version"] for path in checkpoints_in(old)]
    assert formats == [str(checkpoint_format)] * (2 if WRITTEN[name].judged else 1)


def test_each_version_is_kept():
    written = [found.formats for found in WRITTEN.values()]
    assert {run for run, _ in written} == set(range(1, RUN_VERSION + 1))
    assert {checkpoint for _, checkpoint in written} == set(range(1, CHECKPOINT_VERSION + 1))
    assert {path.stem for path in FROZEN.glob("*.zip")} == set(WRITTEN)


def test_a_run_is_what_it_was(name, old):
    then, run = json.loads((old / "run.json").read_text()), Run.open(old)
    assert run.config.model == WRITTEN[name].model
    assert run.config.recipe == WRITTEN[name].recipe
    assert run.config.lr_scale == 1.0
    now = json.loads(json.dumps(stored_options(run.config)))
    assert {part: now[part] for part in then["config"] if part != "recipe"} == {
        part: value for part, value in then["config"].items() if part != "recipe"
    }
    assert (run.status, run.progress.step) == ("finished", 3)
    assert (run.data, run.parameters) == (then["data"], then["parameters"])
    assert run.best == then.get("best", {})
    assert run.alarms == then.get("alarms", [])
    assert bool(run.best) == bool(run.alarms) == WRITTEN[name].judged
    assert run.recipe == then.get("recipe", {})
    assert [line["step"] for line in run.metrics()] == [2, 3]
    assert len(run.previews()) == 3


def test_a_checkpoint_is_what_it_was(name, old):
    run = Run.open(old)
    header = read_checkpoint_header(run.latest_checkpoint())
    assert header.recipe == run.config.recipe
    assert header.model == run.config.model
    assert header.progress.step == 3
    assert header.network.categories == (2 if name == "codes" else 0)
    assert header.network.name == WRITTEN[name].network
    assert header.network.classifier == (run.config.model == "cgan-ac")
    assert (header.code_map is not None) == (name == "codes")


def test_an_evaluation_is_what_it_was(name, old, ganctl):
    run = Run.open(old)
    evaluation = run.evaluation()
    assert (evaluation is not None) == WRITTEN[name].judged
    facts = json.loads(ganctl("info", name, "--json").out)
    if evaluation is not None:
        assert (evaluation.n, evaluation.step) == (10, run.best["step"])
        assert facts["evaluation"]["coverage"] == evaluation.figures()["coverage"].samples


def test_it_samples(old, name, ganctl):
    drawn = ganctl("sample", name, *WRITTEN[name].ask, "--n", "2", "--out", "drawn")
    assert (drawn.code, drawn.err) == (0, "")
    pictures = [read_image(path) for path in sorted(Path("drawn").rglob("*.png"))]
    assert [picture.shape[:2] for picture in pictures] == [(8, 8)] * 2
    assert not np.array_equal(pictures[0], pictures[1])


def test_it_resumes(old, name, ganctl):
    resumed = ganctl("train", "--resume", name, "--steps", "5", "--quiet")
    assert (resumed.code, resumed.err) == (0, "")
    run = Run.open(old)
    assert (run.status, run.progress.step, run.progress.images_seen) == ("finished", 5, 40)
    assert [line["step"] for line in run.metrics()] == [2, 3, 4, 5]
    assert run.latest_checkpoint() == run.checkpoint_path(5)
    assert json.loads((old / "run.json").read_text())["format_version"] == RUN_VERSION
    assert ganctl("sample", name, *WRITTEN[name].ask, "--out", "later.png").code == 0


def test_what_is_saved_is_of_this_version(old):
    run = Run.open(old)
    run.save()
    header = json.loads((run.folder / "run.json").read_text())
    assert header["format_version"] == RUN_VERSION
    assert Run.open(run.folder) == run


def test_every_version_has_a_way_to_the_newest():
    assert sorted(run_header.MIGRATIONS) == list(range(1, RUN_VERSION))
    assert sorted(checkpoint_header.MIGRATIONS) == list(range(1, CHECKPOINT_VERSION))


def test_a_run_of_an_old_version_passes_every_migration(run, monkeypatch):
    """One after the other, each from the version that the one before it made."""
    seen = []

    def migration(version):
        def migrate(header):
            seen.append(version)
            return header

        return migrate

    monkeypatch.setattr(run_header, "MIGRATIONS", {n: migration(n) for n in (1, 2, 3, 4)})
    monkeypatch.setattr(run_header, "FORMAT_VERSION", 5)
    damage(run, format_version=2)
    assert Run.open(run.folder) == run
    assert seen == [2, 3, 4]
