"""The report in real browsers: each control is used, as ``benchmarks/pages`` does it."""

import json
import subprocess

import numpy as np
import pytest

from benchmarks.pages.compute import NODE
from ganctl.pages.report.page import report_on
from ganctl.pages.report.samples import Neighbours, Sheet
from ganctl.runs.checkpoint_header import read_checkpoint_header
from ganctl.runs.locate import find_source
from tests.pages.test_browser import FOLDER, missing

pytestmark = [pytest.mark.slow]


@pytest.mark.parametrize("browser", ["chromium", "firefox"])
def test_every_control_of_a_report_does_something(browser, trained, tmp_path):
    if lacking := missing(browser):
        pytest.skip(f"there is no {lacking}")
    source = find_source("latest")
    images = np.arange(6 * 64).astype(np.uint8).reshape(6, 8, 8)
    sheet = Sheet(images, 3, ("across", "down"), ("0", "1", "2"))
    header = read_checkpoint_header(source.checkpoint)
    page = tmp_path / "report.html"
    page.write_bytes(report_on(source, header, sheet, Neighbours(images[:3], ("across",))).content)
    command = [str(NODE), str(FOLDER / "report.cjs"), browser, str(page)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout)["missing"] == []
