"""The whole report, with what a run or a stranger's file may hold."""

import json
from dataclasses import replace

import numpy as np
import pytest

from ganctl.pages.report import page as report_page
from ganctl.pages.report.page import LARGEST, report_on
from ganctl.pages.report.samples import Neighbours, Sheet
from ganctl.pictures.images import png_bytes
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import find_source
from tests.pages.reading import check

HOSTILE = "</script><img src=x onerror=alert(1)>"
TURNED = f"{HOSTILE}\u202e"
"""With a mark that turns the direction of writing, which no class name may have."""
SHEET = Sheet(np.zeros((4, 8, 8), np.uint8), 2, ("across", "down"), ("0", "1"))
NEIGHBOURS = Neighbours(np.zeros((3, 8, 8), np.uint8), ("across",))


def report(reference, sheet=SHEET, neighbours=NEIGHBOURS, **changed):
    source = find_source(reference)
    header = replace(read_checkpoint_header(source.checkpoint), **changed)
    made = report_on(source, header, sheet, neighbours)
    assert len(made.content) <= LARGEST
    page = check(made.content)
    assert [each.attributes["id"] for each in page.all("section")] == list(made.sections)
    return page


def test_a_run_has_all_sections(trained):
    page = report("latest")
    assert [each.text for each in page.all("h2")] == [
        "What it draws",
        "The generator",
        "How good it is",
        "Through the training",
        "Curves",
        "Nearest training images",
        "How it was made",
    ]
    assert page.all("h1")[0].text == "lines"
    assert page.data("generator")["name"] == "lines"
    commands = [each.text for each in page.all("code")]
    again = f"ganctl train --data {trained.config.data} --steps 40 --recipe swift --batch 16"
    assert any(command.startswith(again) for command in commands)


def test_a_checkpoint_of_a_run_says_which(trained):
    page = report("lines@20")
    assert page.all("h1")[0].text == "lines@20"
    assert "Checkpointstep 20" in page.words


def test_a_file_alone_leaves_out_what_only_a_run_knows(trained):
    page = report(str(trained.best_checkpoint()))
    assert [each.text for each in page.all("h2")] == [
        "What it draws",
        "The generator",
        "How good it is",
        "Nearest training images",
        "How it was made",
    ]
    assert "is a generator alone" in page.words


def test_a_run_that_lost_its_files_has_a_report(trained):
    for path in [trained.folder / "metrics.jsonl", *trained.previews()]:
        path.unlink()
    page = report("latest")
    assert "has no previews" in page.words
    assert "no metrics.jsonl" in page.words


def test_a_run_without_alarms_says_so(trained):
    trained.alarms = []
    trained.save()
    assert "No alarm was raised." in report("latest").words


def test_alarms_and_remarks_are_told(trained):
    trained.alarms = [{"step": 1200, "kind": "collapse", "message": f"All alike {TURNED}"}]
    trained.data["remarks"] = [f"Two are the same {HOSTILE}"]
    trained.save()
    page = report("latest")
    assert "Step 1,200: All alike </script><img src=x onerror=alert(1)>\\u202e" in page.words
    assert "Two are the same" in page.words


def test_what_a_stranger_wrote_stays_text(trained):
    names = [HOSTILE, "<b>bold</b>"]
    trained.data = {**trained.data, "classes": names, "summary": TURNED}
    trained.created = TURNED
    trained.save()
    sheet = replace(SHEET, row_names=tuple(names))
    beside = replace(NEIGHBOURS, names=(HOSTILE,))
    page = report("latest", sheet, beside, classes=tuple(names), data=HOSTILE)
    sources = {each.attributes["src"][:5] for each in page.all("img")}
    assert sources == {"data:"}
    assert page.all("b") == []
    assert "\u202e" not in page.words


def test_why_there_are_no_neighbours_is_said(trained):
    page = report("latest", neighbours="The data at /gone are gone. Restore them.")
    assert "This cannot be shown. The data at /gone are gone. Restore them." in page.words


def test_a_run_of_any_length_fits(trained):
    """Noise compresses badly, so that these previews would take 4 MB."""
    rng = np.random.default_rng(0)
    for step in range(50, 3500, 50):
        noise = rng.integers(0, 256, (240, 240)).astype(np.uint8)
        trained.preview_path(step).write_bytes(png_bytes(noise))
    line = {"images_seen": 1, "generator_loss": 0.123456789, "discriminator_loss": 1.23456789,
            "label_accuracy": 0.5, "feature_distance": 3.21, "floor": 0.5}  # fmt: skip
    lines = [json.dumps(line | {"step": step}) for step in range(4_000)]
    (trained.folder / "metrics.jsonl").write_text("\n".join(lines))
    page = report("latest")
    assert "previews were left out" in page.words
    assert len(page.data("previews")["steps"]) > 10


def test_a_generator_that_is_too_large_is_left_out_with_a_way_to_it(trained, monkeypatch):
    monkeypatch.setattr(report_page, "LARGEST", 500_000)
    page = report("latest")
    assert "ganctl export lines --format html" in page.words
    assert "a report takes 0 MB at most" in page.words


def test_a_network_that_a_page_cannot_compute_is_said(trained, monkeypatch):
    from ganctl.errors import UsageError

    def refuse(source):
        raise UsageError("The networks strange are a plug-in's.", "Draw with ganctl sample.")

    monkeypatch.setattr(report_page, "generator_section", refuse)
    assert (
        "The networks strange are a plug-in's. Draw with ganctl sample." in report("latest").words
    )


@pytest.mark.parametrize("colours", [(), (3,)])
def test_a_sheet_without_names(trained, colours):
    sheet = Sheet(np.zeros((4, 8, 8, *colours), np.uint8), 2)
    page = report("latest", sheet, Neighbours(np.zeros((6, 8, 8, *colours), np.uint8)))
    assert "Each image has a seed of its own." in page.words
    assert len([each for each in page.all("img") if each.attributes["alt"] == "2 samples"]) == 2
