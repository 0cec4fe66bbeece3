"""What ``--log`` writes beside ``metrics.jsonl``, also where a run is resumed."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest

from ganctl.engine.tracking import tensorboard, trackers
from ganctl.engine.tracking.trackers import Trackers
from ganctl.engine.training.loop import train
from ganctl.errors import FileError, GanctlWarning, UsageError
from ganctl.requests.training import TrainRequest
from ganctl.runs.run import Run

PICTURE = np.zeros((19, 28), np.uint8)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def logged(run: Run, *names: str) -> Run:
    run.config = replace(run.config, log=names)
    return run


def test_names_may_be_parted_by_commas_or_given_again():
    both = TrainRequest(log=("csv,tensorboard", "csv"))
    assert both.log == ("csv", "tensorboard")
    assert TrainRequest().log == ()
    assert both.resumed(log="csv").log == ("csv",)


@pytest.mark.parametrize("names", ["wandb", "csv,", "", 5, ["csv", None]])
def test_other_names_are_refused(names):
    with pytest.raises(UsageError):
        TrainRequest(log=names)


def test_a_table_holds_every_line_and_column(run):
    run.append_metrics({"step": 20, "loss": 0.1})
    with Trackers(logged(run, "csv")) as open_trackers:
        open_trackers.log(20, {"loss": 0.1})
        assert not (run.folder / "metrics.csv").exists()
        run.append_metrics({"step": 40, "loss": 0.25, "feature_distance": 3})
        open_trackers.log(40, {}, PICTURE)
        assert len(rows(run.folder / "metrics.csv")) == 2
        run.append_metrics({"step": 60, "loss": 1})
        open_trackers.log(60, {})
    assert rows(run.folder / "metrics.csv") == [
        {"step": "20", "loss": "0.1", "feature_distance": ""},
        {"step": "40", "loss": "0.25", "feature_distance": "3"},
        {"step": "60", "loss": "1", "feature_distance": ""},
    ]


def test_what_cannot_be_written_is_left_out_and_said(run, monkeypatch):
    def refuse(*_: object) -> None:
        raise FileError("The disk is full.", "Free some space.")

    monkeypatch.setattr("ganctl.engine.tracking.metrics_csv.write_atomically", refuse)
    with Trackers(logged(run, "csv")) as open_trackers:
        with pytest.warns(GanctlWarning, match="continues without metrics.csv: The disk is full."):
            open_trackers.log(20, {}, PICTURE)
        open_trackers.log(40, {}, PICTURE)


def test_without_trackers_nothing_is_written(run):
    with Trackers(run) as open_trackers:
        open_trackers.log(20, {"loss": 1.0}, PICTURE)
    assert {path.name for path in run.folder.iterdir()} == {"run.json"}


def test_a_tracker_that_is_not_installed_is_refused_before_anything_is_written(
    home, tiny_data, monkeypatch
):
    monkeypatch.setattr(trackers, "find_spec", lambda _name: None)
    config = TrainRequest(data=str(tiny_data), steps=2, batch=8, log=("tensorboard",))
    with pytest.raises(UsageError, match="needs the package tensorboard") as caught:
        list(train(Run.new(home / "runs" / "demo", config)))
    assert caught.value.hint == "Install it: pip install 'ganctl[tensorboard]'"
    assert not home.exists()


class Writer:
    """Stands for SummaryWriter, and writes down what it is told."""

    made: ClassVar[list[Writer]] = []

    def __init__(self, folder: str, purge_step: int | None) -> None:
        self.folder, self.purge_step = folder, purge_step
        self.told: list[tuple[object, ...]] = []
        Path(folder).mkdir(exist_ok=True)
        Writer.made.append(self)

    def add_scalar(self, name: str, value: float, step: int) -> None:
        self.told.append((name, value, step))

    def add_image(self, name: str, image: np.ndarray, step: int, dataformats: str) -> None:
        self.told.append((name, image.shape, step, dataformats))

    def flush(self) -> None:
        self.told.append(("flush",))

    def close(self) -> None:
        self.told.append(("close",))


@pytest.fixture
def writers(monkeypatch):
    """Let TensorBoard be written without being there."""
    monkeypatch.setattr(trackers, "find_spec", lambda _name: True)
    monkeypatch.setitem(
        sys.modules, "torch.utils.tensorboard", SimpleNamespace(SummaryWriter=Writer)
    )
    monkeypatch.setattr(Writer, "made", [])
    return Writer.made


def test_figures_and_previews_go_to_tensorboard(run, writers):
    with Trackers(logged(run, "tensorboard")) as open_trackers:
        open_trackers.log(20, {"loss": 0.5}, PICTURE)
        open_trackers.log(40, {"loss": 0.4}, PICTURE[..., None].repeat(3, axis=-1))
    (writer,) = writers
    assert (writer.folder, writer.purge_step) == (str(run.folder / "tensorboard"), None)
    assert writer.told == [
        ("loss", 0.5, 20),
        ("preview", (19, 28), 20, "HW"),
        ("flush",),
        ("loss", 0.4, 40),
        ("preview", (19, 28, 3), 40, "HWC"),
        ("flush",),
        ("close",),
    ]


def test_a_resumed_run_forgets_what_came_after_its_checkpoint(home, tiny_data, writers):
    options = {"batch": 8, "preview_every": 5, "log": ("csv", "tensorboard")}
    config = TrainRequest(data=str(tiny_data), steps=15, checkpoint_every=5, **options)  # type: ignore[arg-type]
    run = Run.new(home / "runs" / "demo", config)
    reports = train(run)
    steps = [next(reports).step, next(reports).step]
    reports.close()  # type: ignore[attr-defined]
    resumed = Run.open(run.folder)
    steps += [report.step for report in train(resumed)]
    assert steps == [5, 10, 10, 15]
    assert [writer.purge_step for writer in writers] == [None, 6]
    assert [row["step"] for row in rows(run.folder / "metrics.csv")] == ["5", "10", "15"]
    assert tensorboard.TensorBoard.name == "TensorBoard"


@pytest.mark.slow
def test_tensorboard_reads_what_was_written(run):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    logged(run, "tensorboard")
    for steps in ((10, 20, 30), (20, 30, 40)):
        with Trackers(run) as open_trackers:
            for step in steps:
                open_trackers.log(step, {"loss": step / 100}, PICTURE)
        run.append_metrics({"step": 10})
    found = EventAccumulator(str(run.folder / "tensorboard"))
    found.Reload()
    assert [event.step for event in found.Scalars("loss")] == [10, 20, 30, 40]
    assert [event.value for event in found.Scalars("loss")] == pytest.approx([0.1, 0.2, 0.3, 0.4])
    assert found.Images("preview")[0].height == 19
