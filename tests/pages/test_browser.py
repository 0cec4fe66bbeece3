"""The generator's page in real browsers: each control is used, as ``benchmarks/pages`` does it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from benchmarks.pages.compute import NODE
from ganctl.pages.generator import generator_page
from ganctl.runs.locate import find_source
from tests.pages.nets import save_kind

FOLDER = Path(__file__).parents[2] / "benchmarks" / "pages"
PROGRAMS = {
    "chromium": os.environ.get("CHROMIUM", "/usr/bin/chromium"),
    "firefox": os.environ.get("FIREFOX", "/usr/bin/firefox-esr"),
}
pytestmark = [pytest.mark.slow]


def missing(browser):
    """Return what is not installed, of what it takes to drive a browser."""
    if NODE is None:
        return "node"
    if not shutil.which(PROGRAMS[browser]):
        return PROGRAMS[browser]
    find = "require('puppeteer-core'); require.resolve('axe-core')"
    found = subprocess.run([NODE, "-e", find], capture_output=True, check=False)
    return "" if found.returncode == 0 else "puppeteer-core and axe-core in NODE_PATH"


@pytest.mark.parametrize(
    "browser, kind",
    [
        *(("chromium", kind) for kind in ("quick", "free", "infogan", "parts", "words")),
        *(("firefox", kind) for kind in ("infogan", "parts")),
    ],
)
def test_every_control_changes_the_picture(browser, kind, tmp_path):
    if lacking := missing(browser):
        pytest.skip(f"there is no {lacking}")
    page = tmp_path / "page.html"
    page.write_bytes(generator_page(find_source(str(save_kind(kind, tmp_path)))))
    command = [str(NODE), str(FOLDER / "generator.cjs"), browser, str(page)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    told = json.loads(result.stdout)
    assert told["used"] > 12
    assert told["problems"] == []
